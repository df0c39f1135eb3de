import { type CredentialSource, type Credentials, RENEW_EARLY_MS } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import type { Ports } from '../../core/ports.ts';
import { credentialDocument, jsonObject } from './credential-document.ts';
import { type InstanceSettings, type MetadataMemory, SERVICE, readMetadata } from './instance-metadata.ts';

const ROLES_PATH = '/latest/meta-data/iam/security-credentials/';

/** Credentials of the role that is attached to this EC2 instance. */
export function instanceCredentials(
  settings: () => Promise<InstanceSettings>,
  ports: Ports,
): CredentialSource {
  const memory: MetadataMemory = {};
  return stable(async (signal) => {
    const current = await settings();
    if (current.disabledBy !== undefined) {
      throw new DriverError('AUTH_NO_CREDENTIALS', `${SERVICE} is turned off by ${current.disabledBy}`);
    }
    const read = (path: string): Promise<string | undefined> =>
      readMetadata(path, current, memory, ports, signal);
    const role = (await read(ROLES_PATH))?.trim().split('\n', 1)[0]?.trim() ?? '';
    if (role === '') throw noRole();
    if (!/^[\w+=,.@-]{1,64}$/.test(role)) {
      throw new DriverError('AUTH_MALFORMED', `${SERVICE} gave something other than the name of a role`);
    }
    const document = await read(ROLES_PATH + role);
    if (document === undefined) throw noRole();
    return credentialsOf(document, role);
  }, ports);
}

function noRole(): DriverError {
  return new DriverError('AUTH_NO_CREDENTIALS', 'No IAM role is attached to this EC2 instance', {
    remedy: 'Attach an instance profile with a role to the instance, or choose another AuthScheme.',
  });
}

function credentialsOf(text: string, role: string): Credentials {
  const document = jsonObject(text, SERVICE);
  // An error, too, comes with status 200.
  const code = document.get('Code');
  if (code !== undefined && code !== 'Success') {
    const named = typeof code === 'string' && /^\w{1,64}$/.test(code) ? `: ${code}` : '';
    throw new DriverError('AUTH_REFUSED', `${SERVICE} gave no credentials for the role ${role}${named}`, {
      remedy: `Check that the role ${role} exists and that its trust policy names ec2.amazonaws.com.`,
    });
  }
  return credentialDocument(document, SERVICE, `role ${role} of this EC2 instance`);
}

/**
 * AWS goes on accepting an instance's credentials while the metadata service cannot renew them: what was had stays in
 * use, and the service is asked again in 5 to 10 minutes.
 */
function stable(source: CredentialSource, ports: Ports): CredentialSource {
  let last: Credentials | undefined;

  const extended = (credentials: Credentials): Credentials => {
    ports.warn(`${SERVICE} gave no fresh credentials: those it gave before stay in use`);
    const againMs = (5 + 5 * ports.random()) * 60_000;
    return { ...credentials, expiration: new Date(ports.now() + RENEW_EARLY_MS + againMs) };
  };

  return async (signal) => {
    let fetched: Credentials;
    try {
      fetched = await source(signal);
    } catch (error) {
      if (last === undefined || signal.aborted) throw error;
      return extended(last);
    }
    const isExpired = fetched.expiration !== undefined && fetched.expiration.getTime() <= ports.now();
    const isKnown = last !== undefined;
    if (isExpired && !isKnown) return fetched;
    last = fetched;
    return isExpired ? extended(fetched) : fetched;
  };
}
