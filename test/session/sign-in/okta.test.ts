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
import { collectOutput } from '../../support/collect-output.ts';
import { samlResponse } from '../../support/saml-response.ts';
import { thrownBy } from '../../support/thrown.ts';
import { startSignInBackend, createUser, type TestUserSetup, type SignInBackend, ROWS } from './backend.ts';

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

/** Sent to Okta only. */
const SECRETS = [PASSWORD, API_TOKEN, CODE];

let backend: SignInBackend;
beforeAll(async () => {
  backend = await startSignInBackend();
});
beforeEach(() => backend.reset());
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
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
  readonly userSetup?: TestUserSetup;
  readonly messages?: readonly string[];
  readonly prompts?: readonly string[];
}

const open = (setup: OktaSetup): Promise<OktaDouble> => startOkta(pair, { samlResponse: RESPONSE, ...setup });

/** Reads the rows, and checks all that the sign-in did. */
async function queryRows({
  setup = {},
  sso,
  userSetup,
  messages = [],
  prompts = [],
}: Success): Promise<readonly object[]> {
  await using okta = await open(setup);
  const user = createUser(userSetup);
  const rows = await backend.queryRows(properties(okta, sso), user);
  expect(backend.stsRequests()).toEqual([
    expect.objectContaining({
      Action: 'AssumeRoleWithSAML',
      RoleArn: ROLE,
      PrincipalArn: PROVIDER,
      SAMLAssertion: RESPONSE,
    }),
  ]);
  expect(user.messages).toEqual(messages);
  expect(user.prompts).toEqual(prompts);
  expect(okta.passwords()).toBe(1);
  expect(okta.violations).toEqual([]);
  expect(backend.findLeaks(okta, [...SECRETS, ...okta.codes])).toEqual([]);
  return rows;
}

/** The result of an approval in Okta Verify on the second poll. */
async function approve(setup: OktaSetup = {}): Promise<object> {
  await using okta = await open({ factors: [PUSH], push: ['WAITING', 'SUCCESS'], ...setup });
  const user = createUser();
  const rows = await backend.queryRows(properties(okta), user);
  return { rows, messages: user.messages, violations: okta.violations };
}

/** The error of a connection, after checking that nothing leaked. */
async function getFailure(setup: OktaSetup, sso = '', userSetup: TestUserSetup = {}): Promise<object> {
  await using okta = await open(setup);
  const error = await thrownBy(() => backend.queryRows(properties(okta, sso), createUser(userSetup)));
  expect(collectOutput([error])).not.toContain('CANARY');
  expect(error.remedy).not.toBe('');
  expect(okta.violations).toEqual([]);
  expect(backend.stsRequests()).toEqual([]);
  expect(backend.findLeaks(okta, SECRETS)).toEqual([]);
  return { code: error.code, message: error.message.replaceAll(okta.origin, 'OKTA') };
}

/** An organization that responds to the password like this. */
const respondingToPassword = (answer: HttpsAnswer): OktaSetup => ({
  answer: ({ url }) => (url.pathname === '/api/v1/authn' ? answer : undefined),
});

/** An organization that rejects the code like this. */
const rejectingCode = (status: number, code: string): OktaSetup => ({
  factors: [GOOGLE],
  answer: ({ url }) => (url.pathname.endsWith('/verify') ? refusal(status, code, 'no') : undefined),
});

/** An organization whose application responds like this. */
const withApplicationPage = (answer: HttpsAnswer, pipeline: 'v1' | 'idx' = 'v1'): OktaSetup => ({
  pipeline,
  answer: ({ url }) => (url.pathname.startsWith('/app/') ? answer : undefined),
});

