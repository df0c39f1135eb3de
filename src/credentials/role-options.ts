import { findRegion, resolveStsEndpoint } from '../aws/endpoints.ts';
import type { Options } from '../connstring/properties.ts';
import { DriverError, type Problem } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import type { StsTarget } from '../aws/sts.ts';

/** What a call of STS reads: where it is. */
export const STS_OPTIONS = ['awsRegion', 'domain', 'endpoint', 'stsEndpoint'] as const;
export type StsOptions = Pick<Options, (typeof STS_OPTIONS)[number]>;

/** What a role's session reads besides AWSRoleARN. */
export const ROLE_OPTIONS = [
  ...STS_OPTIONS,
  'awsExternalId',
  'roleSessionName',
  'temporaryTokenDuration',
] as const;

/** What a session with a one-time code reads besides MFASerialNumber. */
export const MFA_OPTIONS = ['mfaToken', 'credentialsLocation'] as const;

/** Options of a session on top of other credentials: of a role, with a one-time code, or both. */
export type RoleOptions = Pick<Options, (typeof ROLE_OPTIONS)[number]> &
  Partial<Pick<Options, 'awsRoleArn' | 'mfaSerialNumber' | (typeof MFA_OPTIONS)[number]>>;

/** Where STS is for these options. */
export function stsTarget(given: StsOptions, ports: Pick<Ports, 'network'>): StsTarget {
  const region = findRegion(given);
  if (region === undefined) {
    throw new DriverError('CONN_NO_REGION', 'No Region is known in which STS could be asked');
  }
  return { region, endpoint: resolveStsEndpoint(given, region), dispatcher: ports.network?.dispatcher };
}

/** How the session is called in CloudTrail. */
export function sessionName(given: Pick<Options, 'roleSessionName'>, ports: Ports): string {
  if (given.roleSessionName !== undefined) return given.roleSessionName;
  const user = (ports.env('USER') ?? ports.env('USERNAME') ?? '').replaceAll(/[^\w+=,.@-]/g, '');
  return user === '' ? 'dynadbc' : `dynadbc-${user}`.slice(0, 64);
}

const SHORTEST_SECONDS = 900;

/** The longest that a session may last. */
export const LONGEST_SECONDS = {
  GetSessionToken: 129_600,
  AssumeRole: 43_200,
  /** Of a role that is assumed with another role's credentials. */
  chained: 3600,
} as const;

/** What is wrong with these options before anything is sent. */
export function roleProblem(
  given: RoleOptions,
  base: { readonly isRole: boolean } = { isRole: false },
): Problem | undefined {
  const { awsRoleArn, awsExternalId, roleSessionName, mfaSerialNumber, mfaToken } = given;
  if (mfaToken !== undefined && mfaSerialNumber === undefined) {
    return { code: 'AUTH_MISSING_PROPERTY', message: 'MFAToken needs MFASerialNumber' };
  }
  return (
    shape(
      'AWSRoleARN',
      awsRoleArn,
      ARN,
      'the ARN of a role, such as arn:aws:iam::123456789012:role/Analyst',
    ) ??
    shape(
      'AWSExternalId',
      awsExternalId,
      /^[\w+=,.@:/-]{2,1224}$/,
      '2 to 1224 letters, digits or +=,.@:/-',
    ) ??
    shape('RoleSessionName', roleSessionName, /^[\w+=,.@-]{2,64}$/, '2 to 64 letters, digits or +=,.@-') ??
    shape(
      'MFASerialNumber',
      mfaSerialNumber,
      /^[\w+=/:,.@-]{9,256}$/,
      'the ARN or serial number of a device',
    ) ??
    shape('MFAToken', mfaToken?.reveal(), /^\d{6}$/, 'the six digits that the device shows', 'hidden') ??
    (awsRoleArn === undefined && mfaSerialNumber === undefined
      ? undefined
      : durationProblem(given, base.isRole))
  );
}

const ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;

function shape(
  key: string,
  value: string | undefined,
  pattern: RegExp,
  expected: string,
  hidden?: 'hidden',
): Problem | undefined {
  if (value === undefined || pattern.test(value)) return undefined;
  const found = hidden === undefined ? ` is "${value}"` : '';
  return { code: 'CONN_BAD_VALUE', message: `${key}${found}; expected ${expected}` };
}

function durationProblem(
  { awsRoleArn, temporaryTokenDuration: seconds }: RoleOptions,
  isChained: boolean,
): Problem | undefined {
  const call = awsRoleArn === undefined ? 'GetSessionToken' : 'AssumeRole';
  const most = awsRoleArn !== undefined && isChained ? LONGEST_SECONDS.chained : LONGEST_SECONDS[call];
  if (seconds >= SHORTEST_SECONDS && seconds <= most) return undefined;
  const why = most === LONGEST_SECONDS.chained ? " with a role's own credentials" : '';
  return {
    code: 'CONN_BAD_VALUE',
    message: `TemporaryTokenDuration is ${seconds}; ${call}${why} takes ${SHORTEST_SECONDS} to ${most} seconds`,
  };
}
