import { crc32 } from 'node:zlib';
import { ScanCommand, type DynamoDBClient, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import type { ReadStats } from './read-stats.ts';
import type { Answer, SignedRequest, Transport } from './transport.ts';
import { isThrottle } from './service-errors.ts';
import { TransportError } from './transport-error.ts';

const MIB = 1024 * 1024;

/**
 * The longest answers that can be honest. DynamoDB counts 1 MB a page and 16 MB a batch in its own measure, and an
 * empty list element, one byte there, takes fifteen on the wire.
 */
const ANSWER_LIMIT_BYTES = new Map([['BatchGetItem', 256 * MIB]]);
const DEFAULT_LIMIT_BYTES = 32 * MIB;
const NOTHING = new Uint8Array(0);
const [OPENING_BRACE, CLOSING_BRACE] = Buffer.from('{}');
const WHITE_SPACE = new Set<number | undefined>(Buffer.from(' \n\r\t'));

/** One request on its way: what the middlewares below need to know, and where the answer's bytes are left. */
interface RawCall extends ScanCommandInput {
  readonly operation: string;
  readonly wireBody: string;
  readonly stats: ReadStats | undefined;
  readonly signal: AbortSignal | undefined;
  answer: Buffer | undefined;
}

/** Sends an operation's JSON and gives the answer's bytes. Signing, retries and endpoints are the SDK's. */
export type SendRaw = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
  stats?: ReadStats,
  signal?: AbortSignal,
) => Promise<Buffer>;

/**
 * The way around the SDK's serialiser and deserialiser, which cost more than everything else in a large read.
 * All operations share one prepared stack of middlewares, Scan's: to the SDK they differ in one header only. A stack
 * that was prepared for a signal stops waiting for its next try when the signal fires.
 */
export function createRawLane(client: DynamoDBClient, transport: Transport): SendRaw {
  const prepare = (signal?: AbortSignal) => {
    const command = new ScanCommand({ TableName: '' });
    command.middlewareStack.add(
      (next) => (args) => {
        const { input, request } = args;
        if (isRawCall(input) && isSignedRequest(request)) {
          Object.assign(request, { body: input.wireBody });
          Object.assign(request.headers, { 'x-amz-target': `DynamoDB_20120810.${input.operation}` });
        }
        return next(args);
      },
      { name: 'rawBody', step: 'build', priority: 'high' },
    );
    command.middlewareStack.add(
      (next) => async (args) => {
        const { input, request } = args;
        if (!isRawCall(input) || !isSignedRequest(request)) return next(args);
        const limit = ANSWER_LIMIT_BYTES.get(input.operation) ?? DEFAULT_LIMIT_BYTES;
        const answer = await transport.send(request, limit, input.signal);
        if (input.stats !== undefined) {
          input.stats.requests += 1;
          input.stats.bytes += answer.body.length;
        }
        if (answer.statusCode !== 200) {
          if (input.stats !== undefined && isThrottle(answer.statusCode, answer.body))
            input.stats.throttles += 1;
          return { response: answer };
        }
        checkWhole(answer, request.hostname);
        input.answer = answer.body;
        return { response: { statusCode: 200, headers: {}, body: NOTHING } };
      },
      { name: 'rawAnswer', step: 'deserialize', priority: 'low' },
    );
    return command.resolveMiddleware(
      client.middlewareStack,
      client.config,
      signal && { abortSignal: signal },
    );
  };
  const unstoppable = prepare();
  const stoppable = new WeakMap<AbortSignal, ReturnType<typeof prepare>>();

  return async (operation, input, stats, signal) => {
    let handler = signal === undefined ? unstoppable : stoppable.get(signal);
    if (handler === undefined || signal?.aborted === true) handler = prepare(signal);
    if (signal !== undefined) stoppable.set(signal, handler);
    const call: RawCall = {
      TableName: typeof input['TableName'] === 'string' ? input['TableName'] : undefined,
      operation,
      wireBody: JSON.stringify(input),
      stats,
      signal,
      answer: undefined,
    };
    await handler({ input: call });
    if (call.answer === undefined)
      throw new TransportError('malformed', 'DynamoDB', 'the answer has no body');
    return call.answer;
  };
}

function isRawCall(input: object): input is RawCall {
  return 'wireBody' in input;
}

function isSignedRequest(request: unknown): request is SignedRequest {
  return typeof request === 'object' && request !== null && 'headers' in request && 'hostname' in request;
}

/** A body that was cut off or changed under way is worth asking for again. */
function checkWhole({ headers, body }: Answer, host: string): void {
  let last = body.length - 1;
  while (last > 0 && WHITE_SPACE.has(body[last])) last -= 1;
  if (body[0] !== OPENING_BRACE || body[last] !== CLOSING_BRACE) {
    throw new TransportError('malformed', host, `the answer is no whole JSON object (${body.length} bytes)`);
  }
  const sum = headers['x-amz-crc32'];
  if (sum !== undefined && Number(sum) !== crc32(body)) {
    throw new TransportError('malformed', host, 'the answer was changed on its way: its CRC-32 does not fit');
  }
}
