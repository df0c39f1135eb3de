import { createHmac } from 'node:crypto';
import { type Heard, type Listening, type Told, listen } from './json-server.ts';
import { type ServerRun, serverRun, verifierOf } from './srp-server.ts';

/** A question that comes after the password, and what answers it. */
export interface ChallengeSetup {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The fields of the right answer; another one is refused as a wrong code. */
  readonly right: Readonly<Record<string, string>>;
}

export interface CognitoSetup {
  readonly user?: string;
  /** The user pool's own name of the user. */
  readonly sub?: string;
  readonly password?: string;
  readonly clientSecret?: string;
  readonly challenges?: readonly ChallengeSetup[];
  /** Overrides: what is answered to an operation instead; undefined goes on as usual. */
  readonly override?: (operation: string, body: Texts, count: number) => Told | 'silence';
  readonly expiration?: () => number;
}

export const USER_POOL = 'eu-west-1_AbCdEf123';
export const IDENTITY_POOL = 'eu-west-1:01234567-89ab-cdef-0123-456789abcdef';
export const CLIENT_ID = 'client0123456789';
const POOL_NAME = 'AbCdEf123';
const PROVIDER = `cognito-idp.eu-west-1.amazonaws.com/${USER_POOL}`;

/** A user pool and an identity pool on loopback. */
export interface CognitoDouble extends Listening {
  /** The operations that were asked for, in order. */
  operations(): readonly string[];
  /** The connection string of its user. */
  readonly connection: string;
}

interface Texts {
  readonly [name: string]: unknown;
}

