import { DriverError } from '../core/errors.ts';

/** A role and the SAML provider that may assume it. */
export interface RolePair {
  readonly roleArn: string;
  readonly principalArn: string;
}

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/;
const PROVIDER = /^arn:aws[a-z-]*:iam::\d{12}:saml-provider\/\S+$/;

/** Parses the values of the Role attribute. Malformed values are counted and skipped. */
export function parseRolePairs(values: readonly string[]): {
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

/** The role and provider set by the user. */
export interface RolePreference {
  readonly roleArn?: string | undefined;
  readonly principalArn?: string | undefined;
}

/**
 * The only pair that matches the preference. If both ARNs are set they are used even if the assertion does not list them,
 * since AWS decides. `values` is undefined if the assertion is encrypted.
 */
export function chooseRole(values: readonly string[] | undefined, preference: RolePreference): RolePair {
  const { roleArn, principalArn } = preference;
  if (roleArn !== undefined && principalArn !== undefined) return { roleArn, principalArn };
  if (values === undefined) {
    throw new DriverError('AUTH_ROLE', 'The assertion is encrypted, so its roles cannot be read', {
      remedy: 'Set AWSRoleARN and AWSPrincipalARN.',
    });
  }
  const { pairs, malformed } = parseRolePairs(values);
  const matching = pairs.filter(
    (pair) =>
      (roleArn === undefined || pair.roleArn === roleArn) &&
      (principalArn === undefined || pair.principalArn === principalArn),
  );
  const [pair, second] = matching;
  if (pair !== undefined && second === undefined) return pair;
  if (pair !== undefined) throw ambiguousRoleError(matching, roleArn);
  if (pairs.length === 0) throw noRolesError(malformed);
  const requested =
    roleArn === undefined ? `a role of AWSPrincipalARN ${principalArn}` : `AWSRoleARN ${roleArn}`;
  throw new DriverError(
    'AUTH_ROLE',
    `The identity provider does not offer ${requested}, only ${formatArns(pairs, 'roleArn')}`,
    {
      candidates: pairs.map((other) => other.roleArn),
    },
  );
}

function ambiguousRoleError(pairs: readonly RolePair[], roleArn: string | undefined): DriverError {
  // If all pairs have the same role, only the provider is ambiguous.
  const part = roleArn === undefined ? 'roleArn' : 'principalArn';
  const property = roleArn === undefined ? 'AWSRoleARN' : 'AWSPrincipalARN';
  const noun = roleArn === undefined ? 'several roles' : `the role ${roleArn} through several providers`;
  return new DriverError(
    'AUTH_ROLE',
    `The identity provider offers ${noun}; set ${property} to one of ${formatArns(pairs, part)}`,
    {
      candidates: pairs.map((pair) => pair[part]),
      remedy: `Set ${property} to one of the values in the message.`,
    },
  );
}

function noRolesError(malformed: number): DriverError {
  const why =
    malformed === 0
      ? 'The assertion contains no role: it lacks the attribute https://aws.amazon.com/SAML/Attributes/Role'
      : `The assertion contains no role: ${malformed} of its values are not a pair of role and SAML provider`;
  return new DriverError('AUTH_SAML', why);
}

function formatArns(pairs: readonly RolePair[], part: keyof RolePair): string {
  return [...new Set(pairs.map((pair) => pair[part]))].join(', ');
}
