import { findRegion, resolveStsEndpoint } from '../aws/endpoints.ts';
import type { Options } from '../connstring/properties.ts';
import { DriverError, type Problem } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import type { StsTarget } from '../aws/sts.ts';

/** The properties that determine the STS endpoint. */
export const STS_OPTIONS = ['awsRegion', 'domain', 'endpoint', 'stsEndpoint'] as const;
export type StsOptions = Pick<Options, (typeof STS_OPTIONS)[number]>;

/** The properties of a role session besides AWSRoleARN. */
export const ROLE_OPTIONS = [
  ...STS_OPTIONS,
  'awsExternalId',
  'roleSessionName',
  'temporaryTokenDuration',
] as const;

/** The properties of an MFA session besides MFASerialNumber. */
export const MFA_OPTIONS = ['mfaToken', 'credentialsLocation'] as const;

/** The options of a session that other credentials start: for a role, with MFA, or both. */
export type RoleOptions = Pick<Options, (typeof ROLE_OPTIONS)[number]> &
  Partial<Pick<Options, 'awsRoleArn' | 'mfaSerialNumber' | (typeof MFA_OPTIONS)[number]>>;

/** The STS endpoint of these options; CONN_NO_REGION without a Region. */
export function resolveStsTarget(options: StsOptions, ports: Pick<Ports, 'network'>): StsTarget {
  const region = findRegion(options);
  if (region === undefined) {
    throw new DriverError('CONN_NO_REGION', 'You must specify a Region to call STS');
  }
  return { region, endpoint: resolveStsEndpoint(options, region), dispatcher: ports.network?.dispatcher };
}

/** The session name that CloudTrail shows: RoleSessionName, else the user of the operating system. */
export function resolveSessionName(options: Pick<Options, 'roleSessionName'>, ports: Ports): string {
  if (options.roleSessionName !== undefined) return options.roleSessionName;
  const user = (ports.env('USER') ?? ports.env('USERNAME') ?? '').replaceAll(/[^\w+=,.@-]/g, '');
  return user === '' ? 'dynadbc' : `dynadbc-${user}`.slice(0, 64);
}

const MIN_SESSION_SECONDS = 900;

/** The maximum lifetime of a session by STS operation. */
export const MAX_SESSION_SECONDS = {
  GetSessionToken: 129_600,
  AssumeRole: 43_200,
  /** Role chaining: a role that is assumed with the credentials of another role. */
  chained: 3600,
} as const;

/** Checks the options before anything is sent. */
export function checkRoleOptions(
  options: RoleOptions,
  base: { readonly isRole: boolean } = { isRole: false },
): Problem | undefined {
  const { awsRoleArn, awsExternalId, roleSessionName, mfaSerialNumber, mfaToken } = options;
  if (mfaToken !== undefined && mfaSerialNumber === undefined) {
    return { code: 'AUTH_MISSING_PROPERTY', message: 'MFAToken needs MFASerialNumber' };
  }
  return (
    checkFormat(
      'AWSRoleARN',
      awsRoleArn,
      ARN,
      'the ARN of a role, such as arn:aws:iam::123456789012:role/Analyst',
    ) ??
    checkFormat(
      'AWSExternalId',
      awsExternalId,
      /^[\w+=,.@:/-]{2,1224}$/,
      '2 to 1224 letters, digits or +=,.@:/-',
    ) ??
    checkFormat(
      'RoleSessionName',
      roleSessionName,
      /^[\w+=,.@-]{2,64}$/,
      '2 to 64 letters, digits or +=,.@-',
    ) ??
    checkFormat(
      'MFASerialNumber',
      mfaSerialNumber,
      /^[\w+=/:,.@-]{9,256}$/,
      'the ARN or serial number of an MFA device',
    ) ??
    checkFormat(
      'MFAToken',
      mfaToken?.reveal(),
      /^\d{6}$/,
      'the six digits that the MFA device shows',
      'hidden',
    ) ??
    (awsRoleArn === undefined && mfaSerialNumber === undefined
      ? undefined
      : checkDuration(options, base.isRole))
  );
}

const ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;

function checkFormat(
  key: string,
  value: string | undefined,
  pattern: RegExp,
  expected: string,
  hidden?: 'hidden',
): Problem | undefined {
  if (value === undefined || pattern.test(value)) return undefined;
  const shown = hidden === undefined ? ` is "${value}"` : ' is invalid';
  return { code: 'CONN_BAD_VALUE', message: `${key}${shown}; expected ${expected}` };
}

function checkDuration(
  { awsRoleArn, temporaryTokenDuration: seconds }: RoleOptions,
  isChained: boolean,
): Problem | undefined {
  const operation = awsRoleArn === undefined ? 'GetSessionToken' : 'AssumeRole';
  const max =
    awsRoleArn !== undefined && isChained ? MAX_SESSION_SECONDS.chained : MAX_SESSION_SECONDS[operation];
  if (seconds >= MIN_SESSION_SECONDS && seconds <= max) return undefined;
  const chaining = max === MAX_SESSION_SECONDS.chained ? ' with role chaining' : '';
  return {
    code: 'CONN_BAD_VALUE',
    message: `TemporaryTokenDuration is ${seconds}; ${operation}${chaining} allows ${MIN_SESSION_SECONDS} to ${max} seconds`,
  };
}
