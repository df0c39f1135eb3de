import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import type { HttpsAnswer } from '../../doubles/https-server.ts';
import {
  type FactorWords,
  type OktaDouble,
  type OktaSetup,
  PASSWORD,
  readCookie,
  html,
  refusal,
  startOkta,
  USER,
} from '../../doubles/okta.ts';
import { testAuthority } from '../../support/certificates.ts';
import { printsOf } from '../../support/prints.ts';
import { samlResponse } from '../../support/saml-response.ts';
import { thrownBy } from '../../support/thrown.ts';
import { openPlace, person, type PersonWords, type Place, ROWS } from './place.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const ROLE = 'arn:aws:iam::123456789012:role/Okta_SSO';
const PROVIDER = 'arn:aws:iam::123456789012:saml-provider/OktaProvider';
const RESPONSE = samlResponse({ roles: [`${ROLE},${PROVIDER}`] });
const API_TOKEN = 'CANARY-01230GGG2ceAnm_tPAf4MhiMELXZ0L0N1pAYrO1VR-hGQSf';
const CODE = '314159';

const SMS: FactorWords = { id: 'sms1', type: 'sms', profile: { phoneNumber: '+1 XXX-XXX-1234' } };
const EMAIL: FactorWords = { id: 'ema1', type: 'email', profile: { email: 'a***@corp.test' } };
const CALL: FactorWords = { id: 'cal1', type: 'call', profile: { phoneNumber: '+1 XXX-XXX-9999' } };
const PUSH: FactorWords = { id: 'opf1', type: 'push', profile: { name: 'Phone' } };
const VERIFY_CODE: FactorWords = { id: 'ost1', type: 'token:software:totp' };
const GOOGLE: FactorWords = { id: 'uft1', type: 'token:software:totp', provider: 'GOOGLE' };
const YUBIKEY: FactorWords = { id: 'ykf1', type: 'token:hardware', provider: 'YUBICO' };
const WEBAUTHN: FactorWords = { id: 'fwf1', type: 'webauthn', provider: 'FIDO' };
const QUESTION: FactorWords = { id: 'ufs1', type: 'question' };

/** Nothing of the sign-in is for anybody else. */
const SECRETS = [PASSWORD, API_TOKEN, CODE];

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
beforeEach(() => place.forget());
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

function properties(okta: OktaDouble, sso = '', password = PASSWORD): ConnectionObject {
  return {
    AuthScheme: 'Okta',
    User: USER,
    Password: password,
    SSOLoginURL: okta.loginUrl,
    SSLServerCert: ca,
    ...(sso === '' ? {} : { SSOProperties: sso }),
  };
}

interface Success {
  readonly setup?: OktaSetup;
  readonly sso?: string;
  readonly someone?: PersonWords;
  readonly told?: readonly string[];
  readonly asked?: readonly string[];
}

const open = (setup: OktaSetup): Promise<OktaDouble> => startOkta(pair, { samlResponse: RESPONSE, ...setup });

/** The rows that a connection reads, once all that happened on the way is as it should be. */
async function rowsOf({
  setup = {},
  sso,
  someone,
  told = [],
  asked = [],
}: Success): Promise<readonly object[]> {
  await using okta = await open(setup);
  const who = person(someone);
  const rows = await place.rowsFor(properties(okta, sso), who);
  expect(place.asked()).toEqual([
    expect.objectContaining({
      Action: 'AssumeRoleWithSAML',
      RoleArn: ROLE,
      PrincipalArn: PROVIDER,
      SAMLAssertion: RESPONSE,
    }),
  ]);
  expect(who.told).toEqual(told);
  expect(who.asked).toEqual(asked);
  expect(okta.passwords()).toBe(1);
  expect(okta.violations).toEqual([]);
  expect(place.strays(okta, [...SECRETS, ...okta.codes])).toEqual([]);
  return rows;
}

/** What comes of a touch in Okta Verify, which takes two looks. */
async function touched(setup: OktaSetup = {}): Promise<object> {
  await using okta = await open({ factors: [PUSH], push: ['WAITING', 'SUCCESS'], ...setup });
  const who = person();
  const rows = await place.rowsFor(properties(okta), who);
  return { rows, told: who.told, violations: okta.violations };
}

