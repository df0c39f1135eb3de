import { DriverError, type ErrorCode, getErrorMessage } from '../core/errors.ts';

interface CognitoFailure {
  readonly names: readonly string[];
  /** Tells apart failures with the same name by Cognito's message, which itself is never shown. */
  readonly pattern?: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy?: string;
}

const ASK_ADMIN = 'Ask an administrator of the user pool.';

/** Cognito's errors for the user who signs in; the first match counts. */
const FAILURES: readonly CognitoFailure[] = [
  {
    names: ['NotAuthorizedException', 'InvalidParameterException'],
    pattern: /secret_?hash was not received/i,
    code: 'AUTH_MISSING_PROPERTY',
    message: 'The app client has a secret, but AWSUserPoolClientAppSecret is not set',
  },
  {
    names: ['NotAuthorizedException'],
    pattern: /secret hash/i,
    code: 'AUTH_REFUSED',
    message: 'AWSUserPoolClientAppSecret is not the secret of AWSUserPoolClientAppId',
    remedy:
      "Copy the app client's secret again, or remove AWSUserPoolClientAppSecret if the app client has none.",
  },
  {
    names: ['NotAuthorizedException'],
    pattern: /attempts exceeded/i,
    code: 'AUTH_REFUSED',
    message: 'The user is temporarily locked after too many failed sign-ins',
    remedy: 'Wait some minutes before you sign in again.',
  },
  {
    names: ['NotAuthorizedException'],
    pattern: /disabled/i,
    code: 'AUTH_REFUSED',
    message: 'The user is disabled in the user pool',
    remedy: ASK_ADMIN,
  },
  {
    names: ['NotAuthorizedException'],
    pattern: /invalid session|session is expired/i,
    code: 'AUTH_EXPIRED',
    message: 'The sign-in took longer than the user pool allows',
  },
  {
    names: ['NotAuthorizedException'],
    pattern: /refresh token/i,
    code: 'AUTH_EXPIRED',
    message: 'The refresh token of the user pool has expired or was revoked',
  },
  {
    names: ['NotAuthorizedException'],
    pattern: /temporary password has expired/i,
    code: 'AUTH_EXPIRED',
    message: 'The temporary password has expired',
    remedy: ASK_ADMIN,
  },
  {
    names: ['NotAuthorizedException'],
    pattern: /not from a supported provider/i,
    code: 'AUTH_REFUSED',
    message: 'The identity pool does not accept users of this user pool and app client',
    remedy: "Add the user pool and app client to the identity pool's providers.",
  },
  {
    names: ['NotAuthorizedException'],
    pattern: /token.*expired/i,
    code: 'AUTH_EXPIRED',
    message: "The user pool's token has expired",
  },
  {
    names: ['NotAuthorizedException'],
    pattern: /forbidden/i,
    code: 'AUTH_REFUSED',
    message: 'The identity pool denied credentials for this user',
    remedy: 'Check the roles and rules of the identity pool, and AWSRoleARN.',
  },
  {
    // One message for both, so that it does not reveal which users exist.
    names: ['NotAuthorizedException', 'UserNotFoundException'],
    code: 'AUTH_REFUSED',
    message: 'Cognito rejected User or Password',
    remedy: 'Check User and Password, and that the user belongs to AWSUserPoolId.',
  },
  {
    names: ['UserNotConfirmedException'],
    code: 'AUTH_REFUSED',
    message: 'The user is not confirmed in the user pool',
    remedy: 'Confirm the user with the code that Cognito sent, or ask an administrator.',
  },
  {
    names: ['PasswordResetRequiredException'],
    code: 'AUTH_REFUSED',
    message: 'The password must be reset before this user can sign in',
    remedy: 'Set a new password with "Forgot password" in the application.',
  },
  {
    names: ['InvalidPasswordException'],
    code: 'AUTH_REFUSED',
    message: 'NewPassword does not conform to the password policy of the user pool',
    remedy: 'Choose a password that conforms to the policy.',
  },
  {
    names: ['CodeMismatchException'],
    code: 'AUTH_REFUSED',
    message: 'Cognito rejected the one-time code',
    remedy: 'Use the latest code, and check the clock of the device that shows it.',
  },
  {
    names: ['ExpiredCodeException'],
    code: 'AUTH_EXPIRED',
    message: 'The one-time code has expired',
    remedy: 'Use a new code.',
  },
  {
    names: ['InvalidParameterException'],
    pattern: /USER_PASSWORD_AUTH/,
    code: 'AUTH_REFUSED',
    message: 'The app client does not allow the flow USER_PASSWORD_AUTH',
    remedy: 'Enable ALLOW_USER_PASSWORD_AUTH for the app client, or use AuthScheme=AwsCognitoSrp.',
  },
  {
    names: ['InvalidParameterException'],
    pattern: /USER_SRP_AUTH/,
    code: 'AUTH_REFUSED',
    message: 'The app client does not allow the flow USER_SRP_AUTH',
    remedy: 'Enable ALLOW_USER_SRP_AUTH for the app client.',
  },
  {
    names: ['InvalidIdentityPoolConfigurationException'],
    code: 'AUTH_REFUSED',
    message: 'The identity pool has no role for this user, or is not allowed to assume it',
    remedy:
      'Configure a role for authenticated users in the identity pool that trusts cognito-identity.amazonaws.com.',
  },
  {
    names: ['ResourceNotFoundException'],
    code: 'AUTH_REFUSED',
    message: 'The user pool, app client or identity pool does not exist in its Region',
    remedy: 'Check AWSUserPoolId, AWSUserPoolClientAppId and AWSIdentityPoolId.',
  },
  {
    names: ['UserLambdaValidationException'],
    code: 'AUTH_REFUSED',
    message: 'A Lambda trigger of the user pool rejected the sign-in',
    remedy: ASK_ADMIN,
  },
];

const TRANSIENT_ERRORS: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'LimitExceededException',
  'ThrottlingException',
  'ExternalServiceException',
  'InternalErrorException',
]);

/** Converts an error of a Cognito client. */
export function toCognitoError(operation: string, error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  const name = error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : 'Error';
  const status = findHttpStatus(error);
  const request = `(Cognito ${operation}: ${name})`;
  if (status === undefined) {
    return new DriverError('CONN_NETWORK', `could not connect to Cognito: ${getErrorMessage(error)}`, {
      cause: error,
    });
  }
  if (status < 300) {
    return new DriverError('AUTH_MALFORMED', `Cognito returned an invalid response to ${operation}`);
  }
  if (TRANSIENT_ERRORS.has(name) || status >= 500 || status === 429) {
    return new DriverError('AUTH_UNAVAILABLE', `Cognito is temporarily unavailable ${request}`);
  }
  const text = getErrorMessage(error);
  const failure = FAILURES.find(
    ({ names, pattern }) => names.includes(name) && (pattern?.test(text) ?? true),
  );
  if (failure === undefined)
    return new DriverError('AUTH_REFUSED', `Cognito rejected the request ${request}`);
  const { code, message, remedy } = failure;
  return new DriverError(code, `${message} ${request}`, remedy === undefined ? {} : { remedy });
}

/** The HTTP status, or undefined without a response. */
function findHttpStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
