import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ClientCertificate } from '../../src/core/network-settings.ts';
import { createDispatcher } from '../../src/net/dispatcher.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHttpSession } from '../../src/net/http-session.ts';
import { type TestAuthority, testAuthority } from '../support/certificates.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing runs without one
const { ca, server: pair } = authority as TestAuthority;
const directory = mkdtempSync(join(tmpdir(), 'dynadbc-pfx-'));

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** The pair as a PKCS #12 file with the password `CANARY`. */
function pfx(...options: readonly string[]): Buffer {
  writeFileSync(join(directory, 'pair.pem'), pair.key + pair.cert);
  const args = [
    'pkcs12',
    '-export',
    '-in',
    'pair.pem',
    '-out',
    'pair.pfx',
    '-passout',
    'pass:CANARY',
    ...options,
  ];
  execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  return readFileSync(join(directory, 'pair.pfx'));
}

/** What a server that wants a certificate says to one who shows this. */
async function shown(clientCertificate: ClientCertificate | undefined): Promise<string> {
  const server = createServer({ ...pair, ca, requestCert: true }, ({ socket }, response) => {
    response.end(String((socket as TLSSocket).getPeerCertificate().subject.CN));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const network = { trust: { kind: 'certificates', pem: ca } } as const;
  const session = createHttpSession({ network, clientCertificate });
  try {
    return (await session.send({ url: `https://127.0.0.1:${port}/` })).text;
  } finally {
    await session.close();
    server.closeAllConnections();
    server.close();
  }
}

describeWithTls('a client certificate', () => {
  it.each([
    ['a PFX file', (): ClientCertificate => ({ kind: 'pfx', pfx: pfx(), password: new Secret('CANARY') })],
    ['PEM', (): ClientCertificate => ({ kind: 'pem', pem: new Secret(pair.key + pair.cert) })],
  ])('of %s authenticates the client', async (_, certificate) => {
    expect(await shown(certificate())).toBe('localhost');
  });

  it.each([
    ['a wrong password', () => pfx(), 'wrong', 'SSLClientCertPassword is not the password of SSLClientCert'],
    [
      'something else',
      () => Buffer.from('nonsense'),
      'CANARY',
      'does not contain a certificate and its private key',
    ],
    [
      'an old cipher',
      () => pfx('-legacy', '-keypbe', 'PBE-SHA1-RC2-40', '-certpbe', 'PBE-SHA1-RC2-40'),
      'CANARY',
      'unsupported cipher',
    ],
  ])('with %s is refused at once', async (_, made, password, words) => {
    const clientCertificate = { kind: 'pfx', pfx: made(), password: new Secret(password) } as const;
    const error = await thrownBy(() => createDispatcher({}, { clientCertificate }));
    expect([error.code, error.message]).toEqual(['CONN_BAD_VALUE', expect.stringContaining(words)]);
    expect(collectOutput(error)).not.toContain('CANARY');
  });
});

describeWithTls('a session of one connection', () => {
  it('sends all requests over it, as NTLM and Negotiate require', async () => {
    const ports = new Set<number | undefined>();
    const server = createServer(pair, ({ socket }, response) => {
      ports.add(socket.remotePort);
      response.writeHead(401, { 'www-authenticate': ['Negotiate', 'NTLM'] }).end('no');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const session = createHttpSession({
      network: { trust: { kind: 'certificates', pem: ca } },
      singleConnection: true,
    });
    const answers = [];
    for (let step = 0; step < 3; step++) {
      const headers = { authorization: `Negotiate ${step}` };
      answers.push(await session.send({ url: `https://127.0.0.1:${port}/`, headers }));
    }
    await session.close();
    server.close();
    expect(ports.size).toBe(1);
    expect(answers[2]?.headers('www-authenticate')).toEqual(['Negotiate', 'NTLM']);
  });
});
