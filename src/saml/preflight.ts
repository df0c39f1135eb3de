import { DriverError } from '../core/errors.ts';
import type { AssertionFacts } from './assertion.ts';
import { type Redactor, redactNothing } from '../net/redactor.ts';
import { excerpt } from './excerpt.ts';

/** Rejects assertions that AWS would reject with a less helpful message. Returns warnings about those it may accept. */
export function preflight(
  facts: AssertionFacts,
  rules: {
    readonly now: Date;
    readonly recipient: 'required' | 'expected';
    readonly redact?: Redactor | undefined;
  },
): readonly string[] {
  const { redact = redactNothing } = rules;
  const display = (text: string): string => excerpt(redact(text));
  checkTimes(facts, rules.now);
  checkSessionName(facts, display);
  const { recipients, audiences } = facts;
  const warnings: string[] = [];
  if (!recipients.some(isAwsSignIn)) {
    const what =
      recipients.length === 0
        ? 'The assertion has no Recipient'
        : `The Recipient of the assertion is ${recipients.map(display).join(', ')}`;
    const message = `${what}, but AWS expects its sign-in URL, such as https://signin.aws.amazon.com/saml`;
    if (rules.recipient === 'required') throw new DriverError('AUTH_SAML', message);
    warnings.push(message);
  }
  if (!audiences.some((audience) => audience.startsWith('urn:amazon:webservices') || isAwsSignIn(audience))) {
    const named =
      audiences.length === 0 ? 'no audience' : `the audience ${audiences.map(display).join(', ')}`;
    warnings.push(`The assertion has ${named}, but AWS usually expects urn:amazon:webservices`);
  }
  return warnings;
}

const SIGN_IN_HOSTS: ReadonlySet<string> = new Set([
  'signin.aws.amazon.com',
  'signin.amazonaws-us-gov.com',
  'signin.amazonaws.cn',
]);

/** Whether a URL is an AWS sign-in endpoint, of any partition and Region. */
function isAwsSignIn(address: string): boolean {
  const host = URL.canParse(address) ? new URL(address).hostname : '';
  return SIGN_IN_HOSTS.has(host) || SIGN_IN_HOSTS.has(host.replace(/^[a-z0-9-]+\./, ''));
}

function checkTimes({ notBefore, notOnOrAfter }: AssertionFacts, now: Date): void {
  if (notOnOrAfter !== undefined && notOnOrAfter <= now) {
    throw new DriverError(
      'AUTH_EXPIRED',
      `The assertion expired at ${notOnOrAfter.toISOString()}; it is now ${now.toISOString()}`,
      { remedy: 'Get a new assertion, and check the clocks of this machine and of the identity provider.' },
    );
  }
  if (notBefore !== undefined && notBefore.getTime() - now.getTime() > CLOCK_SKEW_MS) {
    throw new DriverError(
      'AUTH_SAML',
      `The assertion is not valid before ${notBefore.toISOString()}; it is now ${now.toISOString()}`,
      { remedy: 'Correct the clocks of this machine and of the identity provider.' },
    );
  }
}

const CLOCK_SKEW_MS = 5 * 60_000;

function checkSessionName({ roleSessionNames }: AssertionFacts, display: (text: string) => string): void {
  const [name] = roleSessionNames;
  if (name === undefined) {
    throw new DriverError(
      'AUTH_SAML',
      'The assertion lacks the attribute https://aws.amazon.com/SAML/Attributes/RoleSessionName',
    );
  }
  if (/^[\w+=,.@-]{2,64}$/.test(name)) return;
  throw new DriverError(
    'AUTH_SAML',
    `The assertion's RoleSessionName is "${display(name)}", but AWS requires 2 to 64 letters, digits or _+=,.@-`,
  );
}

/** The limits of AssumeRoleWithSAML. */
export const SESSION_SECONDS = { min: 900, default: 3600, max: 43_200 } as const;

/** The duration of the role session: set by the user, or else by the assertion, and never past the end of its session. */
export function resolveSessionSeconds(
  explicit: number | undefined,
  facts: AssertionFacts | undefined,
  now: Date,
): number {
  const requested = explicit ?? facts?.sessionDurationSeconds ?? SESSION_SECONDS.default;
  const end = facts?.sessionNotOnOrAfter;
  const left = end === undefined ? requested : Math.floor((end.getTime() - now.getTime()) / 1000);
  return Math.min(SESSION_SECONDS.max, Math.max(SESSION_SECONDS.min, Math.min(requested, left)));
}
