import { DriverError } from '../../core/errors.ts';
import { type MetadataResponse, type MetadataRequest, requestMetadata } from './metadata-request.ts';

/** The name of the service in messages. */
export const SERVICE = 'The EC2 instance metadata service';

const TOKEN_PATH = '/latest/api/token';
const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
const TTL_SECONDS = 21_600;
const SPARE_MS = 120_000;
const MAX_BYTES = 16 * 1024;
/** The first token after a boot may need longer than the rest. */
const TOKEN_TRIES = 2;

/** How to reach the metadata service of an EC2 instance. */
export interface InstanceSettings {
  readonly endpoint: string;
  /** The longest that one answer may take. */
  readonly timeoutMs: number;
  /** The setting that turns the service off. */
  readonly disabledBy?: string;
  /** The setting that forbids its version 1. */
  readonly v1DisabledBy?: string;
}

/** What was learnt of the service: the token of version 2, or that there is only version 1. */
export interface MetadataMemory {
  session?: { readonly token: string; readonly untilMs: number };
  onlyV1?: 'no token came in time' | 'it offers no tokens';
}

interface Clock {
  now(): number;
}

/** The text at a path of the metadata service, undefined where there is none. */
export async function readMetadata(
  path: string,
  settings: InstanceSettings,
  memory: MetadataMemory,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  let answer = await get(path, settings, memory, clock, signal);
  if (answer.kind === 'answer' && answer.status === 401) {
    // The token was withdrawn, or version 1 was: one more try with a new one.
    const why = memory.onlyV1;
    delete memory.session;
    delete memory.onlyV1;
    if (why !== 'no token came in time') answer = await get(path, settings, memory, clock, signal);
  }
  switch (answer.kind) {
    case 'answer':
      return textOf(answer);
    case 'too-late':
      throw memory.onlyV1 === 'no token came in time'
        ? absent(settings, 'nothing answered in time')
        : notInTime();
    case 'too-large':
      throw new DriverError('AUTH_MALFORMED', `${SERVICE} answered with more than ${MAX_BYTES} bytes`);
    case 'unreachable':
      throw absent(settings, answer.cause.message);
  }
}

function textOf({ status, body }: { readonly status: number; readonly body: string }): string | undefined {
  if (status === 200) return body;
  if (status === 404) return undefined;
  if (status === 401) throw v1Refused();
  if (status >= 500 || status === 429) {
    throw new DriverError('AUTH_UNAVAILABLE', `${SERVICE} failed with status ${status}`);
  }
  throw new DriverError('AUTH_REFUSED', `${SERVICE} refused with status ${status}`);
}

async function get(
  path: string,
  settings: InstanceSettings,
  memory: MetadataMemory,
  clock: Clock,
  signal: AbortSignal,
): Promise<MetadataResponse> {
  const token = await tokenOf(settings, memory, clock, signal);
  const headers: Record<string, string> = token === undefined ? {} : { [TOKEN_HEADER]: token };
  return requestMetadata(request('GET', path, headers, settings), signal);
}

/** A token of version 2; undefined where only version 1 is left and may be used. */
async function tokenOf(
  settings: InstanceSettings,
  memory: MetadataMemory,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (memory.session !== undefined && memory.session.untilMs > clock.now()) return memory.session.token;
  if (memory.onlyV1 !== undefined) return undefined;
  const put = request('PUT', TOKEN_PATH, { [TTL_HEADER]: String(TTL_SECONDS) }, settings);
  let answer = await requestMetadata(put, signal);
  for (let tries = 1; tries < TOKEN_TRIES && isForTheMoment(answer); tries++) {
    answer = await requestMetadata(put, signal);
  }
  if (answer.kind === 'answer' && answer.status === 200) {
    const token = answer.body.trim();
    if (!/^[\x21-\x7E]{1,4096}$/.test(token)) {
      throw new DriverError('AUTH_MALFORMED', `${SERVICE} gave something other than a token`);
    }
    const seconds = Number(answer.headers[TTL_HEADER] ?? TTL_SECONDS);
    const lastsMs = (Number.isFinite(seconds) ? seconds : 0) * 1000;
    memory.session = { token, untilMs: clock.now() + lastsMs - SPARE_MS };
    return token;
  }
  memory.onlyV1 = fallback(answer, settings);
  return undefined;
}

function isForTheMoment(answer: MetadataResponse): boolean {
  return answer.kind === 'too-late' || (answer.kind === 'answer' && answer.status >= 500);
}

/** Why version 1 is to be used; an error where it may not be, or where it would not help. */
function fallback(
  answer: MetadataResponse,
  settings: InstanceSettings,
): NonNullable<MetadataMemory['onlyV1']> {
  const reason = reasonForV1(answer, settings);
  if (settings.v1DisabledBy === undefined) return reason;
  const remedy = reason === 'no token came in time' ? { remedy: HOP_LIMIT } : {};
  throw new DriverError(
    'AUTH_REFUSED',
    `${SERVICE} gave no token of version 2 (${reason}), and ${settings.v1DisabledBy} forbids version 1`,
    remedy,
  );
}

function reasonForV1(
  answer: MetadataResponse,
  settings: InstanceSettings,
): NonNullable<MetadataMemory['onlyV1']> {
  switch (answer.kind) {
    case 'too-late':
      return 'no token came in time';
    case 'unreachable':
      throw absent(settings, answer.cause.message);
    case 'too-large':
      throw new DriverError('AUTH_MALFORMED', `${SERVICE} gave something other than a token`);
    case 'answer':
      if ([403, 404, 405].includes(answer.status)) return 'it offers no tokens';
      throw answer.status >= 500
        ? new DriverError('AUTH_UNAVAILABLE', `${SERVICE} failed with status ${answer.status}`)
        : new DriverError('AUTH_REFUSED', `${SERVICE} refused a token with status ${answer.status}`);
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

/** An answer to the token's request does not leave the instance when the hop limit is 1. */
function v1Refused(): DriverError {
  return new DriverError('AUTH_REFUSED', `${SERVICE} wants a token of version 2, and none could be had`, {
    remedy: HOP_LIMIT,
  });
}

function notInTime(): DriverError {
  return new DriverError('CONN_NETWORK', `${SERVICE} did not answer in time`);
}

function absent({ endpoint }: InstanceSettings, why: string): DriverError {
  return new DriverError(
    'AUTH_NO_CREDENTIALS',
    `There is no EC2 instance metadata service at ${endpoint}: ${why}`,
    {
      remedy: `Use AwsEC2Roles on EC2 instances only. ${HOP_LIMIT}`,
    },
  );
}
