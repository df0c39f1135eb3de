import { createHmac } from 'node:crypto';
import { type RecordedRequest, type JsonServer, type JsonResponse, startJsonServer } from './json-server.ts';
import { type ServerRun, serverRun, createVerifier } from './srp-server.ts';

/** A challenge after the password, and its correct response. */
export interface ChallengeSetup {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The fields of the correct response; any other is rejected as a wrong code. */
  readonly right: Readonly<Record<string, string>>;
}

export interface CognitoSetup {
  readonly user?: string;
  /** The user name in the user pool. */
  readonly sub?: string;
  readonly password?: string;
  readonly clientSecret?: string;
  readonly challenges?: readonly ChallengeSetup[];
  /** The response to an operation instead of the default one; undefined for the default. */
  readonly override?: (operation: string, body: Fields, count: number) => JsonResponse | 'silence';
  readonly expiration?: () => number;
}

export const USER_POOL = 'eu-west-1_AbCdEf123';
export const IDENTITY_POOL = 'eu-west-1:01234567-89ab-cdef-0123-456789abcdef';
export const CLIENT_ID = 'client0123456789';
const POOL_NAME = 'AbCdEf123';
const PROVIDER = `cognito-idp.eu-west-1.amazonaws.com/${USER_POOL}`;

/** A user pool and an identity pool on loopback. */
export interface CognitoDouble extends JsonServer {
  /** The operations of all requests, in order. */
  operations(): readonly string[];
  /** A connection string for its user. */
  readonly connection: string;
}

interface Fields {
  readonly [name: string]: unknown;
}

