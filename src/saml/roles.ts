import { DriverError } from '../core/errors.ts';

/** A role and the SAML provider that vouches for its user. */
export interface RolePair {
  readonly roleArn: string;
  readonly principalArn: string;
}

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/;
const PROVIDER = /^arn:aws[a-z-]*:iam::\d{12}:saml-provider\/\S+$/;

/** The pairs among the values of an assertion's attribute for roles; whatever else is there is counted and left out. */
export function rolePairs(values: readonly string[]): {
  readonly pairs: readonly RolePair[];
  readonly malformed: number;
} {
  const pairs = new Map<string, RolePair>();
  let malformed = 0;
  for (const value of values) {
    const parts = value.split(',').map((part) => part.trim());
    const roleArn = parts.find((part) => ROLE.test(part));
    const principalArn = parts.find((part) => PROVIDER.test(part));
    if (parts.length !== 2 || roleArn === undefined || principalArn === undefined) malformed += 1;
    else pairs.set(`${roleArn},${principalArn}`, { roleArn, principalArn });
  }
  return { pairs: [...pairs.values()], malformed };
}

/** What the user wants of the roles. */
export interface RoleWish {
  readonly roleArn?: string | undefined;
  readonly principalArn?: string | undefined;
}

/**
 * The one pair that fits the wish. Both ARNs together count even where the assertion does not list them: AWS decides.
 * `values` is undefined where the assertion is encrypted.
 */
export function chooseRole(values: readonly string[] | undefined, wish: RoleWish): RolePair {
  const { roleArn, principalArn } = wish;
  if (roleArn !== undefined && principalArn !== undefined) return { roleArn, principalArn };
  if (values === undefined) {
    throw new DriverError('AUTH_ROLE', 'The assertion is encrypted, so its roles cannot be read', {
      remedy: 'Set AWSRoleARN and AWSPrincipalARN.',
    });
  }
  const { pairs, malformed } = rolePairs(values);
  const fitting = pairs.filter(
    (pair) =>
      (roleArn === undefined || pair.roleArn === roleArn) &&
      (principalArn === undefined || pair.principalArn === principalArn),
  );
  const [pair, second] = fitting;
  if (pair !== undefined && second === undefined) return pair;
  if (pair !== undefined) throw several(fitting, roleArn);
  if (pairs.length === 0) throw none(malformed);
  const wanted =
    roleArn === undefined ? `a role of AWSPrincipalARN ${principalArn}` : `AWSRoleARN ${roleArn}`;
  throw new DriverError(
    'AUTH_ROLE',
    `The identity provider does not give you ${wanted}, but ${list(pairs, 'roleArn')}`,
    {
      candidates: pairs.map((other) => other.roleArn),
    },
  );
}

function several(pairs: readonly RolePair[], roleArn: string | undefined): DriverError {
  // The same role through several providers leaves only the provider open.
  const part = roleArn === undefined ? 'roleArn' : 'principalArn';
  const property = roleArn === undefined ? 'AWSRoleARN' : 'AWSPrincipalARN';
  const noun = roleArn === undefined ? 'several roles' : `the role ${roleArn} through several providers`;
  return new DriverError(
    'AUTH_ROLE',
    `The identity provider gives you ${noun}; set ${property} to one of ${list(pairs, part)}`,
    {
      candidates: pairs.map((pair) => pair[part]),
      remedy: `Set ${property} to one of those that the message lists.`,
    },
  );
}

function none(malformed: number): DriverError {
  const why =
    malformed === 0
      ? 'The assertion names no role: it lacks the attribute https://aws.amazon.com/SAML/Attributes/Role'
      : `The assertion names no role: ${malformed} of its values are no pair of a role and a SAML provider`;
  return new DriverError('AUTH_SAML', why);
}

function list(pairs: readonly RolePair[], part: keyof RolePair): string {
  return [...new Set(pairs.map((pair) => pair[part]))].join(', ');
}
