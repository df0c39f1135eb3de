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
import { collectOutput } from '../../support/collect-output.ts';
import { PROVIDER, ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';
import { startSignInBackend, createUser, type TestUserSetup, type SignInBackend, ROWS } from './backend.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;
const none = { ca: '', pem: '', lockedPem: '', other: '', pfx: Buffer.alloc(0), oldPfx: undefined };
const certificates = 'skipped' in authority ? none : clientCertificates();
const { ca: clientCa, pem, lockedPem, other, pfx, oldPfx } = certificates;

const CODE = '271828';
const STS = '/idp/sts.wst';
const SECRETS = [PASSWORD, `${USER}:${PASSWORD}`, CODE, CLIENT_PASSWORD];

let backend: SignInBackend;
beforeAll(async () => {
  backend = await startSignInBackend();
});
beforeEach(() => backend.reset());
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
});

interface Scenario {
  readonly setup?: PingSetup;
  /** The path of `SSOLoginURL`. */
  readonly path?: string;
  readonly sso?: string;
  readonly more?: ConnectionObject;
  readonly userSetup?: TestUserSetup;
}

function properties(ping: PingDouble, { path = STS, sso, more = {} }: Scenario = {}): ConnectionObject {
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

interface Success extends Scenario {
  readonly prompts?: readonly string[];
}

/** Reads the rows, and checks all that the sign-in did. */
async function queryRows(scenario: Success): Promise<readonly object[]> {
  const { setup = {}, userSetup, prompts = [] } = scenario;
  await using ping = await startPing(pair, setup);
  const user = createUser(userSetup);
  const rows = await backend.queryRows(properties(ping, scenario), user);
  expect(backend.stsRequests()).toEqual([
    expect.objectContaining({ Action: 'AssumeRoleWithSAML', RoleArn: ROLE, PrincipalArn: PROVIDER }),
  ]);
  expect(user.messages).toEqual([]);
  expect(user.prompts).toEqual(prompts);
  expect(ping.passwords()).toBe(1);
  expect(ping.violations).toEqual([]);
  expect(backend.findLeaks(ping, SECRETS)).toEqual([]);
  return rows;
}

/** The error of a connection, after checking that nothing leaked. */
async function getFailure(scenario: Scenario): Promise<object> {
  await using ping = await startPing(pair, scenario.setup);
  const error = await thrownBy(() =>
    backend.queryRows(properties(ping, scenario), createUser(scenario.userSetup)),
  );
  expect(collectOutput([error])).not.toContain('CANARY');
  expect(error.remedy).not.toBe('');
  expect(ping.violations).toEqual([]);
  expect(ping.passwords()).toBeLessThan(2);
  expect(backend.stsRequests()).toEqual([]);
  expect(backend.findLeaks(ping, SECRETS)).toEqual([]);
  return { code: error.code, message: error.message.replaceAll(ping.origin, 'PING') };
}

const base64 = (content: string | Buffer): string => Buffer.from(content).toString('base64');
const respondingWith = (response: HttpsAnswer): PingSetup => ({ answer: () => response });

withTls('a connection with PingFederate reads rows', () => {
  it.each<[string, Success]>([
    ['from its token service', {}],
    ['from a token processor', { path: `${STS}?TokenProcessorId=UsernameToken&x=%20y` }],
    ['with HTTP Basic', { setup: { isBasic: true }, sso: 'Authscheme=Basic' }],
    ['with a selected role', { more: { AWSRoleARN: ROLE, AWSPrincipalARN: PROVIDER } }],
    ['by the pages of the server', { path: '' }],
    ['by the page that starts the sign-in', { path: '/idp/startSSO.ping' }],
    ['by the page with its partner', { path: '/idp/startSSO.ping?PartnerSpId=urn:amazon:webservices' }],
    ['by pages that ask for the user name first', { path: '', setup: { isNameFirst: true } }],
    ['by pages with a code', { path: '', setup: { code: CODE }, sso: `MFAPassCode=${CODE}` }],
    [
      'by pages with a code that the user enters',
      {
        path: '',
        setup: { code: CODE },
        userSetup: { answers: [CODE] },
        prompts: ['Code for One-time code at PingFederate'],
      },
    ],
  ])('%s', async (_, success) => {
    expect(await queryRows(success)).toEqual(ROWS);
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
    ['a PFX file without a type', `SSLClientCert=/keys/ana.pfx;SSLClientCertPassword=${CLIENT_PASSWORD}`],
    [
      'a PFX',
      `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(pfx)};SSLClientCertPassword=${CLIENT_PASSWORD}`,
    ],
    ['a PEM file of the home directory', 'SSLClientCertType=PEMKEY_FILE;SSLClientCert=~/ana.pem'],
    ['a PEM file without a type', 'SSLClientCert=/home/ana/ana.pem'],
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
    expect(await queryRows({ setup: { clientCa }, sso, userSetup: { bytes: files } })).toEqual(ROWS);
  });

  it('by pages with a client certificate', async () => {
    const sso = `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(pem)}`;
    expect(await queryRows({ path: '', setup: { clientCa }, sso })).toEqual(ROWS);
  });
});

withTls('a connection with PingFederate fails', () => {
  it.each<[string, Scenario, code: string, message: string]>([
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
      'if it requires HTTP Basic',
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
      'AuthScheme PingFederate requires SSOExchangeUrl if SSOLoginURL is a security token service',
    ],
    [
      'with an unknown partner',
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
    ).map(([fault, code, message]): [string, Scenario, string, string] => [
      `with the fault ${fault}`,
      { setup: { fault: [fault, 'no'] } },
      code,
      `${message} (${fault}: no)`,
    ]),
    [
      'with an unknown fault',
      { setup: { fault: ['Unheard', 'no'] } },
      'AUTH_REFUSED',
      'PingFederate rejected the request: Unheard: no',
    ],
    [
      'if WS-Trust is disabled',
      { setup: respondingWith({ status: 404 }) },
      'AUTH_SAML',
      'PingFederate does not offer /idp/sts.wst',
    ],
    [
      'if it responds with 403',
      { setup: respondingWith({ status: 403 }) },
      'AUTH_REFUSED',
      'PING requires a client certificate, or rejected this one',
    ],
    [
      'if a page is not a token service',
      { setup: respondingWith({ body: '<!DOCTYPE html><html>', headers: { 'content-type': 'text/html' } }) },
      'AUTH_MALFORMED',
      'PING/idp/sts.wst responded with an HTML page instead of a token',
    ],
    [
      'if the server fails',
      { setup: respondingWith({ status: 503 }) },
      'AUTH_UNAVAILABLE',
      'PingFederate failed with status 503',
    ],
    [
      'if the token is encrypted',
      {
        setup: { token: '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>' },
      },
      'AUTH_SAML',
      'PingFederate encrypted the token, so its roles cannot be read',
    ],
    [
      'if its pages require a code and prompting is not possible',
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
      'if PingID takes over',
      {
        path: '',
        setup: respondingWith({
          body: '<form method="post" action="https://authenticator.pingone.test/pingid/ppm/auth"><input type="hidden" name="ppm_request" value="x"></form>',
        }),
      },
      'AUTH_NOT_SUPPORTED',
      'PingFederate delegates the sign-in to PingID at https://authenticator.pingone.test, which needs a browser',
    ],
    [
      'if another service takes over',
      {
        path: '',
        setup: respondingWith({
          body: '<form method="post" action="https://mfa.corp.test/begin"><input type="hidden" name="ticket" value="x"></form>',
        }),
      },
      'AUTH_NOT_SUPPORTED',
      'PingFederate delegates the sign-in to https://mfa.corp.test, which needs a browser',
    ],
    [
      'if a page waits for a swipe',
      {
        path: '',
        setup: respondingWith({
          body: '<title>Authenticating</title><form method="post" action="/pf/swipe"><input type="hidden" name="poll" value="1"></form>',
        }),
      },
      'AUTH_NOT_SUPPORTED',
      'PingFederate repeats the same page, which needs a browser',
    ],
    [
      'if the password must be changed',
      {
        path: '',
        setup: respondingWith({
          body: '<form method=post><input type=password name=a><input type=password name=b></form>',
        }),
      },
      'AUTH_REFUSED',
      'PingFederate requires a new password',
    ],
    [
      'with a partner that is unknown to its pages',
      { path: '', sso: 'RelyingParty=urn:else' },
      'AUTH_SAML',
      'PingFederate has no connection with that name: Unknown partner',
    ],
    [
      'if its pages require Windows sign-in',
      {
        path: '',
        setup: respondingWith({ status: 401, headers: { 'www-authenticate': 'Negotiate' } }),
      },
      'AUTH_NOT_SUPPORTED',
      'PING requires Windows sign-in or HTTP Basic instead of a sign-in page',
    ],
    [
      'if a form submits the password to another origin',
      {
        path: '',
        setup: respondingWith({
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
      'with an unknown certificate subject',
      {
        setup: { clientCa },
        sso: `SSLClientCertType=PEMKEY_BLOB;SSLClientCert=${base64(pem)};SSLClientCertSubject=eve`,
      },
      'CONN_BAD_VALUE',
      'SSLClientCert has no certificate with the subject "eve" (available: "O=Corp, CN=ana")',
    ],
    [
      'with a certificate file that does not exist',
      { setup: { clientCa }, sso: 'SSLClientCertType=PFXFILE;SSLClientCert=/no/such/CANARY.pfx' },
      'CONN_BAD_VALUE',
      'SSLClientCert names a file that does not exist',
    ],
  ])('%s', async (_, scenario, code, message) => {
    expect(await getFailure(scenario)).toEqual({ code, message });
  });

  it('with content that is not a certificate', async () => {
    const sso = 'SSLClientCertType=PEMKEY_BLOB;SSLClientCert=Q0FOQVJZ';
    expect(await getFailure({ setup: { clientCa }, sso })).toMatchObject({
      code: 'CONN_BAD_VALUE',
      message: expect.stringContaining('does not contain a certificate and its private key'),
    });
  });

  it('without the certificate that the server requires', async () => {
    await using ping = await startPing(pair, { clientCa });
    const error = await thrownBy(() => backend.queryRows(properties(ping)));
    // Servers end the connection, with or without a reason; other tests cover both.
    expect(['CONN_TLS', 'CONN_NETWORK']).toContain(error.code);
    expect(ping.passwords()).toBe(0);
    expect(backend.findLeaks(ping, SECRETS)).toEqual([]);
  });

  it.each([STS, ''])('with a wrong password once for fifty connections from "%s"', async (path) => {
    await using ping = await startPing(pair);
    const wrong = properties(ping, { path, more: { Password: 'CANARY-wrong' } });
    const attempt = async (): Promise<string> => (await thrownBy(() => backend.queryRows(wrong))).code;
    const codes = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(new Set([...codes, await attempt()])).toEqual(new Set(['AUTH_REFUSED']));
    expect(ping.passwords()).toBe(1);
    expect(backend.findLeaks(ping, ['CANARY-wrong'])).toEqual([]);
  });
});

const withOldCiphers = oldPfx === undefined ? describe.skip : withTls;

withOldCiphers('a connection with PingFederate with a certificate that uses an old cipher', () => {
  it('asks for another export', async () => {
    const sso = `SSLClientCertType=PFXBLOB;SSLClientCert=${base64(oldPfx ?? '')};SSLClientCertPassword=${CLIENT_PASSWORD}`;
    expect(await getFailure({ setup: { clientCa }, sso })).toEqual({
      code: 'CONN_BAD_VALUE',
      message: 'SSLClientCert is encrypted with an unsupported cipher',
    });
  });
});
