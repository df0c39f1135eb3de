import { type IncomingHttpHeaders, createServer } from 'node:http';
import { listenOnNewPort } from './new-port.ts';

/** A recorded request. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A response; undefined if the server never responds. */
export type JsonResponse =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | undefined;

/** An HTTP server on loopback that records its requests. */
export interface JsonServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly requests: RecordedRequest[];
}

export async function startJsonServer(
  answer: (request: RecordedRequest) => JsonResponse,
): Promise<JsonServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const recorded = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(recorded);
      const reply = answer(recorded);
      if (reply !== undefined) response.writeHead(reply.status ?? 200, reply.headers).end(reply.body ?? '');
    });
  });
  const port = await listenOnNewPort(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
