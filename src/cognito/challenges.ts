import { createHmac, randomBytes } from 'node:crypto';
import type { Options } from '../connstring/properties.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';

type Texts = Readonly<Record<string, string>>;

/** Who answers the user pool's questions: properties first, then the person, where there is one to ask. */
export interface Answerer {
  code(message: string): Promise<string>;
  newPassword(): Promise<string>;
  choose(message: string, choices: readonly string[]): Promise<string>;
}

/** The answer to one question of the user pool. */
type Challenge = (asked: Texts, answerer: Answerer) => Promise<Texts>;

const CODES: ReadonlyMap<string, string> = new Map([
  ['SOFTWARE_TOKEN_MFA', 'the authenticator app'],
  ['SMS_MFA', 'a text message'],
  ['SMS_OTP', 'a text message'],
  ['EMAIL_OTP', 'an e-mail'],
]);

function oneTimeCode(name: string, medium: string): Challenge {
  return async (asked, answerer) => {
    const where = shown(asked['CODE_DELIVERY_DESTINATION']);
    const to = where === '' ? '' : ` to ${where}`;
    return { [`${name}_CODE`]: await answerer.code(`One-time code for AWS Cognito, from ${medium}${to}`) };
  };
}

const CHALLENGES: ReadonlyMap<string, Challenge> = new Map<string, Challenge>([
  ...[...CODES].map(([name, medium]): [string, Challenge] => [name, oneTimeCode(name, medium)]),
  [
    'SELECT_MFA_TYPE',
    async (asked, answerer) => {
      const choices = words(asked['MFAS_CAN_CHOOSE']).filter((choice) => CODES.has(choice));
      return { ANSWER: await answerer.choose('Second factor for AWS Cognito', choices) };
    },
  ],
  [
    'NEW_PASSWORD_REQUIRED',
    async (asked, answerer) => {
      const missing = words(asked['requiredAttributes']).map((name) =>
        shown(name.replace(/^userAttributes\./, '')),
      );
      if (missing.length === 0) return { NEW_PASSWORD: await answerer.newPassword() };
      throw new DriverError(
        'AUTH_REFUSED',
        `The user pool wants these attributes of the user first: ${missing.join(', ')}`,
        { remedy: 'Sign in once with the application, or let an administrator set the attributes.' },
      );
    },
  ],
]);

/** Answers a question of the user pool; an error where this program cannot. */
export function answerChallenge(name: string, asked: Texts, answerer: Answerer): Promise<Texts> {
  const challenge = CHALLENGES.get(name);
  if (challenge !== undefined) return challenge(asked, answerer);
  const remedy =
    name === 'MFA_SETUP'
      ? 'Sign in once with the application and set up a second factor.'
      : 'Change the sign-in that the user pool asks for: passwords with one-time codes are supported.';
  throw new DriverError(
    'AUTH_NOT_SUPPORTED',
    `The user pool asks for ${shown(name)}, which needs another program`,
    {
      remedy,
    },
  );
}

const MFA_TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['TOTP', ['SOFTWARE_TOKEN_MFA']],
  ['SMS', ['SMS_MFA', 'SMS_OTP']],
  ['Email', ['EMAIL_OTP']],
]);

/** Proofs of the codes that this process has sent, so that none is sent twice. */
const sent = new Set<string>();
const processKey = randomBytes(32);

/** Answers from the connection's properties. MFAToken is given once for the user in the life of the process. */
export function answererOf(
  given: Pick<Options, 'mfaToken' | 'newPassword' | 'ssoProperties'>,
  user: readonly (string | undefined)[],
  ports: Ports,
): (signal: AbortSignal) => Answerer {
  return (signal) => ({
    async code(message) {
      const own = given.mfaToken?.reveal().trim();
      const proof = createHmac('sha256', processKey)
        .update(JSON.stringify([...user, own]))
        .digest('hex');
      const isCodeUsed = own !== undefined && sent.has(proof);
      if (own !== undefined && !isCodeUsed) {
        sent.add(proof);
        return own;
      }
      if (ports.prompt !== undefined)
        return (await ports.prompt({ kind: 'code', message, secret: true }, signal)).trim();
      const why = isCodeUsed ? 'MFAToken was used already' : 'there is no MFAToken and nobody to ask';
      throw new DriverError('AUTH_CODE_NEEDED', `${message}: ${why}`);
    },
    async newPassword() {
      if (given.newPassword !== undefined) return given.newPassword.reveal();
      const message = 'New password for AWS Cognito';
      if (ports.prompt !== undefined)
        return ports.prompt({ kind: 'new-password', message, secret: true }, signal);
      throw new DriverError('AUTH_MISSING_PROPERTY', 'Password is temporary: the user pool wants a new one', {
        remedy: 'Give the new password as NewPassword, once, and as Password from then on.',
      });
    },
    async choose(message, choices) {
      const wanted = MFA_TYPES.get(given.ssoProperties?.mfaType ?? '') ?? [];
      const found = choices.find((choice) => wanted.includes(choice));
      if (found !== undefined) return found;
      const [only] = choices;
      if (choices.length === 1 && only !== undefined) return only;
      if (ports.prompt !== undefined && choices.length > 0) {
        return ports.prompt({ kind: 'choice', message, choices }, signal);
      }
      const list = choices.length === 0 ? 'none that this version knows' : choices.join(', ');
      throw new DriverError('AUTH_CODE_NEEDED', `${message}: the user pool offers ${list}`, {
        remedy: "Choose one with SSOProperties='MFAType=TOTP', MFAType=SMS or MFAType=Email.",
      });
    },
  });
}

/** A JSON list of words; whatever else it is, no words. */
function words(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  } catch {
    throw new DriverError('AUTH_MALFORMED', 'Cognito asked a question that cannot be read');
  }
}

/** A server's word as it may be shown on a terminal. */
function shown(text: string | undefined): string {
  return (text ?? '').replaceAll(/[^\p{L}\p{N}*+@._ -]/gu, '').slice(0, 80);
}

/** The password that replaces a temporary one, where the answer to a question set it. */
export function newPasswordIn(answer: Texts): Secret | undefined {
  const text = answer['NEW_PASSWORD'];
  return text === undefined ? undefined : new Secret(text);
}
