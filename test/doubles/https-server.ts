import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { KeyPair } from '../support/certificates.ts';
import { listenOnNewPort } from './new-port.ts';

/** A recorded request. */
export interface HttpsRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Identifies the connection. */
  readonly connection: number;
}

/** A response of the double. */
export interface HttpsAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

/** A TLS server on loopback that records its requests. */
export interface HttpsServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: HttpsRequest[];
}

/** The authority of the client certificates that it requires. */
export interface ClientAuthority {
  readonly clientCa?: string;
}

/** Starts a server. It never responds if the answer is undefined. */
export async function startHttps(
  { key, cert }: KeyPair,
  answer: (request: HttpsRequest) => HttpsAnswer | undefined | Promise<HttpsAnswer | undefined>,
  { clientCa }: ClientAuthority = {},
): Promise<HttpsServer> {
  const requests: HttpsRequest[] = [];
  const wanted = clientCa === undefined ? {} : { requestCert: true, ca: clientCa };
  const server = createServer({ key, cert, ...wanted }, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '/', headers } = incoming;
      const body = Buffer.concat(chunks).toString('utf8');
      const connection = incoming.socket.remotePort ?? 0;
      const request = { method, url: new URL(url, `https://${headers.host}`), headers, body, connection };
      requests.push(request);
      void tell(outgoing, answer(request));
    });
  });
  const port = await listenOnNewPort(server);
  return {
    origin: `https://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function tell(
  outgoing: ServerResponse,
  answer: HttpsAnswer | undefined | Promise<HttpsAnswer | undefined>,
): Promise<void> {
  const reply = await answer;
  if (reply === undefined) return;
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    outgoing.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  outgoing.writeHead(reply.status ?? 200).end(reply.body ?? '');
}
