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
import { collectOutput } from '../../support/collect-output.ts';
import { PROVIDER, ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';
import { samlResponse } from '../../support/tokens.ts';
import { startSignInBackend, createUser, type TestUserSetup, type SignInBackend, ROWS } from './backend.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const CODE = '271828';
const MIXED = '/adfs/services/trust/13/usernamemixed';
const MIXED_2005 = '/adfs/services/trust/2005/usernamemixed';
const SECRETS = [PASSWORD, CODE];

let backend: SignInBackend;
beforeAll(async () => {
  backend = await startSignInBackend();
});
beforeEach(() => backend.reset());
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
});

interface Scenario {
  readonly setup?: AdfsSetup;
  /** The path of `SSOLoginURL`. */
  readonly path?: string;
  readonly sso?: string;
  readonly more?: ConnectionObject;
  readonly userSetup?: TestUserSetup;
}

function properties(adfs: AdfsDouble, { path = '', sso, more = {} }: Scenario = {}): ConnectionObject {
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

interface Success extends Scenario {
  readonly messages?: readonly string[];
  readonly prompts?: readonly string[];
  readonly role?: string;
}

/** Reads the rows, and checks all that the sign-in did. */
async function queryRows(scenario: Success): Promise<readonly object[]> {
  const { setup = {}, userSetup, messages = [], prompts = [], role = ROLE } = scenario;
  await using adfs = await startAdfs(pair, setup);
  const user = createUser(userSetup);
  const rows = await backend.queryRows(properties(adfs, scenario), user);
  expect(backend.stsRequests()).toEqual([
    expect.objectContaining({ Action: 'AssumeRoleWithSAML', RoleArn: role }),
  ]);
  expect(user.messages).toEqual(messages);
  expect(user.prompts).toEqual(prompts);
  expect(adfs.passwords()).toBe(setup.answer === undefined ? 1 : 0);
  expect(adfs.violations).toEqual([]);
  expect(backend.findLeaks(adfs, SECRETS)).toEqual([]);
  return rows;
}

/** The error of a connection, after checking that nothing leaked. */
async function getFailure(scenario: Scenario): Promise<object> {
  await using adfs = await startAdfs(pair, scenario.setup);
  const error = await thrownBy(() =>
    backend.queryRows(properties(adfs, scenario), createUser(scenario.userSetup)),
  );
  expect(collectOutput([error])).not.toContain('CANARY');
  expect(error.remedy).not.toBe('');
  expect(adfs.violations).toEqual([]);
  expect(adfs.passwords()).toBeLessThan(2);
  expect(backend.stsRequests()).toEqual([]);
  expect(backend.findLeaks(adfs, SECRETS)).toEqual([]);
  return { code: error.code, message: error.message.replaceAll(adfs.origin, 'ADFS') };
}

const requiring = (...adapters: readonly AdapterWords[]): AdfsSetup => ({ adapters });
const VIP: AdapterWords = { method: 'VIPAuthenticationProviderUPN', fields: ['security_code'], code: CODE };
const SAFENET: AdapterWords = { method: 'SafeNet-MFA', fields: ['otp'], code: '654321' };
const PHONE: AdapterWords = { method: 'AzureMfaAuthentication', fields: [], looks: 1, number: '42' };

/** The sign-on page of AD FS 2.0, which accepts the right password. */
const adfs20: AdfsSetup = {
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

withTls('a connection with ADFS reads rows', () => {
  it.each<[string, Success]>([
    ['from the server alone', {}],
    ['from its root', { path: '/' }],
    ['from another path', { path: '/adfs/ls' }],
    ['from the sign-on page', { path: '/adfs/ls/idpinitiatedsignon.aspx' }],
    [
      'from the sign-on page with its query',
      { path: '/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:amazon:webservices' },
    ],
    ['from the page of AD FS 2.0', { setup: adfs20 }],
    ['by WS-Trust 1.3', { path: MIXED }],
    ['by WS-Trust of 2005', { path: MIXED_2005 }],
    ['with another relying party', { setup: { relyingParty: 'urn:own' }, sso: 'RelyingParty=urn:own' }],
    [
      'with another relying party by WS-Trust',
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
      { setup: requiring(adapter), sso: `MFAPassCode=${CODE}` },
    ]),
    [
      'with a code that the user enters',
      {
        setup: requiring(VIP),
        userSetup: { answers: [CODE] },
        prompts: ['Code for VIPAuthenticationProviderUPN at ADFS'],
      },
    ],
    [
      'with a code of the string and then one of the user',
      {
        setup: requiring(VIP, SAFENET),
        sso: `MFAPassCode=${CODE}`,
        userSetup: { answers: ['654321'] },
        prompts: ['Code for SafeNet-MFA at ADFS'],
      },
    ],
    [
      'with a phone approval, and shows its number',
      { setup: requiring(PHONE), messages: ['Choose 42 on your phone (ADFS)'] },
    ],
  ])('%s', async (_, success) => {
    expect(await queryRows(success)).toEqual(ROWS);
  });

  it('with one prompt for several connections that open at the same time', async () => {
    await using adfs = await startAdfs(pair, requiring(VIP));
    const user = createUser({ answers: [CODE, 'unused'] });
    const rows = await Promise.all(
      Array.from({ length: 5 }, () => backend.queryRows(properties(adfs), user)),
    );
    expect(rows).toEqual(rows.map(() => ROWS));
    expect(user.prompts).toHaveLength(1);
    expect(adfs.passwords()).toBe(1);
  });

  it.each(
    ['', MIXED].flatMap((path) =>
      ['p\u00e4ss', 'pa\u0308ss', ` +&=%;'"<> `, '\u{1f511}'].map((password) => [path, password] as const),
    ),
  )('from "%s" with the password %j byte for byte', async (path, password) => {
    await using adfs = await startAdfs(pair, { password });
    expect(
      await backend.queryRows(properties(adfs, { path, more: { Password: password } }), createUser()),
    ).toEqual(ROWS);
    expect(adfs.violations).toEqual([]);
  });

  it('with the user agent in UserAgent', async () => {
    await using adfs = await startAdfs(pair);
    expect(await backend.queryRows(properties(adfs, { sso: 'UserAgent=Corp/1.0' }))).toEqual(ROWS);
    expect(new Set(adfs.requests.map(({ headers }) => headers['user-agent']))).toEqual(new Set(['Corp/1.0']));
  });
});

const form = (inputs: string): HttpsAnswer => ({
  body: `<form method="post" id="loginForm">${inputs}</form>`,
});
const respondingWith = (response: HttpsAnswer): AdfsSetup => ({ answer: () => response });

withTls('a connection with ADFS fails', () => {
  it.each<[string, Scenario, code: string, message: string]>([
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
      'with an unknown user',
      { more: { User: 'ana' } },
      'AUTH_REFUSED',
      `ADFS rejected User or Password, or the account is locked: ${REFUSED}`,
    ],
    [
      'with an unknown relying party',
      { sso: 'RelyingParty=urn:else' },
      'AUTH_SAML',
      'ADFS has no relying party with that identifier: MSIS7007: The requested relying party trust is unspecified or unsupported.',
    ],
    [
      'with an unknown relying party by WS-Trust',
      { sso: 'RelyingParty=urn:else', path: MIXED },
      'AUTH_SAML',
      'ADFS has no relying party with that identifier (InvalidScope: ID3082: The request scope is not valid or is unsupported.)',
    ],
    [
      'if the sign-on page is disabled',
      {
        setup: respondingWith({ body: errorPage('The resource you are trying to access is not available.') }),
      },
      'AUTH_SAML',
      'The ADFS sign-on page for AWS is disabled: The resource you are trying to access is not available.',
    ],
    [
      'if the sign-on page is disabled, by its error number',
      { setup: respondingWith({ status: 500, body: errorPage('MSIS7012: An error occurred.') }) },
      'AUTH_SAML',
      'The ADFS sign-on page for AWS is disabled: MSIS7012: An error occurred.',
    ],
    [
      'with any other error page',
      { setup: respondingWith({ body: errorPage('Contact your administrator.') }) },
      'AUTH_SAML',
      'ADFS could not sign the user in: Contact your administrator.',
    ],
    [
      'if the server fails',
      { setup: respondingWith({ status: 503, body: 'x' }) },
      'AUTH_UNAVAILABLE',
      'ADFS failed with status 503',
    ],
    [
      'if another program responds',
      { setup: respondingWith({ body: '<h1>It works!</h1>' }) },
      'AUTH_MALFORMED',
      'ADFS responded with a page that is not from ADFS (status 200)',
    ],
    [
      'if the password has expired',
      { setup: respondingWith(form('<input name=a type=password><input name=b type=password>')) },
      'AUTH_REFUSED',
      'The password has expired at ADFS',
    ],
    [
      'if a certificate is required',
      { setup: respondingWith(form('<input type=hidden name=AuthMethod value=CertificateAuthentication>')) },
      'AUTH_NOT_SUPPORTED',
      'ADFS requires a user or device certificate',
    ],
    [
      'if the home realm is required',
      {
        setup: respondingWith({
          body: '<form id=hrd method=post><input type=hidden name=HomeRealmSelection></form>',
        }),
      },
      'AUTH_NOT_SUPPORTED',
      'ADFS asks for the home realm of the user',
    ],
    [
      'if Windows sign-in is required, but a password is set',
      { setup: respondingWith({ status: 401, headers: { 'www-authenticate': ['Negotiate', 'NTLM'] } }) },
      'AUTH_NOT_SUPPORTED',
      'ADFS requires Windows sign-in, but User and Password are set',
    ],
    [
      'if it redirects to another server',
      { setup: respondingWith({ status: 302, headers: { location: 'https://evil.test/adfs/ls' } }) },
      'AUTH_UNTRUSTED',
      'ADFS redirects to https://evil.test, but a sign-in must stay on one origin',
    ],
    [
      'if a code is required and prompting is not possible',
      { setup: requiring(VIP) },
      'AUTH_CODE_NEEDED',
      'ADFS requires a code for VIPAuthenticationProviderUPN',
    ],
    [
      'with a wrong code',
      { setup: requiring(VIP), sso: 'MFAPassCode=000000' },
      'AUTH_REFUSED',
      'ADFS rejected the code for VIPAuthenticationProviderUPN: The code is wrong.',
    ],
    [
      'if a second adapter requires another code',
      { setup: requiring(VIP, SAFENET), sso: `MFAPassCode=${CODE}` },
      'AUTH_CODE_NEEDED',
      'ADFS requires a code for SafeNet-MFA',
    ],
    ...[
      { method: 'DuoAdfsAdapter', fields: [] },
      { method: 'SilverfortAdfs', fields: ['one', 'two'] },
    ].map((adapter): [string, Scenario, string, string] => [
      `if ${adapter.method} needs a browser`,
      { setup: requiring(adapter), sso: `MFAPassCode=${CODE}` },
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
    ).map(([fault, reason, message]): [string, Scenario, string, string] => [
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
      'with an unknown fault',
      { setup: { fault: ['SomethingNew', 'No.'] }, path: MIXED_2005 },
      'AUTH_REFUSED',
      'ADFS rejected the request: SomethingNew: No.',
    ],
    ...[404, 503].map((status): [string, Scenario, string, string] => [
      `if the endpoint answers ${status}`,
      { setup: respondingWith({ status }), path: MIXED },
      'AUTH_SAML',
      `ADFS does not offer ${MIXED}`,
    ]),
    [
      'if the token is encrypted',
      {
        setup: { token: '<x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>' },
        path: MIXED,
      },
      'AUTH_SAML',
      'ADFS encrypted the token, so its roles cannot be read',
    ],
  ])('%s', async (_, scenario, code, message) => {
    expect(await getFailure(scenario)).toEqual({ code, message });
  });

  it('if the token is of SAML 1.1', async () => {
    const token = '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:1.0:assertion"/>';
    expect(await getFailure({ setup: { token }, path: MIXED })).toMatchObject({
      message: expect.stringContaining('SAML 1.1'),
    });
  });

  it.each(['', MIXED])('with a wrong password once for fifty connections from "%s"', async (path) => {
    await using adfs = await startAdfs(pair);
    const wrong = properties(adfs, { path, more: { Password: 'CANARY-wrong' } });
    const attempt = async (): Promise<string> => (await thrownBy(() => backend.queryRows(wrong))).code;
    const codes = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(new Set([...codes, await attempt()])).toEqual(new Set(['AUTH_REFUSED']));
    expect(adfs.passwords()).toBe(1);
    expect(backend.findLeaks(adfs, ['CANARY-wrong'])).toEqual([]);
  });

  it('if the server certificate is not trusted, and sends nothing', async () => {
    await using adfs = await startAdfs(pair);
    const { SSLServerCert: _, ...untrusted } = properties(adfs);
    expect((await thrownBy(() => backend.queryRows(untrusted))).code).toBe('CONN_TLS');
    expect(adfs.requests).toEqual([]);
  });
});
