import type { CredentialSource, Credentials } from '../core/credentials.ts';
import type { Ports } from '../core/ports.ts';
import { type StsTarget, assumeRole, getSessionToken } from '../aws/sts.ts';
import { type MfaDevice, mfaSession } from './mfa-session.ts';
import { type RoleOptions, sessionName, stsTarget } from './role-options.ts';

/** A session to begin with credentials that are there already: a role's, one with a one-time code, or both in one. */
export interface WantedSession {
  readonly target: StsTarget;
  readonly durationSeconds: number;
  /** Absent: a session of the user whose keys they are. */
  readonly role?: WantedRole | undefined;
  readonly mfa?: MfaDevice | undefined;
}

export interface WantedRole {
  readonly arn: string;
  readonly sessionName: string;
  readonly externalId?: string | undefined;
}

/** The same credentials, or those of the session that the options want on top of them. */
export function withRole(base: CredentialSource, given: RoleOptions, ports: Ports): CredentialSource {
  const { awsRoleArn, mfaSerialNumber } = given;
  if (awsRoleArn === undefined && mfaSerialNumber === undefined) return base;
  return async (signal) => {
    const wanted: WantedSession = {
      target: stsTarget(given, ports),
      durationSeconds: given.temporaryTokenDuration,
      role:
        awsRoleArn === undefined
          ? undefined
          : { arn: awsRoleArn, sessionName: sessionName(given, ports), externalId: given.awsExternalId },
      mfa:
        mfaSerialNumber === undefined
          ? undefined
          : { serialNumber: mfaSerialNumber, token: given.mfaToken, location: given.credentialsLocation },
    };
    return sessionWith(await base(signal), wanted, ports, signal);
  };
}

/** The session's credentials. One that took a code is kept, and used again until shortly before it ends. */
export async function sessionWith(
  credentials: Credentials,
  wanted: WantedSession,
  ports: Ports,
  signal: AbortSignal,
): Promise<Credentials> {
  const { mfa } = wanted;
  const session =
    mfa === undefined
      ? await begin(credentials, wanted, undefined, signal)
      : await mfaSession({
          credentials,
          mfa,
          what: whatOf(wanted),
          ports,
          signal,
          begin: (code) => begin(credentials, wanted, { serialNumber: mfa.serialNumber, code }, signal),
        });
  const chain = [session.origin, credentials.origin].filter((origin) => origin !== undefined);
  return { ...session, origin: chain.join(', by way of ') };
}

function begin(
  credentials: Credentials,
  { target, role, durationSeconds }: WantedSession,
  mfa: { readonly serialNumber: string; readonly code: string } | undefined,
  signal: AbortSignal,
): Promise<Credentials> {
  const call = { ...target, credentials, durationSeconds, mfa, signal };
  return role === undefined
    ? getSessionToken(call)
    : assumeRole({ ...call, roleArn: role.arn, sessionName: role.sessionName, externalId: role.externalId });
}

/** What tells one session of the same keys and device from another. */
function whatOf({ target, role, durationSeconds }: WantedSession): readonly string[] {
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
