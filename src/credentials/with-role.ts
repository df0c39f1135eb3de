import type { CredentialSource, Credentials } from '../core/credentials.ts';
import type { Ports } from '../core/ports.ts';
import { type StsTarget, assumeRole, getSessionToken } from '../aws/sts.ts';
import { type MfaDevice, getMfaSession } from './mfa-session.ts';
import { type RoleOptions, resolveSessionName, resolveStsTarget } from './role-options.ts';

/** A session that existing credentials start at STS: of a role, with MFA, or both. */
export interface StsSession {
  readonly target: StsTarget;
  readonly durationSeconds: number;
  /** Absent: a session of the IAM user itself. */
  readonly role?: SessionRole | undefined;
  readonly mfa?: MfaDevice | undefined;
}

export interface SessionRole {
  readonly arn: string;
  readonly sessionName: string;
  readonly externalId?: string | undefined;
}

/** The base credentials, or those of the role or MFA session that the options specify. */
export function withRole(base: CredentialSource, options: RoleOptions, ports: Ports): CredentialSource {
  const { awsRoleArn, mfaSerialNumber } = options;
  if (awsRoleArn === undefined && mfaSerialNumber === undefined) return base;
  return async (signal) => {
    const session: StsSession = {
      target: resolveStsTarget(options, ports),
      durationSeconds: options.temporaryTokenDuration,
      role:
        awsRoleArn === undefined
          ? undefined
          : {
              arn: awsRoleArn,
              sessionName: resolveSessionName(options, ports),
              externalId: options.awsExternalId,
            },
      mfa:
        mfaSerialNumber === undefined
          ? undefined
          : { serialNumber: mfaSerialNumber, token: options.mfaToken, location: options.credentialsLocation },
    };
    return getSessionCredentials(await base(signal), session, ports, signal);
  };
}

/** Returns the credentials of a session. An MFA session is saved, and reused until shortly before it expires. */
export async function getSessionCredentials(
  credentials: Credentials,
  session: StsSession,
  ports: Ports,
  signal: AbortSignal,
): Promise<Credentials> {
  const { mfa } = session;
  const result =
    mfa === undefined
      ? await startSession(credentials, session, undefined, signal)
      : await getMfaSession({
          credentials,
          mfa,
          scope: listScope(session),
          ports,
          signal,
          start: (code) =>
            startSession(credentials, session, { serialNumber: mfa.serialNumber, code }, signal),
        });
  const chain = [result.origin, credentials.origin].filter((origin) => origin !== undefined);
  return { ...result, origin: chain.join(', via ') };
}

function startSession(
  credentials: Credentials,
  { target, role, durationSeconds }: StsSession,
  mfa: { readonly serialNumber: string; readonly code: string } | undefined,
  signal: AbortSignal,
): Promise<Credentials> {
  const request = { ...target, credentials, durationSeconds, mfa, signal };
  return role === undefined
    ? getSessionToken(request)
    : assumeRole({
        ...request,
        roleArn: role.arn,
        sessionName: role.sessionName,
        externalId: role.externalId,
      });
}

/** The values that distinguish sessions of the same keys and device. */
function listScope({ target, role, durationSeconds }: StsSession): readonly string[] {
  const { endpoint = '', region } = target;
  return [
    endpoint,
    region,
    role?.arn ?? '',
    role?.sessionName ?? '',
    role?.externalId ?? '',
    String(durationSeconds),
  ];
}
