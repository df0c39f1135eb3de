import { DriverError } from '../core/errors.ts';
import type { AssertionFacts } from './assertion.ts';
import { type Redactor, redactNothing } from '../net/redactor.ts';
import { excerpt } from './page.ts';

/** What AWS would refuse with fewer words is refused here; what it may take is a line of warning. */
export function preflight(
  facts: AssertionFacts,
  rules: {
    readonly now: Date;
    readonly recipient: 'required' | 'expected';
    readonly redact?: Redactor | undefined;
  },
): readonly string[] {
  const { redact = redactNothing } = rules;
  const shown = (text: string): string => excerpt(redact(text));
  checkTimes(facts, rules.now);
  checkSessionName(facts, shown);
  const { recipients, audiences } = facts;
  const warnings: string[] = [];
  if (!recipients.some(isAwsSignIn)) {
    const what =
      recipients.length === 0
        ? 'The assertion names no Recipient'
        : `The assertion is for ${recipients.map(shown).join(', ')}`;
    const text = `${what}, where AWS expects its own sign-in address such as https://signin.aws.amazon.com/saml`;
    if (rules.recipient === 'required') throw new DriverError('AUTH_SAML', text);
    warnings.push(text);
  }
  if (!audiences.some((audience) => audience.startsWith('urn:amazon:webservices') || isAwsSignIn(audience))) {
    const named = audiences.length === 0 ? 'no audience' : `the audience ${audiences.map(shown).join(', ')}`;
    warnings.push(`The assertion names ${named}, where AWS usually expects urn:amazon:webservices`);
  }
  return warnings;
}

const SIGN_IN_HOSTS: ReadonlySet<string> = new Set([
  'signin.aws.amazon.com',
  'signin.amazonaws-us-gov.com',
  'signin.amazonaws.cn',
]);

/** Whether an address is AWS's sign-in, of any partition and Region. */
function isAwsSignIn(address: string): boolean {
  const host = URL.canParse(address) ? new URL(address).hostname : '';
  return SIGN_IN_HOSTS.has(host) || SIGN_IN_HOSTS.has(host.replace(/^[a-z0-9-]+\./, ''));
}

function checkTimes({ notBefore, notOnOrAfter }: AssertionFacts, now: Date): void {
  if (notOnOrAfter !== undefined && notOnOrAfter <= now) {
    throw new DriverError(
      'AUTH_EXPIRED',
      `The assertion was good until ${notOnOrAfter.toISOString()}, and it is ${now.toISOString()} now`,
      { remedy: 'Get a new assertion, and check the clocks of this machine and of the identity provider.' },
    );
  }
  if (notBefore !== undefined && notBefore.getTime() - now.getTime() > CLOCK_SKEW_MS) {
    throw new DriverError(
      'AUTH_SAML',
      `The assertion is good from ${notBefore.toISOString()} only, and it is ${now.toISOString()} now`,
      { remedy: 'Set the clocks of this machine and of the identity provider right.' },
    );
  }
}

const CLOCK_SKEW_MS = 5 * 60_000;

function checkSessionName({ roleSessionNames }: AssertionFacts, shown: (text: string) => string): void {
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
    `The assertion's RoleSessionName is "${shown(name)}", where AWS takes 2 to 64 letters, digits and _+=,.@-`,
  );
}

/** What AssumeRoleWithSAML takes. */
export const SESSION_SECONDS = { least: 900, usual: 3600, most: 43_200 } as const;

/** How long the role's session shall last: as the user says, else as the assertion does; never past its end. */
export function sessionSeconds(
  wanted: number | undefined,
  facts: AssertionFacts | undefined,
  now: Date,
): number {
  const asked = wanted ?? facts?.sessionDurationSeconds ?? SESSION_SECONDS.usual;
  const end = facts?.sessionNotOnOrAfter;
  const left = end === undefined ? asked : Math.floor((end.getTime() - now.getTime()) / 1000);
  return Math.min(SESSION_SECONDS.most, Math.max(SESSION_SECONDS.least, Math.min(asked, left)));
}