/** Checks the SRP proof, SECRET_HASH, the order of sessions and the tokens, as a user pool does. */
export async function startCognito(setup: CognitoSetup = {}): Promise<CognitoDouble> {
  const {
    user = 'ana@corp.example',
    sub = '7c0f-sub',
    password = 'Pa$$ wörd;1',
    challenges: questions = [],
  } = setup;
  const verifier = createVerifier(POOL_NAME, sub, password);
  const tokens = new Set<string>();
  let run: ServerRun | undefined;
  let sessions = 0;
  let current = -1;
  let count = 0;

  const respondWithChallenge = (ChallengeName: string, ChallengeParameters: object): JsonResponse =>
    json({ ChallengeName, ChallengeParameters, Session: `session-${++sessions}` });

  const newToken = (): string => {
    const claims = Buffer.from(JSON.stringify({ 'cognito:username': sub })).toString('base64url');
    const token = `head.${claims}.CANARY-id-${tokens.size}`;
    tokens.add(token);
    return token;
  };

  const next = (): JsonResponse => {
    const challenge = questions[++current];
    if (challenge === undefined) {
      const IdToken = newToken();
      const RefreshToken = 'CANARY-refresh';
      return json({
        AuthenticationResult: { IdToken, RefreshToken, AccessToken: 'CANARY-access', ExpiresIn: 3600 },
      });
    }
    return respondWithChallenge(challenge.name, { USER_ID_FOR_SRP: sub, ...challenge.parameters });
  };

  const computeHash = (name: unknown): string | undefined =>
    setup.clientSecret === undefined
      ? undefined
      : createHmac('sha256', setup.clientSecret)
          .update(`${String(name)}${CLIENT_ID}`)
          .digest('base64');

  function initiate(body: Fields): JsonResponse {
    const fields = toFields(body['AuthParameters']);
    const flow = body['AuthFlow'];
    const named = flow === 'REFRESH_TOKEN_AUTH' ? sub : fields['USERNAME'];
    if (setup.clientSecret !== undefined && fields['SECRET_HASH'] === undefined) {
      return refuse(
        'NotAuthorizedException',
        `Client ${CLIENT_ID} is configured with secret but SECRET_HASH was not received`,
      );
    }
    if (fields['SECRET_HASH'] !== computeHash(named)) {
      return refuse('NotAuthorizedException', 'Unable to verify secret hash for client');
    }
    if (flow === 'REFRESH_TOKEN_AUTH') {
      if (fields['REFRESH_TOKEN'] !== 'CANARY-refresh')
        return refuse('NotAuthorizedException', 'Invalid Refresh Token');
      return json({ AuthenticationResult: { IdToken: newToken(), ExpiresIn: 3600 } });
    }
    current = -1;
    if (fields['USERNAME'] !== user) return refuse('UserNotFoundException', 'User does not exist.');
    if (flow === 'USER_PASSWORD_AUTH') {
      return fields['PASSWORD'] === password
        ? next()
        : refuse('NotAuthorizedException', 'Incorrect username or password.');
    }
    if (flow !== 'USER_SRP_AUTH' || fields['PASSWORD'] !== undefined)
      return refuse('InvalidParameterException', 'flow');
    run = serverRun(POOL_NAME, sub, verifier, String(fields['SRP_A']));
    return respondWithChallenge('PASSWORD_VERIFIER', {
      USER_ID_FOR_SRP: sub,
      USERNAME: sub,
      SALT: run.salt,
      SRP_B: run.publicB,
      SECRET_BLOCK: run.secretBlock,
    });
  }

  function respond(body: Fields): JsonResponse {
    const fields = toFields(body['ChallengeResponses']);
    if (body['Session'] !== `session-${sessions}`)
      return refuse('NotAuthorizedException', 'Invalid session for the user.');
    if (fields['USERNAME'] !== sub)
      return refuse('NotAuthorizedException', 'Incorrect username or password.');
    if (fields['SECRET_HASH'] !== computeHash(sub))
      return refuse('NotAuthorizedException', 'Unable to verify secret hash for client');
    if (body['ChallengeName'] === 'PASSWORD_VERIFIER') {
      const isRight = run?.accepts({
        timestamp: String(fields['TIMESTAMP']),
        signature: String(fields['PASSWORD_CLAIM_SIGNATURE']),
        secretBlock: String(fields['PASSWORD_CLAIM_SECRET_BLOCK']),
      });
      return isRight === true ? next() : refuse('NotAuthorizedException', 'Incorrect username or password.');
    }
    const challenge = questions[current];
    const isRight =
      challenge?.name === body['ChallengeName'] &&
      Object.entries(challenge?.right ?? {}).every(([name, value]) => fields[name] === value) &&
      Object.keys(fields).length ===
        Object.keys(challenge?.right ?? {}).length + (setup.clientSecret === undefined ? 1 : 2);
    return isRight ? next() : refuse('CodeMismatchException', 'Invalid code received for user');
  }

  function identity(body: Fields): JsonResponse {
    const token = toFields(body['Logins'])[PROVIDER];
    if (typeof token !== 'string' || !tokens.has(token)) {
      return refuse(
        'NotAuthorizedException',
        'Token is not from a supported provider of this identity pool.',
      );
    }
    if (body['IdentityPoolId'] === IDENTITY_POOL) return json({ IdentityId: 'eu-west-1:identity' });
    const role = typeof body['CustomRoleArn'] === 'string' ? body['CustomRoleArn'] : 'usual';
    return json({
      IdentityId: 'eu-west-1:identity',
      Credentials: {
        AccessKeyId: `ASIA${role.split('/').at(-1)}`,
        SecretKey: 'CANARY-secret',
        SessionToken: 'CANARY-session',
        Expiration: setup.expiration?.() ?? Date.UTC(2026, 0, 1, 1) / 1000,
      },
    });
  }

  const double = await startJsonServer((request) => {
    const operation = getOperation(request);
    const body = toFields(JSON.parse(request.body));
    const response = setup.override?.(operation, body, count++);
    if (response === 'silence') return undefined;
    if (response !== undefined) return response;
    if (request.headers.authorization !== undefined) return refuse('InvalidParameterException', 'signed');
    switch (operation) {
      case 'InitiateAuth':
        return body['ClientId'] === CLIENT_ID
          ? initiate(body)
          : refuse('ResourceNotFoundException', 'no client');
      case 'RespondToAuthChallenge':
        return respond(body);
      case 'GetId':
      case 'GetCredentialsForIdentity':
        return identity(body);
      default:
        return refuse('UnknownOperationException', operation);
    }
  });
  const quoted = `'${password}'`;
  const secret = setup.clientSecret === undefined ? '' : `AWSUserPoolClientAppSecret=${setup.clientSecret};`;
  return Object.assign(double, {
    operations: () => double.requests.map(getOperation),
    connection:
      `AWSRegion=eu-west-1;User=${user};Password=${quoted};AWSUserPoolId=${USER_POOL};AWSUserPoolClientAppId=${CLIENT_ID};` +
      `AWSIdentityPoolId=${IDENTITY_POOL};${secret}CognitoIdpEndpoint=${double.endpoint};CognitoIdentityEndpoint=${double.endpoint};`,
  });
}

function getOperation({ headers }: RecordedRequest): string {
  return String(headers['x-amz-target']).split('.').at(-1) ?? '';
}

function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function json(value: object): JsonResponse {
  return { headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(value) };
}

/** An error response of Cognito. */
export function refuse(type: string, message: string, status = 400): NonNullable<JsonResponse> {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, message }),
  };
}
