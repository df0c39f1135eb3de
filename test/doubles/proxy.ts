import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { KeyPair } from '../support/certificates.ts';

/** An HTTP proxy on loopback that opens tunnels and records the requests. */
export interface ProxyDouble extends AsyncDisposable {
  readonly port: number;
  /** The requested targets, with the credentials sent. */
  readonly tunnels: { readonly authority: string; readonly authorization: string | undefined }[];
}

const rejectAll: RequestListener = (_, response) => void response.writeHead(501).end();

/** Starts a proxy; with a status it rejects all requests, with a certificate it uses TLS. */
export async function startProxy(refusal?: number, pair?: KeyPair): Promise<ProxyDouble> {
  const tunnels: { authority: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const server = pair === undefined ? createServer(rejectAll) : createHttpsServer({ ...pair }, rejectAll);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    tunnels.push({ authority: url, authorization: headers['proxy-authorization'] });
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const port = Number(url.slice(url.lastIndexOf(':') + 1));
    // All names resolve to this machine: the proxy resolves names, not its client.
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    target.on('error', () => client.destroy());
    client.on('error', () => target.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    tunnels,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
