import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { requestText } from '../../src/net/http-text.ts';
import { printsOf } from '../support/prints.ts';
import { thrownBy } from '../support/thrown.ts';

async function withServer<T>(listener: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('requestText', () => {
  it('gives status, headers and text, whatever the status', async () => {
    const answer = await withServer(
      (request, response) => {
        response
          .writeHead(418, { 'x-path': request.url ?? '' })
          .end(`${request.method} ${String(request.headers['x-a'])}`);
      },
      (url) => requestText({ url: `${url}/p?q`, headers: { 'x-a': 'a' }, timeoutMs: 5000 }),
    );
    expect([answer.status, answer.header('x-path'), answer.header('x-none'), answer.text]).toEqual([
      418,
      '/p?q',
      undefined,
      'GET a',
    ]);
  });

  it('does not follow redirections', async () => {
    const answer = await withServer(
      (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      (url) => requestText({ url, timeoutMs: 5000 }),
    );
    expect(answer.status).toBe(302);
  });

  it('fails where the answer is longer than allowed', async () => {
    const error = await withServer(
      (_, response) => void response.end('x'.repeat(11)),
      (url) => thrownBy(() => requestText({ url, timeoutMs: 5000, maxBytes: 10 })),
    );
    expect([error.code, error.message]).toEqual([
      'AUTH_MALFORMED',
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ answered more than 10 bytes$/),
    ]);
  });

  it('fails where no answer comes in time', async () => {
    const error = await withServer(
      () => undefined,
      (url) => thrownBy(() => requestText({ url, timeoutMs: 50 })),
    );
    expect([error.code, error.message]).toEqual([
      'CONN_NETWORK',
      expect.stringContaining('no answer within 0.05 s'),
    ]);
  });

  it('fails where nobody listens, and names no more than the address', async () => {
    const url = 'http://127.0.0.1:1/CANARY?CANARY';
    const error = await thrownBy(() => requestText({ url, headers: { a: 'CANARY' }, timeoutMs: 5000 }));
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:1 could not be reached: .*ECONNREFUSED/);
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it('ends when it is no longer wanted', async () => {
    const controller = new AbortController();
    const error = await withServer(
      () => controller.abort(),
      (url) => thrownBy(() => requestText({ url, timeoutMs: 5000, signal: controller.signal })),
    );
    expect(error.code).toBe('EXEC_CANCELLED');
  });
});
