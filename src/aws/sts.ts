import type * as Sdk from '@aws-sdk/client-sts';
import type { Dispatcher } from 'undici';
import { type Credentials, toExpiration, isCredentialString } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import { createBoundedHandler } from './bounded-handler.ts';
import { type StsAttempt, toStsError } from './sts-errors.ts';

/** The STS endpoint to call. */
export interface StsTarget {
  readonly region: string;
  /** Instead of the Region's endpoint. */
  readonly endpoint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Timeout of one request. */
  readonly timeoutMs?: number;
  /** For a proxy or custom certificate trust. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** A signed call. */
export interface StsCall extends StsTarget {
  readonly credentials: Credentials;
}

/** A one-time code and its MFA device. */
export interface MfaCode {
  readonly serialNumber: string;
  readonly code: string;
}

export interface AssumeRoleCall extends StsCall {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly externalId?: string | undefined;
  readonly mfa?: MfaCode | undefined;
}

export interface SessionTokenCall extends StsCall {
  readonly durationSeconds: number;
  readonly mfa?: MfaCode | undefined;
}

export interface WebIdentityCall extends StsTarget {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly token: Secret;
  /** By default 3600. */
  readonly durationSeconds?: number | undefined;
}

export interface SamlCall extends StsTarget {
  readonly roleArn: string;
  readonly principalArn: string;
  /** The SAML response in base64. */
  readonly assertion: Secret;
  readonly durationSeconds: number;
}

/** The identity that credentials belong to. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** Returns the identity of credentials. Requires no permission. */
export async function getCallerIdentity(call: StsCall): Promise<CallerIdentity> {
  const attempt = { operation: 'GetCallerIdentity', accessKeyId: call.credentials.accessKeyId };
  return callSts(attempt, call, async ({ GetCallerIdentityCommand }, client, abort) => {
    const answer = await client.send(new GetCallerIdentityCommand({}), abort);
    const { Account: account, Arn: arn, UserId: userId } = answer;
    if (account === undefined || arn === undefined || userId === undefined) {
      throw new DriverError('AUTH_MALFORMED', 'STS returned no account for GetCallerIdentity');
    }
    return { account, arn, userId };
  });
}

/** Returns credentials of a role. */
export async function assumeRole(call: AssumeRoleCall): Promise<Credentials> {
  const { roleArn, sessionName, durationSeconds, externalId, mfa, credentials } = call;
  const attempt = {
    operation: 'AssumeRole',
    accessKeyId: credentials.accessKeyId,
    roleArn,
    durationSeconds,
    mfaSerialNumber: mfa?.serialNumber,
  };
  return callSts(attempt, call, async ({ AssumeRoleCommand }, client, abort) => {
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      DurationSeconds: durationSeconds,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
      ...toMfaInput(mfa),
    });
    const answer = await client.send(command, abort);
    return toStsCredentials(attempt, answer.Credentials, client, `role ${roleArn}`, roleArn.split(':')[4]);
  });
}

/** Returns session credentials of an IAM user; with a code, the session is MFA-authenticated. */
export async function getSessionToken(call: SessionTokenCall): Promise<Credentials> {
  const { durationSeconds, mfa, credentials } = call;
  const attempt = {
    operation: 'GetSessionToken',
    accessKeyId: credentials.accessKeyId,
    durationSeconds,
    mfaSerialNumber: mfa?.serialNumber,
  };
  return callSts(attempt, call, async ({ GetSessionTokenCommand }, client, abort) => {
    const command = new GetSessionTokenCommand({ DurationSeconds: durationSeconds, ...toMfaInput(mfa) });
    const answer = await client.send(command, abort);
    const origin = mfa === undefined ? 'session' : `session with the MFA device ${mfa.serialNumber}`;
    return toStsCredentials(attempt, answer.Credentials, client, origin, credentials.accountId);
  });
}

/** Returns credentials of a role for an OpenID Connect token. The request is not signed. */
export async function assumeRoleWithWebIdentity(call: WebIdentityCall): Promise<Credentials> {
  const { roleArn, sessionName, token, durationSeconds } = call;
  const attempt = { operation: 'AssumeRoleWithWebIdentity', roleArn, durationSeconds };
  return callSts(attempt, call, async ({ AssumeRoleWithWebIdentityCommand }, client, abort) => {
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      WebIdentityToken: token.reveal(),
      ...(durationSeconds === undefined ? {} : { DurationSeconds: durationSeconds }),
    });
    const answer = await client.send(command, abort);
    return toStsCredentials(attempt, answer.Credentials, client, `role ${roleArn}`, roleArn.split(':')[4]);
  });
}

