import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import {
  type AdapterWords,
  type AdfsDouble,
  type AdfsSetup,
  errorPage,
  PASSWORD,
  REFUSED,
  responsePage,
  startAdfs,
  USER,
} from '../../doubles/adfs.ts';
import type { HttpsAnswer } from '../../doubles/https-server.ts';
import { testAuthority } from '../../support/certificates.ts';
import { printsOf } from '../../support/prints.ts';
import { PROVIDER, ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';
import { samlResponse } from '../../support/tokens.ts';
import { openPlace, person, type PersonWords, type Place, ROWS } from './place.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const CODE = '271828';
const MIXED = '/adfs/services/trust/13/usernamemixed';
const MIXED_2005 = '/adfs/services/trust/2005/usernamemixed';
const SECRETS = [PASSWORD, CODE];

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
beforeEach(() => place.forget());
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

interface Words {
  readonly setup?: AdfsSetup;
  /** Of `SSOLoginURL`. */
  readonly path?: string;
  readonly sso?: string;
  readonly more?: ConnectionObject;
  readonly someone?: PersonWords;
}

function properties(adfs: AdfsDouble, { path = '', sso, more = {} }: Words = {}): ConnectionObject {
  return {
    AuthScheme: 'ADFS',
    User: USER,
    Password: PASSWORD,
    SSOLoginURL: `${adfs.origin}${path}`,
    SSLServerCert: ca,
    ...(sso === undefined ? {} : { SSOProperties: sso }),
    ...more,
  };
}

interface Success extends Words {
  readonly told?: readonly string[];
  readonly asked?: readonly string[];
  readonly role?: string;
}

/** The rows that a connection reads, once all that happened on the way is as it should be. */
async function rowsOf(words: Success): Promise<readonly object[]> {
  const { setup = {}, someone, told = [], asked = [], role = ROLE } = words;
  await using adfs = await startAdfs(pair, setup);
  const who = person(someone);
  const rows = await place.rowsFor(properties(adfs, words), who);
  expect(place.asked()).toEqual([expect.objectContaining({ Action: 'AssumeRoleWithSAML', RoleArn: role })]);
  expect(who.told).toEqual(told);
  expect(who.asked).toEqual(asked);
  expect(adfs.passwords()).toBe(setup.answer === undefined ? 1 : 0);
  expect(adfs.violations).toEqual([]);
  expect(place.strays(adfs, SECRETS)).toEqual([]);
  return rows;
}

/** What a connection ends with. */
async function failureOf(words: Words): Promise<object> {
  await using adfs = await startAdfs(pair, words.setup);
  const error = await thrownBy(() => place.rowsFor(properties(adfs, words), person(words.someone)));
  expect(printsOf([error])).not.toContain('CANARY');
  expect(error.remedy).not.toBe('');
  expect(adfs.violations).toEqual([]);
  expect(adfs.passwords()).toBeLessThan(2);
  expect(place.asked()).toEqual([]);
  expect(place.strays(adfs, SECRETS)).toEqual([]);
  return { code: error.code, message: error.message.replaceAll(adfs.origin, 'ADFS') };
}

const asking = (...adapters: readonly AdapterWords[]): AdfsSetup => ({ adapters });
const VIP: AdapterWords = { method: 'VIPAuthenticationProviderUPN', fields: ['security_code'], code: CODE };
const SAFENET: AdapterWords = { method: 'SafeNet-MFA', fields: ['otp'], code: '654321' };
const PHONE: AdapterWords = { method: 'AzureMfaAuthentication', fields: [], looks: 1, number: '42' };

/** The sign-on page of AD FS 2.0, which takes the right password. */
const versionTwo: AdfsSetup = {
  answer({ method, body }) {
    const page = `<form method="post" action=""><input name="__VIEWSTATE" type="hidden" value="v=1">
      <input name="ctl00$ContentPlaceHolder1$UsernameTextBox" type="text"><input name="ctl00$ContentPlaceHolder1$PasswordTextBox" type="password">
      <input type="submit" name="ctl00$ContentPlaceHolder1$SubmitButton"></form>`;
    const sent = new URLSearchParams(body);
    const isRight =
      sent.get('ctl00$ContentPlaceHolder1$PasswordTextBox') === PASSWORD && sent.get('__VIEWSTATE') === 'v=1';
    return { body: method === 'POST' && isRight ? responsePage(samlResponse()) : page };
  },
};

withTls('a connection by way of ADFS reads rows', () => {
  it.each<[string, Success]>([
    ['from the server alone', {}],
    ['from its root', { path: '/' }],
    ['from another path', { path: '/adfs/ls' }],
    ['from the sign-on page', { path: '/adfs/ls/idpinitiatedsignon.aspx' }],
    [
      'from the sign-on page with its query',
      { path: '/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:amazon:webservices' },
    ],
    ['from the page of AD FS 2.0', { setup: versionTwo }],
    ['by WS-Trust 1.3', { path: MIXED }],
    ['by WS-Trust of 2005', { path: MIXED_2005 }],
    ['with a relying party of its own', { setup: { relyingParty: 'urn:own' }, sso: 'RelyingParty=urn:own' }],
    [
      'with a relying party of its own by WS-Trust',
      { setup: { relyingParty: 'urn:own' }, sso: 'RelyingParty=urn:own', path: MIXED },
    ],
    ...[
      ['us-gov-west-1', 'aws-us-gov', 'urn:amazon:webservices:govcloud'] as const,
      ['cn-north-1', 'aws-cn', 'urn:amazon:webservices:cn-north-1'] as const,
    ].map(([region, partition, relyingParty]): [string, Success] => {
      const role = ROLE.replace('arn:aws:', `arn:${partition}:`);
      const provider = PROVIDER.replace('arn:aws:', `arn:${partition}:`);
      const more = { AWSRegion: region, AWSRoleARN: role, AWSPrincipalARN: provider };
      return [`in ${region}`, { setup: { relyingParty }, more, role }];
    }),
    ...[
      VIP,
      { method: 'VIPAuthenticationProviderWindowsAccountName', fields: ['security_code'], code: CODE },
      { method: 'SymantecVipAdapter', fields: ['security_code'], code: CODE },
      { method: 'SecurIDAuthentication', fields: ['ChallengeQuestionAnswer'], code: CODE },
      { method: 'SecurIDv2Authentication', fields: ['Passcode'], code: CODE },
      { method: 'AzureMfaAuthentication', fields: ['VerificationCode'], code: CODE },
      { method: 'AzureMfaServerAuthentication', fields: ['VerificationCode'], code: CODE },
      { ...SAFENET, code: CODE },
      { method: 'Defender AD FS Adapter', fields: ['DefenderToken'], code: CODE },
    ].map((adapter): [string, Success] => [
      `with a code for ${adapter.method}`,
      { setup: asking(adapter), sso: `MFAPassCode=${CODE}` },
    ]),
    [
      'with a code that the person gives',
      {
        setup: asking(VIP),
        someone: { answers: [CODE] },
        asked: ['Code for VIPAuthenticationProviderUPN at ADFS'],
      },
    ],
    [
      'with a code of the string and then one of the person',
      {
        setup: asking(VIP, SAFENET),
        sso: `MFAPassCode=${CODE}`,
        someone: { answers: ['654321'] },
        asked: ['Code for SafeNet-MFA at ADFS'],
      },
    ],
    [
      'with a touch of the phone, whose number it tells',
      { setup: asking(PHONE), told: ['Choose 42 on your phone (ADFS)'] },
    ],
  ])('%s', async (_, success) => {
    expect(await rowsOf(success)).toEqual(ROWS);
  });

  it('with one question for the person where many connections open together', async () => {
    await using adfs = await startAdfs(pair, asking(VIP));
    const who = person({ answers: [CODE, 'no other'] });
    const rows = await Promise.all(Array.from({ length: 5 }, () => place.rowsFor(properties(adfs), who)));
    expect(rows).toEqual(rows.map(() => ROWS));
    expect(who.asked).toHaveLength(1);
    expect(adfs.passwords()).toBe(1);
  });

  it.each(
    ['', MIXED].flatMap((path) =>
      ['p\u00e4ss', 'pa\u0308ss', ` +&=%;'"<> `, '\u{1f511}'].map((password) => [path, password] as const),
    ),
  )('from "%s" with the password %j byte for byte', async (path, password) => {
    await using adfs = await startAdfs(pair, { password });
    expect(await place.rowsFor(properties(adfs, { path, more: { Password: password } }), person())).toEqual(
      ROWS,
    );
    expect(adfs.violations).toEqual([]);
  });

  it('as the program that it says it is', async () => {
    await using adfs = await startAdfs(pair);
    expect(await place.rowsFor(properties(adfs, { sso: 'UserAgent=Corp/1.0' }))).toEqual(ROWS);
    expect(new Set(adfs.requests.map(({ headers }) => headers['user-agent']))).toEqual(new Set(['Corp/1.0']));
  });
});

const form = (inputs: string): HttpsAnswer => ({
  body: `<form method="post" id="loginForm">${inputs}</form>`,
});
const telling = (told: HttpsAnswer): AdfsSetup => ({ answer: () => told });

withTls('a connection by way of ADFS fails', () => {
  it.each<[string, Words, code: string, message: string]>([
    [
      'with a wrong password',
      { more: { Password: 'CANARY-wrong' } },
      'AUTH_REFUSED',
      `ADFS rejected User or Password, or the account is locked: ${REFUSED}`,
    ],
    [
      'with a wrong password by WS-Trust',
      { more: { Password: 'CANARY-wrong' }, path: MIXED },
      'AUTH_REFUSED',
      'ADFS rejected User or Password, or the account is locked (FailedAuthentication: ID3242: The security token could not be authenticated or authorized.)',
    ],
    [
      'with a name that is no account',
      { more: { User: 'ana' } },
      'AUTH_REFUSED',
      `ADFS rejected User or Password, or the account is locked: ${REFUSED}`,
    ],
    [
      'with a relying party that is not there',
      { sso: 'RelyingParty=urn:else' },
      'AUTH_SAML',
      'ADFS has no relying party with that identifier: MSIS7007: The requested relying party trust is unspecified or unsupported.',
    ],
    [
      'with a relying party that is not there, by WS-Trust',
      { sso: 'RelyingParty=urn:else', path: MIXED },
      'AUTH_SAML',
      'ADFS has no relying party with that identifier (InvalidScope: ID3082: The request scope is not valid or is unsupported.)',
    ],
    [
      'where the sign-on page is off',
      { setup: telling({ body: errorPage('The resource you are trying to access is not available.') }) },
      'AUTH_SAML',
      'The ADFS sign-on page for AWS is disabled: The resource you are trying to access is not available.',
    ],
    [
      'where the sign-on page is off by its number',
      { setup: telling({ status: 500, body: errorPage('MSIS7012: An error occurred.') }) },
      'AUTH_SAML',
      'The ADFS sign-on page for AWS is disabled: MSIS7012: An error occurred.',
    ],
    [
      'with any other error page',
      { setup: telling({ body: errorPage('Contact your administrator.') }) },
      'AUTH_SAML',
      'ADFS could not sign the user in: Contact your administrator.',
    ],
    [
      'where the server fails',
      { setup: telling({ status: 503, body: 'x' }) },
      'AUTH_UNAVAILABLE',
      'ADFS failed with status 503',
    ],
    [
      'where another program answers',
      { setup: telling({ body: '<h1>It works!</h1>' }) },
      'AUTH_MALFORMED',
      'ADFS responded with a page that is not from ADFS (status 200)',
    ],
    [
      'where the password has expired',
      { setup: telling(form('<input name=a type=password><input name=b type=password>')) },
      'AUTH_REFUSED',
      'The password has expired at ADFS',
    ],
    [
      'where a certificate is wanted',
      { setup: telling(form('<input type=hidden name=AuthMethod value=CertificateAuthentication>')) },
      'AUTH_NOT_SUPPORTED',
      'ADFS requires a user or device certificate',
    ],
    [
      'where the organisation is asked for',
      {
        setup: telling({
          body: '<form id=hrd method=post><input type=hidden name=HomeRealmSelection></form>',
        }),
      },
      'AUTH_NOT_SUPPORTED',
      'ADFS asks for the home realm of the user',
    ],
    [
      'where Windows sign-in is wanted of one with a password',
      { setup: telling({ status: 401, headers: { 'www-authenticate': ['Negotiate', 'NTLM'] } }) },
      'AUTH_NOT_SUPPORTED',
      'ADFS requires Windows sign-in, but User and Password are set',
    ],
    [
      'where another server is to do it',
      { setup: telling({ status: 302, headers: { location: 'https://evil.test/adfs/ls' } }) },
      'AUTH_UNTRUSTED',
      'ADFS redirects to https://evil.test, but a sign-in must stay on one origin',
    ],
    [
      'where a code is wanted and nobody can be asked',
      { setup: asking(VIP) },
      'AUTH_CODE_NEEDED',
      'ADFS requires a code for VIPAuthenticationProviderUPN',
    ],
    [
      'with a wrong code',
      { setup: asking(VIP), sso: 'MFAPassCode=000000' },
      'AUTH_REFUSED',
      'ADFS rejected the code for VIPAuthenticationProviderUPN: The code is wrong.',
    ],
    [
      'where a second adapter wants a code of its own',
      { setup: asking(VIP, SAFENET), sso: `MFAPassCode=${CODE}` },
      'AUTH_CODE_NEEDED',
      'ADFS requires a code for SafeNet-MFA',
    ],
    ...[
      { method: 'DuoAdfsAdapter', fields: [] },
      { method: 'SilverfortAdfs', fields: ['one', 'two'] },
    ].map((adapter): [string, Words, string, string] => [
      `where ${adapter.method} needs a browser`,
      { setup: asking(adapter), sso: `MFAPassCode=${CODE}` },
      'AUTH_NOT_SUPPORTED',
      `ADFS requires the second factor ${adapter.method}, which needs a browser`,
    ]),
    ...(
      [
        [
          'InvalidSecurity',
          'An error occurred.',
          'ADFS rejected the timestamp of the request, or the endpoint expects another kind of sign-in',
        ],
        [
          'RequestFailed',
          'MSIS3127: The specified request failed.',
          'ADFS did not issue a token for this user',
        ],
      ] as const
    ).map(([fault, reason, message]): [string, Words, string, string] => [
      `with the fault ${fault}`,
      { setup: { fault: [fault, reason] }, path: MIXED },
      'AUTH_REFUSED',
      `${message} (${fault}: ${reason})`,
    ]),
    [
      'with the fault MSIS3020',
      { setup: { fault: ['RequestFailed', 'MSIS3020: no such party'] }, path: MIXED },
      'AUTH_SAML',
      'ADFS has no relying party with that identifier (RequestFailed: MSIS3020: no such party)',
    ],
    [
      'with a fault that nobody knows',
      { setup: { fault: ['SomethingNew', 'No.'] }, path: MIXED_2005 },
      'AUTH_REFUSED',
      'ADFS rejected the request: SomethingNew: No.',
    ],
    ...[404, 503].map((status): [string, Words, string, string] => [
      `where the endpoint answers ${status}`,
      { setup: telling({ status }), path: MIXED },
      'AUTH_SAML',
      `ADFS does not offer ${MIXED}`,
    ]),
    [
      'where the token is encrypted',
      {
        setup: { token: '<x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>' },
        path: MIXED,
      },
      'AUTH_SAML',
      'ADFS encrypted the token, so its roles cannot be read',
    ],
  ])('%s', async (_, words, code, message) => {
    expect(await failureOf(words)).toEqual({ code, message });
  });

  it('where the token is of SAML 1.1', async () => {
    const token = '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:1.0:assertion"/>';
    expect(await failureOf({ setup: { token }, path: MIXED })).toMatchObject({
      message: expect.stringContaining('SAML 1.1'),
    });
  });

  it.each(['', MIXED])('with a wrong password once for fifty connections from "%s"', async (path) => {
    await using adfs = await startAdfs(pair);
    const wrong = properties(adfs, { path, more: { Password: 'CANARY-wrong' } });
    const attempt = async (): Promise<string> => (await thrownBy(() => place.rowsFor(wrong))).code;
    const codes = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(new Set([...codes, await attempt()])).toEqual(new Set(['AUTH_REFUSED']));
    expect(adfs.passwords()).toBe(1);
    expect(place.strays(adfs, ['CANARY-wrong'])).toEqual([]);
  });

  it('where nobody vouches for the server, which is sent nothing', async () => {
    await using adfs = await startAdfs(pair);
    const { SSLServerCert: _, ...given } = properties(adfs);
    expect((await thrownBy(() => place.rowsFor(given))).code).toBe('CONN_TLS');
    expect(adfs.requests).toEqual([]);
  });
});
