import { type CredentialSource, type Credentials, RENEW_EARLY_MS } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import type { Ports } from '../../core/ports.ts';
import { toMetadataCredentials, parseJsonObject } from './credential-document.ts';
import { type InstanceSettings, type MetadataState, SERVICE, readMetadata } from './instance-metadata.ts';

const ROLES_PATH = '/latest/meta-data/iam/security-credentials/';

/** Credentials of the IAM role of this EC2 instance. */
export function fromInstanceMetadata(
  settings: () => Promise<InstanceSettings>,
  ports: Ports,
): CredentialSource {
  const state: MetadataState = {};
  return extendExpired(async (signal) => {
    const current = await settings();
    if (current.disabledBy !== undefined) {
      throw new DriverError('AUTH_NO_CREDENTIALS', `${SERVICE} is disabled by ${current.disabledBy}`);
    }
    const read = (path: string): Promise<string | undefined> =>
      readMetadata(path, current, state, ports, signal);
    const role = (await read(ROLES_PATH))?.trim().split('\n', 1)[0]?.trim() ?? '';
    if (role === '') throw noRoleError();
    if (!/^[\w+=,.@-]{1,64}$/.test(role)) {
      throw new DriverError('AUTH_MALFORMED', `${SERVICE} returned an invalid role name`);
    }
    const document = await read(ROLES_PATH + role);
    if (document === undefined) throw noRoleError();
    return parseRoleCredentials(document, role);
  }, ports);
}

function noRoleError(): DriverError {
  return new DriverError('AUTH_NO_CREDENTIALS', 'No IAM role is attached to this EC2 instance', {
    remedy: 'Attach an instance profile with a role to the instance, or choose another AuthScheme.',
  });
}

function parseRoleCredentials(body: string, role: string): Credentials {
  const document = parseJsonObject(body, SERVICE);
  // Errors are returned with status 200, too.
  const code = document.get('Code');
  if (code !== undefined && code !== 'Success') {
    const named = typeof code === 'string' && /^\w{1,64}$/.test(code) ? `: ${code}` : '';
    throw new DriverError('AUTH_REFUSED', `${SERVICE} returned no credentials for the role ${role}${named}`, {
      remedy: `Check that the role ${role} exists and that its trust policy names ec2.amazonaws.com.`,
    });
  }
  return toMetadataCredentials(document, SERVICE, `role ${role} of this EC2 instance`);
}

/**
 * AWS keeps accepting an instance's credentials while the metadata service cannot renew them. The last ones stay in use,
 * and the service is asked again after 5 to 10 minutes.
 */
function extendExpired(source: CredentialSource, ports: Ports): CredentialSource {
  let last: Credentials | undefined;

  const extended = (credentials: Credentials): Credentials => {
    ports.warn(`${SERVICE} could not renew the credentials; continuing with the last ones`);
    const retryMs = (5 + 5 * ports.random()) * 60_000;
    return { ...credentials, expiration: new Date(ports.now() + RENEW_EARLY_MS + retryMs) };
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
    const isFirst = last === undefined;
    if (isExpired && isFirst) return fetched;
    last = fetched;
    return isExpired ? extended(fetched) : fetched;
  };
}
