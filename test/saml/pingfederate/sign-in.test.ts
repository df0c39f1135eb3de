import { noWait } from '../../support/no-wait.ts';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../../src/core/secret.ts';
import { createHttpSession } from '../../../src/net/http-session.ts';
import { type PingRequest, signInToPing } from '../../../src/saml/pingfederate/sign-in.ts';
import type { SamlResponse } from '../../../src/saml/response.ts';
import type { HttpsAnswer } from '../../doubles/https-server.ts';
import { PARTNER, PASSWORD, startPing, USER } from '../../doubles/pingfederate.ts';
import { type TestAuthority, testAuthority } from '../../support/certificates.ts';
import { collectOutput } from '../../support/collect-output.ts';
import { ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing runs without one
const { ca, server: pair } = authority as TestAuthority;

type SignInOptions = Partial<Omit<PingRequest, 'user' | 'passCode'>> & {
  readonly path?: string;
  readonly user?: string;
  readonly password?: string;
  readonly passCode?: string;
};

async function signIn(origin: string, options: SignInOptions = {}): Promise<SamlResponse> {
  const { path = '/idp/sts.wst', user = USER, password = PASSWORD, passCode, ...rest } = options;
  const { signal } = new AbortController();
  await using session = createHttpSession({ network: { trust: { kind: 'certificates', pem: ca } }, signal });
  const request: PingRequest = {
    loginUrl: `${origin}${path}`,
    exchangeUrl: PARTNER,
    partner: 'urn:amazon:webservices',
    isBasic: false,
    ...rest,
    user: { name: user, password: new Secret(password) },
    passCode: passCode === undefined ? undefined : new Secret(passCode),
  };
  const context = { session, signal, now: () => Date.UTC(2026, 0, 1), wait: noWait, notice: () => undefined };
  return await signInToPing(request, context);
}

describeWithTls("PingFederate's security token service", () => {
  it.each(['/idp/sts.wst', '/idp/sts.wst?TokenProcessorId=UsernameToken&x=%20y'])(
    'at %s issues a token for the partner',
    async (path) => {
      await using ping = await startPing(pair);
      const { assertion } = await signIn(ping.origin, { path });
      expect(assertion?.roleValues.join()).toContain(ROLE);
      expect(ping.violations).toEqual([]);
    },
  );

  it('gets HTTP Basic in UTF-8 if it is set', async () => {
    await using ping = await startPing(pair, { isBasic: true });
    expect((await signIn(ping.origin, { isBasic: true })).assertion?.roleValues).toHaveLength(1);
    expect(ping.violations).toEqual([]);
  });

  it('reports that it requires HTTP Basic', async () => {
    await using ping = await startPing(pair, { isBasic: true });
    const error = await thrownBy(() => signIn(ping.origin));
    expect(error.message).toBe('PingFederate requires HTTP Basic, or rejected it');
    expect(error.remedy).toContain('Authscheme=Basic');
  });

  it('is not sent a user name with a colon by HTTP Basic', async () => {
    await using ping = await startPing(pair);
    const error = await thrownBy(() => signIn(ping.origin, { isBasic: true, user: 'a:b' }));
    expect(error.message).toBe('HTTP Basic does not allow a colon in User "a:b"');
    expect(ping.requests).toEqual([]);
  });

  it('requires a partner', async () => {
    await using ping = await startPing(pair);
    const error = await thrownBy(() => signIn(ping.origin, { exchangeUrl: undefined }));
    expect(error.code).toBe('AUTH_MISSING_PROPERTY');
    expect(ping.requests).toEqual([]);
  });

  it('rejects a wrong password once', async () => {
    await using ping = await startPing(pair);
    const error = await thrownBy(() => signIn(ping.origin, { password: 'CANARY-wrong' }));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toMatch(/^PingFederate rejected User or Password, or the account is locked/);
    expect(ping.passwords()).toBe(1);
    expect(collectOutput([error])).not.toContain('CANARY');
  });

  it('does not know another partner', async () => {
    await using ping = await startPing(pair);
    const error = await thrownBy(() => signIn(ping.origin, { exchangeUrl: 'urn:else' }));
    expect(error.code).toBe('AUTH_SAML');
    expect(error.message).toMatch(/^SSOExchangeUrl is not a partner of PingFederate \(InvalidRequest/);
  });

  it.each<[readonly [string, string], RegExp]>([
    [['InvalidSecurity', 'x'], /rejected the timestamp of the request/],
    [['InvalidRequest', 'x'], /did not issue a token for this request/],
    [['BadRequest', 'x'], /did not issue a token for this request/],
    [['InvalidScope', 'x'], /is not a partner of PingFederate/],
    [['Unheard', 'x'], /^PingFederate rejected the request: Unheard: x$/],
  ])('rejects with the fault %j', async (fault, message) => {
    await using ping = await startPing(pair, { fault });
    expect((await thrownBy(() => signIn(ping.origin))).message).toMatch(message);
  });

  it.each<[string, HttpsAnswer, RegExp]>([
    ['is not enabled', { status: 404 }, /^PingFederate does not offer \/idp\/sts\.wst$/],
    ['wants a client certificate', { status: 403 }, /requires a client certificate/],
    [
      'is a page for browsers',
      { body: '<!DOCTYPE html><html>', headers: { 'content-type': 'text/html' } },
      /responded with an HTML page instead of a token$/,
    ],
    ['refuses', { status: 401 }, /rejected the request \(status 401\)$/],
    ['has failed', { status: 503 }, /^PingFederate failed with status 503$/],
    ['leads elsewhere', { status: 308, headers: { location: 'https://evil.example/' } }, /with a redirect$/],
  ])('reports that it %s', async (_, override, message) => {
    await using ping = await startPing(pair, { answer: () => override });
    const error = await thrownBy(() => signIn(ping.origin));
    expect(error.message).toMatch(message);
    expect(ping.requests).toHaveLength(1);
  });

  it('must not encrypt the token', async () => {
    await using ping = await startPing(pair, {
      token: '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>',
    });
    const error = await thrownBy(() => signIn(ping.origin));
    expect(error.message).toBe('PingFederate encrypted the token, so its roles cannot be read');
    expect(error.remedy).toContain('Encrypt SAML 2.0 assertion');
  });
});

describeWithTls("PingFederate's pages", () => {
  it.each(['', '/', '/idp/startSSO.ping', '/idp/startSSO.ping?PartnerSpId=urn:amazon:webservices'])(
    'from "%s" on lead to the response for AWS',
    async (path) => {
      await using ping = await startPing(pair);
      const { assertion } = await signIn(ping.origin, { path });
      expect(assertion?.roleValues.join()).toContain(ROLE);
      expect(ping.violations).toEqual([]);
    },
  );

  it('may ask for the user name first', async () => {
    await using ping = await startPing(pair, { isNameFirst: true });
    expect((await signIn(ping.origin, { path: '' })).assertion?.roleValues).toHaveLength(1);
    expect(ping.violations).toEqual([]);
  });

  it('reject a wrong password once', async () => {
    await using ping = await startPing(pair);
    const error = await thrownBy(() => signIn(ping.origin, { path: '', password: 'CANARY-wrong' }));
    expect(error.message).toBe(
      "PingFederate rejected User or Password, or the account is locked: We didn't recognize the username or password you entered.",
    );
    expect(ping.passwords()).toBe(1);
  });

  it('accept the code of a second factor', async () => {
    await using ping = await startPing(pair, { code: '123456' });
    expect((await signIn(ping.origin, { path: '', passCode: '123456' })).assertion?.roleValues).toHaveLength(
      1,
    );
    expect((await thrownBy(() => signIn(ping.origin, { path: '' }))).message).toBe(
      'PingFederate requires a code for One-time code',
    );
    expect((await thrownBy(() => signIn(ping.origin, { path: '', passCode: '0' }))).message).toBe(
      'PingFederate rejected the code for One-time code',
    );
  });

  it.each<[string, HttpsAnswer, RegExp]>([
    [
      'PingID',
      {
        body: '<form method="post" action="https://authenticator.pingone.com/pingid/ppm/auth"><input type="hidden" name="ppm_request" value="x"></form>',
      },
      /delegates the sign-in to PingID at https:\/\/authenticator\.pingone\.com, which needs a browser$/,
    ],
    [
      'a new password',
      { body: '<form method=post><input type=password name=a><input type=password name=b></form>' },
      /requires a new password/,
    ],
    [
      'an unknown partner',
      { status: 404, body: '<title>Unknown partner</title>' },
      /has no connection with that name: Unknown partner$/,
    ],
    [
      'Windows sign-in',
      { status: 401, headers: { 'www-authenticate': 'Negotiate' } },
      /requires Windows sign-in or HTTP Basic instead of a sign-in page$/,
    ],
    ['a failure', { status: 500, body: '<title>Sorry</title>' }, /failed with status 500: Sorry$/],
    [
      'a page without a form',
      { body: '<title>Hello</title>' },
      /a page without a form \(status 200\): Hello$/,
    ],
    [
      'the same form again and again',
      { body: '<form method=post action="/x"><input type=hidden name=a></form>' },
      /repeats the same page, which needs a browser$/,
    ],
  ])('are an error with %s', async (_, override, message) => {
    await using ping = await startPing(pair, { answer: () => override });
    expect((await thrownBy(() => signIn(ping.origin, { path: '' }))).message).toMatch(message);
    expect(ping.passwords()).toBe(0);
  });

  it('send no password to a form of another host', async () => {
    const body =
      '<form method=post action="https://evil.example/"><input name=pf.username><input type=password name=pf.pass></form>';
    await using ping = await startPing(pair, { answer: () => ({ body }) });
    expect((await thrownBy(() => signIn(ping.origin, { path: '' }))).code).toBe('AUTH_UNTRUSTED');
    expect(ping.requests).toHaveLength(1);
  });
});
