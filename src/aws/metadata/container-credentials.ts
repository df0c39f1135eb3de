import type { CredentialSource } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import { readNamedFile } from '../../core/named-file.ts';
import { isLoopback } from '../../net/local-addresses.ts';
import type { Ports } from '../../core/ports.ts';
import { requestMetadata } from './metadata-request.ts';
import { credentialDocument, jsonObject } from './credential-document.ts';

const SERVICE = "The container's credential service";
const ECS = 'http://169.254.170.2';
const TIMEOUT_MS = 2000;
const MAX_BYTES = 64 * 1024;
/** The agents of ECS and of EKS Pod Identity, which speak plain HTTP. */
const AGENTS: ReadonlySet<string> = new Set(['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]']);

/** Credentials of an ECS task or of an EKS pod, as its environment says where to get them. */
export function containerCredentials(ports: Ports, ecs: string = ECS): CredentialSource {
  return async (signal) => {
    const url = addressOf(ports, ecs);
    const token = await authorizationOf(ports);
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
        if (answer.status !== 200) throw refusal(answer.status, url);
        return credentialDocument(jsonObject(answer.body, SERVICE), SERVICE, `container, ${url.origin}`);
      case 'too-late':
        throw new DriverError('CONN_NETWORK', `${SERVICE} at ${url.origin} did not answer in time`);
      case 'too-large':
        throw new DriverError('AUTH_MALFORMED', `${SERVICE} answered with more than ${MAX_BYTES} bytes`);
      case 'unreachable':
        throw new DriverError(
          'CONN_NETWORK',
          `${SERVICE} at ${url.origin} cannot be reached: ${answer.cause.message}`,
          { cause: answer.cause },
        );
    }
  };
}

function refusal(status: number, url: URL): DriverError {
  const message = `${SERVICE} at ${url.origin} answered with status ${status}`;
  if (status >= 500 || status === 429) return new DriverError('AUTH_UNAVAILABLE', message);
  return new DriverError('AUTH_REFUSED', message, {
    remedy: "Check the task's role, or the pod's service account and its Pod Identity association.",
  });
}

function addressOf(ports: Ports, ecs: string): URL {
  const relative = ports.env('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  if (relative !== undefined) {
    const url = URL.canParse(relative, ecs) ? new URL(relative, ecs) : undefined;
    // `//host` and `http://host` are relative addresses, too.
    if (url !== undefined && relative.startsWith('/') && url.origin === new URL(ecs).origin) return url;
    throw unusable('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'a path that begins with /');
  }
  const full = ports.env('AWS_CONTAINER_CREDENTIALS_FULL_URI');
  if (full !== undefined) {
    const url = URL.canParse(full) ? new URL(full) : undefined;
    if (url !== undefined && isAllowed(url)) return url;
    throw unusable(
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'an https address, or an http address of this machine or of the agent of ECS or EKS',
    );
  }
  throw new DriverError(
    'AUTH_NO_CREDENTIALS',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI not set',
    { remedy: 'Use AwsContainer in an ECS task with a role or in an EKS pod with Pod Identity only.' },
  );
}

/** The parser has made addresses of any notation plain, so that only whole numbers are compared. */
function isAllowed({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  if (protocol === 'https:') return true;
  if (protocol !== 'http:' || hostname.endsWith('.localhost')) return false;
  return AGENTS.has(hostname) || isLoopback(hostname);
}

function unusable(variable: string, expected: string): DriverError {
  return new DriverError('AUTH_NO_CREDENTIALS', `${variable}: expected ${expected}`, {
    remedy: `Correct ${variable} in the environment of this process.`,
  });
}

/** EKS renews the file, so it is read each time. */
async function authorizationOf(ports: Ports): Promise<string | undefined> {
  const file = ports.env('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  const token =
    file === undefined ? ports.env('AWS_CONTAINER_AUTHORIZATION_TOKEN') : await tokenIn(file, ports);
  if (token === undefined || /^[\x20-\x7E]+$/.test(token)) return token;
  const where = file === undefined ? 'AWS_CONTAINER_AUTHORIZATION_TOKEN' : file;
  throw new DriverError('AUTH_NO_CREDENTIALS', `${where} holds something other than one line of a token`);
}

async function tokenIn(file: string, ports: Ports): Promise<string> {
  const text = await readNamedFile(file, ports, 'AUTH_NO_CREDENTIALS');
  if (text !== undefined) return text.replace(/\r?\n$/, '');
  throw new DriverError(
    'AUTH_NO_CREDENTIALS',
    `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: there is no file ${file}`,
  );
}
