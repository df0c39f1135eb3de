import { crc32 } from 'node:zlib';
import { ScanCommand, type DynamoDBClient, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { ServiceError, TransportError, UnconfirmedError } from '../transport/failures.ts';
import type { ReadStats } from '../read/read-stats.ts';
import { isThrottle } from '../transport/service-errors.ts';
import type { HttpResponse, SignedRequest, Transport } from '../transport/transport.ts';

const MIB = 1024 * 1024;
const TARGET = 'DynamoDB_20120810.';

/**
 * Maximum response sizes. DynamoDB limits a page to 1 MB and a batch to 16 MB of item sizes, in which an empty list element is one
 * byte; in JSON it is fifteen.
 */
const MAX_BYTES = new Map([['BatchGetItem', 256 * MIB]]);
const DEFAULT_MAX_BYTES = 32 * MIB;
const [OPENING_BRACE, CLOSING_BRACE] = Buffer.from('{}');
const WHITE_SPACE = new Set<number | undefined>(Buffer.from(' \n\r\t'));

/** One request: the input of the middlewares below, and the response body they leave. */
interface RawCall extends ScanCommandInput {
  readonly operation: string;
  readonly wireBody: string;
  readonly stats: RequestStats | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onFailedAttempt: OnFailedAttempt | undefined;
  body: Buffer | undefined;
  /** The failure of the first attempt, which was made outside the stack; the stack handles it as its own. */
  firstFailure: Error | undefined;
}

/** The statistics that each request adds to. */
type RequestStats = Pick<ReadStats, 'requests' | 'bytes' | 'throttles'>;

/** Called after each failed attempt; `stop` prevents further retries. */
export type OnFailedAttempt = (failure: unknown) => 'stop' | undefined;

/** Sends the JSON of an operation and returns the response body. Signing, retries and endpoints are the SDK's. */
export type SendRaw = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
  stats?: RequestStats,
  signal?: AbortSignal,
  onFailedAttempt?: OnFailedAttempt,
) => Promise<Buffer>;

/**
 * Bypasses the SDK's serializer and deserializer, which cost more than the rest of a large read. All operations share the
 * middleware stack of Scan, prepared once: their requests differ only in one header.
 *
 * The stack itself takes longer than a small read. So after its first request has shown the address and headers, the first attempt
 * of a request is only signed by the SDK's signer and sent; the stack handles failures: retries and the correction of the clock.
 */
export function createRawLane(client: DynamoDBClient, transport: Transport): SendRaw {
  const command = new ScanCommand({ TableName: undefined });
  let fillTemplate: ((call: RawCall) => SignedRequest) | undefined;
  command.middlewareStack.add(
    (next, context) => (args) => {
      const { input } = args;
      const url = context.endpointV2?.url;
      return next(
        isRawCall(input) && url !== undefined ? { ...args, request: wireRequest(input, url) } : args,
      );
    },
    { name: 'serializerMiddleware', step: 'serialize', override: true },
  );
  command.middlewareStack.add(
    (next) => async (args) => {
      const { input, request } = args;
      if (!isRawCall(input) || !isSignedRequest(request)) return next(args);
      fillTemplate = createRequestTemplate(request);
      const response = await sendOrFail(transport, request, input);
      return { response, output: { $metadata: {} } };
    },
    { name: 'deserializerMiddleware', step: 'deserialize', override: true },
  );
  const stack = client.middlewareStack.clone();
  stack.remove('loggerMiddleware');
  const send = command.resolveMiddleware(stack, client.config, undefined);
  const sign = createSigner(client);

  return async (operation, input, stats, signal, onFailedAttempt) => {
    const call: RawCall = {
      TableName: typeof input['TableName'] === 'string' ? input['TableName'] : undefined,
      operation,
      wireBody: JSON.stringify(input),
      stats,
      signal,
      onFailedAttempt,
      body: undefined,
      firstFailure: undefined,
    };
    if (fillTemplate !== undefined) {
      try {
        await sendOrFail(transport, await sign(fillTemplate(call)), call);
      } catch (failure) {
        call.firstFailure = failure instanceof Error ? failure : new Error(String(failure));
      }
    }
    if (call.body === undefined) await send({ input: call });
    if (call.body === undefined) throw new Error(`${operation} ended without a response`);
    return call.body;
  };
}

