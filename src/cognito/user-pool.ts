import type {
  ChallengeNameType,
  CognitoIdentityProviderClient,
  InitiateAuthCommandInput,
  RespondToAuthChallengeCommandOutput,
} from '@aws-sdk/client-cognito-identity-provider';
import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { createBoundedHandler } from '../aws/bounded-handler.ts';
import { type Answerer, answerChallenge, newPasswordIn } from './challenges.ts';
import { cognitoError } from './cognito-errors.ts';
import type { PasswordFlow } from './password-flows.ts';
import type { UserPool } from './pools.ts';
import { secretHash } from './secret-hash.ts';

/** What a sign-in at the user pool gives. */
export interface PoolSession {
  readonly idToken: Secret;
  readonly refreshToken?: Secret;
  /** The name under which the user pool keeps the user; not always the one that was typed. */
  readonly userName: string;
  /** The password that the sign-in set in place of a temporary one. */
  readonly newPassword?: Secret;
}

/** Whoever signs in. */
export interface PoolUser {
  readonly name: string;
  readonly password: Secret;
}

type Texts = Readonly<Record<string, string>>;
/** Both of Cognito's answers look like this. */
type Step = Pick<
  RespondToAuthChallengeCommandOutput,
  'AuthenticationResult' | 'ChallengeName' | 'ChallengeParameters' | 'Session'
>;

const TIMEOUT_MS = 10_000;
const MAX_STEPS = 8;

/** Signs in with a password and answers what the user pool asks besides. */
export async function signInToPool(
  pool: UserPool,
  user: PoolUser,
  flow: PasswordFlow,
  answerer: Answerer,
  signal: AbortSignal,
): Promise<PoolSession> {
  const { sends, prove } = await flow.begin(pool, user.password);
  return withClient(pool, signal, async (calls) => {
    let step = await calls.initiate(flow.authFlow, user.name, { USERNAME: user.name, ...sends });
    let userName = user.name;
    let newPassword: Secret | undefined;
    for (let steps = 0; steps < MAX_STEPS && step.ChallengeName !== undefined; steps++) {
      const asked = step.ChallengeParameters ?? {};
      userName = asked['USER_ID_FOR_SRP'] ?? userName;
      const name = step.ChallengeName;
      const answer =
        name === 'PASSWORD_VERIFIER' && prove !== undefined
          ? await prove(asked)
          : await answerChallenge(name, asked, answerer);
      step = await calls.respond(name, userName, answer, step.Session);
      newPassword = newPasswordIn(answer) ?? newPassword;
    }
    const session = sessionOf(step, userName);
    return newPassword === undefined ? session : { ...session, newPassword };
  });
}

/** Goes on with an earlier sign-in; fails where the user pool has ended it. */
export async function refreshPoolSession(
  pool: UserPool,
  { userName, refreshToken }: PoolSession & { readonly refreshToken: Secret },
  signal: AbortSignal,
): Promise<PoolSession> {
  return withClient(pool, signal, async (calls) => {
    const step = await calls.initiate('REFRESH_TOKEN_AUTH', userName, {
      REFRESH_TOKEN: refreshToken.reveal(),
    });
    return { refreshToken, ...sessionOf(step, userName) };
  });
}

function sessionOf(step: Step, userName: string): PoolSession {
  if (step.ChallengeName !== undefined) {
    throw new DriverError('AUTH_REFUSED', `The user pool went on asking after ${MAX_STEPS} answers`);
  }
  const { IdToken: idToken, RefreshToken: refreshToken } = step.AuthenticationResult ?? {};
  if (idToken === undefined || idToken === '') {
    throw new DriverError('AUTH_MALFORMED', 'Cognito ended the sign-in without an ID token');
  }
  return {
    idToken: new Secret(idToken),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    userName: userNameIn(idToken) ?? userName,
  };
}

/** The token's word on how the user pool calls the user. Nothing hangs on its being true: the user pool checks it. */
function userNameIn(idToken: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    const name = new Map(Object.entries(Object(claims))).get('cognito:username');
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    // Not a token of the usual form: the name is the one that the sign-in went by.
    return undefined;
  }
}

/** The two requests of a sign-in. */
interface PoolCalls {
  initiate(flow: InitiateAuthCommandInput['AuthFlow'], userName: string, sends: Texts): Promise<Step>;
  respond(
    name: ChallengeNameType,
    userName: string,
    answer: Texts,
    session: string | undefined,
  ): Promise<Step>;
}

async function withClient<T>(
  pool: UserPool,
  signal: AbortSignal,
  work: (calls: PoolCalls) => Promise<T>,
): Promise<T> {
  const sdk = await import('@aws-sdk/client-cognito-identity-provider');
  const client: CognitoIdentityProviderClient = new sdk.CognitoIdentityProviderClient({
    region: pool.region,
    requestHandler: createBoundedHandler(TIMEOUT_MS, pool.dispatcher),
    // A one-time code must not be sent twice.
    maxAttempts: 1,
    ...(pool.endpoint === undefined ? {} : { endpoint: pool.endpoint }),
  });
  const withHash = (userName: string, sends: Texts): Record<string, string> =>
    pool.clientSecret === undefined
      ? { ...sends }
      : { ...sends, SECRET_HASH: secretHash(userName, pool.clientId, pool.clientSecret) };
  try {
    return await work({
      async initiate(AuthFlow, userName, sends) {
        const AuthParameters = withHash(userName, sends);
        const command = new sdk.InitiateAuthCommand({ ClientId: pool.clientId, AuthFlow, AuthParameters });
        return told('InitiateAuth', signal, client.send(command, { abortSignal: signal }));
      },
      async respond(ChallengeName, userName, answer, Session) {
        const command = new sdk.RespondToAuthChallengeCommand({
          ClientId: pool.clientId,
          ChallengeName,
          ChallengeResponses: withHash(userName, { USERNAME: userName, ...answer }),
          ...(Session === undefined ? {} : { Session }),
        });
        return told('RespondToAuthChallenge', signal, client.send(command, { abortSignal: signal }));
      },
    });
  } finally {
    client.destroy();
  }
}

/** The answer, or its failure as the driver tells it; who gave up hears why. */
async function told<T>(operation: string, signal: AbortSignal, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    signal.throwIfAborted();
    throw cognitoError(operation, error);
  }
}