withTls('a connection with Okta reads rows', () => {
  it.each<[string, Success]>([
    ['with a password', {}],
    ['with an API token', { setup: { apiToken: API_TOKEN }, sso: `ApiToken=${API_TOKEN}` }],
    [
      'with a password that expires soon',
      { setup: { status: 'PASSWORD_WARN', maySkip: true }, messages: ['The Okta password expires soon'] },
    ],
    ['if a factor can be enrolled later', { setup: { status: 'MFA_ENROLL', maySkip: true } }],
    ['if a factor can be activated later', { setup: { status: 'MFA_ENROLL_ACTIVATE', maySkip: true } }],
    [
      'with a code of Okta Verify',
      { setup: { factors: [PUSH, VERIFY_CODE] }, sso: `MFAType=OktaVerify;MFAPassCode=${CODE}` },
    ],
    [
      'with a code of an authenticator app',
      { setup: { factors: [GOOGLE, SMS] }, sso: `MFAType=TOTP;MFAPassCode=${CODE}` },
    ],
    ['with a code of a hardware token', { setup: { factors: [YUBIKEY] }, sso: `MFAPassCode=${CODE}` }],
    [
      'with a code that the user enters',
      {
        setup: { factors: [GOOGLE] },
        userSetup: { answers: [CODE] },
        prompts: ['One-time code for Okta, from TOTP of GOOGLE'],
      },
    ],
    [
      'with the second code that the user enters',
      {
        setup: { factors: [GOOGLE] },
        userSetup: { answers: ['000000', CODE] },
        prompts: [
          'One-time code for Okta, from TOTP of GOOGLE',
          'One-time code for Okta, from TOTP of GOOGLE',
        ],
        messages: [
          'Okta rejected the one-time code (E0000068). Use the latest code, and check the clock of the device that shows it.',
        ],
      },
    ],
    [
      'with a sent code that the user enters',
      {
        setup: { factors: [SMS] },
        userSetup: { answers: ['100000'] },
        prompts: ['One-time code for Okta, sent by SMS to +1 XXX-XXX-1234'],
      },
    ],
    [
      'with a code that has already been sent',
      {
        setup: { factors: [SMS], isUnderWay: true },
        userSetup: { answers: ['100000'] },
        prompts: ['One-time code for Okta, sent by SMS to +1 XXX-XXX-1234'],
      },
    ],
    [
      'with the factor that the user chooses',
      {
        setup: { factors: [PUSH, EMAIL] },
        userSetup: { answers: ['Email (a***@corp.test)', '100000'] },
        prompts: ['Second factor for Okta', 'One-time code for Okta, sent by Email to a***@corp.test'],
      },
    ],
    [
      'with a factor that the application requires',
      { setup: { appFactors: [VERIFY_CODE] }, sso: `MFAPassCode=${CODE}` },
    ],
    [
      'with a code of the user for the application',
      {
        setup: { appFactors: [GOOGLE] },
        userSetup: { answers: [CODE] },
        prompts: ['One-time code for Okta, from TOTP of GOOGLE, for the AWS application'],
      },
    ],
    [
      'with a factor for the sign-in and another for the application',
      {
        setup: { factors: [GOOGLE], appFactors: [YUBIKEY] },
        sso: `MFAPassCode=${CODE}`,
        userSetup: { answers: [CODE] },
        prompts: ['One-time code for Okta, from TOTP of YUBICO, for the AWS application'],
      },
    ],
    [
      'with one of two devices that the user chooses',
      {
        setup: { factors: [SMS, { ...SMS, id: 'sms2' }] },
        userSetup: { answers: ['SMS (+1 XXX-XXX-1234), number 2', '100000'] },
        prompts: ['Second factor for Okta', 'One-time code for Okta, sent by SMS to +1 XXX-XXX-1234'],
      },
    ],
    [
      'if the policy does not allow remembered devices',
      { setup: { factors: [GOOGLE], allowRememberDevice: false }, sso: `MFAPassCode=${CODE}` },
    ],
  ])('%s', async (_, success) => {
    expect(await queryRows(success)).toEqual(ROWS);
  });

  it('with an approval, also by number or of a request that was already sent', async () => {
    const found = await Promise.all([approve(), approve({ number: 42 }), approve({ isUnderWay: true })]);
    expect(found).toEqual([
      { rows: ROWS, messages: ['Approve the sign-in in Okta Verify on Phone'], violations: [] },
      { rows: ROWS, messages: ['Choose the number 42 in Okta Verify on Phone'], violations: [] },
      { rows: ROWS, messages: ['Approve the sign-in in Okta Verify on Phone'], violations: [] },
    ]);
  });

  it('after a rate limit that resets soon', async () => {
    let limited = 0;
    const setup: OktaSetup = {
      answer({ url }) {
        if (url.pathname !== '/api/v1/authn' || limited > 0) return undefined;
        limited += 1;
        const reset = String(Math.floor(Date.now() / 1000) + 1);
        return { ...refusal(429, 'E0000047', 'too many'), headers: { 'x-rate-limit-reset': reset } };
      },
    };
    expect(await queryRows({ setup })).toEqual(ROWS);
  });

  it.each([
    ['SMS', SMS, 'Okta sent a one-time code by SMS to +1 XXX-XXX-1234'],
    ['Email', EMAIL, 'Okta sent a one-time code by Email to a***@corp.test'],
    ['Call', CALL, 'Okta sent a one-time code by Call to +1 XXX-XXX-9999'],
  ])('with a code by %s on the second connection', async (type, factor, message) => {
    await using okta = await open({ factors: [PUSH, factor] });
    const user = createUser();
    const error = await thrownBy(() => backend.queryRows(properties(okta, `MFAType=${type}`), user));
    expect(error).toMatchObject({ code: 'AUTH_CODE_NEEDED', message });
    const [code = ''] = okta.codes;
    expect(await backend.queryRows(properties(okta, `MFAType=${type};MFAPassCode=${code}`), user)).toEqual(
      ROWS,
    );
    expect(okta.codes).toHaveLength(1);
    expect(okta.passwords()).toBe(1);
    expect(okta.violations).toEqual([]);
    expect(backend.findLeaks(okta, [...SECRETS, code])).toEqual([]);
  });

  it('with a code for the application on the second connection', async () => {
    await using okta = await open({ appFactors: [SMS] });
    const user = createUser();
    const error = await thrownBy(() => backend.queryRows(properties(okta), user));
    expect(error).toMatchObject({
      code: 'AUTH_CODE_NEEDED',
      message: 'Okta sent a one-time code by SMS to +1 XXX-XXX-1234, for the AWS application',
    });
    const [code = ''] = okta.codes;
    expect(await backend.queryRows(properties(okta, `MFAPassCode=${code}`), user)).toEqual(ROWS);
    expect(okta.codes).toHaveLength(1);
    expect(okta.passwords()).toBe(1);
    expect(okta.violations).toEqual([]);
    expect(backend.findLeaks(okta, [...SECRETS, code])).toEqual([]);
  });

  it('with a code for the sign-in and one for the application on the third connection', async () => {
    await using okta = await open({ factors: [SMS], appFactors: [EMAIL] });
    const user = createUser();
    const messages: string[] = [];
    for (const sso of ['', 'MFAPassCode=100000']) {
      messages.push((await thrownBy(() => backend.queryRows(properties(okta, sso), user))).message);
    }
    expect(messages).toEqual([
      'Okta sent a one-time code by SMS to +1 XXX-XXX-1234',
      'Okta sent a one-time code by Email to a***@corp.test, for the AWS application',
    ]);
    expect(await backend.queryRows(properties(okta, 'MFAPassCode=100001'), user)).toEqual(ROWS);
    const sent = okta.requests.flatMap(({ body }) => /"passCode":"(\d+)"/.exec(body)?.[1] ?? []);
    expect(sent).toEqual(['100000', '100001']);
    expect(okta.passwords()).toBe(1);
    expect(okta.violations).toEqual([]);
    expect(backend.findLeaks(okta, [...SECRETS, ...sent])).toEqual([]);
  });

  it('with the latest code of the application after a wrong one', async () => {
    await using okta = await open({ appFactors: [SMS] });
    const user = createUser();
    await thrownBy(() => backend.queryRows(properties(okta), user));
    const wrong = await thrownBy(() => backend.queryRows(properties(okta, 'MFAPassCode=000000'), user));
    expect(wrong.message).toBe(
      'Okta rejected the one-time code (E0000068). Okta sent a one-time code by SMS to +1 XXX-XXX-1234, for the AWS application',
    );
    expect(await backend.queryRows(properties(okta, 'MFAPassCode=100001'), user)).toEqual(ROWS);
    expect(okta.passwords()).toBe(1);
  });

  it('with the latest code after a wrong one', async () => {
    await using okta = await open({ factors: [SMS] });
    const user = createUser();
    await thrownBy(() => backend.queryRows(properties(okta), user));
    const wrong = await thrownBy(() => backend.queryRows(properties(okta, 'MFAPassCode=000000'), user));
    expect(wrong.message).toBe(
      'Okta rejected the one-time code (E0000068). Okta sent a one-time code by SMS to +1 XXX-XXX-1234',
    );
    expect(okta.codes).toHaveLength(2);
    const code = okta.codes.at(-1) ?? '';
    expect(await backend.queryRows(properties(okta, `MFAPassCode=${code}`), user)).toEqual(ROWS);
    expect(okta.passwords()).toBe(1);
    expect(backend.findLeaks(okta, [...SECRETS, ...okta.codes])).toEqual([]);
  });

  it('as the selected role, with other roles and line breaks in the assertion', async () => {
    const elsewhere = 'arn:aws:iam::999999999999';
    const roles = [
      'Analyst',
      `${elsewhere}:role/saml-provider/Okta_SSO,${elsewhere}:saml-provider/OktaProvider`,
      `\n  ${PROVIDER} ,\n  ${ROLE} `,
    ];
    await using okta = await open({ samlResponse: samlResponse({ roles }) });
    const user = createUser();
    expect(await backend.queryRows({ ...properties(okta), AWSRoleARN: ROLE }, user)).toEqual(ROWS);
    expect(backend.stsRequests()).toEqual([
      expect.objectContaining({ RoleArn: ROLE, PrincipalArn: PROVIDER }),
    ]);
    expect(user.messages).toEqual([
      'Ignored 1 role in the assertion: expected the ARNs of a role and its SAML provider',
    ]);
  });

  it('without another prompt on a device that Okta remembers', async () => {
    await using okta = await open({ factors: [GOOGLE] });
    const user = createUser({ answers: [CODE] });
    expect(await backend.queryRows(properties(okta), user)).toEqual(ROWS);
    expect(await backend.queryRows(properties(okta), user)).toEqual(ROWS);
    expect(user.prompts).toHaveLength(1);
    expect(okta.passwords()).toBe(2);
    const devices = new Set(okta.requests.map((request) => readCookie(request, 'DT')));
    expect([...devices]).toEqual([expect.stringMatching(/^[\da-f]{32}$/)]);
    expect(backend.findLeaks(okta, [...SECRETS, ...devices].map(String))).toEqual([]);
  });
});

