import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { Redactor } from '../../net/redactor.ts';
import { at, shown, textAt } from './answer.ts';

/** What was being done when Okta refused. */
export type OktaStep = 'password' | 'send' | 'code' | 'poll' | 'state';

/** A refusal as it came. */
export interface OktaRefusal {
  readonly status: number;
  /** Undefined where the answer was no JSON. */
  readonly json: unknown;
  /** When the limit ends, milliseconds since 1970. */
  readonly limitedUntil: number | undefined;
  /** Its words are shown without what was sent in secret. */
  readonly redact: Redactor;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy?: string;
  /** Only for this step. */
  readonly step?: OktaStep;
  /** Only with an API token, or only without. */
  readonly token?: boolean;
}

const BAD_TOKEN: Meaning = {
  code: 'AUTH_REFUSED',
  message: 'Okta did not accept APIToken',
  remedy: 'Check APIToken in SSOProperties: it may have been revoked, or belong to another organisation.',
  token: true,
};
const LOCKED: Meaning = {
  code: 'AUTH_REFUSED',
  message: 'The account is locked at Okta',
  remedy: 'Unlock the account at Okta, or ask an administrator of Okta.',
};
const TOO_SOON: Meaning = {
  code: 'AUTH_CODE_NEEDED',
  message: 'Okta sent a code a moment ago and sends no other yet',
  remedy: 'Give the code that came as MFAPassCode in SSOProperties, or try again in half a minute.',
};

/** What Okta's error codes mean for the person who signs in; of several the first that fits counts. */
const MEANINGS: ReadonlyMap<string, readonly Meaning[]> = new Map<string, readonly Meaning[]>([
  [
    'E0000004',
    [
      {
        code: 'AUTH_REFUSED',
        message: 'Okta refused User or Password, or the account is locked',
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
        message: 'Okta does not let programs sign in with a password',
        remedy: 'Ask an administrator of Okta to allow the authentication API for this user.',
      },
    ],
  ],
  [
    'E0000015',
    [
      BAD_TOKEN,
      {
        code: 'AUTH_NOT_SUPPORTED',
        message: 'The Okta organisation lacks the feature that this sign-in needs',
        remedy: 'Ask an administrator of Okta which factors and features the organisation has.',
      },
    ],
  ],
  [
    'E0000011',
    [
      { ...BAD_TOKEN, step: 'password' },
      {
        code: 'AUTH_NOT_SUPPORTED',
        message: 'Okta refused to begin a sign-in',
        remedy: 'Ask an administrator of Okta to allow the authentication API for this user.',
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
        message: 'Okta did not accept the one-time code',
        remedy: 'Give the newest code, and check the clock of the device that shows it.',
      },
    ],
  ],
  [
    'E0000082',
    [
      {
        code: 'AUTH_REFUSED',
        message: 'The one-time code was used already',
        remedy: 'Wait for the next code and give that one.',
      },
    ],
  ],
  ['E0000079', [{ code: 'AUTH_EXPIRED', message: 'Okta has ended this sign-in' }]],
]);

const NOT_OKTA: ReadonlySet<number> = new Set([301, 302, 303, 307, 308, 403, 404, 405]);

/** What Okta calls its refusal, where it says so. */
export function errorCodeOf({ json }: OktaRefusal): string | undefined {
  const code = textAt(json, 'errorCode');
  return code !== undefined && /^E\d{7}$/.test(code) ? code : undefined;
}

/** Okta's refusal as the driver tells it. */
export function oktaError(
  refusal: OktaRefusal,
  step: OktaStep,
  hasApiToken: boolean,
  origin: string,
): DriverError {
  const { status, limitedUntil } = refusal;
  const name = errorCodeOf(refusal);
  const meaning = MEANINGS.get(name ?? '')?.find(
    (known) => (known.step ?? step) === step && (known.token ?? hasApiToken) === hasApiToken,
  );
  if (meaning !== undefined) {
    const { code, message, remedy } = meaning;
    return new DriverError(code, `${message} (${name})`, remedy === undefined ? {} : { remedy });
  }
  if (status === 429) {
    const until = limitedUntil === undefined ? '' : ` until ${new Date(limitedUntil).toISOString()}`;
    return new DriverError('AUTH_UNAVAILABLE', `Okta takes no more requests${until}`);
  }
  if (status >= 500) return new DriverError('AUTH_UNAVAILABLE', `Okta has failed with status ${status}`);
  if (name === undefined || (name === 'E0000022' && step === 'password')) {
    if (name !== undefined || NOT_OKTA.has(status) || status < 300) {
      return new DriverError('AUTH_MALFORMED', `${origin} does not answer as an Okta organisation does`, {
        remedy:
          "Check SSOLoginURL: it is the embed link of the AWS application, as Okta's administrators see it.",
      });
    }
    return new DriverError('AUTH_MALFORMED', `Okta refused with status ${status} and no reason`);
  }
  return new DriverError('AUTH_REFUSED', `Okta refused: ${reasonsOf(refusal)} (${name})`);
}

function reasonsOf({ json, redact }: OktaRefusal): string {
  const causes = at(json, 'errorCauses');
  const words = (Array.isArray(causes) ? causes.slice(0, 3) : []).flatMap(
    (cause: unknown) => textAt(cause, 'errorSummary') ?? [],
  );
  const said = words.length > 0 ? words.join('; ') : (textAt(json, 'errorSummary') ?? 'it gave no reason');
  return shown(redact(said));
}
