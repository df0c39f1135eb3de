import { describe, expect, it } from '@jest/globals';
import {
  type FactorWords,
  type OktaSetup,
  PASSWORD,
  readCookie,
  html,
  json,
  refusal,
  startOkta,
} from '../../doubles/okta.ts';
import { testAuthority } from '../../support/certificates.ts';
import { collectOutput } from '../../support/collect-output.ts';
import { thrownBy } from '../../support/thrown.ts';
import { createOktaUser } from './okta-user.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const pair = 'skipped' in authority ? { key: '', cert: '' } : authority.server;
const createUser = (): ReturnType<typeof createOktaUser> =>
  createOktaUser('skipped' in authority ? { ca: '', server: pair } : authority);

const SMS: FactorWords = { id: 'sms1', type: 'sms', profile: { phoneNumber: '+1 XXX-XXX-1234' } };
const EMAIL: FactorWords = { id: 'ema1', type: 'email', profile: { email: 'a***@corp.test' } };
const CALL: FactorWords = { id: 'cal1', type: 'call', profile: { phoneNumber: '+1 XXX-XXX-9999' } };
const PUSH: FactorWords = { id: 'opf1', type: 'push', profile: { name: "Ana's phone" } };
const VERIFY_CODE: FactorWords = { id: 'ost1', type: 'token:software:totp' };
const GOOGLE: FactorWords = { id: 'uft1', type: 'token:software:totp', provider: 'GOOGLE' };
const WEBAUTHN: FactorWords = { id: 'fwf1', type: 'webauthn', provider: 'FIDO' };

/** The failure of one sign-in at an organisation set up so. */
async function failureAt(setup: OktaSetup, options = {}): Promise<Awaited<ReturnType<typeof thrownBy>>> {
  await using okta = await startOkta(pair, setup);
  const error = await thrownBy(() => createUser().signIn(okta, options));
  expect(okta.violations).toEqual([]);
  expect(collectOutput([error])).not.toMatch(/CANARY/);
  return error;
}

/** An organisation that answers the password so. */
const toThePassword = (answer: ReturnType<typeof json>): OktaSetup => ({
  answer: ({ url }) => (url.pathname === '/api/v1/authn' ? answer : undefined),
});

/** An organisation that refuses the first request with this end of its limit, by its own clock. */
const limitedOnce = (date: string, reset: number): OktaSetup => {
  let limited = 0;
  const headers = { date, 'x-rate-limit-reset': String(reset) };
  return {
    answer({ url }) {
      if (url.pathname !== '/api/v1/authn' || limited > 0) return undefined;
      limited += 1;
      return { ...refusal(429, 'E0000047', 'too many'), headers };
    },
  };
};

const TUESDAY = 'Tue, 05 Jan 2027 00:00:00 GMT';
const tuesday = Date.parse(TUESDAY) / 1000;

