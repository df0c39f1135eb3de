import { describe, expect, it } from '@jest/globals';
import {
  type AdapterWords,
  errorPage,
  loginPage,
  PASSWORD,
  REFUSED,
  responsePage,
  startAdfs,
} from '../../doubles/adfs.ts';
import type { HttpsAnswer, HttpsRequest } from '../../doubles/https-server.ts';
import { type TestAuthority, testAuthority } from '../../support/certificates.ts';
import { collectOutput } from '../../support/collect-output.ts';
import { ROLE } from '../../support/saml.ts';
import { samlResponse } from '../../support/tokens.ts';
import { thrownBy } from '../../support/thrown.ts';
import { signIn } from './adfs-sign-in.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing runs without one
const { ca, server: pair } = authority as TestAuthority;

const VIP: AdapterWords = {
  method: 'VIPAuthenticationProviderUPN',
  fields: ['security_code'],
  code: '123456',
};
const AZURE: AdapterWords = { method: 'AzureMfaAuthentication', fields: [], looks: 3, number: '42' };

/** The page of AD FS 2.0. */
const old = (
  detail: string,
): string => `<form method="post" action=""><input name="__VIEWSTATE" type="hidden" value="v=1">
  <input name="ctl00$ContentPlaceHolder1$UsernameTextBox" type="text"><input name="ctl00$ContentPlaceHolder1$PasswordTextBox" type="password">
  <input type="submit" name="ctl00$ContentPlaceHolder1$SubmitButton"><label id="errorText">${detail}</label></form>`;

describeWithTls('the sign-on page of ADFS', () => {
  it('takes user name and password in one form and returns the SAML response', async () => {
    await using adfs = await startAdfs(pair);
    const { encoded, assertion } = await signIn(adfs.origin, ca);
    expect(assertion?.roleValues.join()).toContain(ROLE);
    expect(encoded.reveal()).toBe(samlResponse());
    expect(adfs.violations).toEqual([]);
    expect(adfs.passwords()).toBe(1);
    expect(adfs.requests.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
      'GET /adfs/ls/IdpInitiatedSignOn.aspx',
      'POST /adfs/ls/IdpInitiatedSignOn.aspx',
      'GET /adfs/ls/IdpInitiatedSignOn.aspx',
    ]);
  });

  it.each([
    '',
    '/',
    '/adfs/ls',
    '/adfs/ls/idpinitiatedsignon.aspx',
    '/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:amazon:webservices',
  ])('is resolved from SSOLoginURL with the path "%s"', async (path) => {
    await using adfs = await startAdfs(pair);
    expect((await signIn(adfs.origin, ca, { path })).assertion?.roleValues).toHaveLength(1);
  });

  it('is opened for the relying party that is set', async () => {
    await using adfs = await startAdfs(pair, { relyingParty: 'urn:amazon:webservices:govcloud' });
    await signIn(adfs.origin, ca, { relyingParty: 'urn:amazon:webservices:govcloud' });
    const error = await thrownBy(() => signIn(adfs.origin, ca));
    expect(error.code).toBe('AUTH_SAML');
    expect(error.message).toMatch(/^ADFS has no relying party with that identifier: MSIS7007/);
  });

  it('rejects a wrong password once, with its message', async () => {
    await using adfs = await startAdfs(pair);
    const error = await thrownBy(() => signIn(adfs.origin, ca, { password: 'CANARY-wrong' }));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toBe(`ADFS rejected User or Password, or the account is locked: ${REFUSED}`);
    expect(adfs.passwords()).toBe(1);
    expect(collectOutput([error])).not.toContain('CANARY');
  });

  it('is supported before 2016, too', async () => {
    await using adfs = await startAdfs(pair, {
      answer: ({ method, body }) => {
        if (method === 'GET') return { body: old('') };
        const sent = new URLSearchParams(body);
        const isRight =
          sent.get('ctl00$ContentPlaceHolder1$PasswordTextBox') === PASSWORD &&
          sent.get('__VIEWSTATE') === 'v=1' &&
          sent.size === 3;
        return { body: isRight ? responsePage(samlResponse()) : old('Wrong.') };
      },
    });
    expect((await signIn(adfs.origin, ca)).assertion?.roleValues).toHaveLength(1);
    const error = await thrownBy(() => signIn(adfs.origin, ca, { password: 'x' }));
    expect(error.message).toMatch(/locked: Wrong\.$/);
  });
});

