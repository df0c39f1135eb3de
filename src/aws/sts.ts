import type * as Sdk from '@aws-sdk/client-sts';
import type { Dispatcher } from 'undici';
import { type Credentials, toExpiration, isCredentialString } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import { boundedHandler } from './bounded-handler.ts';
import { type StsAttempt, stsError } from './sts-errors.ts';

/** Where STS is. */
export interface StsTarget {
  readonly region: string;
  /** In place of the Region's own address. */
  readonly endpoint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The longest that one request may take. */
  readonly timeoutMs?: number;
  /** The way out, where a proxy or certificates of one's own count. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** A call that is signed. */
export interface StsCall extends StsTarget {
  readonly credentials: Credentials;
}

/** A one-time code and the device that showed it. */
export interface MfaCode {
  readonly serialNumber: string;
  readonly code: string;
}

/** What AssumeRole is asked for. */
export interface AssumeRoleCall extends StsCall {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly externalId?: string | undefined;
  readonly mfa?: MfaCode | undefined;
}

/** What GetSessionToken is asked for. */
export interface SessionTokenCall extends StsCall {
  readonly durationSeconds: number;
  readonly mfa?: MfaCode | undefined;
}

/** What AssumeRoleWithWebIdentity is asked for. */
export interface WebIdentityCall extends StsTarget {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly token: Secret;
  /** Absent: as long as the role's default. */
  readonly durationSeconds?: number | undefined;
}

/** What AssumeRoleWithSAML is asked for. */
export interface SamlCall extends StsTarget {
  readonly roleArn: string;
  readonly principalArn: string;
  /** The SAML response in base64. */
  readonly assertion: Secret;
  readonly durationSeconds: number;
}

/** Whom credentials belong to. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** Asks STS whom the credentials belong to. Needs no permission. */
export async function getCallerIdentity(call: StsCall): Promise<CallerIdentity> {
  const attempt = { operation: 'GetCallerIdentity', accessKeyId: call.credentials.accessKeyId };
  return calling(attempt, call, async ({ GetCallerIdentityCommand }, client, abort) => {
    const answer = await client.send(new GetCallerIdentityCommand({}), abort);
    const { Account: account, Arn: arn, UserId: userId } = answer;
    if (account === undefined || arn === undefined || userId === undefined) {
      throw new DriverError('AUTH_MALFORMED', 'STS answered GetCallerIdentity without an account');
    }
    return { account, arn, userId };
  });
}

/** The credentials of a role, for one who may assume it. */
export async function assumeRole(call: AssumeRoleCall): Promise<Credentials> {
  const { roleArn, sessionName, durationSeconds, externalId, mfa, credentials } = call;
  const attempt = {
    operation: 'AssumeRole',
    accessKeyId: credentials.accessKeyId,
    roleArn,
    durationSeconds,
    mfaSerialNumber: mfa?.serialNumber,
  };
  return calling(attempt, call, async ({ AssumeRoleCommand }, client, abort) => {
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      DurationSeconds: durationSeconds,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
      ...codeInput(mfa),
    });
    const answer = await client.send(command, abort);
    return credentialsOf(attempt, answer.Credentials, client, `role ${roleArn}`, roleArn.split(':')[4]);
  });
}

/** A session of the user whose long-lived keys sign; with a code, one that counts as signed in with MFA. */
export async function getSessionToken(call: SessionTokenCall): Promise<Credentials> {
  const { durationSeconds, mfa, credentials } = call;
  const attempt = {
    operation: 'GetSessionToken',
    accessKeyId: credentials.accessKeyId,
    durationSeconds,
    mfaSerialNumber: mfa?.serialNumber,
  };
  return calling(attempt, call, async ({ GetSessionTokenCommand }, client, abort) => {
    const command = new GetSessionTokenCommand({ DurationSeconds: durationSeconds, ...codeInput(mfa) });
    const answer = await client.send(command, abort);
    const origin = mfa === undefined ? 'session' : `session with the MFA device ${mfa.serialNumber}`;
    return credentialsOf(attempt, answer.Credentials, client, origin, credentials.accountId);
  });
}

/** The credentials of a role, for the bearer of an OpenID Connect token. The request is not signed. */
export async function assumeRoleWithWebIdentity(call: WebIdentityCall): Promise<Credentials> {
  const { roleArn, sessionName, token, durationSeconds } = call;
  const attempt = { operation: 'AssumeRoleWithWebIdentity', roleArn, durationSeconds };
  return calling(attempt, call, async ({ AssumeRoleWithWebIdentityCommand }, client, abort) => {
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      WebIdentityToken: token.reveal(),
      ...(durationSeconds === undefined ? {} : { DurationSeconds: durationSeconds }),
    });
    const answer = await client.send(command, abort);
    return credentialsOf(attempt, answer.Credentials, client, `role ${roleArn}`, roleArn.split(':')[4]);
  });
}

