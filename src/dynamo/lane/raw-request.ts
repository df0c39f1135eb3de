import { crc32 } from 'node:zlib';
import { ScanCommand, type DynamoDBClient, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { ServiceError, TransportError, UnconfirmedError } from '../transport/failures.ts';
import type { ReadStats } from '../read/read-stats.ts';
import { isThrottle } from '../transport/service-errors.ts';
import type { Answer, SignedRequest, Transport } from '../transport/transport.ts';

const MIB = 1024 * 1024;
const TARGET = 'DynamoDB_20120810.';

/**
 * The longest answers that can be honest. DynamoDB counts 1 MB a page and 16 MB a batch in its own measure, and an
 * empty list element, one byte there, takes fifteen on the wire.
 */
const LIMIT_BYTES = new Map([['BatchGetItem', 256 * MIB]]);
const DEFAULT_LIMIT_BYTES = 32 * MIB;
const [OPENING_BRACE, CLOSING_BRACE] = Buffer.from('{}');
const WHITE_SPACE = new Set<number | undefined>(Buffer.from(' \n\r\t'));

/** One request on its way: what the middlewares below need to know, and where the answer's bytes are left. */
interface RawCall extends ScanCommandInput {
  readonly operation: string;
  readonly wireBody: string;
  readonly stats: RequestStats | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onFailedTry: OnFailedTry | undefined;
  answer: Buffer | undefined;
  /** What went wrong with the first try, made outside the stack: the stack takes it for its own. */
  firstFailure: Error | undefined;
}

/** What every request adds to. */
type RequestStats = Pick<ReadStats, 'requests' | 'bytes' | 'throttles'>;

/** Learns of each try that failed, and may end the repetitions by answering `stop`. */
export type OnFailedTry = (failure: unknown) => 'stop' | undefined;

/** Sends an operation's JSON and gives the answer's bytes. Signing, retries and endpoints are the SDK's. */
export type SendRaw = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
  stats?: RequestStats,
  signal?: AbortSignal,
  onFailedTry?: OnFailedTry,
) => Promise<Buffer>;

/**
 * The way around the SDK's serialiser and deserialiser, which cost more than everything else in a large read.
 * All operations share one stack of middlewares, prepared once, Scan's: on the wire they differ in one header only.
 *
 * The stack itself takes longer than a small read. So once it has shown the address and the headers, a request's first try
 * only signs with the SDK's signer and sends; a failure is handed to the stack, which repeats, corrects the clock or gives up.
 */
export function createRawLane(client: DynamoDBClient, transport: Transport): SendRaw {
  const command = new ScanCommand({ TableName: undefined });
  let like: ((call: RawCall) => SignedRequest) | undefined;
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
      like = createRequestTemplate(request);
      const answer = await sendOrFail(transport, request, input);
      return { response: answer, output: { $metadata: {} } };
    },
    { name: 'deserializerMiddleware', step: 'deserialize', override: true },
  );
  const stack = client.middlewareStack.clone();
  stack.remove('loggerMiddleware');
  const send = command.resolveMiddleware(stack, client.config, undefined);
  const sign = requestSigner(client);

  return async (operation, input, stats, signal, onFailedTry) => {
    const call: RawCall = {
      TableName: typeof input['TableName'] === 'string' ? input['TableName'] : undefined,
      operation,
      wireBody: JSON.stringify(input),
      stats,
      signal,
      onFailedTry,
      answer: undefined,
      firstFailure: undefined,
    };
    if (like !== undefined) {
      try {
        await sendOrFail(transport, await sign(like(call)), call);
      } catch (failure) {
        call.firstFailure = failure instanceof Error ? failure : new Error(String(failure));
      }
    }
    if (call.answer === undefined) await send({ input: call });
    if (call.answer === undefined) throw new Error(`${operation} came to its end without an answer`);
    return call.answer;
  };
}

/** The unsigned request, in the members that the SDK's signer and header middlewares look for. */
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

/** Signs with the SDK's signer and its correction of the clock. */
function requestSigner(client: DynamoDBClient): (request: SignedRequest) => Promise<SignedRequest> {
  type Signer = Awaited<ReturnType<typeof client.config.signer>>;
  let made: Promise<Signer> | undefined;
  return async (request) => {
    const signer = await (made ??= client.config.signer());
    const signingDate = new Date(Date.now() + client.config.systemClockOffset);
    const { method, protocol, hostname, port, path, headers, body } = request;
    const unsigned = { method, protocol, hostname, path, query: {}, headers, body };
    const signed = await signer.sign(port === undefined ? unsigned : { ...unsigned, port }, { signingDate });
    return { method, protocol, hostname, port, path, headers: signed.headers, body };
  };
}

const SIGNATURE_HEADERS =
  /^(authorization|x-amz-date|x-amz-security-token|x-amz-content-sha256|x-amz-target|content-length|amz-sdk-.*)$/i;

/** Makes requests to where the model went, with the headers that are the same for all. */
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

/** One try, or the failure of the one that was made before. */
async function sendOrFail(transport: Transport, request: SignedRequest, call: RawCall): Promise<Answer> {
  const { firstFailure, onFailedTry } = call;
  if (firstFailure !== undefined) {
    call.firstFailure = undefined;
    throw firstFailure;
  }
  try {
    return await tryOnce(transport, request, call);
  } catch (failure) {
    if (onFailedTry?.(failure) === 'stop') throw new UnconfirmedError(failure);
    throw failure;
  }
}

/** A request and its answer. */
async function tryOnce(transport: Transport, request: SignedRequest, call: RawCall): Promise<Answer> {
  const { operation, signal, stats } = call;
  const answer = await transport.send(request, LIMIT_BYTES.get(operation) ?? DEFAULT_LIMIT_BYTES, signal);
  if (stats !== undefined) {
    stats.requests += 1;
    stats.bytes += answer.body.length;
  }
  if (answer.statusCode !== 200) {
    const error = new ServiceError(answer, signal);
    if (stats !== undefined && isThrottle(error)) stats.throttles += 1;
    throw error;
  }
  const reason = findDefect(answer);
  if (reason !== undefined) throw new TransportError('malformed', { host: request.hostname, reason, signal });
  call.answer = answer.body;
  return answer;
}

/** A body that was cut off or changed under way is worth asking for again. */
function findDefect({ headers, body }: Answer): string | undefined {
  let last = body.length - 1;
  while (last > 0 && WHITE_SPACE.has(body[last])) last -= 1;
  if (body[0] !== OPENING_BRACE || body[last] !== CLOSING_BRACE) {
    return `the answer is no whole JSON object (${body.length} bytes)`;
  }
  const sum = headers['x-amz-crc32'];
  if (sum !== undefined && Number(sum) !== crc32(body)) return 'the answer does not have its CRC-32';
  return undefined;
}

function isRawCall(input: object): input is RawCall {
  return 'wireBody' in input;
}

function isSignedRequest(request: unknown): request is SignedRequest {
  return typeof request === 'object' && request !== null && 'headers' in request && 'hostname' in request;
}
