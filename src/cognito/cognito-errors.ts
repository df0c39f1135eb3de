import { DriverError, type ErrorCode, getErrorMessage } from '../core/errors.ts';

interface Meaning {
  readonly names: readonly string[];
  /** Where one name stands for several things: a part of Cognito's text, which itself is not shown. */
  readonly says?: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy?: string;
}

const ASK_ADMIN = 'Ask an administrator of the user pool.';

/** What Cognito's errors mean for the person who signs in; the first that fits counts. */
const MEANINGS: readonly Meaning[] = [
  {
    names: ['NotAuthorizedException', 'InvalidParameterException'],
    says: /secret_?hash was not received/i,
    code: 'AUTH_MISSING_PROPERTY',
    message: 'The app client has a secret: AWSUserPoolClientAppSecret is needed',
  },
  {
    names: ['NotAuthorizedException'],
    says: /secret hash/i,
    code: 'AUTH_REFUSED',
    message: 'AWSUserPoolClientAppSecret is not the secret of AWSUserPoolClientAppId',
    remedy: "Copy the app client's secret anew; give none where the app client has none.",
  },
  {
    names: ['NotAuthorizedException'],
    says: /attempts exceeded/i,
    code: 'AUTH_REFUSED',
    message: 'The user is locked for a while after too many failed sign-ins',
    remedy: 'Wait some minutes before the next sign-in.',
  },
  {
    names: ['NotAuthorizedException'],
    says: /disabled/i,
    code: 'AUTH_REFUSED',
    message: 'The user is disabled in the user pool',
    remedy: ASK_ADMIN,
  },
  {
    names: ['NotAuthorizedException'],
    says: /invalid session|session is expired/i,
    code: 'AUTH_EXPIRED',
    message: 'The sign-in took longer than the user pool allows',
  },
  {
    names: ['NotAuthorizedException'],
    says: /refresh token/i,
    code: 'AUTH_EXPIRED',
    message: 'The refresh token of the user pool is no longer valid',
  },
  {
    names: ['NotAuthorizedException'],
    says: /temporary password has expired/i,
    code: 'AUTH_EXPIRED',
    message: 'The temporary password has expired',
    remedy: ASK_ADMIN,
  },
  {
    names: ['NotAuthorizedException'],
    says: /not from a supported provider/i,
    code: 'AUTH_REFUSED',
    message: 'The identity pool does not accept users of this user pool and app client',
    remedy: "Add the user pool and app client to the identity pool's providers.",
  },
  {
    names: ['NotAuthorizedException'],
    says: /token.*expired/i,
    code: 'AUTH_EXPIRED',
    message: "The user pool's token has expired",
  },
  {
    names: ['NotAuthorizedException'],
    says: /forbidden/i,
    code: 'AUTH_REFUSED',
    message: 'The identity pool does not give this user credentials',
    remedy: 'Check the roles and rules of the identity pool, and AWSRoleARN.',
  },
  {
    // One message for both: nobody is to find out who is in the pool.
    names: ['NotAuthorizedException', 'UserNotFoundException'],
    code: 'AUTH_REFUSED',
    message: 'Cognito refused User or Password',
    remedy: 'Check User and Password, and that the user belongs to AWSUserPoolId.',
  },
  {
    names: ['UserNotConfirmedException'],
    code: 'AUTH_REFUSED',
    message: 'The user has not been confirmed in the user pool',
    remedy: 'Confirm the user with the code that Cognito sent, or ask an administrator.',
  },
  {
    names: ['PasswordResetRequiredException'],
    code: 'AUTH_REFUSED',
    message: 'The password must be reset before this user can sign in',
    remedy: 'Set a new password with "forgot password" of the application.',
  },
  {
    names: ['InvalidPasswordException'],
    code: 'AUTH_REFUSED',
    message: 'NewPassword does not meet the rules of the user pool',
    remedy: "Choose a password that meets the user pool's policy.",
  },
  {
    names: ['CodeMismatchException'],
    code: 'AUTH_REFUSED',
    message: 'The one-time code is wrong',
    remedy: 'Check the clock of the device, and give a new code.',
  },
  {
    names: ['ExpiredCodeException'],
    code: 'AUTH_EXPIRED',
    message: 'The one-time code has expired',
    remedy: 'Give a new code.',
  },
  {
    names: ['InvalidParameterException'],
    says: /USER_PASSWORD_AUTH/,
    code: 'AUTH_REFUSED',
    message: 'The app client does not allow sign-in with user and password',
    remedy: 'Enable ALLOW_USER_PASSWORD_AUTH for the app client, or use AuthScheme=AwsCognitoSrp.',
  },
  {
    names: ['InvalidParameterException'],
    says: /USER_SRP_AUTH/,
    code: 'AUTH_REFUSED',
    message: 'The app client does not allow sign-in with SRP',
    remedy: 'Enable ALLOW_USER_SRP_AUTH for the app client.',
  },
  {
    names: ['InvalidIdentityPoolConfigurationException'],
    code: 'AUTH_REFUSED',
    message: 'The identity pool has no role for this user, or one that it may not assume',
    remedy:
      'Give the identity pool a role for authenticated users that trusts cognito-identity.amazonaws.com.',
  },
  {
    names: ['ResourceNotFoundException'],
    code: 'AUTH_REFUSED',
    message: 'Cognito does not know this pool or app client in its Region',
    remedy: 'Check AWSUserPoolId, AWSUserPoolClientAppId and AWSIdentityPoolId.',
  },
  {
    names: ['UserLambdaValidationException'],
    code: 'AUTH_REFUSED',
    message: 'A trigger of the user pool refused the sign-in',
    remedy: ASK_ADMIN,
  },
];

const FOR_THE_MOMENT: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'LimitExceededException',
  'ThrottlingException',
  'ExternalServiceException',
  'InternalErrorException',
]);

/** An error of a Cognito client as the driver tells it. */
export function cognitoError(operation: string, error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  const name = error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : 'Error';
  const status = statusOf(error);
  const what = `(Cognito ${operation}: ${name})`;
  if (status === undefined) {
    return new DriverError('CONN_NETWORK', `Cognito could not be reached: ${getErrorMessage(error)}`, {
      cause: error,
    });
  }
  if (status < 300) {
    return new DriverError('AUTH_MALFORMED', `Cognito answered ${operation} with something unreadable`);
  }
  if (FOR_THE_MOMENT.has(name) || status >= 500 || status === 429) {
    return new DriverError('AUTH_UNAVAILABLE', `Cognito is busy or has failed ${what}`);
  }
  const said = getErrorMessage(error);
  const meaning = MEANINGS.find((known) => known.names.includes(name) && (known.says?.test(said) ?? true));
  if (meaning === undefined) return new DriverError('AUTH_REFUSED', `Cognito refused ${what}`);
  const { code, message, remedy } = meaning;
  return new DriverError(code, `${message} ${what}`, remedy === undefined ? {} : { remedy });
}

/** The HTTP status, where there was an answer at all. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
