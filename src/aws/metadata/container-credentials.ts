import type { CredentialSource } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import { readNamedFile } from '../../core/named-file.ts';
import { isLoopback } from '../../net/local-addresses.ts';
import type { Ports } from '../../core/ports.ts';
import { requestMetadata } from './metadata-request.ts';
import { toMetadataCredentials, parseJsonObject } from './credential-document.ts';

const SERVICE = 'The container credential endpoint';
const ECS = 'http://169.254.170.2';
const TIMEOUT_MS = 2000;
const MAX_BYTES = 64 * 1024;
/** The ECS and EKS Pod Identity agents, which use plain HTTP. */
const AGENTS: ReadonlySet<string> = new Set(['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]']);

/** Credentials of an ECS task or EKS pod, from the endpoint in its environment. */
export function fromContainerMetadata(ports: Ports, ecs: string = ECS): CredentialSource {
  return async (signal) => {
    const url = resolveServiceUrl(ports, ecs);
    const token = await readAuthorization(ports);
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: token }),
    };
    const answer = await requestMetadata(
      { method: 'GET', url, headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
      signal,
    );
    switch (answer.kind) {
      case 'answer':
        if (answer.status !== 200) throw toResponseError(answer.status, url);
        return toMetadataCredentials(
          parseJsonObject(answer.body, SERVICE),
          SERVICE,
          `container, ${url.origin}`,
        );
      case 'too-late':
        throw new DriverError('CONN_NETWORK', `${SERVICE} at ${url.origin} timed out`);
      case 'too-large':
        throw new DriverError('AUTH_MALFORMED', `${SERVICE} responded with more than ${MAX_BYTES} bytes`);
      case 'unreachable':
        throw new DriverError(
          'CONN_NETWORK',
          `${SERVICE} at ${url.origin} is not reachable: ${answer.cause.message}`,
          { cause: answer.cause },
        );
    }
  };
}

function toResponseError(status: number, url: URL): DriverError {
  const message = `${SERVICE} at ${url.origin} responded with status ${status}`;
  if (status >= 500 || status === 429) return new DriverError('AUTH_UNAVAILABLE', message);
  return new DriverError('AUTH_REFUSED', message, {
    remedy: "Check the task's role, or the pod's service account and its Pod Identity association.",
  });
}

function resolveServiceUrl(ports: Ports, ecs: string): URL {
  const relative = ports.env('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  if (relative !== undefined) {
    const url = URL.canParse(relative, ecs) ? new URL(relative, ecs) : undefined;
    // `//host` and `http://host` resolve as relative URLs, too.
    if (url !== undefined && relative.startsWith('/') && url.origin === new URL(ecs).origin) return url;
    throw badVariableError('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'a path that begins with /');
  }
  const full = ports.env('AWS_CONTAINER_CREDENTIALS_FULL_URI');
  if (full !== undefined) {
    const url = URL.canParse(full) ? new URL(full) : undefined;
    if (url !== undefined && isAllowed(url)) return url;
    throw badVariableError(
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'an https URL, or an http URL of this machine or of the ECS or EKS agent',
    );
  }
  throw new DriverError(
    'AUTH_NO_CREDENTIALS',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set',
    { remedy: 'Use AwsContainer only in an ECS task with a task role or in an EKS pod with Pod Identity.' },
  );
}

/** The URL parser has normalized addresses of any notation. */
function isAllowed({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  if (protocol === 'https:') return true;
  if (protocol !== 'http:' || hostname.endsWith('.localhost')) return false;
  return AGENTS.has(hostname) || isLoopback(hostname);
}

function badVariableError(variable: string, expected: string): DriverError {
  return new DriverError('AUTH_NO_CREDENTIALS', `${variable}: expected ${expected}`, {
    remedy: `Correct ${variable} in the environment of this process.`,
  });
}

/** EKS rotates the file, so it is read each time. */
async function readAuthorization(ports: Ports): Promise<string | undefined> {
  const file = ports.env('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  const token =
    file === undefined ? ports.env('AWS_CONTAINER_AUTHORIZATION_TOKEN') : await readTokenFile(file, ports);
  if (token === undefined || /^[\x20-\x7E]+$/.test(token)) return token;
  const where = file === undefined ? 'AWS_CONTAINER_AUTHORIZATION_TOKEN' : file;
  throw new DriverError('AUTH_NO_CREDENTIALS', `${where} does not contain a single-line token`);
}

async function readTokenFile(file: string, ports: Ports): Promise<string> {
  const content = await readNamedFile(file, ports, 'AUTH_NO_CREDENTIALS');
  if (content !== undefined) return content.replace(/\r?\n$/, '');
  throw new DriverError(
    'AUTH_NO_CREDENTIALS',
    `could not open file "${file}" of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: no such file`,
  );
}