/** What a connection ends with. */
async function failureOf(setup: OktaSetup, sso = '', someone: PersonWords = {}): Promise<object> {
  await using okta = await open(setup);
  const error = await thrownBy(() => place.rowsFor(properties(okta, sso), person(someone)));
  expect(printsOf([error])).not.toContain('CANARY');
  expect(error.remedy).not.toBe('');
  expect(okta.violations).toEqual([]);
  expect(place.asked()).toEqual([]);
  expect(place.strays(okta, SECRETS)).toEqual([]);
  return { code: error.code, message: error.message.replaceAll(okta.origin, 'OKTA') };
}

/** An organisation that answers the password so. */
const toThePassword = (answer: HttpsAnswer): OktaSetup => ({
  answer: ({ url }) => (url.pathname === '/api/v1/authn' ? answer : undefined),
});

/** An organisation that refuses the step with the code so. */
const toTheCode = (status: number, code: string): OktaSetup => ({
  factors: [GOOGLE],
  answer: ({ url }) => (url.pathname.endsWith('/verify') ? refusal(status, code, 'no') : undefined),
});

/** An organisation whose application answers so. */
const atTheApplication = (answer: HttpsAnswer, pipeline: 'v1' | 'idx' = 'v1'): OktaSetup => ({
  pipeline,
  answer: ({ url }) => (url.pathname.startsWith('/app/') ? answer : undefined),
});

