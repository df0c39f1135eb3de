import { maskKeyId } from '../core/credentials.ts';
import { DriverError, type ErrorCode } from '../core/errors.ts';

/** The request that STS rejected, to explain the error. */
export interface StsAttempt {
  readonly operation: string;
  readonly accessKeyId?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly principalArn?: string | undefined;
  readonly mfaSerialNumber?: string | undefined;
  readonly durationSeconds?: number | undefined;
}

interface StsErrorRule {
  readonly names: readonly string[];
  /** Must match the message as well. The message itself may quote the request and is never shown. */
  readonly pattern?: RegExp;
  readonly code: ErrorCode;
  message(attempt: StsAttempt): string;
  remedy?(attempt: StsAttempt): string;
}

const key = ({ accessKeyId }: StsAttempt): string => maskKeyId(accessKeyId ?? '');
const role = ({ roleArn }: StsAttempt): string => roleArn ?? 'the role';
const CHECK_TOKEN = 'Check that the token is from the right identity provider and has not expired.';

/** The meaning of STS errors; the first match applies. */
const RULES: readonly StsErrorRule[] = [
  {
    names: ['InvalidClientTokenId'],
    code: 'AUTH_REFUSED',
    message: (attempt) =>
      `AWS does not recognize the access key ${key(attempt)}: it was deleted, is inactive, or belongs to another partition`,
  },
  {
    names: ['SignatureDoesNotMatch'],
    pattern: /expired|not yet current/i,
    code: 'AUTH_REFUSED',
    message: () => 'The signature is expired or not yet current: the clock of this machine is wrong',
    remedy: () => 'Correct the system clock.',
  },
  {
    names: ['SignatureDoesNotMatch', 'IncompleteSignature'],
    code: 'AUTH_REFUSED',
    message: (attempt) => `The secret key does not match the access key ${key(attempt)}`,
  },
  {
    names: ['RequestExpired', 'RequestTimeTooSkewed'],
    code: 'AUTH_REFUSED',
    message: () => 'The request has expired: the clock of this machine is wrong',
    remedy: () => 'Correct the system clock.',
  },
  {
    names: ['ExpiredToken', 'ExpiredTokenException'],
    pattern: /web identity|saml|id token/i,
    code: 'AUTH_EXPIRED',
    message: () => "The identity provider's token has expired",
    remedy: () => 'Get a new token from the identity provider.',
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
    pattern: /MultiFactorAuthentication failed.*(?:unable to validate|must provide)/is,
    code: 'AUTH_REFUSED',
    message: ({ mfaSerialNumber }) =>
      `The MFA device ${mfaSerialNumber} does not belong to the user of these keys`,
    remedy: () => "Set MFASerialNumber to the ARN of the user's MFA device, as shown in IAM.",
  },
  {
    names: ['AccessDenied'],
    pattern: /MultiFactorAuthentication/i,
    code: 'AUTH_REFUSED',
    message: ({ mfaSerialNumber }) => `AWS rejected the one-time code of the MFA device ${mfaSerialNumber}`,
    remedy: () => 'Use the code that the device shows now; each code works once.',
  },
  {
    names: ['AccessDenied'],
    pattern: /session credentials/i,
    code: 'AUTH_DENIED',
    message: () =>
      'Cannot call GetSessionToken with session credentials: it requires the access keys of an IAM user',
    remedy: () => 'Set AWSRoleARN to use the code for AssumeRole, or use long-term access keys.',
  },
  {
    names: ['AccessDenied'],
    pattern: /root account/i,
    code: 'AUTH_DENIED',
    message: () => 'Roles may not be assumed by root accounts',
    remedy: () => 'Use the access keys of an IAM user, or remove AWSRoleARN.',
  },
  {
    names: ['AccessDenied'],
    pattern: /AssumeRoleWithSAML/,
    code: 'AUTH_DENIED',
    message: (attempt) => `Not authorized to assume ${role(attempt)} with this assertion`,
    remedy: (attempt) =>
      `Check the role's trust policy: ${attempt.principalArn ?? 'the SAML provider'} must be its principal, and its SAML:aud condition must match the audience of the assertion.`,
  },
  {
    names: ['AccessDenied'],
    pattern: /AssumeRole/,
    code: 'AUTH_DENIED',
    message: (attempt) => `Not authorized to assume ${role(attempt)}`,
    remedy: ({ operation }) =>
      operation === 'AssumeRole'
        ? "Check the role's trust policy, the caller's permission for sts:AssumeRole, AWSExternalId, and whether the role requires MFA."
        : "Check the role's trust policy: its identity provider, and its conditions on audience and subject.",
  },
  {
    names: ['AccessDenied'],
    code: 'AUTH_DENIED',
    message: (attempt) => `The access key ${key(attempt)} is not authorized to call STS`,
    remedy: ({ operation }) => `Grant the IAM permission sts:${operation}.`,
  },
  {
    names: ['ValidationError', 'ValidationException'],
    pattern: /RoleSessionName/,
    code: 'AUTH_SAML',
    message: () =>
      'The RoleSessionName of the assertion is invalid: it must have 2 to 64 letters, digits or _+=,.@-',
  },
  {
    names: ['ValidationError', 'ValidationException'],
    pattern: /outside the account/i,
    code: 'AUTH_ROLE',
    message: (attempt) => `${attempt.principalArn} is not in the account of the role ${role(attempt)}`,
    remedy: () => 'Set AWSPrincipalARN to the SAML provider in the account of AWSRoleARN.',
  },
  {
    names: ['ValidationError', 'ValidationException'],
    pattern: /role chaining/i,
    code: 'CONN_BAD_VALUE',
    message: ({ durationSeconds }) =>
      `TemporaryTokenDuration is ${durationSeconds}, but the keys belong to a role: role chaining is limited to 3600 seconds`,
    remedy: () => 'Lower TemporaryTokenDuration to 3600.',
  },
  {
    names: ['ValidationError', 'ValidationException'],
    pattern: /MaxSessionDuration/i,
    code: 'CONN_BAD_VALUE',
    message: (attempt) =>
      `TemporaryTokenDuration is ${attempt.durationSeconds}, which exceeds the MaxSessionDuration of ${role(attempt)}`,
    remedy: () => "Lower TemporaryTokenDuration, or raise the role's maximum session duration.",
  },
  {
    names: ['ValidationError', 'ValidationException'],
    code: 'AUTH_REFUSED',
    message: ({ operation }) => `STS rejected the parameters of ${operation}`,
    remedy: () =>
      'Check AWSRoleARN, RoleSessionName, AWSExternalId, MFASerialNumber and TemporaryTokenDuration.',
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    pattern: /signature/i,
    code: 'AUTH_REFUSED',
    message: (attempt) =>
      `Invalid signature: the certificate of ${attempt.principalArn ?? 'the provider in IAM'} is not the one that the identity provider signs with`,
    remedy: () => "Upload the identity provider's current metadata to the provider in IAM.",
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    pattern: /issuer not present/i,
    code: 'AUTH_REFUSED',
    message: (attempt) => `The assertion was not issued by the identity provider of ${attempt.principalArn}`,
    remedy: () => "Set AWSPrincipalARN to the SAML provider with this identity provider's metadata.",
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    pattern: /specified provider doesn/i,
    code: 'AUTH_REFUSED',
    message: (attempt) => `The SAML provider ${attempt.principalArn} does not exist`,
    remedy: () => 'Correct AWSPrincipalARN, or create the SAML provider in IAM.',
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    pattern: /saml/i,
    code: 'AUTH_SAML',
    message: () => 'The SAML response does not contain a valid assertion',
  },
  {
    names: ['InvalidIdentityToken', 'InvalidIdentityTokenException'],
    code: 'AUTH_REFUSED',
    message: () =>
      "AWS rejected the identity provider's token: its signature or issuer does not match an identity provider in IAM",
    remedy: () => CHECK_TOKEN,
  },
  {
    names: ['IDPRejectedClaim', 'IDPRejectedClaimException'],
    code: 'AUTH_REFUSED',
    message: () => "The identity provider rejected the token's claims, or the token was revoked",
    remedy: () => CHECK_TOKEN,
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
    message: () => "The identity provider's token exceeds the limit for session tags",
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
    message: ({ operation }) => `STS ${operation} is temporarily unavailable`,
  },
];

