import type { AddressInfo } from 'node:net';
import { connect as connectTls, createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientCertificate } from '../../../src/credentials/federated/client-certificate.ts';
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
const made = 'skipped' in authority ? undefined : clientCertificates();

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

const both = ['AES-256', 'AES-128', 'triple DES', 'open certificates'];
const pfxOfBoth = (how: string): string =>
  `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(made?.bothPfx.get(how) ?? Buffer.alloc(0))};SSLClientCertPassword=${CLIENT_PASSWORD};`;

/** Who the server sees. */
async function callerWith(sso: string): Promise<string> {
  const { options } = await parseConnection(`SSOProperties="${sso}"`, fakePorts());
  const certificate = await clientCertificate(options.ssoProperties, fakePorts());
  return new Promise((resolve, reject) => {
    const server = createServer({ ...pair, ca: made?.ca ?? '', requestCert: true }, (socket) => {
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

describeWithTls('of several certificates in one PFX file', () => {
  it.each(
    both.flatMap((how) => [
      [how, 'CN=ana, O=Corp', 'ana'],
      [how, 'o=corp, cn=BOB', 'bob'],
      [how, 'ANA', 'ana'],
      [how, 'Corp', 'bob'],
      [how, '*', 'bob'],
    ]),
  )('encrypted with %s, %s means %s', async (how, subject, caller) => {
    expect(await callerWith(`${pfxOfBoth(how)}SSLClientCertSubject='${subject}'`)).toBe(caller);
  });

  it('the first is shown where no subject is given', async () => {
    expect(await callerWith(pfxOfBoth('AES-256'))).toBe('bob');
  });

  it('none is shown where the subject is of none', async () => {
    const error = await thrownBy(() => callerWith(`${pfxOfBoth('AES-256')}SSLClientCertSubject=eve`));
    expect(error.code).toBe('CONN_BAD_VALUE');
    expect(error.message).toBe(
      'SSLClientCert has no certificate with a key of the subject "eve", but "O=Corp, CN=bob", "O=Corp, CN=ana"',
    );
  });

  it('none is shown where the only one is another', async () => {
    const one = `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(made?.pfx ?? Buffer.alloc(0))};SSLClientCertPassword=${CLIENT_PASSWORD};`;
    expect(await callerWith(`${one}SSLClientCertSubject=ana`)).toBe('ana');
    const error = await thrownBy(() => callerWith(`${one}SSLClientCertSubject=bob`));
    expect(error.message).toContain('but "O=Corp, CN=ana"');
  });

  it('the password is what is wrong where it does not open the file', async () => {
    const sso = pfxOfBoth('triple DES').replace(CLIENT_PASSWORD, 'CANARY-no');
    const error = await thrownBy(() => callerWith(`${sso}SSLClientCertSubject=ana`));
    expect(error.message).toBe('SSLClientCertPassword is not the password of SSLClientCert');
  });
});

describeWithTls('a PFX file that was tampered with', () => {
  it('is refused, whatever it holds', async () => {
    const file = made?.bothPfx.get('open certificates') ?? Buffer.alloc(0);
    fc.assert(
      fc.property(fc.nat({ max: file.length }), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
        const changed = Buffer.from(isCut ? file.subarray(0, at) : file);
        if (!isCut && at < changed.length) changed[at] = byte;
        try {
          const { keys, certificates } = readPfx(changed, new Secret(CLIENT_PASSWORD));
          return keys.length > 0 && certificates.length > 0;
        } catch (error) {
          return error instanceof DriverError && error.code === 'CONN_BAD_VALUE';
        }
      }),
      { numRuns: 50 },
    );
  });
});