withTls('a connection by way of Okta reads rows', () => {
  it.each<[string, Success]>([
    ['with a password', {}],
    ['with an API token', { setup: { apiToken: API_TOKEN }, sso: `ApiToken=${API_TOKEN}` }],
    [
      'with a password that expires soon',
      { setup: { status: 'PASSWORD_WARN', maySkip: true }, told: ['The Okta password expires soon'] },
    ],
    ['where setting a factor up may wait', { setup: { status: 'MFA_ENROLL', maySkip: true } }],
    ['where activating a factor may wait', { setup: { status: 'MFA_ENROLL_ACTIVATE', maySkip: true } }],
    [
      'with a code of Okta Verify',
      { setup: { factors: [PUSH, VERIFY_CODE] }, sso: `MFAType=OktaVerify;MFAPassCode=${CODE}` },
    ],
    [
      'with a code of an authenticator app',
      { setup: { factors: [GOOGLE, SMS] }, sso: `MFAType=TOTP;MFAPassCode=${CODE}` },
    ],
    ['with a code of a device', { setup: { factors: [YUBIKEY] }, sso: `MFAPassCode=${CODE}` }],
    [
      'with a code that the person gives',
      {
        setup: { factors: [GOOGLE] },
        someone: { answers: [CODE] },
        asked: ['One-time code for Okta, from TOTP of GOOGLE'],
      },
    ],
    [
      'with the second code that the person gives',
      {
        setup: { factors: [GOOGLE] },
        someone: { answers: ['000000', CODE] },
        asked: ['One-time code for Okta, from TOTP of GOOGLE', 'One-time code for Okta, from TOTP of GOOGLE'],
        told: [
          'Okta rejected the one-time code (E0000068). Use the latest code, and check the clock of the device that shows it.',
        ],
      },
    ],
    [
      'with a sent code that the person gives',
      {
        setup: { factors: [SMS] },
        someone: { answers: ['100000'] },
        asked: ['One-time code for Okta, sent by SMS to +1 XXX-XXX-1234'],
      },
    ],
    [
      'with a code that is on its way already',
      {
        setup: { factors: [SMS], isUnderWay: true },
        someone: { answers: ['100000'] },
        asked: ['One-time code for Okta, sent by SMS to +1 XXX-XXX-1234'],
      },
    ],
    [
      'with the factor that the person chooses',
      {
        setup: { factors: [PUSH, EMAIL] },
        someone: { answers: ['Email (a***@corp.test)', '100000'] },
        asked: ['Second factor for Okta', 'One-time code for Okta, sent by Email to a***@corp.test'],
      },
    ],
    [
      'with a factor that the application wants beyond the password',
      { setup: { appFactors: [VERIFY_CODE] }, sso: `MFAPassCode=${CODE}` },
    ],
    [
      'with a factor of the person for the application',
      {
        setup: { appFactors: [GOOGLE] },
        someone: { answers: [CODE] },
        asked: ['One-time code for Okta, from TOTP of GOOGLE, for the AWS application'],
      },
    ],
    [
      'with a factor for the sign-in and another for the application',
      {
        setup: { factors: [GOOGLE], appFactors: [YUBIKEY] },
        sso: `MFAPassCode=${CODE}`,
        someone: { answers: [CODE] },
        asked: ['One-time code for Okta, from TOTP of YUBICO, for the AWS application'],
      },
    ],
    [
      'with the one of two devices that the person chooses',
      {
        setup: { factors: [SMS, { ...SMS, id: 'sms2' }] },
        someone: { answers: ['SMS (+1 XXX-XXX-1234), number 2', '100000'] },
        asked: ['Second factor for Okta', 'One-time code for Okta, sent by SMS to +1 XXX-XXX-1234'],
      },
    ],
    [
      'where the policy allows no remembered devices',
      { setup: { factors: [GOOGLE], allowRememberDevice: false }, sso: `MFAPassCode=${CODE}` },
    ],
  ])('%s', async (_, success) => {
    expect(await rowsOf(success)).toEqual(ROWS);
  });

  it('with a touch, once it comes, also of a number and of a factor that was under way', async () => {
    // Polls are seconds apart, so that these wait side by side and are looked at together.
    const found = await Promise.all([touched(), touched({ number: 42 }), touched({ isUnderWay: true })]);
    expect(found).toEqual([
      { rows: ROWS, told: ['Approve the sign-in in Okta Verify on Phone'], violations: [] },
      { rows: ROWS, told: ['Choose the number 42 in Okta Verify on Phone'], violations: [] },
      { rows: ROWS, told: ['Approve the sign-in in Okta Verify on Phone'], violations: [] },
    ]);
  });

  it('after a limit that ends soon', async () => {
    let limited = 0;
    const setup: OktaSetup = {
      answer({ url }) {
        if (url.pathname !== '/api/v1/authn' || limited > 0) return undefined;
        limited += 1;
        const reset = String(Math.floor(Date.now() / 1000) + 1);
        return { ...refusal(429, 'E0000047', 'too many'), headers: { 'x-rate-limit-reset': reset } };
      },
    };
    expect(await rowsOf({ setup })).toEqual(ROWS);
  });

  it.each([
    ['SMS', SMS, 'Okta sent a one-time code by SMS to +1 XXX-XXX-1234'],
    ['Email', EMAIL, 'Okta sent a one-time code by Email to a***@corp.test'],
    ['Call', CALL, 'Okta sent a one-time code by Call to +1 XXX-XXX-9999'],
  ])('with a code by %s at the second time', async (type, factor, message) => {
    await using okta = await open({ factors: [PUSH, factor] });
    const who = person();
    const error = await thrownBy(() => place.rowsFor(properties(okta, `MFAType=${type}`), who));
    expect(error).toMatchObject({ code: 'AUTH_CODE_NEEDED', message });
    const [code = ''] = okta.codes;
    expect(await place.rowsFor(properties(okta, `MFAType=${type};MFAPassCode=${code}`), who)).toEqual(ROWS);
    expect(okta.codes).toHaveLength(1);
    expect(okta.passwords()).toBe(1);
    expect(okta.violations).toEqual([]);
    expect(place.strays(okta, [...SECRETS, code])).toEqual([]);
  });

  it('with a code that the application wants, at the second time', async () => {
    await using okta = await open({ appFactors: [SMS] });
    const who = person();
    const error = await thrownBy(() => place.rowsFor(properties(okta), who));
    expect(error).toMatchObject({
      code: 'AUTH_CODE_NEEDED',
      message: 'Okta sent a one-time code by SMS to +1 XXX-XXX-1234, for the AWS application',
    });
    const [code = ''] = okta.codes;
    expect(await place.rowsFor(properties(okta, `MFAPassCode=${code}`), who)).toEqual(ROWS);
    expect(okta.codes).toHaveLength(1);
    expect(okta.passwords()).toBe(1);
    expect(okta.violations).toEqual([]);
    expect(place.strays(okta, [...SECRETS, code])).toEqual([]);
  });

  it('with a code for the sign-in and one for the application, at the third time', async () => {
    await using okta = await open({ factors: [SMS], appFactors: [EMAIL] });
    const who = person();
    const messages: string[] = [];
    for (const sso of ['', 'MFAPassCode=100000']) {
      messages.push((await thrownBy(() => place.rowsFor(properties(okta, sso), who))).message);
    }
    expect(messages).toEqual([
      'Okta sent a one-time code by SMS to +1 XXX-XXX-1234',
      'Okta sent a one-time code by Email to a***@corp.test, for the AWS application',
    ]);
    expect(await place.rowsFor(properties(okta, 'MFAPassCode=100001'), who)).toEqual(ROWS);
    const sent = okta.requests.flatMap(({ body }) => /"passCode":"(\d+)"/.exec(body)?.[1] ?? []);
    expect(sent).toEqual(['100000', '100001']);
    expect(okta.passwords()).toBe(1);
    expect(okta.violations).toEqual([]);
    expect(place.strays(okta, [...SECRETS, ...sent])).toEqual([]);
  });

  it('with the newest code of the application, where the one before was wrong', async () => {
    await using okta = await open({ appFactors: [SMS] });
    const who = person();
    await thrownBy(() => place.rowsFor(properties(okta), who));
    const wrong = await thrownBy(() => place.rowsFor(properties(okta, 'MFAPassCode=000000'), who));
    expect(wrong.message).toBe(
      'Okta rejected the one-time code (E0000068). Okta sent a one-time code by SMS to +1 XXX-XXX-1234, for the AWS application',
    );
    expect(await place.rowsFor(properties(okta, 'MFAPassCode=100001'), who)).toEqual(ROWS);
    expect(okta.passwords()).toBe(1);
  });

  it('with the newest code, where the one before was wrong', async () => {
    await using okta = await open({ factors: [SMS] });
    const who = person();
    await thrownBy(() => place.rowsFor(properties(okta), who));
    const wrong = await thrownBy(() => place.rowsFor(properties(okta, 'MFAPassCode=000000'), who));
    expect(wrong.message).toBe(
      'Okta rejected the one-time code (E0000068). Okta sent a one-time code by SMS to +1 XXX-XXX-1234',
    );
    expect(okta.codes).toHaveLength(2);
    const code = okta.codes.at(-1) ?? '';
    expect(await place.rowsFor(properties(okta, `MFAPassCode=${code}`), who)).toEqual(ROWS);
    expect(okta.passwords()).toBe(1);
    expect(place.strays(okta, [...SECRETS, ...okta.codes])).toEqual([]);
  });

  it('as the role that was chosen, whatever else the assertion lists and however it writes that', async () => {
    const elsewhere = 'arn:aws:iam::999999999999';
    const roles = [
      'Analyst',
      `${elsewhere}:role/saml-provider/Okta_SSO,${elsewhere}:saml-provider/OktaProvider`,
      `\n  ${PROVIDER} ,\n  ${ROLE} `,
    ];
    await using okta = await open({ samlResponse: samlResponse({ roles }) });
    const who = person();
    expect(await place.rowsFor({ ...properties(okta), AWSRoleARN: ROLE }, who)).toEqual(ROWS);
    expect(place.asked()).toEqual([expect.objectContaining({ RoleArn: ROLE, PrincipalArn: PROVIDER })]);
    expect(who.told).toEqual([
      'Left out of the roles in the assertion: 1 that names no role and its provider',
    ]);
  });

  it('without another question on a device that Okta remembers', async () => {
    await using okta = await open({ factors: [GOOGLE] });
    const who = person({ answers: [CODE] });
    expect(await place.rowsFor(properties(okta), who)).toEqual(ROWS);
    expect(await place.rowsFor(properties(okta), who)).toEqual(ROWS);
    expect(who.asked).toHaveLength(1);
    expect(okta.passwords()).toBe(2);
    const devices = new Set(okta.requests.map((request) => readCookie(request, 'DT')));
    expect([...devices]).toEqual([expect.stringMatching(/^[\da-f]{32}$/)]);
    expect(place.strays(okta, [...SECRETS, ...devices].map(String))).toEqual([]);
  });
});