/** Converts an error of the SDK's STS client to a DriverError. */
export function toStsError(thrown: unknown, attempt: StsAttempt): DriverError {
  if (thrown instanceof DriverError) return thrown;
  const name = thrown instanceof Error ? thrown.name : 'Error';
  const message = thrown instanceof Error ? thrown.message : '';
  const rule = RULES.find(({ names, pattern }) => names.includes(name) && (pattern?.test(message) ?? true));
  const { operation } = attempt;
  if (rule !== undefined) {
    const remedy = rule.remedy?.(attempt);
    return new DriverError(
      rule.code,
      `${rule.message(attempt)} (STS ${operation}: ${name})`,
      remedy === undefined ? {} : { remedy },
    );
  }
  const status = readHttpStatus(thrown);
  if (status === undefined || status < 300)
    return new DriverError('AUTH_MALFORMED', `STS returned an invalid response to ${operation}`);
  if (status >= 500 || status === 429) {
    return new DriverError('AUTH_UNAVAILABLE', `STS ${operation} failed with status ${status}`);
  }
  return new DriverError('AUTH_REFUSED', `STS rejected ${operation}: ${name}`);
}

/** The HTTP status of the response, if there was one. */
function readHttpStatus(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('$metadata' in thrown)) return undefined;
  const metadata = thrown.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
