import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { DriverError } from '../../src/core/errors.ts';
import { type HttpSessionOptions, createHttpSession } from '../../src/net/http-session.ts';
import { startHttps } from '../doubles/https-server.ts';
import { type KeyPair, testAuthority } from '../support/certificates.ts';
import { thrownBy } from '../support/thrown.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;
const trusting: HttpSessionOptions = { network: { trust: { kind: 'certificates', pem: ca } } };

/** What comes of a visit to a server of these options. */
async function visiting(
  options: ServerOptions,
  answer: RequestListener,
  session: HttpSessionOptions = trusting,
): Promise<DriverError> {
  const server = createServer(options, answer);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await using client = createHttpSession(session);
  try {
    return await thrownBy(() => client.send({ url: `https://127.0.0.1:${port}/` }));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A certificate that ended yesterday, signed by itself. */
function expiredPair(): KeyPair {
  const directory = mkdtempSync(join(tmpdir(), 'dynadbc-expired-'));
  const run = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  try {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
    run('req', '-new', ...key, '-out', 'request.pem', '-subj', '/CN=localhost');
    run('x509', '-req', '-in', 'request.pem', '-signkey', 'key.pem', '-out', 'cert.pem', '-days', '-1');
    return {
      key: readFileSync(join(directory, 'key.pem'), 'utf8'),
      cert: readFileSync(join(directory, 'cert.pem'), 'utf8'),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describeWithTls('a hostile server', () => {
  it('that sends single bytes slowly times out', async () => {
    const error = await visiting(
      pair,
      (_, response) => {
        setInterval(() => response.write('x'), 20).unref();
      },
      { ...trusting, requestTimeoutMs: 200 },
    );
    expect([error.code, error.message]).toEqual([
      'CONN_NETWORK',
      expect.stringMatching(/no response from .* within/),
    ]);
  });

  it('that sends an endless header is disconnected', async () => {
    const error = await visiting(pair, (_, response) => {
      response.setHeader('x-large', 'x'.repeat(1 << 17));
      response.end();
    });
    expect(error.code).toBe('CONN_NETWORK');
  });

  it('with an expired certificate is refused, and reported as such', async () => {
    const expired = expiredPair();
    const trust = { kind: 'certificates', pem: expired.cert } as const;
    const error = await visiting(expired, () => undefined, { network: { trust } });
    expect([error.code, error.message]).toEqual([
      'CONN_TLS',
      expect.stringContaining('its certificate has expired (CERT_HAS_EXPIRED)'),
    ]);
  });

  it('with old TLS versions only is refused', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const error = await visiting({ ...pair, ...old }, () => undefined);
    expect([error.code, error.message]).toEqual([
      'CONN_TLS',
      expect.stringContaining('does not support TLS 1.2'),
    ]);
  });

  it('is not trusted even if the environment disables verification', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect((await visiting(pair, () => undefined, {})).code).toBe('CONN_TLS');
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it('gets the cookies of a sign-in only from that sign-in', async () => {
    await using server = await startHttps(pair, () => ({ headers: { 'set-cookie': 'sid=CANARY; Secure' } }));
    await using first = createHttpSession(trusting);
    await using second = createHttpSession(trusting);
    await first.send({ url: server.origin });
    await second.send({ url: server.origin });
    await first.send({ url: server.origin });
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual([
      undefined,
      undefined,
      'sid=CANARY',
    ]);
  });

  it.each(['com', '.com', 'test', 'other.test', '127.0.0.1.evil.test'])(
    'sets no cookie for the domain %s',
    async (domain) => {
      await using server = await startHttps(pair, () => ({
        headers: { 'set-cookie': `sid=CANARY; Secure; Domain=${domain}` },
      }));
      await using session = createHttpSession(trusting);
      await session.send({ url: server.origin });
      await session.send({ url: server.origin });
      expect(server.requests[1]?.headers.cookie).toBeUndefined();
    },
  );
});
