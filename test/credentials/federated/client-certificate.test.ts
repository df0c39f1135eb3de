import type { AddressInfo } from 'node:net';
import { connect as connectTls, createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadClientCertificate } from '../../../src/credentials/federated/client-certificate.ts';
import { readPfx } from '../../../src/credentials/federated/pfx.ts';
import { parseConnection } from '../../../src/connstring/resolve.ts';
import { DriverError } from '../../../src/core/errors.ts';
import { toClientCertificateOptions } from '../../../src/net/client-certificate.ts';
import { Secret } from '../../../src/core/secret.ts';
import { fakePorts } from '../../doubles/ports.ts';
import { testAuthority } from '../../support/certificates.ts';
import { CLIENT_PASSWORD, clientCertificates } from '../../support/client-certificates.ts';
import { thrownBy } from '../../support/thrown.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;
const certificates = 'skipped' in authority ? undefined : clientCertificates();

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

const CIPHERS = ['AES-256', 'AES-128', 'triple DES', 'open certificates'];
const pfxWithBoth = (cipher: string): string =>
  `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(certificates?.bothPfx.get(cipher) ?? Buffer.alloc(0))};SSLClientCertPassword=${CLIENT_PASSWORD};`;

/** The common name that the server receives. */
async function connectWith(sso: string): Promise<string> {
  const { options } = await parseConnection(`SSOProperties="${sso}"`, fakePorts());
  const certificate = await loadClientCertificate(options.ssoProperties, fakePorts());
  return new Promise((resolve, reject) => {
    const server = createServer({ ...pair, ca: certificates?.ca ?? '', requestCert: true }, (socket) => {
      const name: unknown = socket.getPeerCertificate().subject.CN;
      socket.destroy();
      server.close();
      resolve(String(name));
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const shown = toClientCertificateOptions(certificate);
      connectTls({ port, host: '127.0.0.1', ca, ...shown })
        .once('error', reject)
        .resume();
    });
  });
}

describeWithTls('one of several certificates in a PFX file', () => {
  it.each(
    CIPHERS.flatMap((cipher) => [
      [cipher, 'CN=ana, O=Corp', 'ana'],
      [cipher, 'o=corp, cn=BOB', 'bob'],
      [cipher, 'ANA', 'ana'],
      [cipher, 'Corp', 'bob'],
      [cipher, '*', 'bob'],
    ]),
  )('encrypted with %s, %s selects %s', async (cipher, subject, caller) => {
    expect(await connectWith(`${pfxWithBoth(cipher)}SSLClientCertSubject='${subject}'`)).toBe(caller);
  });

  it('is the first one without a subject', async () => {
    expect(await connectWith(pfxWithBoth('AES-256'))).toBe('bob');
  });

  it('is not sent if no certificate has the subject', async () => {
    const error = await thrownBy(() => connectWith(`${pfxWithBoth('AES-256')}SSLClientCertSubject=eve`));
    expect(error.code).toBe('CONN_BAD_VALUE');
    expect(error.message).toBe(
      'SSLClientCert has no certificate with the subject "eve" (available: "O=Corp, CN=bob", "O=Corp, CN=ana")',
    );
  });

  it('is not sent if the only certificate has another subject', async () => {
    const one = `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(certificates?.pfx ?? Buffer.alloc(0))};SSLClientCertPassword=${CLIENT_PASSWORD};`;
    expect(await connectWith(`${one}SSLClientCertSubject=ana`)).toBe('ana');
    const error = await thrownBy(() => connectWith(`${one}SSLClientCertSubject=bob`));
    expect(error.message).toContain('(available: "O=Corp, CN=ana")');
  });

  it('is not read with a wrong password', async () => {
    const sso = pfxWithBoth('triple DES').replace(CLIENT_PASSWORD, 'CANARY-no');
    const error = await thrownBy(() => connectWith(`${sso}SSLClientCertSubject=ana`));
    expect(error.message).toBe('SSLClientCertPassword is not the password of SSLClientCert');
  });
});

describeWithTls('a PFX file that was tampered with', () => {
  it('is rejected with an error, for any change', async () => {
    const file = certificates?.bothPfx.get('open certificates') ?? Buffer.alloc(0);
    fc.assert(
      fc.property(fc.nat({ max: file.length }), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
        const changed = Buffer.from(isCut ? file.subarray(0, at) : file);
        if (!isCut && at < changed.length) changed[at] = byte;
        try {
          const { keys, certificates: found } = readPfx(changed, new Secret(CLIENT_PASSWORD));
          return keys.length > 0 && found.length > 0;
        } catch (error) {
          return error instanceof DriverError && error.code === 'CONN_BAD_VALUE';
        }
      }),
      { numRuns: 50 },
    );
  });
});