/** Checks what a user pool checks: SRP's proof, SECRET_HASH, sessions used in order, tokens it gave. */
export async function startCognito(world: CognitoSetup = {}): Promise<CognitoDouble> {
  const {
    user = 'ana@corp.example',
    sub = '7c0f-sub',
    password = 'Pa$$ wörd;1',
    challenges: questions = [],
  } = world;
  const verifier = verifierOf(POOL_NAME, sub, password);
  const tokens = new Set<string>();
  let run: ServerRun | undefined;
  let sessions = 0;
  let asked = -1;
  let count = 0;

  const ask = (ChallengeName: string, ChallengeParameters: object): Told =>
    json({ ChallengeName, ChallengeParameters, Session: `session-${++sessions}` });

  const newToken = (): string => {
    const claims = Buffer.from(JSON.stringify({ 'cognito:username': sub })).toString('base64url');
    const token = `head.${claims}.CANARY-id-${tokens.size}`;
    tokens.add(token);
    return token;
  };

  const next = (): Told => {
    const question = questions[++asked];
    if (question === undefined) {
      const IdToken = newToken();
      const RefreshToken = 'CANARY-refresh';
      return json({
        AuthenticationResult: { IdToken, RefreshToken, AccessToken: 'CANARY-access', ExpiresIn: 3600 },
      });
    }
    return ask(question.name, { USER_ID_FOR_SRP: sub, ...question.parameters });
  };

  const hashOf = (name: unknown): string | undefined =>
    world.clientSecret === undefined
      ? undefined
      : createHmac('sha256', world.clientSecret)
          .update(`${String(name)}${CLIENT_ID}`)
          .digest('base64');

  function initiate(body: Texts): Told {
    const given = texts(body['AuthParameters']);
    const flow = body['AuthFlow'];
    const named = flow === 'REFRESH_TOKEN_AUTH' ? sub : given['USERNAME'];
    if (world.clientSecret !== undefined && given['SECRET_HASH'] === undefined) {
      return refuse(
        'NotAuthorizedException',
        `Client ${CLIENT_ID} is configured with secret but SECRET_HASH was not received`,
      );
    }
    if (given['SECRET_HASH'] !== hashOf(named)) {
      return refuse('NotAuthorizedException', 'Unable to verify secret hash for client');
    }
    if (flow === 'REFRESH_TOKEN_AUTH') {
      if (given['REFRESH_TOKEN'] !== 'CANARY-refresh')
        return refuse('NotAuthorizedException', 'Invalid Refresh Token');
      return json({ AuthenticationResult: { IdToken: newToken(), ExpiresIn: 3600 } });
    }
    asked = -1;
    if (given['USERNAME'] !== user) return refuse('UserNotFoundException', 'User does not exist.');
    if (flow === 'USER_PASSWORD_AUTH') {
      return given['PASSWORD'] === password
        ? next()
        : refuse('NotAuthorizedException', 'Incorrect username or password.');
    }
    if (flow !== 'USER_SRP_AUTH' || given['PASSWORD'] !== undefined)
      return refuse('InvalidParameterException', 'flow');
    run = serverRun(POOL_NAME, sub, verifier, String(given['SRP_A']));
    return ask('PASSWORD_VERIFIER', {
      USER_ID_FOR_SRP: sub,
      USERNAME: sub,
      SALT: run.salt,
      SRP_B: run.publicB,
      SECRET_BLOCK: run.secretBlock,
    });
  }

  function respond(body: Texts): Told {
    const given = texts(body['ChallengeResponses']);
    if (body['Session'] !== `session-${sessions}`)
      return refuse('NotAuthorizedException', 'Invalid session for the user.');
    if (given['USERNAME'] !== sub) return refuse('NotAuthorizedException', 'Incorrect username or password.');
    if (given['SECRET_HASH'] !== hashOf(sub))
      return refuse('NotAuthorizedException', 'Unable to verify secret hash for client');
    if (body['ChallengeName'] === 'PASSWORD_VERIFIER') {
      const isRight = run?.accepts({
        timestamp: String(given['TIMESTAMP']),
        signature: String(given['PASSWORD_CLAIM_SIGNATURE']),
        secretBlock: String(given['PASSWORD_CLAIM_SECRET_BLOCK']),
      });
      return isRight === true ? next() : refuse('NotAuthorizedException', 'Incorrect username or password.');
    }
    const question = questions[asked];
    const isRight =
      question?.name === body['ChallengeName'] &&
      Object.entries(question?.right ?? {}).every(([name, value]) => given[name] === value) &&
      Object.keys(given).length ===
        Object.keys(question?.right ?? {}).length + (world.clientSecret === undefined ? 1 : 2);
    return isRight ? next() : refuse('CodeMismatchException', 'Invalid code received for user');
  }

  function identity(body: Texts): Told {
    const token = texts(body['Logins'])[PROVIDER];
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
        Expiration: world.expiration?.() ?? Date.UTC(2026, 0, 1, 1) / 1000,
      },
    });
  }

  const double = await listen((heard) => {
    const operation = operationOf(heard);
    const body = texts(JSON.parse(heard.body));
    const told = world.override?.(operation, body, count++);
    if (told === 'silence') return undefined;
    if (told !== undefined) return told;
    if (heard.headers.authorization !== undefined) return refuse('InvalidParameterException', 'signed');
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
  const secret = world.clientSecret === undefined ? '' : `AWSUserPoolClientAppSecret=${world.clientSecret};`;
  return Object.assign(double, {
    operations: () => double.heard.map(operationOf),
    connection:
      `AWSRegion=eu-west-1;User=${user};Password=${quoted};AWSUserPoolId=${USER_POOL};AWSUserPoolClientAppId=${CLIENT_ID};` +
      `AWSIdentityPoolId=${IDENTITY_POOL};${secret}CognitoIdpEndpoint=${double.endpoint};CognitoIdentityEndpoint=${double.endpoint};`,
  });
}

function operationOf({ headers }: Heard): string {
  return String(headers['x-amz-target']).split('.').at(-1) ?? '';
}

function texts(value: unknown): Texts {
  return typeof value === 'object' && value !== null ? (value as Texts) : {};
}

function json(value: object): Told {
  return { headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(value) };
}

/** Cognito's way to refuse. */
export function refuse(type: string, message: string, status = 400): NonNullable<Told> {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, message }),
  };
}