/** The unsigned request in the form that the SDK's signer and header middlewares expect. */
function wireRequest({ operation, wireBody }: RawCall, url: URL): SignedRequest & { readonly query: object } {
  return {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    path: url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`,
    query: {},
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${TARGET}${operation}`,
    },
    body: wireBody,
  };
}

/** Creates a function that signs with the SDK's signer and clock offset. */
function createSigner(client: DynamoDBClient): (request: SignedRequest) => Promise<SignedRequest> {
  type Signer = Awaited<ReturnType<typeof client.config.signer>>;
  let created: Promise<Signer> | undefined;
  return async (request) => {
    const signer = await (created ??= client.config.signer());
    const signingDate = new Date(Date.now() + client.config.systemClockOffset);
    const { method, protocol, hostname, port, path, headers, body } = request;
    const unsigned = { method, protocol, hostname, path, query: {}, headers, body };
    const signed = await signer.sign(port === undefined ? unsigned : { ...unsigned, port }, { signingDate });
    return { method, protocol, hostname, port, path, headers: signed.headers, body };
  };
}

const SIGNATURE_HEADERS =
  /^(authorization|x-amz-date|x-amz-security-token|x-amz-content-sha256|x-amz-target|content-length|amz-sdk-.*)$/i;

/** Returns a function that creates requests with the address and common headers of this one. */
function createRequestTemplate(model: SignedRequest): (call: RawCall) => SignedRequest {
  const common = Object.fromEntries(
    Object.entries(model.headers).filter(([name]) => !SIGNATURE_HEADERS.test(name)),
  );
  const { method, protocol, hostname, port, path } = model;
  return ({ operation, wireBody: body }) => ({
    method,
    protocol,
    hostname,
    port,
    path,
    headers: { ...common, 'x-amz-target': `${TARGET}${operation}` },
    body,
  });
}

/** Sends a request once, or throws the failure of the first attempt if that was made before. */
async function sendOrFail(
  transport: Transport,
  request: SignedRequest,
  call: RawCall,
): Promise<HttpResponse> {
  const { firstFailure, onFailedAttempt } = call;
  if (firstFailure !== undefined) {
    call.firstFailure = undefined;
    throw firstFailure;
  }
  try {
    return await sendOnce(transport, request, call);
  } catch (failure) {
    if (onFailedAttempt?.(failure) === 'stop') throw new UnconfirmedError(failure);
    throw failure;
  }
}

/** Sends a request once and checks the response. */
async function sendOnce(transport: Transport, request: SignedRequest, call: RawCall): Promise<HttpResponse> {
  const { operation, signal, stats } = call;
  const response = await transport.send(request, MAX_BYTES.get(operation) ?? DEFAULT_MAX_BYTES, signal);
  if (stats !== undefined) {
    stats.requests += 1;
    stats.bytes += response.body.length;
  }
  if (response.statusCode !== 200) {
    const error = new ServiceError(response, signal);
    if (stats !== undefined && isThrottle(error)) stats.throttles += 1;
    throw error;
  }
  const reason = findDefect(response);
  if (reason !== undefined) throw new TransportError('malformed', { host: request.hostname, reason, signal });
  call.body = response.body;
  return response;
}

/** Why the body is damaged, so that the request should be retried; undefined if it is not. */
function findDefect({ headers, body }: HttpResponse): string | undefined {
  let last = body.length - 1;
  while (last > 0 && WHITE_SPACE.has(body[last])) last -= 1;
  if (body[0] !== OPENING_BRACE || body[last] !== CLOSING_BRACE) {
    return `the response is not a complete JSON object (${body.length} bytes)`;
  }
  const checksum = headers['x-amz-crc32'];
  if (checksum !== undefined && Number(checksum) !== crc32(body))
    return 'the response does not match its CRC-32 checksum';
  return undefined;
}

function isRawCall(input: object): input is RawCall {
  return 'wireBody' in input;
}

function isSignedRequest(request: unknown): request is SignedRequest {
  return typeof request === 'object' && request !== null && 'headers' in request && 'hostname' in request;
}
