import { createHmac, randomBytes } from 'node:crypto';
import type { Options } from '../connstring/properties.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';

/** Challenge parameters or responses, by name. */
export type CognitoParameters = Readonly<Record<string, string>>;

/** Supplies what a challenge asks for: from the properties, else by prompting the user. */
export interface ChallengeResponder {
  code(message: string): Promise<string>;
  newPassword(): Promise<string>;
  choose(message: string, choices: readonly string[]): Promise<string>;
}

/** Builds the response to one kind of challenge. */
type Challenge = (parameters: CognitoParameters, responder: ChallengeResponder) => Promise<CognitoParameters>;

/** Where the code of each challenge comes from. */
const CODE_SOURCES: ReadonlyMap<string, string> = new Map([
  ['SOFTWARE_TOKEN_MFA', 'the authenticator app'],
  ['SMS_MFA', 'a text message'],
  ['SMS_OTP', 'a text message'],
  ['EMAIL_OTP', 'an e-mail'],
]);

function toCodeChallenge(name: string, source: string): Challenge {
  return async (parameters, responder) => {
    const destination = sanitize(parameters['CODE_DELIVERY_DESTINATION']);
    const to = destination === '' ? '' : ` to ${destination}`;
    return { [`${name}_CODE`]: await responder.code(`One-time code for AWS Cognito, from ${source}${to}`) };
  };
}

const CHALLENGES: ReadonlyMap<string, Challenge> = new Map<string, Challenge>([
  ...[...CODE_SOURCES].map(([name, source]): [string, Challenge] => [name, toCodeChallenge(name, source)]),
  [
    'SELECT_MFA_TYPE',
    async (parameters, responder) => {
      const choices = parseList(parameters['MFAS_CAN_CHOOSE']).filter((choice) => CODE_SOURCES.has(choice));
      return { ANSWER: await responder.choose('Second factor for AWS Cognito', choices) };
    },
  ],
  [
    'NEW_PASSWORD_REQUIRED',
    async (parameters, responder) => {
      const missing = parseList(parameters['requiredAttributes']).map((name) =>
        sanitize(name.replace(/^userAttributes\./, '')),
      );
      if (missing.length === 0) return { NEW_PASSWORD: await responder.newPassword() };
      throw new DriverError(
        'AUTH_REFUSED',
        `The user pool requires these attributes of the user first: ${missing.join(', ')}`,
        { remedy: 'Sign in once with the application, or have an administrator set the attributes.' },
      );
    },
  ],
]);

/** Builds the response to a challenge; fails with AUTH_NOT_SUPPORTED if the driver cannot respond to it. */
export function respondToChallenge(
  name: string,
  parameters: CognitoParameters,
  responder: ChallengeResponder,
): Promise<CognitoParameters> {
  const challenge = CHALLENGES.get(name);
  if (challenge !== undefined) return challenge(parameters, responder);
  const remedy =
    name === 'MFA_SETUP'
      ? 'Sign in once with the application and set up a second factor.'
      : 'Change the sign-in options of the user pool: the driver supports passwords and one-time codes.';
  throw new DriverError(
    'AUTH_NOT_SUPPORTED',
    `The challenge ${sanitize(name)} of the user pool is not supported`,
    { remedy },
  );
}

const MFA_TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['TOTP', ['SOFTWARE_TOKEN_MFA']],
  ['SMS', ['SMS_MFA', 'SMS_OTP']],
  ['Email', ['EMAIL_OTP']],
]);

/** Fingerprints of the codes that this process has sent: none is sent twice. */
const sentCodes = new Set<string>();
const processKey = randomBytes(32);

/** Responds with the properties, else by prompting. The process sends MFAToken only once for a user. */
export function createResponder(
  options: Pick<Options, 'mfaToken' | 'newPassword' | 'ssoProperties'>,
  user: readonly (string | undefined)[],
  ports: Ports,
): (signal: AbortSignal) => ChallengeResponder {
  return (signal) => ({
    async code(message) {
      const token = options.mfaToken?.reveal().trim();
      const fingerprint = createHmac('sha256', processKey)
        .update(JSON.stringify([...user, token]))
        .digest('hex');
      const isUsed = token !== undefined && sentCodes.has(fingerprint);
      if (token !== undefined && !isUsed) {
        sentCodes.add(fingerprint);
        return token;
      }
      if (ports.prompt !== undefined)
        return (await ports.prompt({ kind: 'code', message, secret: true }, signal)).trim();
      const why = isUsed ? 'has already been used' : 'is not set';
      throw new DriverError('AUTH_CODE_NEEDED', `${message}: MFAToken ${why}, and prompting is not possible`);
    },
    async newPassword() {
      if (options.newPassword !== undefined) return options.newPassword.reveal();
      const message = 'New password for AWS Cognito';
      if (ports.prompt !== undefined)
        return ports.prompt({ kind: 'new-password', message, secret: true }, signal);
      throw new DriverError(
        'AUTH_MISSING_PROPERTY',
        'Password is temporary, and the user pool requires a new one',
        { remedy: 'Set NewPassword to the new password once, and Password from then on.' },
      );
    },
    async choose(message, choices) {
      const preferred = MFA_TYPES.get(options.ssoProperties?.mfaType ?? '') ?? [];
      const chosen = choices.find((choice) => preferred.includes(choice));
      if (chosen !== undefined) return chosen;
      const [only] = choices;
      if (choices.length === 1 && only !== undefined) return only;
      if (ports.prompt !== undefined && choices.length > 0) {
        return ports.prompt({ kind: 'choice', message, choices }, signal);
      }
      const offered = choices.length === 0 ? 'only unsupported ones' : choices.join(', ');
      throw new DriverError('AUTH_CODE_NEEDED', `${message}: the user pool offers ${offered}`, {
        remedy: "Choose one with SSOProperties='MFAType=TOTP', MFAType=SMS or MFAType=Email.",
      });
    },
  });
}

/** Parses a JSON array of strings; any other JSON value is an empty list. */
function parseList(json: string | undefined): readonly string[] {
  if (json === undefined || json === '') return [];
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  } catch {
    throw new DriverError('AUTH_MALFORMED', 'Cognito returned a challenge with invalid parameters');
  }
}

/** Removes from a server's string what a terminal could interpret. */
function sanitize(value: string | undefined): string {
  return (value ?? '').replaceAll(/[^\p{L}\p{N}*+@._ -]/gu, '').slice(0, 80);
}

/** The password that this response sets in place of a temporary one, if any. */
export function findNewPassword(response: CognitoParameters): Secret | undefined {
  const password = response['NEW_PASSWORD'];
  return password === undefined ? undefined : new Secret(password);
}