withTls('a sign-in at Okta with a password', () => {
  it('returns the SAML response of the page', async () => {
    await using okta = await startOkta(pair, { samlResponse: 'PHNhbWw+a+b==' });
    await expect(createUser().signIn(okta)).resolves.toBe('PHNhbWw+a+b==');
    expect(okta.violations).toEqual([]);
  });

  it('sends the device cookie with the first request, and the same one next time', async () => {
    await using okta = await startOkta(pair);
    const machine = createUser();
    await machine.signIn(okta);
    await machine.signIn(okta);
    const devices = new Set(okta.requests.map((request) => readCookie(request, 'DT')));
    expect([...devices]).toEqual([expect.stringMatching(/^[\da-f]{32}$/)]);
  });

  it('uses two device cookies for two users of a machine', async () => {
    await using okta = await startOkta(pair, { user: 'bo@corp.test' });
    const machine = createUser();
    await machine.signIn(okta, { user: 'bo@corp.test' });
    await thrownBy(() => machine.signIn(okta));
    expect(new Set(okta.requests.map((request) => readCookie(request, 'DT'))).size).toBe(2);
  });

  it('sends no device cookie and saves nothing if devices must not be remembered', async () => {
    await using okta = await startOkta(pair);
    const machine = createUser();
    await machine.signIn(okta, { rememberDevice: false });
    expect(okta.requests.filter((request) => readCookie(request, 'DT') !== undefined)).toEqual([]);
    expect(machine.files.size).toBe(0);
  });

  it('sends the API token only to the API, with the device token', async () => {
    await using okta = await startOkta(pair, { apiToken: 'CANARY-token' });
    await createUser().signIn(okta, { apiToken: 'CANARY-token' });
    const body: unknown = JSON.parse(okta.requests[0]?.body ?? '');
    const deviceToken = readCookie(okta.requests[0], 'DT');
    expect(body).toMatchObject({ context: { deviceToken } });
    expect(okta.violations).toEqual([]);
  });

  it('sends a wrong password once and reports it', async () => {
    await using okta = await startOkta(pair);
    const error = await thrownBy(() => createUser().signIn(okta, { password: 'CANARY-wrong' }));
    expect(error).toMatchObject({
      code: 'AUTH_REFUSED',
      message: 'Okta rejected User or Password, or the account is locked (E0000004)',
    });
    expect(okta.passwords()).toBe(1);
  });

  it.each([
    [401, 'E0000064', 'AUTH_REFUSED', 'The password has expired at Okta (E0000064)'],
    [403, 'E0000119', 'AUTH_REFUSED', 'The account is locked at Okta (E0000119)'],
    [403, 'E0000069', 'AUTH_REFUSED', 'The account is locked at Okta (E0000069)'],
    [
      403,
      'E0000006',
      'AUTH_NOT_SUPPORTED',
      'Okta does not allow password sign-in through its API (E0000006)',
    ],
    [
      401,
      'E0000015',
      'AUTH_NOT_SUPPORTED',
      'The Okta organization does not have the feature required for this sign-in (E0000015)',
    ],
    [401, 'E0000011', 'AUTH_NOT_SUPPORTED', 'Okta rejected the start of the sign-in (E0000011)'],
    [400, 'E0009999', 'AUTH_REFUSED', 'Okta rejected the request: something new (E0009999)'],
  ])('reports status %d with %s as %s', async (status, name, code, message) => {
    await expect(failureAt(toThePassword(refusal(status, name, 'something new')))).resolves.toMatchObject({
      code,
      message,
    });
  });

  it('reports the API token if one was sent', async () => {
    const error = await failureAt({ apiToken: 'CANARY-right' }, { apiToken: 'CANARY-wrong' });
    expect(error).toMatchObject({ code: 'AUTH_REFUSED', message: 'Okta rejected APIToken (E0000011)' });
  });

  it('shows the reason of an error without control characters', async () => {
    const causes = ['username: is\u001B[31m bad', 'two'];
    const error = await failureAt(toThePassword(refusal(400, 'E0000001', 'Api validation failed', causes)));
    expect(error.message).toBe('Okta rejected the request: username: is [31m bad; two (E0000001)');
  });

  it.each([
    ['that ends soon, by the clock of Okta', TUESDAY, tuesday + 1],
    ['that has ended by the time it is heard of', TUESDAY, tuesday - 1],
    ['that has ended by the clock of this machine, where Okta tells no time', '', Date.now() / 1000],
  ])('waits for a rate limit %s', async (_, date, reset) => {
    await using okta = await startOkta(pair, limitedOnce(date, Math.floor(reset)));
    await expect(createUser().signIn(okta)).resolves.toBe('PHNhbWw+');
    expect(okta.passwords()).toBe(1);
  });

  it('reports when the rate limit resets', async () => {
    const limited = {
      ...refusal(429, 'E0000047', 'too many'),
      headers: { 'x-rate-limit-reset': '4102444800' },
    };
    await expect(failureAt(toThePassword(limited))).resolves.toMatchObject({
      code: 'AUTH_UNAVAILABLE',
      message: 'The Okta rate limit is exceeded until 2100-01-01T00:00:00.000Z',
    });
  });

  it('distinguishes a failing server from a rejection', async () => {
    await expect(failureAt(toThePassword({ status: 503, body: '<h1>down' }))).resolves.toMatchObject({
      code: 'AUTH_UNAVAILABLE',
      message: 'Okta failed with status 503',
    });
  });

  it.each([
    ['a page', html('<title>Hello')],
    ['no such page', html('nothing here', 404)],
    ['another API', json(403, { errorCode: 'E0000022', errorSummary: 'not here' })],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
    ['JSON that is no object', { status: 200, body: 'null' }],
  ])('recognizes a server that is not an Okta organization by %s', async (_, answer) => {
    const error = await failureAt(toThePassword(answer));
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(error.message).toMatch(/^https:\/\/127\.0\.0\.1:\d+ does not respond like an Okta organization$/);
  });

  it.each([
    ['PASSWORD_EXPIRED', 'AUTH_REFUSED', 'The password has expired at Okta'],
    ['PASSWORD_RESET', 'AUTH_REFUSED', 'The password must be reset at Okta'],
    ['LOCKED_OUT', 'AUTH_REFUSED', 'The account is locked at Okta'],
    ['RECOVERY', 'AUTH_REFUSED', 'The account is being recovered at Okta'],
    ['RECOVERY_CHALLENGE', 'AUTH_REFUSED', 'The account is being recovered at Okta'],
    ['MFA_ENROLL', 'AUTH_REFUSED', 'Okta requires a second factor to be enrolled first'],
    ['MFA_ENROLL_ACTIVATE', 'AUTH_REFUSED', 'Okta requires a second factor to be activated first'],
    [
      'UNAUTHENTICATED',
      'AUTH_NOT_SUPPORTED',
      'Okta responded with UNAUTHENTICATED, which requires a browser',
    ],
    ['\u001B[2J', 'AUTH_NOT_SUPPORTED', 'Okta responded with an unnamed status, which requires a browser'],
  ])('stops at the status %s and cancels the sign-in at Okta', async (status, code, message) => {
    await using okta = await startOkta(pair, { status });
    await expect(thrownBy(() => createUser().signIn(okta))).resolves.toMatchObject({ code, message });
    expect(okta.cancelled).toHaveLength(1);
  });

  it.each(['PASSWORD_WARN', 'MFA_ENROLL'])('skips %s if Okta allows it', async (status) => {
    await using okta = await startOkta(pair, {
      answer({ url, body }, origin) {
        const state = {
          status,
          stateToken: 'CANARY-state',
          _links: { skip: { href: `${origin}/api/v1/authn/skip` } },
        };
        if (url.pathname === '/api/v1/authn/skip') {
          return body === '{"stateToken":"CANARY-state"}'
            ? json(200, { status: 'SUCCESS', sessionToken: 't' })
            : undefined;
        }
        if (url.pathname === '/api/v1/authn') return json(200, state);
        return url.searchParams.get('onetimetoken') === 't'
          ? html('<form><input name=SAMLResponse value=UA==></form>')
          : undefined;
      },
    });
    await expect(createUser().signIn(okta)).resolves.toBe('UA==');
  });

  it('ends if Okta skips from state to state', async () => {
    const error = await failureAt({
      answer({ url }, origin) {
        if (url.pathname.endsWith('/cancel')) return undefined;
        const skip = { href: `${origin}/api/v1/authn/skip` };
        return json(200, { status: 'PASSWORD_WARN', stateToken: 's', _links: { skip } });
      },
    });
    expect(error).toMatchObject({
      code: 'AUTH_MALFORMED',
      message: 'The Okta sign-in did not complete within 12 steps',
    });
  });
});