describeWithTls('a second factor at ADFS', () => {
  it.each([
    VIP,
    { method: 'VIPAuthenticationProviderWindowsAccountName', fields: ['security_code'], code: '123456' },
    { method: 'SymantecVipAdapter', fields: ['security_code'], code: '123456' },
    { method: 'SecurIDAuthentication', fields: ['ChallengeQuestionAnswer'], code: '123456' },
    { method: 'SecurIDv2Authentication', fields: ['Passcode'], code: '123456' },
    { method: 'AzureMfaServerAuthentication', fields: ['VerificationCode'], code: '123456' },
    { method: 'SafeNet-MFA', fields: ['otp'], code: '123456' },
    { method: 'Defender AD FS Adapter', fields: ['DefenderToken'], code: '123456' },
  ])('of $method accepts MFAPassCode', async (adapter) => {
    await using adfs = await startAdfs(pair, { adapters: [adapter] });
    expect((await signIn(adfs.origin, ca, { passCode: '123456' })).assertion?.roleValues).toHaveLength(1);
    expect(adfs.violations).toEqual([]);
  });

  it('prompts if no code is set', async () => {
    await using adfs = await startAdfs(pair, { adapters: [VIP] });
    const asked: unknown[] = [];
    const prompt = async (request: object): Promise<string> => {
      asked.push(request);
      return '123456';
    };
    expect((await signIn(adfs.origin, ca, { prompt })).assertion?.roleValues).toHaveLength(1);
    expect(asked).toEqual([
      { kind: 'code', message: 'Code for VIPAuthenticationProviderUPN at ADFS', secret: true },
    ]);
  });

  it('is a specific error without a prompt', async () => {
    await using adfs = await startAdfs(pair, { adapters: [VIP] });
    const error = await thrownBy(() => signIn(adfs.origin, ca));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toBe('ADFS requires a code for VIPAuthenticationProviderUPN');
  });

  it('takes a code once: a wrong one is not sent again', async () => {
    await using adfs = await startAdfs(pair, { adapters: [VIP] });
    const error = await thrownBy(() => signIn(adfs.origin, ca, { passCode: '000000' }));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toBe('ADFS rejected the code for VIPAuthenticationProviderUPN: The code is wrong.');
    expect(adfs.requests.filter(({ body }) => body.includes('000000'))).toHaveLength(1);
  });

  it('after another one requires another code', async () => {
    const second: AdapterWords = { method: 'SafeNet-MFA', fields: ['otp'], code: '654321' };
    await using adfs = await startAdfs(pair, { adapters: [VIP, second] });
    const error = await thrownBy(() => signIn(adfs.origin, ca, { passCode: '123456' }));
    expect(error.message).toBe('ADFS requires a code for SafeNet-MFA');
  });

  it('on a phone is polled, and its number shown', async () => {
    await using adfs = await startAdfs(pair, { adapters: [AZURE] });
    const notices: string[] = [];
    expect((await signIn(adfs.origin, ca, { notices })).assertion?.roleValues).toHaveLength(1);
    expect(notices).toEqual(['Choose 42 on your phone (ADFS)']);
  });

  it('on a phone times out without an approval', async () => {
    await using adfs = await startAdfs(pair, { adapters: [{ ...AZURE, looks: Infinity }] });
    const error = await thrownBy(() => signIn(adfs.origin, ca));
    expect(error.message).toBe('The sign-in at ADFS was not approved on the phone in time');
  });

  it('on a phone is not polled after the sign-in is cancelled', async () => {
    await using adfs = await startAdfs(pair, { adapters: [{ ...AZURE, looks: Infinity }] });
    const stop = new AbortController();
    const work = thrownBy(() =>
      signIn(adfs.origin, ca, {
        signal: stop.signal,
        notices: Object.assign([], { push: () => stop.abort() }),
      }),
    );
    expect((await work).code).toBe('EXEC_CANCELLED');
  });

  it.each([
    { method: 'DuoAdfsAdapter', fields: [] },
    { method: 'SilverfortAdfs', fields: ['one', 'two'] },
  ])('of $method needs a browser', async (adapter) => {
    await using adfs = await startAdfs(pair, { adapters: [adapter] });
    const error = await thrownBy(() => signIn(adfs.origin, ca, { passCode: '123456' }));
    expect(error.code).toBe('AUTH_NOT_SUPPORTED');
    expect(error.message).toBe(`ADFS requires the second factor ${adapter.method}, which needs a browser`);
  });
});

const form = (inputs: string): string => `<form method="post" id="loginForm">${inputs}</form>`;