/** Returns credentials of a role for a SAML response. The request is not signed. */
export async function assumeRoleWithSaml(call: SamlCall): Promise<Credentials> {
  const { roleArn, principalArn, assertion, durationSeconds } = call;
  const attempt = { operation: 'AssumeRoleWithSAML', roleArn, principalArn, durationSeconds };
  return callSts(attempt, call, async ({ AssumeRoleWithSAMLCommand }, client, abort) => {
    const command = new AssumeRoleWithSAMLCommand({
      RoleArn: roleArn,
      PrincipalArn: principalArn,
      SAMLAssertion: assertion.reveal(),
      DurationSeconds: durationSeconds,
    });
    const answer = await client.send(command, abort);
    return toStsCredentials(attempt, answer.Credentials, client, `role ${roleArn}`, roleArn.split(':')[4]);
  });
}

const TIMEOUT_MS = 10_000;

/** Makes one call with a new client, and converts its errors. */
async function callSts<T>(
  attempt: StsAttempt,
  call: StsTarget & { readonly credentials?: Credentials },
  work: (sdk: typeof Sdk, client: Sdk.STSClient, abort: { abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  // Loaded when needed: most connections never call STS.
  const sdk = await import('@aws-sdk/client-sts');
  const { credentials, endpoint, region, signal } = call;
  const client = new sdk.STSClient({
    region,
    // For an unsigned call the SDK must not search for credentials.
    credentials: { ...(credentials ?? { accessKeyId: '', secretAccessKey: '' }) },
    ...(endpoint === undefined ? {} : { endpoint }),
    retryStrategy: retryClockSkewOnce,
    requestHandler: createBoundedHandler(call.timeoutMs ?? TIMEOUT_MS, call.dispatcher),
  });
  try {
    return await work(sdk, client, signal === undefined ? {} : { abortSignal: signal });
  } catch (error) {
    if (signal?.aborted) {
      if (signal.reason instanceof DriverError) throw signal.reason;
      throw new DriverError('EXEC_CANCELLED', 'The call to STS was cancelled', { cause: signal.reason });
    }
    throw toStsError(error, attempt);
  } finally {
    client.destroy();
  }
}

type Strategy = Extract<
  NonNullable<Sdk.STSClientConfig['retryStrategy']>,
  { acquireInitialRetryToken: unknown }
>;

/**
 * Retries a request once if its signature had the wrong time: the SDK learned the right time from the error response.
 * All other retries are up to `retrying`.
 */
const retryClockSkewOnce: Strategy = {
  acquireInitialRetryToken: async () => retryToken(0),
  async refreshRetryTokenForRetry(last, { error }) {
    const corrected: unknown = Object(Object(error).$metadata).clockSkewCorrected;
    if (corrected !== true || last.getRetryCount() > 0) throw new Error('not retryable');
    return retryToken(1);
  },
  recordSuccess: () => undefined,
};

function retryToken(retries: number): Awaited<ReturnType<Strategy['acquireInitialRetryToken']>> {
  return { getRetryCount: () => retries, getRetryDelay: () => 0 };
}

function toMfaInput(mfa: MfaCode | undefined): { SerialNumber?: string; TokenCode?: string } {
  return mfa === undefined ? {} : { SerialNumber: mfa.serialNumber, TokenCode: mfa.code };
}

interface StsCredentialsOutput {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: Date | undefined;
}

/** Smaller differences are ignored: they may be due to network latency. */
const MIN_SKEW_MS = 4 * 60_000;

function toStsCredentials(
  { operation }: StsAttempt,
  output: StsCredentialsOutput | undefined,
  client: Sdk.STSClient,
  origin: string,
  accountId: string | undefined,
): Credentials {
  const { AccessKeyId: id, SecretAccessKey: secret, SessionToken: token, Expiration: end } = output ?? {};
  const areKeysValid = isCredentialString(id) && isCredentialString(secret);
  const expiration = toExpiration(end?.getTime());
  if (!areKeysValid || !isCredentialString(token) || expiration === undefined) {
    throw new DriverError('AUTH_MALFORMED', `STS returned no credentials for ${operation}`);
  }
  // How far the local clock is behind, according to the Date header of the response.
  const behindMs = client.config.systemClockOffset;
  const isSkewed = Math.abs(behindMs) > MIN_SKEW_MS;
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    sessionToken: token,
    // In terms of the local clock, which it is compared with.
    expiration: isSkewed ? new Date(expiration.getTime() - behindMs) : expiration,
    ...(accountId === undefined || !/^\d{12}$/.test(accountId) ? {} : { accountId }),
    origin,
  };
}
