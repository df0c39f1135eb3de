import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { Redactor } from '../../net/redactor.ts';
import { getMember, toDisplayText, getString } from './authn-response.ts';

/** The step of the sign-in that failed. */
export type OktaStep = 'password' | 'send' | 'code' | 'poll' | 'state';

/** An error response. */
export interface OktaErrorResponse {
  readonly status: number;
  /** Undefined if the body is not JSON. */
  readonly json: unknown;
  /** When the rate limit resets, in milliseconds since 1970. */
  readonly limitedUntil: number | undefined;
  /** Masks secrets in its messages. */
  readonly redact: Redactor;
}

interface OktaErrorRule {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy?: string;
  /** Only for this step. */
  readonly step?: OktaStep;
  /** Only with an API token, or only without. */
  readonly token?: boolean;
}

const BAD_TOKEN: OktaErrorRule = {
  code: 'AUTH_REFUSED',
  message: 'Okta rejected APIToken',
  remedy: 'Check APIToken in SSOProperties: it may have been revoked, or belong to another organization.',
  token: true,
};
const LOCKED: OktaErrorRule = {
  code: 'AUTH_REFUSED',
  message: 'The account is locked at Okta',
  remedy: 'Unlock the account at Okta, or ask an Okta administrator.',
};
const TOO_SOON: OktaErrorRule = {
  code: 'AUTH_CODE_NEEDED',
  message: 'Okta sent a code recently and does not send another one yet',
  remedy: 'Set MFAPassCode in SSOProperties to that code, or retry in 30 seconds.',
};

/** The meaning of Okta's error codes; the first match applies. */
const RULES: ReadonlyMap<string, readonly OktaErrorRule[]> = new Map<string, readonly OktaErrorRule[]>([
  [
    'E0000004',
    [
      {
        code: 'AUTH_REFUSED',
        message: 'Okta rejected User or Password, or the account is locked',
        remedy: 'Check User and Password. Too many attempts lock the account.',
      },
    ],
  ],
  ['E0000119', [LOCKED]],
  ['E0000069', [LOCKED]],
  [
    'E0000064',
    [
      {
        code: 'AUTH_REFUSED',
        message: 'The password has expired at Okta',
        remedy: 'Change the password at Okta.',
      },
    ],
  ],
  [
    'E0000006',
    [
      BAD_TOKEN,
      {
        code: 'AUTH_NOT_SUPPORTED',
        message: 'Okta does not allow password sign-in through its API',
        remedy: 'Ask an Okta administrator to allow the authentication API for this user.',
      },
    ],
  ],
  [
    'E0000015',
    [
      BAD_TOKEN,
      {
        code: 'AUTH_NOT_SUPPORTED',
        message: 'The Okta organization does not have the feature required for this sign-in',
        remedy: 'Ask an Okta administrator which factors and features the organization has.',
      },
    ],
  ],
  [
    'E0000011',
    [
      { ...BAD_TOKEN, step: 'password' },
      {
        code: 'AUTH_NOT_SUPPORTED',
        message: 'Okta rejected the start of the sign-in',
        remedy: 'Ask an Okta administrator to allow the authentication API for this user.',
        step: 'password',
      },
      { code: 'AUTH_EXPIRED', message: 'The sign-in took longer than Okta allows' },
    ],
  ],
  ['E0000109', [TOO_SOON]],
  ['E0000118', [TOO_SOON]],
  ['E0000133', [TOO_SOON]],
  [
    'E0000068',
    [
      {
        code: 'AUTH_REFUSED',
        message: 'Okta rejected the one-time code',
        remedy: 'Use the latest code, and check the clock of the device that shows it.',
      },
    ],
  ],
  [
    'E0000082',
    [
      {
        code: 'AUTH_REFUSED',
        message: 'The one-time code has already been used',
        remedy: 'Use the next code.',
      },
    ],
  ],
  ['E0000079', [{ code: 'AUTH_EXPIRED', message: 'Okta ended this sign-in' }]],
]);

const NOT_OKTA: ReadonlySet<number> = new Set([301, 302, 303, 307, 308, 403, 404, 405]);

/** Okta's error code. */
export function getOktaErrorCode({ json }: OktaErrorResponse): string | undefined {
  const code = getString(json, 'errorCode');
  return code !== undefined && /^E\d{7}$/.test(code) ? code : undefined;
}

/** Converts an error response to a DriverError. */
export function toOktaError(
  response: OktaErrorResponse,
  step: OktaStep,
  hasApiToken: boolean,
  origin: string,
): DriverError {
  const { status, limitedUntil } = response;
  const name = getOktaErrorCode(response);
  const rule = RULES.get(name ?? '')?.find(
    (each) => (each.step ?? step) === step && (each.token ?? hasApiToken) === hasApiToken,
  );
  if (rule !== undefined) {
    const { code, message, remedy } = rule;
    return new DriverError(code, `${message} (${name})`, remedy === undefined ? {} : { remedy });
  }
  if (status === 429) {
    const until = limitedUntil === undefined ? '' : ` until ${new Date(limitedUntil).toISOString()}`;
    return new DriverError('AUTH_UNAVAILABLE', `The Okta rate limit is exceeded${until}`);
  }
  if (status >= 500) return new DriverError('AUTH_UNAVAILABLE', `Okta failed with status ${status}`);
  if (name === undefined || (name === 'E0000022' && step === 'password')) {
    if (name !== undefined || NOT_OKTA.has(status) || status < 300) {
      return new DriverError('AUTH_MALFORMED', `${origin} does not respond like an Okta organization`, {
        remedy:
          'Set SSOLoginURL to the embed link of the AWS application, which Okta administrators can see.',
      });
    }
    return new DriverError('AUTH_MALFORMED', `Okta rejected the request with status ${status}`);
  }
  return new DriverError('AUTH_REFUSED', `Okta rejected the request: ${formatReasons(response)} (${name})`);
}

function formatReasons({ json, redact }: OktaErrorResponse): string {
  const causes = getMember(json, 'errorCauses');
  const summaries = (Array.isArray(causes) ? causes.slice(0, 3) : []).flatMap(
    (cause: unknown) => getString(cause, 'errorSummary') ?? [],
  );
  const reason =
    summaries.length > 0 ? summaries.join('; ') : (getString(json, 'errorSummary') ?? 'no reason given');
  return toDisplayText(redact(reason));
}
