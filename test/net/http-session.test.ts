import { X509Certificate } from 'node:crypto';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/core/secret.ts';
import { type HttpSessionOptions, createHttpSession } from '../../src/net/http-session.ts';
import { type HttpsAnswer, type HttpsRequest, startHttps } from '../doubles/https-server.ts';
import { type TestAuthority, testAuthority } from '../support/certificates.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing runs without one
const { ca, server: pair } = authority as TestAuthority;

const trusting: HttpSessionOptions = { network: { trust: { kind: 'certificates', pem: ca } } };

/** A server and a session that trusts it. */
async function visit(
  answer: (request: HttpsRequest) => HttpsAnswer | undefined,
  options: HttpSessionOptions = trusting,
) {
  const server = await startHttps(pair, answer);
  const session = createHttpSession(options);
  return {
    server,
    session,
    origin: server.origin,
    async [Symbol.asyncDispose]() {
      await session.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const body = { type: 'application/x-www-form-urlencoded', text: new Secret('Password=CANARY') };

describeWithTls('a session', () => {
  it('keeps the cookies of every response, including redirects, and sends them where they apply', async () => {
    await using at = await visit(({ url }) => {
      if (url.pathname === '/')
        return {
          status: 302,
          headers: { location: '/a/b', 'set-cookie': ['one=1; Secure', 'deep=2; Path=/a'] },
        };
      return {
        headers: {
          'set-cookie': ['one=3; Secure; Path=/', 'foreign=4; Domain=example.com', 'gone=5; Max-Age=0'],
        },
      };
    });
    await at.session.send({ url: at.origin });
    await at.session.send({ url: `${at.origin}/other` });
    expect(at.server.requests.map(({ headers }) => headers.cookie)).toEqual([
      undefined,
      'deep=2; one=1',
      'one=3',
    ]);
    expect(at.session.cookie(at.origin, 'one')?.reveal()).toBe('3');
  });

  it('sends a cookie of the caller', async () => {
    await using at = await visit(() => ({ body: 'ok' }));
    at.session.setCookie(at.origin, 'DT', new Secret('device'));
    await at.session.send({ url: at.origin });
    expect(at.server.requests[0]?.headers.cookie).toBe('DT=device');
  });

  it.each([301, 302, 303])('follows %i after a POST with GET', async (status) => {
    await using at = await visit(({ url }) =>
      url.pathname === '/' ? { status, headers: { location: '/next' } } : { body: 'there' },
    );
    const answer = await at.session.send({ url: at.origin, body });
    expect([answer.url.pathname, answer.text]).toEqual(['/next', 'there']);
    expect(at.server.requests.map(({ method, body: sent }) => [method, sent])).toEqual([
      ['POST', 'Password=CANARY'],
      ['GET', ''],
    ]);
  });

  it.each([307, 308])('repeats a POST within the origin after %i', async (status) => {
    await using at = await visit(({ url }) =>
      url.pathname === '/' ? { status, headers: { location: '/next' } } : {},
    );
    await at.session.send({ url: at.origin, body });
    expect(at.server.requests[1]?.body).toBe('Password=CANARY');
  });

  it.each([
    ['another host', 'https://evil.example/'],
    ['another port', 'https://127.0.0.1:1/'],
    ['plain http', 'http://127.0.0.1/'],
    ['a host without scheme', '//evil.example/'],
    ['a script', 'javascript:alert(1)'],
    ['credentials', 'https://user:secret@127.0.0.1/'],
  ])('does not follow a redirect to %s', async (_, location) => {
    await using at = await visit(() => ({ status: 307, headers: { location } }));
    const error = await thrownBy(() => at.session.send({ url: at.origin, body }));
    expect(error.code).toBe('AUTH_UNTRUSTED');
    expect(collectOutput(error)).not.toContain('secret@');
    expect(at.server.requests).toHaveLength(1);
  });

  it('follows at most ten redirects', async () => {
    await using at = await visit(() => ({ status: 302, headers: { location: '/again' } }));
    const error = await thrownBy(() => at.session.send({ url: at.origin }));
    expect(error.message).toContain('redirected more than 10 times');
    expect(at.server.requests).toHaveLength(11);
  });

  it('returns a redirect if none may be followed', async () => {
    await using at = await visit(() => ({ status: 302, headers: { location: 'https://elsewhere.example' } }));
    const answer = await at.session.send({ url: at.origin, maxRedirects: 0 });
    expect([answer.status, answer.headers('location')]).toEqual([302, ['https://elsewhere.example']]);
  });

  it('stops reading a response that is too large', async () => {
    await using at = await visit(() => ({ body: 'x'.repeat(5000) }), { ...trusting, maxBytes: 1000 });
    const error = await thrownBy(() => at.session.send({ url: at.origin }));
    expect(error.message).toContain('more than 1000 bytes');
  });

  it('refuses too many cookies', async () => {
    const many = Array.from({ length: 201 }, (_, at) => `c${at}=1`);
    await using at = await visit(() => ({ headers: { 'set-cookie': many } }));
    expect((await thrownBy(() => at.session.send({ url: at.origin }))).message).toContain(
      'more than 200 cookies',
    );
  });

  it('is aborted by its signal, and times out', async () => {
    const controller = new AbortController();
    await using at = await visit(
      () => {
        controller.abort();
        return undefined;
      },
      { ...trusting, signal: controller.signal },
    );
    expect((await thrownBy(() => at.session.send({ url: at.origin }))).code).toBe('EXEC_CANCELLED');
    await using late = await visit(() => undefined, { ...trusting, requestTimeoutMs: 50 });
    const error = await thrownBy(() => late.session.send({ url: late.origin }));
    expect(error.message).toBe(`no response from ${late.origin} within 0.05 s`);
    expect(error.remedy).toContain('Check SSOLoginURL');
  });

  it('refuses header values that would start another header', async () => {
    await using at = await visit(() => ({}), { ...trusting, userAgent: 'a\r\nX-Evil: 1' });
    expect((await thrownBy(() => at.session.send({ url: at.origin }))).code).toBe('CONN_BAD_VALUE');
    expect(at.server.requests).toHaveLength(0);
  });

  it.each(['http://127.0.0.1:1/', 'ftp://127.0.0.1/', 'http://idp.example/'])(
    'asks nothing of %s',
    async (url) => {
      await using session = createHttpSession(trusting);
      expect((await thrownBy(() => session.send({ url }))).code).toBe('AUTH_UNTRUSTED');
    },
  );

  it.each([
    'https://169.254.169.254/',
    'https://[fe80::1]/',
    'https://2852039166/',
    'https://0xa9.0xfe.0xa9.0xfe/',
    'https://[::ffff:169.254.169.254]/',
    'https://[fd00:ec2::254]/',
  ])('sends nothing to the link-local address %s', async (url) => {
    await using session = createHttpSession(trusting);
    const error = await thrownBy(() => session.send({ url }));
    expect([error.code, error.message]).toEqual(['AUTH_UNTRUSTED', expect.stringContaining('link-local')]);
  });
});

const respond = (): HttpsAnswer => ({ body: 'hello' });

describeWithTls('the server of a session', () => {
  it('is refused if its certificate is not trusted, with its name and the reason', async () => {
    await using at = await visit(respond, {});
    const error = await thrownBy(() => at.session.send({ url: at.origin, body }));
    expect(error.code).toBe('CONN_TLS');
    expect(error.message).toContain(
      `could not establish a TLS connection to ${at.origin}: its certificate is signed by an unknown authority`,
    );
    expect(at.server.requests).toHaveLength(0);
  });

  it('is refused under a name that is not in its certificate', async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- openssl is here
    const other = testAuthority('DNS:elsewhere.example') as TestAuthority;
    await using server = await startHttps(other.server, respond);
    await using session = createHttpSession({ network: { trust: { kind: 'certificates', pem: other.ca } } });
    const error = await thrownBy(() => session.send({ url: server.origin, body }));
    expect(error.message).toContain('its certificate is for another host');
    expect(server.requests).toHaveLength(0);
  });

  it('is trusted by its own certificate as well as by its authority', async () => {
    await using at = await visit(respond, { network: { trust: { kind: 'certificates', pem: pair.cert } } });
    expect((await at.session.send({ url: at.origin })).text).toBe('hello');
  });

  it('is trusted by its fingerprint, and no other server is', async () => {
    const sha256 = new X509Certificate(pair.cert).fingerprint256.replaceAll(':', '').toLowerCase();
    await using at = await visit(respond, { network: { trust: { kind: 'fingerprint', sha256 } } });
    expect((await at.session.send({ url: at.origin })).text).toBe('hello');
    const other = { kind: 'fingerprint', sha256: '0'.repeat(64) } as const;
    await using stranger = await visit(respond, { network: { trust: other } });
    const error = await thrownBy(() => stranger.session.send({ url: stranger.origin, body }));
    expect([error.code, error.message]).toEqual(['CONN_TLS', expect.stringContaining(sha256)]);
    expect(stranger.server.requests).toHaveLength(0);
  });

  it('may be any server if that was requested', async () => {
    await using at = await visit(respond, { network: { trust: { kind: 'anything' } } });
    expect((await at.session.send({ url: at.origin })).text).toBe('hello');
  });

  it('that does not speak TLS is reported as such', async () => {
    await using session = createHttpSession(trusting);
    const { createServer } = await import('node:http');
    const plain = createServer((_, response) => response.end('plain'));
    await new Promise<void>((resolve) => {
      plain.listen(0, '127.0.0.1', resolve);
    });
    const address = plain.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error = await thrownBy(() => session.send({ url: `https://127.0.0.1:${port}/` }));
    plain.close();
    plain.closeAllConnections();
    expect(error.message).toContain('it does not speak TLS on this port');
  });
});

describeWithTls('a server that closes the connection without an error', () => {
  const { key, cert } = pair;
  const endings: readonly (readonly [string, () => Server])[] = [
    ['in the handshake', () => createTcpServer((socket) => void socket.once('data', () => socket.end()))],
    [
      'in the handshake, by force',
      () => createTcpServer((socket) => void socket.once('data', () => socket.resetAndDestroy())),
    ],
    ...(['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) => {
      const options = { key, cert, requestCert: true, minVersion: version, maxVersion: version };
      return [
        [
          `after it, with ${version}, where it misses a certificate`,
          () => createTlsServer({ ...options, ca, rejectUnauthorized: true }),
        ] as const,
        [
          `after it, with ${version}, by force`,
          () =>
            createTlsServer({ ...options, rejectUnauthorized: false }, (socket) => {
              socket.once('data', () => socket.destroy());
            }),
        ] as const,
      ];
    }),
  ];

  it.each(endings)('%s, is reported as one that may require a client certificate', async (_, make) => {
    const server = make();
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    await using session = createHttpSession(trusting);
    const error = await thrownBy(() => session.send({ url: `https://127.0.0.1:${port}/`, body }));
    server.close();
    expect(error.code).toBe('CONN_TLS');
    expect(error.message).toMatch(
      /it closed the connection during or right after the handshake and may require a client certificate \(SSLClientCert\) \(|it requires a client certificate|it aborted the handshake/,
    );
    expect(error.remedy).toContain('SSLClientCert');
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('after an earlier response, is reported as unreachable', async () => {
    let requests = 0;
    await using at = await visit(() => (++requests === 1 ? { body: 'hello' } : undefined));
    await at.session.send({ url: at.origin });
    const second = thrownBy(() => at.session.send({ url: at.origin }));
    await at.server[Symbol.asyncDispose]();
    expect((await second).code).toBe('CONN_NETWORK');
  });
});

describe('a compressed response', () => {
  it('is read within the limit', async () => {
    const { readBody } = await import('../../src/net/response-body.ts');
    const format = {
      origin: 'https://idp.example',
      maxBytes: 1000,
      encoding: 'gzip',
      contentType: undefined,
    };
    const zipped = (text: string) => readBody(streamOf(gzipSync(text)), format);
    expect(await zipped('héllo')).toBe('héllo');
    expect((await thrownBy(() => zipped('x'.repeat(100_000)))).message).toContain('more than 1000 bytes');
    const broken = readBody(streamOf(Buffer.from('not gzip')), format);
    expect((await thrownBy(() => broken)).code).toBe('AUTH_MALFORMED');
  });

  it('is decoded by its charset, by default UTF-8', async () => {
    const { readBody } = await import('../../src/net/response-body.ts');
    const read = (contentType: string) =>
      readBody(streamOf(Buffer.from([0xe9])), {
        origin: 'https://idp.example',
        maxBytes: 10,
        encoding: undefined,
        contentType,
      });
    expect(await read('text/html; charset=ISO-8859-1')).toBe('é');
    expect(await read('text/html; charset=nonsense')).toBe('\uFFFD');
  });
});

async function* streamOf(...chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