withTls('a connection with Okta fails', () => {
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
    expect(await getFailure({ status })).toEqual({ code, message });
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
    const setup = respondingToPassword(refusal(status, name, 'no', ['username: bad']));
    expect(await getFailure(setup)).toEqual({ code, message: `${message} (${name})` });
  });

  it.each<[string, OktaSetup, code: string, message: string]>([
    [
      'if the rate limit is exceeded',
      respondingToPassword({
        ...refusal(429, 'E0000047', 'too many'),
        headers: { 'x-rate-limit-reset': '4102444800' },
      }),
      'AUTH_UNAVAILABLE',
      'The Okta rate limit is exceeded until 2100-01-01T00:00:00.000Z',
    ],
    ...[403, 404, 405].map(
      (status) =>
        [
          `if the host responds with ${status}`,
          respondingToPassword(
            status === 403 ? refusal(403, 'E0000022', 'not here') : html('nothing here', status),
          ),
          'AUTH_MALFORMED',
          'OKTA does not respond like an Okta organization',
        ] as [string, OktaSetup, string, string],
    ),
    [
      'if several factors are available',
      { factors: [SMS, PUSH, VERIFY_CODE, EMAIL, WEBAUTHN] },
      'AUTH_CODE_NEEDED',
      'Okta offers several second factors: OktaVerify, SMS, Email',
    ],
    [
      'if the factor needs a browser',
      { factors: [WEBAUTHN] },
      'AUTH_NOT_SUPPORTED',
      'Okta requires a second factor that needs a browser: webauthn of FIDO',
    ],
    [
      'if the factor is a security question',
      { factors: [QUESTION] },
      'AUTH_NOT_SUPPORTED',
      'Okta requires a second factor that needs a browser: question of OKTA',
    ],
    [
      'if a device shows the code and prompting is not possible',
      { factors: [GOOGLE] },
      'AUTH_CODE_NEEDED',
      'One-time code for Okta, from TOTP of GOOGLE: MFAPassCode is not set, and prompting is not possible',
    ],
    [
      'if a code was sent a moment ago',
      {
        factors: [SMS],
        answer: ({ url }) =>
          url.pathname.endsWith('/verify') ? refusal(429, 'E0000109', 'recently sent') : undefined,
      },
      'AUTH_CODE_NEEDED',
      'Okta sent a code recently and does not send another one yet (E0000109)',
    ],
    [
      'if the application is not assigned',
      withApplicationPage(html('<title>403</title>', 403)),
      'AUTH_REFUSED',
      'The user is not allowed to open the AWS application at OKTA (status 403)',
    ],
    [
      'if the application does not exist',
      withApplicationPage(html('', 404)),
      'AUTH_REFUSED',
      'The user is not allowed to open the AWS application at OKTA (status 404)',
    ],
    [
      'if the session is rejected',
      withApplicationPage({ status: 302, headers: { location: '/login/login.htm' } }),
      'AUTH_REFUSED',
      'Okta rejected the session for the AWS application',
    ],
    [
      'if the application has no response',
      withApplicationPage(html('<title>Hello</title>')),
      'AUTH_MALFORMED',
      'The page of the AWS application contains no SAML response: Hello',
    ],
    [
      'if Identity Engine requires its own page',
      withApplicationPage(html('<div id="okta-sign-in">'), 'idx'),
      'AUTH_NOT_SUPPORTED',
      'OKTA runs Okta Identity Engine with a policy that requires a browser',
    ],
    [
      'if the application redirects to another host',
      withApplicationPage({ status: 302, headers: { location: 'https://evil.test/collect' } }),
      'AUTH_UNTRUSTED',
      'OKTA redirects to https://evil.test, but a sign-in must stay on one origin',
    ],
  ])('%s', async (_, setup, code, message) => {
    expect(await getFailure(setup)).toEqual({ code, message });
  });

  it.each<[string, OktaSetup, sso: string, code: string, message: string]>([
    [
      'with a rejected API token',
      { apiToken: API_TOKEN },
      'ApiToken=CANARY-other',
      'AUTH_REFUSED',
      'Okta rejected APIToken (E0000011)',
    ],
    [
      'with a factor that is not enrolled',
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
      rejectingCode(403, 'E0000082'),
      `MFAPassCode=${CODE}`,
      'AUTH_REFUSED',
      'The one-time code has already been used (E0000082)',
    ],
    [
      'if the sign-in was ended',
      rejectingCode(403, 'E0000079'),
      `MFAPassCode=${CODE}`,
      'AUTH_EXPIRED',
      'Okta ended this sign-in (E0000079)',
    ],
    [
      'if the sign-in took too long',
      rejectingCode(401, 'E0000011'),
      `MFAPassCode=${CODE}`,
      'AUTH_EXPIRED',
      'The sign-in took longer than Okta allows (E0000011)',
    ],
    [
      'if too many codes were wrong',
      rejectingCode(403, 'E0000069'),
      `MFAPassCode=${CODE}`,
      'AUTH_REFUSED',
      'The account is locked at Okta (E0000069)',
    ],
    [
      'if the application requires another code than the sign-in',
      { factors: [GOOGLE], appFactors: [GOOGLE] },
      `MFAPassCode=${CODE}`,
      'AUTH_CODE_NEEDED',
      'One-time code for Okta, from TOTP of GOOGLE, for the AWS application: MFAPassCode has already been used, and prompting is not possible',
    ],
    [
      'if Identity Engine rejects the state token of a page',
      { appFactors: [VERIFY_CODE], pipeline: 'idx' },
      `MFAPassCode=${CODE}`,
      'AUTH_NOT_SUPPORTED',
      'OKTA runs Okta Identity Engine with a policy that requires a browser',
    ],
  ])('%s', async (_, setup, sso, code, message) => {
    expect(await getFailure(setup, sso)).toEqual({ code, message });
  });

  it('if the approval fails', async () => {
    const outcomes: readonly (readonly [string, string])[] = [
      ['REJECTED', 'The request was rejected in Okta Verify'],
      ['TIMEOUT', 'The request in Okta Verify timed out'],
      ['CANCELLED', 'The request in Okta Verify was cancelled'],
      ['TIME_WINDOW_EXCEEDED', 'The response in Okta Verify came too late'],
      ['ERROR', 'Okta could not reach Okta Verify'],
      ['PASSCODE_REPLAYED', 'The Okta Verify code has already been used'],
      ['SOMETHING_NEW', 'Okta Verify returned an unknown result'],
    ];
    const found = await Promise.all(
      outcomes.map(async ([result]) => {
        await using okta = await open({ factors: [PUSH], push: [result] });
        const { code, message } = await thrownBy(() => backend.queryRows(properties(okta), createUser()));
        return [code, message, okta.cancelled.length];
      }),
    );
    expect(found).toEqual(outcomes.map(([, message]) => ['AUTH_REFUSED', message, 1]));
  });

  it('once for a statement, without a position in it', async () => {
    await using okta = await open({ samlResponse: samlResponse({ roles: [] }) });
    const error = await thrownBy(() => backend.queryRows(properties(okta)));
    expect(error).toMatchObject({ code: 'AUTH_SAML', position: undefined });
    expect(okta.passwords()).toBe(1);
  });

  it('with a wrong password once for fifty connections, and not again soon after', async () => {
    await using okta = await open({});
    const attempt = async (): Promise<string> =>
      (await thrownBy(() => backend.queryRows(properties(okta, '', 'CANARY-wrong')))).code;
    const codes = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(new Set([...codes, await attempt()])).toEqual(new Set(['AUTH_REFUSED']));
    expect(okta.passwords()).toBe(1);
    expect(backend.findLeaks(okta, ['CANARY-wrong'])).toEqual([]);
  });
});
