import { maskKeyId } from '../core/credentials.ts';
import { DriverError, type ErrorCode } from '../core/errors.ts';

/** What was asked of STS: what its refusals are explained with. */
export interface StsAttempt {
  readonly operation: string;
  readonly accessKeyId?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly principalArn?: string | undefined;
  readonly mfaSerialNumber?: string | undefined;
  readonly durationSeconds?: number | undefined;
}

interface Meaning {
  readonly names: readonly string[];
  /** What its text must hold besides; the text itself may quote what was sent, and is never shown. */
  readonly says?: RegExp;
  readonly code: ErrorCode;
  message(attempt: StsAttempt): string;
  remedy?(attempt: StsAttempt): string;
}

const key = ({ accessKeyId }: StsAttempt): string => maskKeyId(accessKeyId ?? '');
const role = ({ roleArn }: StsAttempt): string => roleArn ?? 'the role';
const fromFile = 'Check that the token is of the right provider and not expired.';

/** What STS's refusals mean for the person who signs in; the first that fits counts. */
const MEANINGS: readonly Meaning[] = [
  {
    names: ['InvalidClientTokenId'],
    code: 'AUTH_REFUSED',
    message: (attempt) =>
      `AWS does not know the access key ${key(attempt)}: it was deleted, is inactive, or is of another partition`,
  },
  {
    names: ['SignatureDoesNotMatch'],
    says: /expired|not yet current/i,
    code: 'AUTH_REFUSED',
    message: () => 'AWS found the request too old or too new: the clock of this machine is wrong',
    remedy: () => 'Set the clock of this machine right.',
  },
  {
    names: ['SignatureDoesNotMatch', 'IncompleteSignature'],
    code: 'AUTH_REFUSED',
    message: (attempt) => `The secret key does not match the access key ${key(attempt)}`,
  },
  {
    names: ['RequestExpired', 'RequestTimeTooSkewed'],
    code: 'AUTH_REFUSED',
    message: () => 'AWS found the request too old: the clock of this machine is wrong',
    remedy: () => 'Set the clock of this machine right.',
  },
  {
    names: ['ExpiredToken', 'ExpiredTokenException'],
    says: /web identity|saml|id token/i,
    code: 'AUTH_EXPIRED',
    message: () => "The identity provider's token has expired",
    remedy: () => 'Get a new token of the identity provider.',
  },
  {
    names: ['ExpiredToken', 'ExpiredTokenException'],
    code: 'AUTH_EXPIRED',
    message: ({ accessKeyId }) =>
      accessKeyId === undefined
        ? "The identity provider's token has expired"
        : 'The session token has expired',
  },
  {
    names: ['AccessDenied'],
    says: /MultiFactorAuthentication failed.*(?:unable to validate|must provide)/is,
    code: 'AUTH_REFUSED',
    message: ({ mfaSerialNumber }) => `AWS does not take the MFA device ${mfaSerialNumber} with these keys`,
    remedy: () => "Set MFASerialNumber to the ARN of the user's own device, as IAM shows it.",
  },
  {
    names: ['AccessDenied'],
    says: /MultiFactorAuthentication/i,
    code: 'AUTH_REFUSED',
    message: ({ mfaSerialNumber }) => `AWS refused the one-time code of the MFA device ${mfaSerialNumber}`,
    remedy: () => 'Give the code that the device shows now; each code works once.',
  },
  {
    names: ['AccessDenied'],
    says: /session credentials/i,
    code: 'AUTH_DENIED',
    message: () => 'A session cannot begin another session: GetSessionToken takes the keys of a user only',
    remedy: () => 'Add AWSRoleARN, so that the code goes along with the role, or give long-lived keys.',
  },
  {
    names: ['AccessDenied'],
    says: /root account/i,
    code: 'AUTH_DENIED',
    message: () => 'Keys of the root user may not assume roles',
    remedy: () => 'Use the keys of an IAM user, or leave out AWSRoleARN.',
  },
  {
    names: ['AccessDenied'],
    says: /AssumeRoleWithSAML/,
    code: 'AUTH_DENIED',
    message: (attempt) => `The role ${role(attempt)} may not be assumed with this assertion`,
    remedy: (attempt) =>
      `Check the role's trust policy: ${attempt.principalArn ?? 'the SAML provider'} must be its principal, and its condition on SAML:aud must fit the assertion's audience.`,
  },
  {
    names: ['AccessDenied'],
    says: /AssumeRole/,
    code: 'AUTH_DENIED',
    message: (attempt) => `The role ${role(attempt)} may not be assumed this way`,
    remedy: ({ operation }) =>
      operation === 'AssumeRole'
        ? "Check the role's trust policy, the caller's permission for sts:AssumeRole, AWSExternalId, and whether the role asks for MFA."
        : "Check the role's trust policy: the provider that it names, and its conditions on audience and subject.",
  },
  {
    names: ['AccessDenied'],
    code: 'AUTH_DENIED',
    message: (attempt) => `A policy forbids the access key ${key(attempt)} to call STS`,
    remedy: ({ operation }) => `Ask for the IAM permission sts:${operation}.`,
  },
  {
    names: ['ValidationError', 'ValidationException'],
    says: /RoleSessionName/,
    code: 'AUTH_SAML',
    message: () =>
      'AWS does not take the RoleSessionName of the assertion: 2 to 64 letters, digits or _+=,.@-',
  },
  {
    names: ['ValidationError', 'ValidationException'],
    says: /outside the account/i,
    code: 'AUTH_ROLE',
    message: (attempt) => `${attempt.principalArn} is not in the account of the role ${role(attempt)}`,
    remedy: () => 'Set AWSPrincipalARN to the SAML provider in the account of AWSRoleARN.',
  },
  {
    names: ['ValidationError', 'ValidationException'],
    says: /role chaining/i,
    code: 'CONN_BAD_VALUE',
    message: ({ durationSeconds }) =>
      `TemporaryTokenDuration is ${durationSeconds}, but the keys are a role's own: a role assumed by another role lasts 3600 seconds at most`,
    remedy: () => 'Lower TemporaryTokenDuration to 3600.',
  },
  {
    names: ['ValidationError', 'ValidationException'],
    says: /MaxSessionDuration/i,
    code: 'CONN_BAD_VALUE',
    message: (attempt) =>
      `TemporaryTokenDuration is ${attempt.durationSeconds}, which is longer than the role ${role(attempt)} allows`,
    remedy: () => "Lower TemporaryTokenDuration, or raise the role's maximum session duration.",
  },
  {
    names: ['ValidationError', 'ValidationException'],
    code: 'AUTH_REFUSED',
    message: ({ operation }) => `STS found something wrong in what ${operation} was given`,
    remedy: () =>
      'Check AWSRoleARN, RoleSessionName, AWSExternalId, MFASerialNumber and TemporaryTokenDuration.',
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    says: /signature/i,
    code: 'AUTH_REFUSED',
    message: (attempt) =>
      `AWS finds the signature wrong: ${attempt.principalArn ?? 'the provider in IAM'} has another certificate than the identity provider signs with`,
    remedy: () => "Upload the identity provider's current metadata to the provider in IAM.",
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    says: /issuer not present/i,
    code: 'AUTH_REFUSED',
    message: (attempt) =>
      `The assertion is not of the identity provider that ${attempt.principalArn} stands for`,
    remedy: () => "Set AWSPrincipalARN to the SAML provider that has this identity provider's metadata.",
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    says: /specified provider doesn/i,
    code: 'AUTH_REFUSED',
    message: (attempt) => `There is no SAML provider ${attempt.principalArn} in that account`,
    remedy: () => 'Correct AWSPrincipalARN, or create the SAML provider in IAM.',
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    says: /saml/i,
    code: 'AUTH_SAML',
    message: () => 'AWS finds no valid assertion in the SAML response',
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    code: 'AUTH_REFUSED',
    message: () =>
      "AWS does not accept the identity provider's token: its signature or its issuer is not that of a provider in IAM",
    remedy: () => fromFile,
  },
  {
    names: ['IDPRejectedClaim', 'IDPRejectedClaimException'],
    code: 'AUTH_REFUSED',
    message: () => "The identity provider rejected the token's claims, or the token was revoked",
    remedy: () => fromFile,
  },
  {
    names: ['RegionDisabledException', 'RegionDisabled'],
    code: 'AUTH_REFUSED',
    message: () => 'STS is not enabled in this Region for the account',
    remedy: () => 'Enable STS in the Region, or choose another AWSRegion or STSEndpoint.',
  },
  {
    names: ['PackedPolicyTooLarge', 'PackedPolicyTooLargeException'],
    code: 'AUTH_REFUSED',
    message: () => "The identity provider's token carries more session tags than AWS takes",
  },
  {
    names: [
      'IDPCommunicationError',
      'IDPCommunicationErrorException',
      'Throttling',
      'ThrottlingException',
      'RequestLimitExceeded',
      'TooManyRequestsException',
      'ServiceUnavailable',
      'InternalFailure',
    ],
    code: 'AUTH_UNAVAILABLE',
    message: ({ operation }) => `STS could not do ${operation} for the moment`,
  },
];

