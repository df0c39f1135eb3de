import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

/** A recorded request. */
export interface DynamoRequest {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
}

/** A response; `cut` ends the connection in the middle of the body, `hang` never responds. */
export type Reply =
  | {
      readonly status?: number;
      readonly body: string | Buffer;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly cut: string }
  | 'hang';

export interface HttpDouble extends AsyncDisposable {
  readonly endpoint: string;
  /** All requests, retries included. */
  readonly requests: readonly DynamoRequest[];
  /** What is wrong with the requests, so that DynamoDB would refuse them. */
  readonly violations: readonly string[];
  openConnections(): Promise<number>;
  close(): Promise<void>;
}

const EXPECTED: readonly (readonly [string, RegExp])[] = [
  [
    'authorization',
    /^AWS4-HMAC-SHA256 Credential=\S+\/dynamodb\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/,
  ],
  ['x-amz-date', /^\d{8}T\d{6}Z$/],
  ['x-amz-target', /^DynamoDB_20120810\.\w+$/],
  ['content-type', /^application\/x-amz-json-1\.0$/],
  ['content-length', /^\d+$/],
  ['host', /^127\.0\.0\.1:\d+$/],
];

/** Serves DynamoDB's protocol with the responses of a test. `index` counts the requests from 0. */
export async function startHttpDouble(
  answer: (request: DynamoRequest, index: number) => Reply | Promise<Reply>,
): Promise<HttpDouble> {
  const requests: DynamoRequest[] = [];
  const violations: string[] = [];

  const respond = async (
    headers: IncomingHttpHeaders,
    body: string,
    response: ServerResponse,
  ): Promise<void> => {
    for (const [name, pattern] of EXPECTED) {
      if (!pattern.test(String(headers[name]))) violations.push(`${name}: ${String(headers[name])}`);
    }
    if (headers['accept-encoding'] !== undefined) violations.push('requests a compressed response');
    const request: DynamoRequest = {
      operation: String(headers['x-amz-target']).replace(/^.*\./, ''),
      input: JSON.parse(body || '{}'),
      headers,
    };
    requests.push(request);
    const reply = await answer(request, requests.length - 1);
    if (reply === 'hang') return;
    if ('cut' in reply) {
      response.writeHead(200, { 'content-length': reply.cut.length + 100 });
      response.write(reply.cut, () => response.destroy());
      return;
    }
    response.writeHead(reply.status ?? 200, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(reply.body),
      ...reply.headers,
    });
    response.end(reply.body);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      respond(request.headers, Buffer.concat(chunks).toString(), response).catch((error: unknown) => {
        violations.push(String(error));
        response.destroy();
      });
    });
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
    requests,
    violations,
    openConnections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** An error in DynamoDB's format. */
export function serviceError(name: string, message: string, status = 400): Reply {
  return { status, body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message }) };
}
