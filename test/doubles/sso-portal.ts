import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The portal of IAM Identity Center on loopback, with the same response to all requests, which it records. */
export interface SsoPortal extends AsyncDisposable {
  readonly endpoint: string;
  readonly requests: { readonly url: string; readonly token: string }[];
}

export async function startSsoPortal(result: {
  readonly status: number;
  readonly body: string;
}): Promise<SsoPortal> {
  const requests: { url: string; token: string }[] = [];
  const server = createServer((request, response) => {
    const token = request.headers['x-amz-sso_bearer_token'];
    requests.push({ url: request.url ?? '', token: typeof token === 'string' ? token : '' });
    response.writeHead(result.status, { 'content-type': 'application/json' }).end(result.body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