withTls('a connection by way of Okta fails', () => {
  it.each<[state: string, code: string, message: string]>([
    ['PASSWORD_EXPIRED', 'AUTH_REFUSED', 'The password has expired at Okta'],
    ['PASSWORD_WARN', 'AUTH_REFUSED', 'The password expires at Okta'],
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
  ])('in the state %s', async (status, code, message) => {
    expect(await failureOf({ status })).toEqual({ code, message });
  });

  it.each<[status: number, name: string, code: string, message: string]>([
    [401, 'E0000004', 'AUTH_REFUSED', 'Okta rejected User or Password, or the account is locked'],
    [401, 'E0000064', 'AUTH_REFUSED', 'The password has expired at Okta'],
    [403, 'E0000119', 'AUTH_REFUSED', 'The account is locked at Okta'],
    [403, 'E0000069', 'AUTH_REFUSED', 'The account is locked at Okta'],
    [403, 'E0000006', 'AUTH_NOT_SUPPORTED', 'Okta does not allow password sign-in through its API'],
    [
      401,
      'E0000015',
      'AUTH_NOT_SUPPORTED',
      'The Okta organization does not have the feature required for this sign-in',
    ],
    [401, 'E0000011', 'AUTH_NOT_SUPPORTED', 'Okta rejected the start of the sign-in'],
    [400, 'E0000001', 'AUTH_REFUSED', 'Okta rejected the request: username: bad'],
  ])('with status %d and %s to the password', async (status, name, code, message) => {
    const setup = toThePassword(refusal(status, name, 'no', ['username: bad']));
    expect(await failureOf(setup)).toEqual({ code, message: `${message} (${name})` });
  });

  it.each<[string, OktaSetup, code: string, message: string]>([
    [
      'where too many came before',
      toThePassword({
        ...refusal(429, 'E0000047', 'too many'),
        headers: { 'x-rate-limit-reset': '4102444800' },
      }),
      'AUTH_UNAVAILABLE',
      'The Okta rate limit is exceeded until 2100-01-01T00:00:00.000Z',
    ],
    ...[403, 404, 405].map(
      (status) =>
        [
          `where the host answers ${status}`,
          toThePassword(status === 403 ? refusal(403, 'E0000022', 'not here') : html('nothing here', status)),
          'AUTH_MALFORMED',
          'OKTA does not respond like an Okta organization',
        ] as [string, OktaSetup, string, string],
    ),
    [
      'where several factors could be meant',
      { factors: [SMS, PUSH, VERIFY_CODE, EMAIL, WEBAUTHN] },
      'AUTH_CODE_NEEDED',
      'Okta offers several second factors: OktaVerify, SMS, Email',
    ],
    [
      'where the factor needs a browser',
      { factors: [WEBAUTHN] },
      'AUTH_NOT_SUPPORTED',
      'Okta requires a second factor that needs a browser: webauthn of FIDO',
    ],
    [
      'where the factor is a question',
      { factors: [QUESTION] },
      'AUTH_NOT_SUPPORTED',
      'Okta requires a second factor that needs a browser: question of OKTA',
    ],
    [
      'where a device shows the code and nobody can be asked',
      { factors: [GOOGLE] },
      'AUTH_CODE_NEEDED',
      'One-time code for Okta, from TOTP of GOOGLE: MFAPassCode is not set, and prompting is not possible',
    ],
    [
      'where a code was sent a moment ago',
      {
        factors: [SMS],
        answer: ({ url }) =>
          url.pathname.endsWith('/verify') ? refusal(429, 'E0000109', 'recently sent') : undefined,
      },
      'AUTH_CODE_NEEDED',
      'Okta sent a code recently and does not send another one yet (E0000109)',
    ],
    [
      'where the application is not assigned',
      atTheApplication(html('<title>403</title>', 403)),
      'AUTH_REFUSED',
      'The user is not allowed to open the AWS application at OKTA (status 403)',
    ],
    [
      'where the application is not there',
      atTheApplication(html('', 404)),
      'AUTH_REFUSED',
      'The user is not allowed to open the AWS application at OKTA (status 404)',
    ],
    [
      'where the session is not accepted',
      atTheApplication({ status: 302, headers: { location: '/login/login.htm' } }),
      'AUTH_REFUSED',
      'Okta rejected the session for the AWS application',
    ],
    [
      'where the application has no response',
      atTheApplication(html('<title>Hello</title>')),
      'AUTH_MALFORMED',
      'The page of the AWS application contains no SAML response: Hello',
    ],
    [
      'where the new engine wants its own page',
      atTheApplication(html('<div id="okta-sign-in">'), 'idx'),
      'AUTH_NOT_SUPPORTED',
      'OKTA runs Okta Identity Engine with a policy that requires a browser',
    ],
    [
      'where the application leads elsewhere',
      atTheApplication({ status: 302, headers: { location: 'https://evil.test/collect' } }),
      'AUTH_UNTRUSTED',
      'OKTA redirects to https://evil.test, but a sign-in must stay on one origin',
    ],
  ])('%s', async (_, setup, code, message) => {
    expect(await failureOf(setup)).toEqual({ code, message });
  });

  it.each<[string, OktaSetup, sso: string, code: string, message: string]>([
    [
      'with an API token that is not accepted',
      { apiToken: API_TOKEN },
      'ApiToken=CANARY-other',
      'AUTH_REFUSED',
      'Okta rejected APIToken (E0000011)',
    ],
    [
      'with a factor that is not set up',
      { factors: [SMS] },
      'MFAType=Email',
      'AUTH_REFUSED',
      'MFAType Email is not enrolled at Okta (available: SMS)',
    ],
    [
      'with a wrong code',
      { factors: [GOOGLE] },
      'MFAPassCode=000000',
      'AUTH_REFUSED',
      'Okta rejected the one-time code (E0000068)',
    ],
    [
      'with a used code',
      toTheCode(403, 'E0000082'),
      `MFAPassCode=${CODE}`,
      'AUTH_REFUSED',
      'The one-time code has already been used (E0000082)',
    ],
    [
      'where the sign-in was ended',
      toTheCode(403, 'E0000079'),
      `MFAPassCode=${CODE}`,
      'AUTH_EXPIRED',
      'Okta ended this sign-in (E0000079)',
    ],
    [
      'where the sign-in took too long',
      toTheCode(401, 'E0000011'),
      `MFAPassCode=${CODE}`,
      'AUTH_EXPIRED',
      'The sign-in took longer than Okta allows (E0000011)',
    ],
    [
      'where too many codes were wrong',
      toTheCode(403, 'E0000069'),
      `MFAPassCode=${CODE}`,
      'AUTH_REFUSED',
      'The account is locked at Okta (E0000069)',
    ],
    [
      'where the application wants another code than that of the sign-in',
      { factors: [GOOGLE], appFactors: [GOOGLE] },
      `MFAPassCode=${CODE}`,
      'AUTH_CODE_NEEDED',
      'One-time code for Okta, from TOTP of GOOGLE, for the AWS application: MFAPassCode has already been used, and prompting is not possible',
    ],
    [
      'where the new engine takes no state token of a page',
      { appFactors: [VERIFY_CODE], pipeline: 'idx' },
      `MFAPassCode=${CODE}`,
      'AUTH_NOT_SUPPORTED',
      'OKTA runs Okta Identity Engine with a policy that requires a browser',
    ],
  ])('%s', async (_, setup, sso, code, message) => {
    expect(await failureOf(setup, sso)).toEqual({ code, message });
  });

  it('where the touch ends as it should not', async () => {
    const outcomes: readonly (readonly [string, string])[] = [
      ['REJECTED', 'The request was rejected in Okta Verify'],
      ['TIMEOUT', 'The request in Okta Verify timed out'],
      ['CANCELLED', 'The request in Okta Verify was cancelled'],
      ['TIME_WINDOW_EXCEEDED', 'The response in Okta Verify came too late'],
      ['ERROR', 'Okta could not reach Okta Verify'],
      ['PASSCODE_REPLAYED', 'The Okta Verify code has already been used'],
      ['SOMETHING_NEW', 'Okta Verify returned an unknown result'],
    ];
    // Polls are seconds apart, so that these wait side by side.
    const found = await Promise.all(
      outcomes.map(async ([result]) => {
        await using okta = await open({ factors: [PUSH], push: [result] });
        const { code, message } = await thrownBy(() => place.rowsFor(properties(okta), person()));
        return [code, message, okta.cancelled.length];
      }),
    );
    expect(found).toEqual(outcomes.map(([, message]) => ['AUTH_REFUSED', message, 1]));
  });

  it('once for a statement, and blames no part of it', async () => {
    await using okta = await open({ samlResponse: samlResponse({ roles: [] }) });
    const error = await thrownBy(() => place.rowsFor(properties(okta)));
    expect(error).toMatchObject({ code: 'AUTH_SAML', position: undefined });
    expect(okta.passwords()).toBe(1);
  });

  it('with a wrong password once for fifty connections, and not again soon after', async () => {
    await using okta = await open({});
    const attempt = async (): Promise<string> =>
      (await thrownBy(() => place.rowsFor(properties(okta, '', 'CANARY-wrong')))).code;
    const codes = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(new Set([...codes, await attempt()])).toEqual(new Set(['AUTH_REFUSED']));
    expect(okta.passwords()).toBe(1);
    expect(place.strays(okta, ['CANARY-wrong'])).toEqual([]);
  });
});
