import { DriverError } from '../../core/errors.ts';
import { type MetadataResponse, type MetadataRequest, requestMetadata } from './metadata-request.ts';

/** The service name in messages. */
export const SERVICE = 'The EC2 instance metadata service';

const TOKEN_PATH = '/latest/api/token';
const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
const TTL_SECONDS = 21_600;
const TOKEN_MARGIN_MS = 120_000;
const MAX_BYTES = 16 * 1024;
/** The first token after a boot may take longer. */
const MAX_TOKEN_ATTEMPTS = 2;

/** How to reach the metadata service of an EC2 instance. */
export interface InstanceSettings {
  readonly endpoint: string;
  /** Timeout of one request. */
  readonly timeoutMs: number;
  /** The setting that disables the service. */
  readonly disabledBy?: string;
  /** The setting that disables IMDSv1. */
  readonly v1DisabledBy?: string;
}

/** The state kept between requests: an IMDSv2 token, or why only IMDSv1 is used. */
export interface MetadataState {
  session?: { readonly token: string; readonly untilMs: number };
  onlyV1?: 'token request timed out' | 'tokens not supported';
}

interface Clock {
  now(): number;
}

/** Reads a path of the metadata service; undefined if it does not exist. */
export async function readMetadata(
  path: string,
  settings: InstanceSettings,
  state: MetadataState,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  let answer = await fetchMetadata(path, settings, state, clock, signal);
  if (answer.kind === 'answer' && answer.status === 401) {
    // The token was revoked or IMDSv1 was disabled: retry once with a new token.
    const reason = state.onlyV1;
    delete state.session;
    delete state.onlyV1;
    if (reason !== 'token request timed out')
      answer = await fetchMetadata(path, settings, state, clock, signal);
  }
  switch (answer.kind) {
    case 'answer':
      return toMetadataText(answer);
    case 'too-late':
      throw state.onlyV1 === 'token request timed out'
        ? noServiceError(settings, 'request timed out')
        : timeoutError();
    case 'too-large':
      throw new DriverError('AUTH_MALFORMED', `${SERVICE} responded with more than ${MAX_BYTES} bytes`);
    case 'unreachable':
      throw noServiceError(settings, answer.cause.message);
  }
}

function toMetadataText({
  status,
  body,
}: {
  readonly status: number;
  readonly body: string;
}): string | undefined {
  if (status === 200) return body;
  if (status === 404) return undefined;
  if (status === 401) throw tokenRequiredError();
  if (status >= 500 || status === 429) {
    throw new DriverError('AUTH_UNAVAILABLE', `${SERVICE} failed with status ${status}`);
  }
  throw new DriverError('AUTH_REFUSED', `${SERVICE} rejected the request with status ${status}`);
}

async function fetchMetadata(
  path: string,
  settings: InstanceSettings,
  state: MetadataState,
  clock: Clock,
  signal: AbortSignal,
): Promise<MetadataResponse> {
  const token = await fetchToken(settings, state, clock, signal);
  const headers: Record<string, string> = token === undefined ? {} : { [TOKEN_HEADER]: token };
  return requestMetadata(request('GET', path, headers, settings), signal);
}

/** An IMDSv2 token; undefined to use IMDSv1, if that is allowed. */
async function fetchToken(
  settings: InstanceSettings,
  state: MetadataState,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (state.session !== undefined && state.session.untilMs > clock.now()) return state.session.token;
  if (state.onlyV1 !== undefined) return undefined;
  const put = request('PUT', TOKEN_PATH, { [TTL_HEADER]: String(TTL_SECONDS) }, settings);
  let answer = await requestMetadata(put, signal);
  for (let tries = 1; tries < MAX_TOKEN_ATTEMPTS && isTransient(answer); tries++) {
    answer = await requestMetadata(put, signal);
  }
  if (answer.kind === 'answer' && answer.status === 200) {
    const token = answer.body.trim();
    if (!/^[\x21-\x7E]{1,4096}$/.test(token)) {
      throw new DriverError('AUTH_MALFORMED', `${SERVICE} returned an invalid token`);
    }
    const seconds = Number(answer.headers[TTL_HEADER] ?? TTL_SECONDS);
    const lifetimeMs = (Number.isFinite(seconds) ? seconds : 0) * 1000;
    state.session = { token, untilMs: clock.now() + lifetimeMs - TOKEN_MARGIN_MS };
    return token;
  }
  state.onlyV1 = fallBackToV1(answer, settings);
  return undefined;
}

function isTransient(answer: MetadataResponse): boolean {
  return answer.kind === 'too-late' || (answer.kind === 'answer' && answer.status >= 500);
}

/** Why IMDSv1 is used; an error if it is disabled or would not help. */
function fallBackToV1(
  answer: MetadataResponse,
  settings: InstanceSettings,
): NonNullable<MetadataState['onlyV1']> {
  const reason = reasonForV1(answer, settings);
  if (settings.v1DisabledBy === undefined) return reason;
  const remedy = reason === 'token request timed out' ? { remedy: HOP_LIMIT } : {};
  throw new DriverError(
    'AUTH_REFUSED',
    `${SERVICE} returned no IMDSv2 token (${reason}), and ${settings.v1DisabledBy} disables IMDSv1`,
    remedy,
  );
}

function reasonForV1(
  answer: MetadataResponse,
  settings: InstanceSettings,
): NonNullable<MetadataState['onlyV1']> {
  switch (answer.kind) {
    case 'too-late':
      return 'token request timed out';
    case 'unreachable':
      throw noServiceError(settings, answer.cause.message);
    case 'too-large':
      throw new DriverError('AUTH_MALFORMED', `${SERVICE} returned an invalid token`);
    case 'answer':
      if ([403, 404, 405].includes(answer.status)) return 'tokens not supported';
      throw answer.status >= 500
        ? new DriverError('AUTH_UNAVAILABLE', `${SERVICE} failed with status ${answer.status}`)
        : new DriverError(
            'AUTH_REFUSED',
            `${SERVICE} rejected the token request with status ${answer.status}`,
          );
  }
}

function request(
  method: 'GET' | 'PUT',
  path: string,
  headers: Readonly<Record<string, string>>,
  { endpoint, timeoutMs }: InstanceSettings,
): MetadataRequest {
  return { method, url: new URL(endpoint + path), headers, timeoutMs, maxBytes: MAX_BYTES };
}

const HOP_LIMIT =
  "In a container, raise the instance's metadata hop limit to 2 (HttpPutResponseHopLimit), or use AuthScheme AwsContainer or AwsWebIdentity.";

/** With a hop limit of 1, the response to a token request does not reach a container. */
function tokenRequiredError(): DriverError {
  return new DriverError('AUTH_REFUSED', `${SERVICE} requires an IMDSv2 token, but none could be obtained`, {
    remedy: HOP_LIMIT,
  });
}

function timeoutError(): DriverError {
  return new DriverError('CONN_NETWORK', `${SERVICE} timed out`);
}

function noServiceError({ endpoint }: InstanceSettings, why: string): DriverError {
  return new DriverError('AUTH_NO_CREDENTIALS', `no EC2 instance metadata service at ${endpoint}: ${why}`, {
    remedy: `Use AwsEC2Roles on EC2 instances only. ${HOP_LIMIT}`,
  });
}
