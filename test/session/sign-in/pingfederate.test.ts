import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import type { HttpsAnswer } from '../../doubles/https-server.ts';
import {
  PARTNER,
  PASSWORD,
  type PingDouble,
  type PingSetup,
  startPing,
  USER,
} from '../../doubles/pingfederate.ts';
import { testAuthority } from '../../support/certificates.ts';
import { CLIENT_PASSWORD, clientCertificates } from '../../support/client-certificates.ts';
import { printsOf } from '../../support/prints.ts';
import { PROVIDER, ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';
import { openPlace, person, type PersonWords, type Place, ROWS } from './place.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;
const none = { ca: '', pem: '', lockedPem: '', other: '', pfx: Buffer.alloc(0), oldPfx: undefined };
const certificates = 'skipped' in authority ? none : clientCertificates();
const { ca: clientCa, pem, lockedPem, other, pfx, oldPfx } = certificates;

const CODE = '271828';
const STS = '/idp/sts.wst';
const SECRETS = [PASSWORD, `${USER}:${PASSWORD}`, CODE, CLIENT_PASSWORD];

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
beforeEach(() => place.forget());
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

interface Words {
  readonly setup?: PingSetup;
  /** Of `SSOLoginURL`. */
  readonly path?: string;
  readonly sso?: string;
  readonly more?: ConnectionObject;
  readonly someone?: PersonWords;
}

function properties(ping: PingDouble, { path = STS, sso, more = {} }: Words = {}): ConnectionObject {
  return {
    AuthScheme: 'PingFederate',
    User: USER,
    Password: PASSWORD,
    SSOLoginURL: `${ping.origin}${path}`,
    ...(path.startsWith(STS) ? { SSOExchangeUrl: PARTNER } : {}),
    SSLServerCert: ca,
    ...(sso === undefined ? {} : { SSOProperties: sso }),
    ...more,
  };
}

interface Success extends Words {
  readonly asked?: readonly string[];
}

/** The rows that a connection reads, once all that happened on the way is as it should be. */
async function rowsOf(words: Success): Promise<readonly object[]> {
  const { setup = {}, someone, asked = [] } = words;
  await using ping = await startPing(pair, setup);
  const who = person(someone);
  const rows = await place.rowsFor(properties(ping, words), who);
  expect(place.asked()).toEqual([
    expect.objectContaining({ Action: 'AssumeRoleWithSAML', RoleArn: ROLE, PrincipalArn: PROVIDER }),
  ]);
  expect(who.told).toEqual([]);
  expect(who.asked).toEqual(asked);
  expect(ping.passwords()).toBe(1);
  expect(ping.violations).toEqual([]);
  expect(place.strays(ping, SECRETS)).toEqual([]);
  return rows;
}

/** What a connection ends with. */
async function failureOf(words: Words): Promise<object> {
  await using ping = await startPing(pair, words.setup);
  const error = await thrownBy(() => place.rowsFor(properties(ping, words), person(words.someone)));
  expect(printsOf([error])).not.toContain('CANARY');
  expect(error.remedy).not.toBe('');
  expect(ping.violations).toEqual([]);
  expect(ping.passwords()).toBeLessThan(2);
  expect(place.asked()).toEqual([]);
  expect(place.strays(ping, SECRETS)).toEqual([]);
  return { code: error.code, message: error.message.replaceAll(ping.origin, 'PING') };
}

const base64 = (content: string | Buffer): string => Buffer.from(content).toString('base64');
const telling = (told: HttpsAnswer): PingSetup => ({ answer: () => told });

withTls('a connection by way of PingFederate reads rows', () => {
  it.each<[string, Success]>([
    ['from its token service', {}],
    ['from a token processor', { path: `${STS}?TokenProcessorId=UsernameToken&x=%20y` }],
    ['with HTTP Basic', { setup: { isBasic: true }, sso: 'Authscheme=Basic' }],
    ['with a role that was chosen', { more: { AWSRoleARN: ROLE, AWSPrincipalARN: PROVIDER } }],
    ['by the pages of the server', { path: '' }],
    ['by the page that begins', { path: '/idp/startSSO.ping' }],
    ['by the page with its partner', { path: '/idp/startSSO.ping?PartnerSpId=urn:amazon:webservices' }],
    ['by pages that ask for the name first', { path: '', setup: { isNameFirst: true } }],
    ['by pages with a code', { path: '', setup: { code: CODE }, sso: `MFAPassCode=${CODE}` }],
    [
      'by pages with a code that the person gives',
      {
        path: '',
        setup: { code: CODE },
        someone: { answers: [CODE] },
        asked: ['Code for One-time code at PingFederate'],
      },
    ],
  ])('%s', async (_, success) => {
    expect(await rowsOf(success)).toEqual(ROWS);
  });

  const files = new Map([
    ['/keys/ana.pfx', pfx],
    ['/home/ana/ana.pem', Buffer.from(pem)],
  ]);
  it.each<[string, sso: string]>([
    [
      'a PFX file',
      `SSLClientCertType=PFXFILE;SSLClientCert=/keys/ana.pfx;SSLClientCertPassword=${CLIENT_PASSWORD}`,
    ],
    [
      'a PFX file, which needs no type',
      `SSLClientCert=/keys/ana.pfx;SSLClientCertPassword=${CLIENT_PASSWORD}`,
    ],
    [
      'a PFX',
      `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(pfx)};SSLClientCertPassword=${CLIENT_PASSWORD}`,
    ],
    ['a PEM file of the home directory', 'SSLClientCertType=PEMKEY_FILE;SSLClientCert=~/ana.pem'],
    ['a PEM file, which needs no type', 'SSLClientCert=/home/ana/ana.pem'],
    ['a PEM', `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(pem)}`],
    [
      'a PEM with an encrypted key',
      `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(lockedPem)};SSLClientCertPassword=${CLIENT_PASSWORD}`,
    ],
    [
      'the first of a PEM with several',
      `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(pem + other)};SSLClientCertSubject=*`,
    ],
    [
      'one of a PEM with several, by its subject',
      `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(other + pem)};SSLClientCertSubject='CN=ana, O=Corp'`,
    ],
    [
      'one of a PEM with several, by a part of its subject',
      `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(other + pem)};SSLClientCertSubject=ana`,
    ],
  ])('with a client certificate: %s', async (_, sso) => {
    expect(await rowsOf({ setup: { clientCa }, sso, someone: { bytes: files } })).toEqual(ROWS);
  });

  it('by pages with a client certificate', async () => {
    const sso = `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(pem)}`;
    expect(await rowsOf({ path: '', setup: { clientCa }, sso })).toEqual(ROWS);
  });
});

withTls('a connection by way of PingFederate fails', () => {
  it.each<[string, Words, code: string, message: string]>([
    [
      'with a wrong password',
      { more: { Password: 'CANARY-wrong' } },
      'AUTH_REFUSED',
      'PingFederate rejected User or Password, or the account is locked (FailedAuthentication: Authentication failed.)',
    ],
    [
      'with a wrong password on its pages',
      { more: { Password: 'CANARY-wrong' }, path: '' },
      'AUTH_REFUSED',
      "PingFederate rejected User or Password, or the account is locked: We didn't recognize the username or password you entered.",
    ],
    [
      'where it wants HTTP Basic',
      { setup: { isBasic: true } },
      'AUTH_REFUSED',
      'PingFederate requires HTTP Basic, or rejected it',
    ],
    [
      'with a name that HTTP Basic cannot send',
      { more: { User: 'a:b' }, sso: 'Authscheme=Basic' },
      'CONN_BAD_VALUE',
      'HTTP Basic does not allow a colon in User "a:b"',
    ],
    [
      'without SSOExchangeUrl',
      { path: '/pf/sts.wst' },
      'AUTH_MISSING_PROPERTY',
      'AuthScheme PingFederate needs SSOExchangeUrl, because SSOLoginURL is a security token service',
    ],
    [
      'with a partner that it does not know',
      { more: { SSOExchangeUrl: 'urn:else' } },
      'AUTH_SAML',
      'SSOExchangeUrl is not a partner of PingFederate (InvalidRequest: No connection for AppliesTo.)',
    ],
    ...(
      [
        ['InvalidScope', 'AUTH_SAML', 'SSOExchangeUrl is not a partner of PingFederate'],
        [
          'InvalidSecurity',
          'AUTH_REFUSED',
          'PingFederate rejected the timestamp of the request, or expects another kind of token',
        ],
        ['InvalidRequest', 'AUTH_REFUSED', 'PingFederate did not issue a token for this request'],
        ['BadRequest', 'AUTH_REFUSED', 'PingFederate did not issue a token for this request'],
      ] as const
    ).map(([fault, code, message]): [string, Words, string, string] => [
      `with the fault ${fault}`,
      { setup: { fault: [fault, 'no'] } },
      code,
      `${message} (${fault}: no)`,
    ]),
    [
      'with a fault that nobody knows',
      { setup: { fault: ['Unheard', 'no'] } },
      'AUTH_REFUSED',
      'PingFederate rejected the request: Unheard: no',
    ],
    [
      'where WS-Trust is off',
      { setup: telling({ status: 404 }) },
      'AUTH_SAML',
      'PingFederate does not offer /idp/sts.wst',
    ],
    [
      'where it answers 403',
      { setup: telling({ status: 403 }) },
      'AUTH_REFUSED',
      'PING requires a client certificate, or rejected this one',
    ],
    [
      'where a page is no token service',
      { setup: telling({ body: '<!DOCTYPE html><html>', headers: { 'content-type': 'text/html' } }) },
      'AUTH_MALFORMED',
      'PING/idp/sts.wst responded with an HTML page instead of a token',
    ],
    [
      'where the server fails',
      { setup: telling({ status: 503 }) },
      'AUTH_UNAVAILABLE',
      'PingFederate failed with status 503',
    ],
    [
      'where the token is encrypted',
      {
        setup: { token: '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>' },
      },
      'AUTH_SAML',
      'PingFederate encrypted the token, so its roles cannot be read',
    ],
    [
      'where its pages want a code and nobody can be asked',
      { path: '', setup: { code: CODE } },
      'AUTH_CODE_NEEDED',
      'PingFederate requires a code for One-time code',
    ],
    [
      'with a wrong code',
      { path: '', setup: { code: CODE }, sso: 'MFAPassCode=000000' },
      'AUTH_REFUSED',
      'PingFederate rejected the code for One-time code',
    ],
    [
      'where PingID takes over',
      {
        path: '',
        setup: telling({
          body: '<form method="post" action="https://authenticator.pingone.test/pingid/ppm/auth"><input type="hidden" name="ppm_request" value="x"></form>',
        }),
      },
      'AUTH_NOT_SUPPORTED',
      'PingFederate delegates the sign-in to PingID at https://authenticator.pingone.test, which needs a browser',
    ],
    [
      'where another service takes over',
      {
        path: '',
        setup: telling({
          body: '<form method="post" action="https://mfa.corp.test/begin"><input type="hidden" name="ticket" value="x"></form>',
        }),
      },
      'AUTH_NOT_SUPPORTED',
      'PingFederate delegates the sign-in to https://mfa.corp.test, which needs a browser',
    ],
    [
      'where a page waits for a swipe',
      {
        path: '',
        setup: telling({
          body: '<title>Authenticating</title><form method="post" action="/pf/swipe"><input type="hidden" name="poll" value="1"></form>',
        }),
      },
      'AUTH_NOT_SUPPORTED',
      'PingFederate repeats the same page, which needs a browser',
    ],
    [
      'where the password is to be changed',
      {
        path: '',
        setup: telling({
          body: '<form method=post><input type=password name=a><input type=password name=b></form>',
        }),
      },
      'AUTH_REFUSED',
      'PingFederate requires a new password',
    ],
    [
      'with a partner that its pages do not know',
      { path: '', sso: 'RelyingParty=urn:else' },
      'AUTH_SAML',
      'PingFederate has no connection with that name: Unknown partner',
    ],
    [
      'where its pages want Windows sign-in',
      {
        path: '',
        setup: telling({ status: 401, headers: { 'www-authenticate': 'Negotiate' } }),
      },
      'AUTH_NOT_SUPPORTED',
      'PING requires Windows sign-in or HTTP Basic instead of a sign-in page',
    ],
    [
      'where a form would take the password elsewhere',
      {
        path: '',
        setup: telling({
          body: '<form method=post action="https://evil.test/"><input name=pf.username><input type=password name=pf.pass></form>',
        }),
      },
      'AUTH_UNTRUSTED',
      'PING has a form that submits to https://evil.test, but a sign-in must stay on one origin',
    ],
    [
      'with a password that does not open the PFX',
      {
        setup: { clientCa },
        sso: `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(pfx)};SSLClientCertPassword=CANARY-no`,
      },
      'CONN_BAD_VALUE',
      'SSLClientCertPassword is not the password of SSLClientCert',
    ],
    [
      'with a password that does not open the key',
      {
        setup: { clientCa },
        sso: `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(lockedPem)};SSLClientCertPassword=CANARY-no`,
      },
      'CONN_BAD_VALUE',
      'SSLClientCertPassword is not the password of SSLClientCert',
    ],
    [
      'with a subject that is not there',
      {
        setup: { clientCa },
        sso: `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(pem)};SSLClientCertSubject=eve`,
      },
      'CONN_BAD_VALUE',
      'SSLClientCert has no certificate with a key of the subject "eve", but "O=Corp, CN=ana"',
    ],
    [
      'with a file that is not there',
      { setup: { clientCa }, sso: 'SSLClientCertType=PFXFILE;SSLClientCert=/no/such/CANARY.pfx' },
      'CONN_BAD_VALUE',
      'SSLClientCert names a file, but there is no such file',
    ],
  ])('%s', async (_, words, code, message) => {
    expect(await failureOf(words)).toEqual({ code, message });
  });

  it('with no certificate in what should be one', async () => {
    const sso = 'SSLClientCertType=PEMKEY_BLOB;SSLClientCert=Q0FOQVJZ';
    expect(await failureOf({ setup: { clientCa }, sso })).toMatchObject({
      code: 'CONN_BAD_VALUE',
      message: expect.stringContaining('does not contain a certificate and its private key'),
    });
  });

  it('without the certificate that the server wants', async () => {
    await using ping = await startPing(pair, { clientCa });
    const error = await thrownBy(() => place.rowsFor(properties(ping)));
    // Servers end the connection; those that say why are told apart in the tests of connections.
    expect(['CONN_TLS', 'CONN_NETWORK']).toContain(error.code);
    expect(ping.passwords()).toBe(0);
    expect(place.strays(ping, SECRETS)).toEqual([]);
  });

  it.each([STS, ''])('with a wrong password once for fifty connections from "%s"', async (path) => {
    await using ping = await startPing(pair);
    const wrong = properties(ping, { path, more: { Password: 'CANARY-wrong' } });
    const attempt = async (): Promise<string> => (await thrownBy(() => place.rowsFor(wrong))).code;
    const codes = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(new Set([...codes, await attempt()])).toEqual(new Set(['AUTH_REFUSED']));
    expect(ping.passwords()).toBe(1);
    expect(place.strays(ping, ['CANARY-wrong'])).toEqual([]);
  });
});

const withOldCiphers = oldPfx === undefined ? describe.skip : withTls;

withOldCiphers('a connection by way of PingFederate with a certificate of an old cipher', () => {
  it('is told to have it exported anew', async () => {
    const sso = `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(oldPfx ?? '')};SSLClientCertPassword=${CLIENT_PASSWORD}`;
    expect(await failureOf({ setup: { clientCa }, sso })).toEqual({
      code: 'CONN_BAD_VALUE',
      message: 'SSLClientCert is encrypted with an unsupported cipher',
    });
  });
});