withTls('a second factor at Okta', () => {
  it.each([
    ['SMS', SMS, 'Okta sent a one-time code by SMS to +1 XXX-XXX-1234'],
    ['Email', EMAIL, 'Okta sent a one-time code by Email to a***@corp.test'],
    ['Call', CALL, 'Okta sent a one-time code by Call to +1 XXX-XXX-9999'],
  ] as const)('by %s takes two connections: the second has the code', async (mfaType, factor, message) => {
    await using okta = await startOkta(pair, { factors: [SMS, EMAIL, CALL, PUSH] });
    expect(factor.type).toBe(mfaType.toLowerCase());
    const machine = createUser();
    const error = await thrownBy(() => machine.signIn(okta, { mfaType }));
    expect(error).toMatchObject({ code: 'AUTH_CODE_NEEDED', message });
    expect(okta.cancelled).toEqual([]);
    await expect(machine.signIn(okta, { mfaType, passCode: okta.codes[0] ?? '' })).resolves.toBe('PHNhbWw+');
    expect(okta.passwords()).toBe(1);
    expect(okta.codes).toHaveLength(1);
    expect(okta.violations).toEqual([]);
  });

  it('saves the pending sign-in encrypted with the password', async () => {
    await using okta = await startOkta(pair, { factors: [SMS] });
    const machine = createUser();
    await thrownBy(() => machine.signIn(okta));
    expect([...machine.files.values()].join('')).not.toMatch(/CANARY|XXX/);
    const wrong = await thrownBy(() =>
      machine.signIn(okta, { password: 'CANARY-wrong', passCode: okta.codes[0] ?? '' }),
    );
    expect(wrong.message).toBe('Okta rejected User or Password, or the account is locked (E0000004)');
    await expect(machine.signIn(okta, { passCode: okta.codes[0] ?? '' })).resolves.toBe('PHNhbWw+');
  });

  it('requests another code after a wrong one, and does not send a rejected one again', async () => {
    await using okta = await startOkta(pair, { factors: [SMS] });
    const machine = createUser();
    await thrownBy(() => machine.signIn(okta));
    const first = await thrownBy(() => machine.signIn(okta, { passCode: '000000' }));
    expect(first.message).toBe(
      'Okta rejected the one-time code (E0000068). Okta sent a one-time code by SMS to +1 XXX-XXX-1234',
    );
    const asked = okta.requests.length;
    const second = await thrownBy(() => machine.signIn(okta, { passCode: '000000' }));
    expect(second.code).toBe('AUTH_CODE_NEEDED');
    expect(okta.requests).toHaveLength(asked);
    await expect(machine.signIn(okta, { passCode: okta.codes.at(-1) ?? '' })).resolves.toBe('PHNhbWw+');
    expect(okta.passwords()).toBe(1);
  });

  it('requests one code for all connections without one within 30 seconds', async () => {
    await using okta = await startOkta(pair, { factors: [SMS] });
    const machine = createUser();
    await thrownBy(() => machine.signIn(okta));
    const asked = okta.requests.length;
    const again = await thrownBy(() => machine.signIn(okta));
    expect(again.message).toBe('Okta sent a one-time code by SMS to +1 XXX-XXX-1234');
    expect(okta.requests).toHaveLength(asked);
    await thrownBy(() => machine.signIn(okta, { now: () => Date.now() + 31_000 }));
    expect(okta.codes).toHaveLength(2);
  });

  it('reports that the last code is still valid if Okta does not send another one so soon', async () => {
    let sent = 0;
    await using okta = await startOkta(pair, {
      factors: [SMS],
      answer({ url, body }) {
        if (!url.pathname.endsWith('/verify') || body.includes('passCode')) return undefined;
        sent += 1;
        return sent === 1 ? undefined : refusal(429, 'E0000109', 'An SMS message was recently sent');
      },
    });
    const machine = createUser();
    await thrownBy(() => machine.signIn(okta));
    const error = await thrownBy(() => machine.signIn(okta, { passCode: '000000' }));
    expect(error).toMatchObject({
      code: 'AUTH_CODE_NEEDED',
      message:
        'Okta rejected the one-time code (E0000068). Okta sent a code recently and does not send another one yet (E0000109)',
    });
  });

  it('starts over with the code if the first sign-in has expired', async () => {
    let isForgotten = false;
    await using okta = await startOkta(pair, {
      factors: [SMS],
      answer({ url, body }) {
        if (!isForgotten || !body.includes('passCode') || !url.pathname.endsWith('/verify')) return undefined;
        isForgotten = false;
        return refusal(401, 'E0000011', 'Invalid token provided');
      },
    });
    const machine = createUser();
    await thrownBy(() => machine.signIn(okta));
    isForgotten = true;
    const error = await thrownBy(() => machine.signIn(okta, { passCode: okta.codes[0] ?? '' }));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(okta.passwords()).toBe(2);
    await expect(machine.signIn(okta, { passCode: okta.codes.at(-1) ?? '' })).resolves.toBe('PHNhbWw+');
  });

  it('prompts for the code, three times at most', async () => {
    await using okta = await startOkta(pair, { factors: [SMS] });
    const asked: string[] = [];
    const answers = ['000000', '000001', ''];
    const prompt = async ({ message }: { readonly message: string }): Promise<string> => {
      asked.push(message);
      const answer = answers[asked.length - 1] ?? '';
      return answer === '' ? (okta.codes[0] ?? '') : answer;
    };
    const machine = createUser();
    await expect(machine.signIn(okta, { prompt })).resolves.toBe('PHNhbWw+');
    expect(new Set(asked)).toEqual(new Set(['One-time code for Okta, sent by SMS to +1 XXX-XXX-1234']));
    expect(machine.notices).toHaveLength(2);

    const error = await thrownBy(() =>
      machine.signIn(okta, { prompt: async () => '999999', rememberDevice: false }),
    );
    expect(error.message).toBe('Okta rejected the one-time code (E0000068)');
    expect(okta.cancelled).toHaveLength(1);
  });

  it('of Okta Verify is the code if one is set, else the push', async () => {
    await using okta = await startOkta(pair, { factors: [PUSH, VERIFY_CODE] });
    const machine = createUser();
    await machine.signIn(okta, { passCode: okta.shownCode, mfaType: 'OktaVerify', rememberDevice: false });
    await machine.signIn(okta, { rememberDevice: false });
    const verified = okta.requests.map(({ url }) => url.pathname).filter((path) => path.endsWith('/verify'));
    expect(verified).toEqual([
      '/api/v1/authn/factors/ost1/verify',
      '/api/v1/authn/factors/opf1/verify',
      '/api/v1/authn/factors/opf1/verify',
    ]);
    expect(machine.notices).toEqual(["Approve the sign-in in Okta Verify on Ana's phone"]);
  });

  it('by TOTP prefers the authenticator app to Okta Verify', async () => {
    await using okta = await startOkta(pair, { factors: [VERIFY_CODE, GOOGLE] });
    await createUser().signIn(okta, { passCode: okta.shownCode, mfaType: 'TOTP' });
    expect(okta.requests.map(({ url }) => url.pathname)).toContain('/api/v1/authn/factors/uft1/verify');
  });

  it('by TOTP without a code or a prompt is an error, and cancels the sign-in', async () => {
    await using okta = await startOkta(pair, { factors: [GOOGLE] });
    const error = await thrownBy(() => createUser().signIn(okta));
    expect(error).toMatchObject({
      code: 'AUTH_CODE_NEEDED',
      message:
        'One-time code for Okta, from TOTP of GOOGLE: MFAPassCode is not set, and prompting is not possible',
    });
    expect(okta.cancelled).toHaveLength(1);
  });

  it('shows the number to choose, once', async () => {
    await using okta = await startOkta(pair, {
      factors: [PUSH],
      number: 42,
      push: ['WAITING', 'WAITING', 'SUCCESS'],
    });
    const machine = createUser();
    await machine.signIn(okta);
    expect(machine.notices).toEqual(["Choose the number 42 in Okta Verify on Ana's phone"]);
  });

  it.each([
    ['REJECTED', 'The request was rejected in Okta Verify'],
    ['TIMEOUT', 'The request in Okta Verify timed out'],
    ['CANCELLED', 'The request in Okta Verify was cancelled'],
    ['TIME_WINDOW_EXCEEDED', 'The response in Okta Verify came too late'],
    ['ERROR', 'Okta could not reach Okta Verify'],
    ['PASSCODE_REPLAYED', 'The Okta Verify code has already been used'],
    ['SOMETHING', 'Okta Verify returned an unknown result'],
  ])('by push that ends with %s is an error', async (result, message) => {
    await expect(failureAt({ factors: [PUSH], push: ['WAITING', result] })).resolves.toMatchObject({
      code: 'AUTH_REFUSED',
      message,
    });
  });

  it('does not wait for a push beyond its deadline', async () => {
    await using okta = await startOkta(pair, { factors: [PUSH], push: [] });
    let clock = Date.now();
    const now = (): number => (clock += 30_000);
    const error = await thrownBy(() => createUser().signIn(okta, { now }));
    expect(error.message).toBe('The request in Okta Verify timed out');
    expect(okta.cancelled).toHaveLength(1);
  });

  it('is cancelled with its caller, at Okta too', async () => {
    await using okta = await startOkta(pair, { factors: [PUSH], push: [] });
    const caller = new AbortController();
    const machine = createUser();
    const done = thrownBy(() => machine.signIn(okta, { signal: caller.signal }));
    while (okta.requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    caller.abort();
    await expect(done).resolves.toMatchObject({ code: 'EXEC_CANCELLED' });
    expect(okta.cancelled).toHaveLength(1);
  });

  it('that fails is cancelled at Okta over an open connection', async () => {
    await using okta = await startOkta(pair, { factors: [PUSH], push: ['REJECTED'] });
    await thrownBy(() => createUser().signIn(okta));
    expect(okta.cancelled).toHaveLength(1);
    const [last, ...before] = okta.requests.map(({ connection }) => connection).toReversed();
    expect(before).toContain(last);
  });

  it('that fails is reported even if Okta does not respond to the cancellation', async () => {
    const error = await failureAt({
      factors: [PUSH],
      push: ['REJECTED'],
      answer: ({ url }) => (url.pathname.endsWith('/cancel') ? 'silence' : undefined),
    });
    expect(error.message).toBe('The request was rejected in Okta Verify');
  });

  it('is not required on a remembered device', async () => {
    await using okta = await startOkta(pair, { factors: [VERIFY_CODE] });
    const machine = createUser();
    await machine.signIn(okta, { passCode: okta.shownCode });
    await expect(machine.signIn(okta)).resolves.toBe('PHNhbWw+');
  });

  it('asks to be remembered only if the policy allows it', async () => {
    await using okta = await startOkta(pair, { factors: [VERIFY_CODE], allowRememberDevice: false });
    await createUser().signIn(okta, { passCode: okta.shownCode });
    expect(okta.violations).toEqual([]);
  });

  it('must be chosen if there are several', async () => {
    const error = await failureAt({ factors: [SMS, PUSH, VERIFY_CODE, EMAIL, WEBAUTHN] });
    expect(error).toMatchObject({
      code: 'AUTH_CODE_NEEDED',
      message: 'Okta offers several second factors: OktaVerify, SMS, Email',
      candidates: ['OktaVerify', 'SMS', 'Email'],
    });
  });

  it('is chosen at the prompt', async () => {
    await using okta = await startOkta(pair, { factors: [SMS, PUSH] });
    const offered: (readonly string[])[] = [];
    const prompt = async ({ choices = [] }: { readonly choices?: readonly string[] }): Promise<string> => {
      offered.push(choices);
      return choices[0] ?? '';
    };
    await createUser().signIn(okta, { prompt });
    expect(offered).toEqual([["OktaVerify (Ana's phone)", 'SMS (+1 XXX-XXX-1234)']]);
  });

  it('that is not enrolled is an error that lists the enrolled ones', async () => {
    await expect(failureAt({ factors: [SMS] }, { mfaType: 'Email' })).resolves.toMatchObject({
      code: 'AUTH_REFUSED',
      message: 'MFAType Email is not enrolled at Okta (available: SMS)',
    });
  });

  it('that needs a browser is named', async () => {
    await expect(failureAt({ factors: [WEBAUTHN] })).resolves.toMatchObject({
      code: 'AUTH_NOT_SUPPORTED',
      message: 'Okta requires a second factor that needs a browser: webauthn of FIDO',
    });
  });
});

/** An organisation whose application answers so. */
const atTheApplication = (answer: ReturnType<typeof html>, pipeline: 'v1' | 'idx' = 'v1'): OktaSetup => ({
  pipeline,
  answer: ({ url }) => (url.pathname.startsWith('/app/') ? answer : undefined),
});

withTls('the AWS application at Okta', () => {
  it('may require another factor, which the same sign-in verifies', async () => {
    await using okta = await startOkta(pair, { appFactors: [VERIFY_CODE] });
    await expect(createUser().signIn(okta, { passCode: okta.shownCode })).resolves.toBe('PHNhbWw+');
    expect(okta.violations).toEqual([]);
  });

  it('of an organization with Identity Engine is an error that says so', async () => {
    const error = await failureAt({ appFactors: [VERIFY_CODE], pipeline: 'idx' }, { passCode: '314159' });
    expect(error.code).toBe('AUTH_NOT_SUPPORTED');
    expect(error.message).toMatch(/ runs Okta Identity Engine with a policy that requires a browser$/);
  });

  it.each([
    [
      'not assigned',
      html('<title>403</title>', 403),
      'AUTH_REFUSED',
      /is not allowed to open the AWS application .*\(status 403\)$/,
    ],
    ['failing', html('', 502), 'AUTH_UNAVAILABLE', /^The AWS application at Okta failed with status 502$/],
    [
      'without a form',
      html('<title>Hello\u0007</title>'),
      'AUTH_MALFORMED',
      /contains no SAML response: Hello$/,
    ],
    [
      'at the sign-in page',
      { status: 302, headers: { location: '/login/login.htm' } },
      'AUTH_REFUSED',
      /^Okta rejected the session/,
    ],
  ])('that is %s is a specific error', async (_, answer, code, message) => {
    const error = await failureAt(atTheApplication(answer));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('with a page of Identity Engine is distinguished from one without a response', async () => {
    const error = await failureAt(atTheApplication(html('<div id="okta-sign-in">'), 'idx'));
    expect(error.code).toBe('AUTH_NOT_SUPPORTED');
  });

  it('that redirects to another origin is not followed', async () => {
    const away = { status: 302, headers: { location: 'https://evil.test/collect' } };
    await expect(failureAt(atTheApplication(away))).resolves.toMatchObject({ code: 'AUTH_UNTRUSTED' });
  });

  it('that requires step after step ends', async () => {
    await using okta = await startOkta(pair, {
      answer({ url }, origin) {
        if (url.pathname === '/again') return html('<script>stateToken: "CANARY-x"</script>');
        if (url.pathname !== '/api/v1/authn') return undefined;
        return json(200, { status: 'SUCCESS', _links: { next: { href: `${origin}/again` } } });
      },
    });
    await expect(thrownBy(() => createUser().signIn(okta))).resolves.toMatchObject({
      code: 'AUTH_MALFORMED',
    });
  });
});

withTls('links in answers of Okta', () => {
  it.each([
    'https://evil.test/verify',
    'http://127.0.0.1/verify',
    'javascript:alert(1)',
    'https://a:b@127.0.0.1/',
  ])('to %s end the sign-in before anything is sent', async (href) => {
    const factor = { id: 'x', factorType: 'sms', provider: 'OKTA', _links: { verify: { href } } };
    const answer = json(200, {
      status: 'MFA_REQUIRED',
      stateToken: 'CANARY-s',
      _embedded: { factors: [factor] },
    });
    const error = await failureAt(toThePassword(answer));
    expect(['AUTH_UNTRUSTED', 'AUTH_MALFORMED', 'AUTH_NOT_SUPPORTED']).toContain(error.code);
  });
});

withTls('the password', () => {
  it('is sent only to the authentication API', async () => {
    await using okta = await startOkta(pair, { factors: [SMS] });
    await thrownBy(() => createUser().signIn(okta));
    const seen = okta.requests.filter(({ url, body, headers }) =>
      [url.href, body, JSON.stringify(headers)].some((text) =>
        text.includes(JSON.stringify(PASSWORD).slice(1, -1)),
      ),
    );
    expect(seen.map(({ url }) => url.pathname)).toEqual(['/api/v1/authn']);
  });
});
