import { describe, expect, it } from '@jest/globals';
import { startAdfs } from '../../doubles/adfs.ts';
import { type TestAuthority, testAuthority } from '../../support/certificates.ts';
import { collectOutput } from '../../support/collect-output.ts';
import { ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';
import { tokenXml } from '../../support/tokens.ts';
import { signIn } from './adfs-sign-in.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing runs without one
const { ca, server: pair } = authority as TestAuthority;

const MIXED = '/adfs/services/trust/13/usernamemixed';

describeWithTls('the WS-Trust endpoints of ADFS', () => {
  it.each([MIXED, '/adfs/services/trust/2005/usernamemixed'])(
    '%s issues a token for name and password',
    async (path) => {
      await using adfs = await startAdfs(pair);
      const { assertion, encoded } = await signIn(adfs.origin, ca, { path });
      expect(assertion?.roleValues.join()).toContain(ROLE);
      expect(Buffer.from(encoded.reveal(), 'base64').toString()).toMatch(
        /^<samlp:Response .*<saml:Assertion /,
      );
      expect(adfs.violations).toEqual([]);
    },
  );

  it('accept any character in user name and password', async () => {
    const user = String.raw`CORP\a</o:Username>&amp;"'`;
    const password = `]]> $& $$ \` & < \r\n\t\u00E4\u{1F600}`;
    await using adfs = await startAdfs(pair, { user, password });
    await signIn(adfs.origin, ca, { path: MIXED, user, password });
    expect(adfs.violations).toEqual([]);
  });

  it('are not sent characters that XML does not allow', async () => {
    await using adfs = await startAdfs(pair);
    const error = await thrownBy(() => signIn(adfs.origin, ca, { path: MIXED, password: 'CANARY\u0001' }));
    expect(error.message).toBe('Password contains a character that XML does not allow');
    expect(adfs.requests).toEqual([]);
  });

  it.each<[string, readonly [string, string], string, RegExp]>([
    [
      'InvalidSecurity',
      ['InvalidSecurity', 'An error occurred.'],
      'AUTH_REFUSED',
      /rejected the timestamp of the request/,
    ],
    [
      'RequestFailed',
      ['RequestFailed', 'MSIS3127: The specified request failed.'],
      'AUTH_REFUSED',
      /did not issue a token for this user/,
    ],
    [
      'a word of its own',
      ['SomethingNew', 'No.'],
      'AUTH_REFUSED',
      /^ADFS rejected the request: SomethingNew: No\.$/,
    ],
  ])('rejects with %s', async (_, fault, code, message) => {
    await using adfs = await startAdfs(pair, { fault });
    const error = await thrownBy(() => signIn(adfs.origin, ca, { path: MIXED }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('rejects a wrong password once', async () => {
    await using adfs = await startAdfs(pair);
    const error = await thrownBy(() => signIn(adfs.origin, ca, { path: MIXED, password: 'CANARY-wrong' }));
    expect(error.message).toMatch(
      /^ADFS rejected User or Password, or the account is locked \(FailedAuthentication: ID3242/,
    );
    expect(adfs.passwords()).toBe(1);
    expect(collectOutput([error])).not.toContain('CANARY');
  });

  it('reports an unknown relying party', async () => {
    await using adfs = await startAdfs(pair);
    const error = await thrownBy(() => signIn(adfs.origin, ca, { path: MIXED, relyingParty: 'urn:else' }));
    expect(error.code).toBe('AUTH_SAML');
    expect(error.message).toMatch(/no relying party with that identifier \(InvalidScope: ID3082/);
  });

  it.each([
    ['a disabled endpoint', { status: 404 }, /^ADFS does not offer \/adfs\/services/],
    ['an unpublished endpoint', { status: 503 }, /^ADFS does not offer/],
    ['a failure', { status: 502, body: 'bad gateway' }, /^ADFS failed with status 502$/],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, /with a redirect$/],
    [
      'a page',
      { body: '<html></html>', headers: { 'content-type': 'text/html' } },
      /other than a token \(status 200\)$/,
    ],
    ['XML of another kind', { body: '<a/>', headers: { 'content-type': 'text/xml' } }, /other than a token/],
    [
      'a DOCTYPE',
      { body: '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', headers: { 'content-type': 'text/xml' } },
      /DOCTYPE/,
    ],
  ])('responds with %s', async (_, told, message) => {
    await using adfs = await startAdfs(pair, { answer: () => told });
    const error = await thrownBy(() => signIn(adfs.origin, ca, { path: MIXED }));
    expect(error.message).toMatch(message);
    expect(adfs.requests).toHaveLength(1);
  });

  it.each([
    ['encrypted', '<x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>', /encrypted the token/],
    ['of SAML 1.1', '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:1.0:assertion"/>', /SAML 1\.1/],
    ['of no kind at all', '<a/>', /not a SAML 2\.0 assertion/],
  ])('issues a token that is %s', async (_, token, message) => {
    await using adfs = await startAdfs(pair, { token });
    expect((await thrownBy(() => signIn(adfs.origin, ca, { path: MIXED }))).message).toMatch(message);
  });
});

/** One who says these tokens and keeps what was said to it. */
const negotiator = (...tokens: readonly string[]) => {
  const said: string[] = [];
  let at = 0;
  const step = async (challenge: string): Promise<string> => {
    said.push(challenge);
    return tokens[at++] ?? '';
  };
  return { said, step };
};

describeWithTls('Windows sign-in at ADFS', () => {
  it('goes through the page that requires it, with mutual authentication', async () => {
    const mine = negotiator('dGlja2V0');
    await using adfs = await startAdfs(pair, { tickets: ['dGlja2V0'] });
    const { assertion } = await signIn(adfs.origin, ca, { user: null, negotiator: mine });
    expect(assertion?.roleValues.join()).toContain(ROLE);
    expect(mine.said).toEqual(['', 'proof']);
    expect(adfs.requests.map(({ url, headers }) => `${url.pathname} ${headers.authorization ?? ''}`)).toEqual(
      [
        '/adfs/ls/IdpInitiatedSignOn.aspx ',
        '/adfs/ls/wia ',
        '/adfs/ls/wia Negotiate dGlja2V0',
        '/adfs/ls/idpinitiatedsignon.aspx ',
      ],
    );
  });

  it('responds to further challenges on the same connection', async () => {
    const mine = negotiator('b25l', 'dHdv', 'dGhyZWU=');
    await using adfs = await startAdfs(pair, { tickets: ['b25l', 'dHdv', 'dGhyZWU='] });
    await signIn(adfs.origin, ca, { user: null, negotiator: mine });
    expect(mine.said).toEqual(['', 'more1', 'more2', 'proof']);
    expect(new Set(adfs.requests.map(({ connection }) => connection)).size).toBe(1);
  });

  it('gets a token from the endpoint for Windows users', async () => {
    await using adfs = await startAdfs(pair, { tickets: ['dGlja2V0'], token: tokenXml() });
    const path = '/adfs/services/trust/13/windowstransport';
    const { assertion } = await signIn(adfs.origin, ca, {
      path,
      user: null,
      negotiator: negotiator('dGlja2V0'),
    });
    expect(assertion?.roleValues.join()).toContain(ROLE);
    expect(adfs.violations).toEqual([]);
    expect(adfs.passwords()).toBe(0);
  });

  it('that is not accepted is an error, and not retried', async () => {
    await using adfs = await startAdfs(pair, { tickets: ['right'] });
    const error = await thrownBy(() =>
      signIn(adfs.origin, ca, { user: null, negotiator: negotiator('d3Jvbmc=') }),
    );
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toBe('ADFS did not accept the Windows sign-in');
    expect(adfs.requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(1);
  });

  it('finds the password form if ADFS does not recognize a Windows browser', async () => {
    await using adfs = await startAdfs(pair);
    const error = await thrownBy(() => signIn(adfs.origin, ca, { user: null }));
    expect(error.message).toBe('ADFS showed the password form instead of Windows sign-in');
    expect(error.remedy).toContain('WIASupportedUserAgents');
  });

  it('requires Negotiate', async () => {
    await using adfs = await startAdfs(pair, {
      answer: () => ({ status: 401, headers: { 'www-authenticate': ['NTLM', 'Basic realm="x"'] } }),
    });
    const error = await thrownBy(() => signIn(adfs.origin, ca, { user: null }));
    expect(error.message).toMatch(/offers Windows sign-in by NTLM, Basic, but Negotiate is required$/);
  });

  it('sends its token to no other host', async () => {
    await using elsewhere = await startAdfs(pair, { tickets: ['dGlja2V0'] });
    const location = `${elsewhere.origin}/adfs/ls/wia`;
    await using adfs = await startAdfs(pair, { answer: () => ({ status: 302, headers: { location } }) });
    const error = await thrownBy(() =>
      signIn(adfs.origin, ca, { user: null, negotiator: negotiator('dGlja2V0') }),
    );
    expect(error.code).toBe('AUTH_UNTRUSTED');
    expect(elsewhere.requests).toEqual([]);
  });

  it('ends with a server that never stops challenging', async () => {
    await using adfs = await startAdfs(pair, {
      answer: () => ({ status: 401, headers: { 'www-authenticate': 'Negotiate bW9yZQ==' } }),
    });
    const error = await thrownBy(() =>
      signIn(adfs.origin, ca, { user: null, negotiator: negotiator('eA==') }),
    );
    expect(error.code).toBe('AUTH_REFUSED');
    expect(adfs.requests.length).toBeLessThan(8);
  });
});
