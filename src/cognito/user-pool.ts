import { createHmac } from 'node:crypto';
import type {
  ChallengeNameType,
  CognitoIdentityProviderClient,
  InitiateAuthCommandInput,
  RespondToAuthChallengeCommandOutput,
} from '@aws-sdk/client-cognito-identity-provider';
import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { createBoundedHandler } from '../aws/bounded-handler.ts';
import {
  type ChallengeResponder,
  type CognitoParameters,
  findNewPassword,
  respondToChallenge,
} from './challenges.ts';
import { toCognitoError } from './cognito-errors.ts';
import type { PasswordFlow } from './password-flows.ts';
import type { UserPool } from './pools.ts';

/** The tokens of a user who signed in to a user pool. */
export interface PoolSession {
  readonly idToken: Secret;
  readonly refreshToken?: Secret;
  /** The user name in the user pool, which can differ from the one in the connection string. */
  readonly userName: string;
  /** The password that replaced a temporary one during this sign-in. */
  readonly newPassword?: Secret;
}

/** The user who signs in. */
export interface PoolUser {
  readonly name: string;
  readonly password: Secret;
}

/** The common part of the responses of InitiateAuth and RespondToAuthChallenge. */
type AuthResponse = Pick<
  RespondToAuthChallengeCommandOutput,
  'AuthenticationResult' | 'ChallengeName' | 'ChallengeParameters' | 'Session'
>;

const TIMEOUT_MS = 10_000;
const MAX_CHALLENGES = 8;

/** Signs in with a password and responds to the challenges of the user pool. */
export async function signInToPool(
  pool: UserPool,
  user: PoolUser,
  flow: PasswordFlow,
  responder: ChallengeResponder,
  signal: AbortSignal,
): Promise<PoolSession> {
  const { parameters, verifyPassword } = await flow.begin(pool, user.password);
  return withClient(pool, signal, async (client) => {
    let response = await client.initiate(flow.authFlow, user.name, { USERNAME: user.name, ...parameters });
    let userName = user.name;
    let newPassword: Secret | undefined;
    for (let count = 0; count < MAX_CHALLENGES && response.ChallengeName !== undefined; count++) {
      const name = response.ChallengeName;
      const challenge = response.ChallengeParameters ?? {};
      userName = challenge['USER_ID_FOR_SRP'] ?? userName;
      const answers =
        name === 'PASSWORD_VERIFIER' && verifyPassword !== undefined
          ? await verifyPassword(challenge)
          : await respondToChallenge(name, challenge, responder);
      response = await client.respond(name, userName, answers, response.Session);
      newPassword = findNewPassword(answers) ?? newPassword;
    }
    const session = toPoolSession(response, userName);
    return newPassword === undefined ? session : { ...session, newPassword };
  });
}

/** Renews a session with its refresh token; fails if the user pool has revoked it. */
export async function refreshPoolSession(
  pool: UserPool,
  { userName, refreshToken }: PoolSession & { readonly refreshToken: Secret },
  signal: AbortSignal,
): Promise<PoolSession> {
  return withClient(pool, signal, async (client) => {
    const response = await client.initiate('REFRESH_TOKEN_AUTH', userName, {
      REFRESH_TOKEN: refreshToken.reveal(),
    });
    return { refreshToken, ...toPoolSession(response, userName) };
  });
}

function toPoolSession(response: AuthResponse, userName: string): PoolSession {
  if (response.ChallengeName !== undefined) {
    throw new DriverError('AUTH_REFUSED', `The user pool requires more than ${MAX_CHALLENGES} challenges`);
  }
  const { IdToken: idToken, RefreshToken: refreshToken } = response.AuthenticationResult ?? {};
  if (idToken === undefined || idToken === '') {
    throw new DriverError('AUTH_MALFORMED', 'Cognito returned no ID token');
  }
  return {
    idToken: new Secret(idToken),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    userName: parseUserName(idToken) ?? userName,
  };
}

/** The user name in the ID token. It needs no verification, since the user pool checks it in each request. */
function parseUserName(idToken: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    const name = new Map(Object.entries(Object(claims))).get('cognito:username');
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    // Not a JWT: the caller keeps the name that it signed in with.
    return undefined;
  }
}

/** The requests of a sign-in. */
interface PoolClient {
  initiate(
    flow: InitiateAuthCommandInput['AuthFlow'],
    userName: string,
    parameters: CognitoParameters,
  ): Promise<AuthResponse>;
  respond(
    name: ChallengeNameType,
    userName: string,
    answers: CognitoParameters,
    session: string | undefined,
  ): Promise<AuthResponse>;
}

async function withClient<T>(
  pool: UserPool,
  signal: AbortSignal,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const sdk = await import('@aws-sdk/client-cognito-identity-provider');
  const client: CognitoIdentityProviderClient = new sdk.CognitoIdentityProviderClient({
    region: pool.region,
    requestHandler: createBoundedHandler(TIMEOUT_MS, pool.dispatcher),
    // A one-time code must not be sent twice.
    maxAttempts: 1,
    ...(pool.endpoint === undefined ? {} : { endpoint: pool.endpoint }),
  });
  const withHash = (userName: string, parameters: CognitoParameters): Record<string, string> =>
    pool.clientSecret === undefined
      ? { ...parameters }
      : { ...parameters, SECRET_HASH: computeSecretHash(userName, pool.clientId, pool.clientSecret) };
  try {
    return await work({
      async initiate(AuthFlow, userName, parameters) {
        const AuthParameters = withHash(userName, parameters);
        const command = new sdk.InitiateAuthCommand({ ClientId: pool.clientId, AuthFlow, AuthParameters });
        return toCognitoResult('InitiateAuth', signal, client.send(command, { abortSignal: signal }));
      },
      async respond(ChallengeName, userName, answers, Session) {
        const command = new sdk.RespondToAuthChallengeCommand({
          ClientId: pool.clientId,
          ChallengeName,
          ChallengeResponses: withHash(userName, { USERNAME: userName, ...answers }),
          ...(Session === undefined ? {} : { Session }),
        });
        return toCognitoResult(
          'RespondToAuthChallenge',
          signal,
          client.send(command, { abortSignal: signal }),
        );
      },
    });
  } finally {
    client.destroy();
  }
}

/** The result of a request; failures become driver errors, or the abort reason if the caller aborted. */
async function toCognitoResult<T>(operation: string, signal: AbortSignal, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    signal.throwIfAborted();
    throw toCognitoError(operation, error);
  }
}

/** The SECRET_HASH of a request, which proves knowledge of the app client's secret. */
export function computeSecretHash(userName: string, clientId: string, clientSecret: Secret): string {
  return createHmac('sha256', clientSecret.reveal())
    .update(userName + clientId)
    .digest('base64');
}