/** The credentials of a role, for the bearer of a SAML response. The request is not signed. */
export async function assumeRoleWithSaml(call: SamlCall): Promise<Credentials> {
  const { roleArn, principalArn, assertion, durationSeconds } = call;
  const attempt = { operation: 'AssumeRoleWithSAML', roleArn, principalArn, durationSeconds };
  return calling(attempt, call, async ({ AssumeRoleWithSAMLCommand }, client, abort) => {
    const command = new AssumeRoleWithSAMLCommand({
      RoleArn: roleArn,
      PrincipalArn: principalArn,
      SAMLAssertion: assertion.reveal(),
      DurationSeconds: durationSeconds,
    });
    const answer = await client.send(command, abort);
    return credentialsOf(attempt, answer.Credentials, client, `role ${roleArn}`, roleArn.split(':')[4]);
  });
}

const TIMEOUT_MS = 10_000;

/** One call of STS with a client of its own; whatever goes wrong becomes an error of ours. */
async function calling<T>(
  attempt: StsAttempt,
  call: StsTarget & { readonly credentials?: Credentials },
  work: (sdk: typeof Sdk, client: Sdk.STSClient, abort: { abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  // Loaded when needed: most connections never call STS.
  const sdk = await import('@aws-sdk/client-sts');
  const { credentials, endpoint, region, signal } = call;
  const client = new sdk.STSClient({
    region,
    // An unsigned call must not look for credentials of its own.
    credentials: { ...(credentials ?? { accessKeyId: '', secretAccessKey: '' }) },
    ...(endpoint === undefined ? {} : { endpoint }),
    retryStrategy: onceWithTheRightTime,
    requestHandler: boundedHandler(call.timeoutMs ?? TIMEOUT_MS, call.dispatcher),
  });
  try {
    return await work(sdk, client, signal === undefined ? {} : { abortSignal: signal });
  } catch (error) {
    if (signal?.aborted) {
      if (signal.reason instanceof DriverError) throw signal.reason;
      throw new DriverError('EXEC_CANCELLED', 'The call of STS was cancelled', { cause: signal.reason });
    }
    throw stsError(error, attempt);
  } finally {
    client.destroy();
  }
}

type Strategy = Extract<
  NonNullable<Sdk.STSClientConfig['retryStrategy']>,
  { acquireInitialRetryToken: unknown }
>;

/**
 * Repeats a request whose signature had the wrong time, once: the SDK has the right time from the refusal. All other
 * repetitions are `retrying`'s business.
 */
const onceWithTheRightTime: Strategy = {
  acquireInitialRetryToken: async () => retryToken(0),
  async refreshRetryTokenForRetry(last, { error }) {
    const corrected: unknown = Object(Object(error).$metadata).clockSkewCorrected;
    if (corrected !== true || last.getRetryCount() > 0) throw new Error('not worth another try');
    return retryToken(1);
  },
  recordSuccess: () => undefined,
};

function retryToken(retries: number): Awaited<ReturnType<Strategy['acquireInitialRetryToken']>> {
  return { getRetryCount: () => retries, getRetryDelay: () => 0 };
}

function codeInput(mfa: MfaCode | undefined): { SerialNumber?: string; TokenCode?: string } {
  return mfa === undefined ? {} : { SerialNumber: mfa.serialNumber, TokenCode: mfa.code };
}

interface Given {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: Date | undefined;
}

/** A clock that is off by less is left alone: the answer was under way for a while, too. */
const WORTH_CORRECTING_MS = 4 * 60_000;

function credentialsOf(
  { operation }: StsAttempt,
  given: Given | undefined,
  client: Sdk.STSClient,
  origin: string,
  accountId: string | undefined,
): Credentials {
  const { AccessKeyId: id, SecretAccessKey: secret, SessionToken: token, Expiration: end } = given ?? {};
  const areTexts = isCredentialString(id) && isCredentialString(secret);
  const expiration = toExpiration(end?.getTime());
  if (!areTexts || !isCredentialString(token) || expiration === undefined) {
    throw new DriverError('AUTH_MALFORMED', `STS answered ${operation} without credentials`);
  }
  // How far this machine's clock is behind, as the answer's Date header showed.
  const behindMs = client.config.systemClockOffset;
  const isWrong = Math.abs(behindMs) > WORTH_CORRECTING_MS;
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    sessionToken: token,
    // By the clock that it will be compared with.
    expiration: isWrong ? new Date(expiration.getTime() - behindMs) : expiration,
    ...(accountId === undefined || !/^\d{12}$/.test(accountId) ? {} : { accountId }),
    origin,
  };
}
