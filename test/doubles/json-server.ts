import { type IncomingHttpHeaders, createServer } from 'node:http';
import { listenOnNewPort } from './new-port.ts';

/** A request as a double sees it. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a double answers; undefined: it never does. */
export type Told =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | undefined;

/** An HTTP server on loopback that keeps what it heard. */
export interface Listening extends AsyncDisposable {
  readonly endpoint: string;
  readonly heard: Heard[];
}

export async function listen(answer: (heard: Heard) => Told): Promise<Listening> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      heard.push(one);
      const told = answer(one);
      if (told !== undefined) response.writeHead(told.status ?? 200, told.headers).end(told.body ?? '');
    });
  });
  const port = await listenOnNewPort(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