describeWithTls('an ADFS page that requires a browser', () => {
  it.each<[string, HttpsAnswer, RegExp]>([
    [
      'an error of the relying party',
      { status: 500, body: errorPage('MSIS7007: no') },
      /no relying party with that identifier/,
    ],
    [
      'a disabled sign-on page',
      { body: errorPage('The resource you are trying to access is not available.') },
      /sign-on page for AWS is disabled/,
    ],
    [
      'another error',
      { body: errorPage('Contact your administrator.') },
      /could not sign the user in: Contact/,
    ],
    ['a failed server', { status: 503, body: 'x' }, /failed with status 503/],
    ['a page of another program', { body: '<h1>It works!</h1>' }, /a page that is not from ADFS/],
    [
      'an expired password',
      { body: form('<input name=a type=password><input name=b type=password>') },
      /password has expired/,
    ],
    [
      'a certificate',
      { body: form('<input type=hidden name=AuthMethod value=CertificateAuthentication>') },
      /requires a user or device certificate/,
    ],
    [
      'the choice of an organisation',
      { body: '<form id=hrd method=post><input type=hidden name=HomeRealmSelection></form>' },
      /home realm/,
    ],
    [
      'Windows sign-in',
      { status: 401, headers: { 'www-authenticate': 'Negotiate' } },
      /requires Windows sign-in, but/,
    ],
    [
      'two responses',
      { body: '<form><input name=SAMLResponse value=YQ==><input name=SAMLResponse value=Yg==></form>' },
      /several SAML responses/,
    ],
  ])('is an error: %s', async (_, override, message) => {
    await using adfs = await startAdfs(pair, { answer: () => override });
    const error = await thrownBy(() => signIn(adfs.origin, ca));
    expect(error.message).toMatch(message);
    expect(error.remedy).not.toBe('');
    expect(adfs.passwords()).toBe(0);
  });

  it('ends after some pages, even if each one is new', async () => {
    await using adfs = await startAdfs(pair, {
      answer: ({ url }) => ({
        body: `<meta http-equiv=refresh content="0;url=/adfs/${url.pathname.length}x">`,
      }),
    });
    expect((await thrownBy(() => signIn(adfs.origin, ca))).message).toMatch(
      /showed 12 pages without a SAML response/,
    );
  });

  it("shows a server's message as one truncated line without control characters", async () => {
    const detail = `\u001B[2J${'long '.repeat(200)}`;
    await using adfs = await startAdfs(pair, {
      answer: ({ method, url }) => ({ body: loginPage(url, method === 'POST' ? detail : '') }),
    });
    const { message } = await thrownBy(() => signIn(adfs.origin, ca));
    expect(message.length).toBeLessThan(300);
    expect(message).not.toMatch(/\p{Cc}/u);
  });
});

const login = (action: string, method = 'post', head = ''): string =>
  `${head}<form method="${method}" action="${action}"><input name="UserName" type="text"><input name="Password" type="password"></form>`;

describeWithTls('a hostile page instead of ADFS gets no password', () => {
  it.each([
    ['another host', login('https://evil.example/')],
    ['plain http', login('http://127.0.0.1/')],
    ['an address without a scheme', login('//evil.example/adfs/ls')],
    ['a script', login('javascript:alert(1)')],
    ['an address with credentials', login('https://127.0.0.1@evil.example/')],
    ['another base', login('/adfs/ls', 'post', '<base href="https://evil.example/">')],
    ['an address in place of a body', login('', 'get')],
    ['a refresh to another host', '<meta http-equiv="refresh" content="0; url=https://evil.example/">'],
  ])('with a form for %s', async (_, body) => {
    await using adfs = await startAdfs(pair, { answer: () => ({ body }) });
    const error = await thrownBy(() => signIn(adfs.origin, ca));
    expect(error.code).toBe('AUTH_UNTRUSTED');
    expect(adfs.requests).toHaveLength(1);
    expect(collectOutput([error])).not.toContain('CANARY');
  });

  it('by a redirect that would resend the form to another origin', async () => {
    await using elsewhere = await startAdfs(pair);
    const answer = ({ method }: HttpsRequest): HttpsAnswer | undefined =>
      method === 'POST' ? { status: 307, headers: { location: `${elsewhere.origin}/` } } : undefined;
    await using adfs = await startAdfs(pair, { answer });
    expect((await thrownBy(() => signIn(adfs.origin, ca))).code).toBe('AUTH_UNTRUSTED');
    expect(elsewhere.requests).toEqual([]);
  });
});
