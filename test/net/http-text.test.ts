import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { requestText } from '../../src/net/http-text.ts';
import { collectOutput } from '../support/collect-output.ts';
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
  it('returns status, headers and text, whatever the status', async () => {
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

  it('does not follow redirects', async () => {
    const answer = await withServer(
      (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      (url) => requestText({ url, timeoutMs: 5000 }),
    );
    expect(answer.status).toBe(302);
  });

  it('fails if the response is too large', async () => {
    const error = await withServer(
      (_, response) => void response.end('x'.repeat(11)),
      (url) => thrownBy(() => requestText({ url, timeoutMs: 5000, maxBytes: 10 })),
    );
    expect([error.code, error.message]).toEqual([
      'AUTH_MALFORMED',
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ responded with more than 10 bytes$/),
    ]);
  });

  it('times out', async () => {
    const error = await withServer(
      () => undefined,
      (url) => thrownBy(() => requestText({ url, timeoutMs: 50 })),
    );
    expect([error.code, error.message]).toEqual([
      'CONN_NETWORK',
      expect.stringContaining('no response within 0.05 s'),
    ]);
  });

  it('fails if the port is closed, and names only the origin', async () => {
    const url = 'http://127.0.0.1:1/CANARY?CANARY';
    const error = await thrownBy(() => requestText({ url, headers: { a: 'CANARY' }, timeoutMs: 5000 }));
    expect(error.message).toMatch(/^could not connect to http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('is aborted by its signal', async () => {
    const controller = new AbortController();
    const error = await withServer(
      () => controller.abort(),
      (url) => thrownBy(() => requestText({ url, timeoutMs: 5000, signal: controller.signal })),
    );
    expect(error.code).toBe('EXEC_CANCELLED');
  });
});
