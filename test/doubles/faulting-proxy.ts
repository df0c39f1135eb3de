import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

/** A fault that replaces the response to one request. */
export type Fault =
  /** An error of DynamoDB by its name. The request is executed only with `done`. */
  | { readonly error: string; readonly status?: number; readonly done?: true }
  /** The response ends in the middle: the connection is closed (`cut`) or reset. */
  | 'cut'
  | 'reset'
  /** The connection ends before the response begins. */
  | 'hang up'
  | 'wrong crc'
  /** The complete response in small parts. */
  | 'drip'
  /** Only the first key of a batch is processed. */
  | 'unprocessed'
  | 'hang';

interface ProxiedRequest {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The number of the read, from 0, retries included. */
  readonly at: number;
}

export interface FaultingProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** Sets the faults of all following reads, and resets the count. */
  plan(fault: (request: ProxiedRequest) => Fault | undefined | Promise<Fault | undefined>): void;
  /** Reads since `plan` was called. */
  reads(): number;
  openConnections(): Promise<number>;
  close(): Promise<void>;
}

const READS = new Set(['Scan', 'Query', 'GetItem', 'BatchGetItem']);

/** The operations that write items. */
export const WRITES: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

/** A proxy of an emulated DynamoDB that injects faults into reads, or other operations. */
export async function startFaultingProxy(
  target: string,
  operations: ReadonlySet<string> = READS,
): Promise<FaultingProxy> {
  let fault: Parameters<FaultingProxy['plan']>[0] = noFault;
  let reads = 0;

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString();
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    const input: Readonly<Record<string, unknown>> = JSON.parse(body);
    const chosen = operations.has(operation) ? await fault({ operation, input, at: reads++ }) : undefined;
    if (chosen === 'hang') return;
    if (chosen === 'hang up') {
      request.socket.destroy();
      return;
    }
    if (typeof chosen === 'object') {
      if (chosen.done)
        await fetch(target, { method: 'POST', headers: forwardHeaders(request), body }).then((done) =>
          done.text(),
        );
      const text = JSON.stringify({
        __type: `com.amazonaws.dynamodb.v20120810#${chosen.error}`,
        message: 'injected',
      });
      response.writeHead(chosen.status ?? 400, { 'content-length': Buffer.byteLength(text) }).end(text);
      return;
    }
    const asked = chosen === 'unprocessed' ? splitBatch(input) : { input, left: undefined };
    const answer = await fetch(target, {
      method: 'POST',
      headers: forwardHeaders(request),
      body: JSON.stringify(asked.input),
    });
    const whole =
      asked.left === undefined
        ? Buffer.from(await answer.arrayBuffer())
        : Buffer.from(JSON.stringify({ ...Object(await answer.json()), UnprocessedKeys: asked.left }));
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': whole.length,
      'x-amz-crc32': chosen === 'wrong crc' ? 1 : crc32(whole),
    };
    response.writeHead(answer.status, headers);
    switch (chosen) {
      case 'cut':
        response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy());
        return;
      case 'reset':
        response.write(whole.subarray(0, Math.floor(whole.length / 2)), () =>
          request.socket.resetAndDestroy(),
        );
        return;
      case 'drip':
        for (const byte of splitBuffer(whole, 20)) {
          response.write(byte);
          await sleep(2);
        }
        response.end();
        return;
      case 'wrong crc':
      case 'unprocessed':
      case undefined:
        response.end(whole);
    }
  };
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    const closed = once(server, 'close');
    server.close();
    await closed;
  };
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    plan(chosen) {
      fault = chosen;
      reads = 0;
    },
    reads: () => reads,
    openConnections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function noFault(): undefined {
  return undefined;
}

function forwardHeaders({ headers }: IncomingMessage): Record<string, string> {
  const { host: _host, connection: _connection, 'content-length': _length, ...rest } = headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
}

interface Batch {
  readonly Keys: readonly unknown[];
}

/** Splits a batch into its first key and the rest. */
function splitBatch(input: ProxiedRequest['input']): {
  readonly input: object;
  readonly left: object | undefined;
} {
  const tables: readonly (readonly [string, Batch])[] = Object.entries(Object(input['RequestItems']));
  const [[table, batch] = ['', { Keys: [] }]] = tables;
  if (batch.Keys.length < 2) return { input, left: undefined };
  return {
    input: { ...input, RequestItems: { [table]: { ...batch, Keys: batch.Keys.slice(0, 1) } } },
    left: { [table]: { ...batch, Keys: batch.Keys.slice(1) } },
  };
}

function* splitBuffer(whole: Buffer, count: number): Generator<Buffer> {
  const size = Math.ceil(whole.length / count);
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}