/** An error of the SDK's client for STS as the driver tells it. */
export function stsError(thrown: unknown, attempt: StsAttempt): DriverError {
  if (thrown instanceof DriverError) return thrown;
  const name = thrown instanceof Error ? thrown.name : 'Error';
  const text = thrown instanceof Error ? thrown.message : '';
  const meaning = MEANINGS.find(({ names, says }) => names.includes(name) && (says?.test(text) ?? true));
  const { operation } = attempt;
  if (meaning !== undefined) {
    const remedy = meaning.remedy?.(attempt);
    return new DriverError(
      meaning.code,
      `${meaning.message(attempt)} (STS ${operation}: ${name})`,
      remedy === undefined ? {} : { remedy },
    );
  }
  const status = statusOf(thrown);
  if (status === undefined || status < 300)
    return new DriverError('AUTH_MALFORMED', `STS answered ${operation} with something other than its XML`);
  if (status >= 500 || status === 429) {
    return new DriverError('AUTH_UNAVAILABLE', `STS failed at ${operation} with status ${status}`);
  }
  return new DriverError('AUTH_REFUSED', `STS refused ${operation}: ${name}`);
}

/** The HTTP status of the answer, where there was one that could be read. */
function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('$metadata' in thrown)) return undefined;
  const metadata = thrown.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
