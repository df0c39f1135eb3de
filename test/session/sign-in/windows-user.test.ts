import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import type { NegotiatorFor } from '../../../src/core/ports.ts';
import { createKerberosNegotiator } from '../../../src/saml/negotiate/kerberos.ts';
import { type AdapterWords, type AdfsDouble, type AdfsSetup, startAdfs } from '../../doubles/adfs.ts';
import { testAuthority } from '../../support/certificates.ts';
import { PROVIDER, ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';
import { startSignInBackend, createUser, type SignInBackend, ROWS } from './backend.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const TICKET = Buffer.from('CANARY-ticket').toString('base64');
const NTLM = Buffer.from('wrapped NTLMSSP\0 negotiate').toString('base64');
const TRANSPORT = '/adfs/services/trust/13/windowstransport';
const CODE = '271828';
const VIP: AdapterWords = { method: 'VIPAuthenticationProviderUPN', fields: ['security_code'], code: CODE };

let backend: SignInBackend;
beforeAll(async () => {
  backend = await startSignInBackend();
});
beforeEach(() => backend.reset());
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
});

/** Without User and Password. */
function properties(adfs: AdfsDouble, path = '', sso?: string): ConnectionObject {
  return {
    AuthScheme: 'ADFS',
    SSOLoginURL: `${adfs.origin}${path}`,
    SSLServerCert: ca,
    ...(sso === undefined ? {} : { SSOProperties: sso }),
  };
}

/** A Windows user with these tokens, and the challenges that the system received. */
function windowsUser(...tokens: readonly string[]) {
  const challenges: string[] = [];
  const hosts: string[] = [];
  let at = 0;
  const negotiatorFor: NegotiatorFor = async (host) => {
    hosts.push(host);
    return {
      async step(challenge) {
        challenges.push(challenge);
        return tokens[at++] ?? '';
      },
    };
  };
  return { challenges, hosts, negotiatorFor };
}

withTls('a connection of a Windows user with ADFS reads rows', () => {
  it.each<[string, path: string, tickets: readonly string[], challenges: readonly string[]]>([
    ['with a ticket', '', [TICKET], ['', 'proof']],
    ['with three legs', '', ['b25l', 'dHdv', 'dGhyZWU='], ['', 'more1', 'more2', 'proof']],
    ['with a ticket by WS-Trust', TRANSPORT, [TICKET], ['', 'proof']],
    ['with three legs by WS-Trust', TRANSPORT, ['b25l', 'dHdv', 'dGhyZWU='], ['', 'more1', 'more2', 'proof']],
  ])('%s', async (_, path, tickets, challenges) => {
    await using adfs = await startAdfs(pair, { tickets });
    const windows = windowsUser(...tickets);
    expect(await backend.queryRows(properties(adfs, path), createUser(windows))).toEqual(ROWS);
    expect(backend.stsRequests()).toEqual([
      expect.objectContaining({ Action: 'AssumeRoleWithSAML', RoleArn: ROLE, PrincipalArn: PROVIDER }),
    ]);
    expect(windows.challenges).toEqual(challenges);
    expect(windows.hosts).toEqual(['127.0.0.1']);
    // NTLM authenticates a connection, not a request.
    expect(new Set(adfs.requests.map(({ connection }) => connection)).size).toBe(1);
    expect(adfs.violations).toEqual([]);
    expect(adfs.passwords()).toBe(0);
    expect(backend.findLeaks(adfs, tickets)).toEqual([]);
  });

  it('with the user agent in UserAgent', async () => {
    await using adfs = await startAdfs(pair, { tickets: [TICKET] });
    const agent = 'Corp (Trident/7.0)';
    const options = properties(adfs, '', `UserAgent=${agent}`);
    expect(await backend.queryRows(options, createUser(windowsUser(TICKET)))).toEqual(ROWS);
    expect(new Set(adfs.requests.map(({ headers }) => headers['user-agent']))).toEqual(new Set([agent]));
  });
});

interface Failure {
  readonly setup?: AdfsSetup;
  readonly path?: string;
  readonly sso?: string;
  readonly negotiatorFor?: NegotiatorFor;
  readonly code: string;
  readonly message: string;
}

/** The Kerberos package with an error of the system library. */
const failing = (text: string): NegotiatorFor =>
  createKerberosNegotiator(async () => ({
    default: {
      GSS_C_MUTUAL_FLAG: 2,
      GSS_C_SEQUENCE_FLAG: 8,
      GSS_MECH_OID_SPNEGO: 6,
      initializeClient: async () => ({
        step: () => Promise.reject(new Error(text)),
      }),
    },
  }));

withTls('a connection of a Windows user with ADFS fails', () => {
  it.each<[string, Failure]>([
    [
      'if the ticket is rejected',
      {
        setup: { tickets: ['cmlnaHQ='] },
        code: 'AUTH_REFUSED',
        message: 'ADFS did not accept the Windows sign-in',
      },
    ],
    [
      'if the ticket is rejected by WS-Trust',
      {
        setup: { tickets: ['cmlnaHQ='] },
        path: TRANSPORT,
        code: 'AUTH_REFUSED',
        message: 'ADFS did not accept the Windows sign-in',
      },
    ],
    [
      'if ADFS shows the password form',
      { code: 'AUTH_NOT_SUPPORTED', message: 'ADFS showed the password form instead of Windows sign-in' },
    ],
    [
      'if ADFS offers only NTLM',
      {
        setup: { answer: () => ({ status: 401, headers: { 'www-authenticate': 'NTLM' } }) },
        code: 'AUTH_NOT_SUPPORTED',
        message: 'ADFS offers Windows sign-in by NTLM, but Negotiate is required',
      },
    ],
    [
      'if Windows offers NTLM and KerberosOnly is set',
      {
        setup: { tickets: [NTLM] },
        sso: 'KerberosOnly=true',
        negotiatorFor: windowsUser(NTLM).negotiatorFor,
        code: 'AUTH_NOT_SUPPORTED',
        message: 'Windows offered NTLM for 127.0.0.1, but KerberosOnly requires Kerberos',
      },
    ],
    [
      'if ADFS never accepts the tokens',
      {
        setup: {
          answer: () => ({ status: 401, headers: { 'www-authenticate': 'Negotiate bW9yZQ==' } }),
        },
        code: 'AUTH_REFUSED',
        message: 'ADFS did not accept the Windows sign-in',
      },
    ],
    [
      'if ADFS redirects to another host',
      {
        setup: { answer: () => ({ status: 302, headers: { location: 'https://evil.test/adfs/ls/wia' } }) },
        code: 'AUTH_UNTRUSTED',
        message: 'ADFS redirects to https://evil.test, but a sign-in must stay on one origin',
      },
    ],
    [
      'if the endpoint is disabled',
      {
        setup: { answer: () => ({ status: 404 }) },
        path: TRANSPORT,
        code: 'AUTH_SAML',
        message: `ADFS does not offer ${TRANSPORT}`,
      },
    ],
    [
      'if the user is not allowed to use AWS',
      {
        setup: { tickets: [TICKET], fault: ['RequestFailed', 'MSIS3127: The specified request failed.'] },
        path: TRANSPORT,
        code: 'AUTH_REFUSED',
        message:
          'ADFS did not issue a token for this user (RequestFailed: MSIS3127: The specified request failed.)',
      },
    ],
    [
      'if a second factor is required and prompting is not possible',
      {
        setup: {
          tickets: [TICKET],
          adapters: [VIP],
          answer: ({ headers }) =>
            headers.authorization === undefined
              ? undefined
              : {
                  body: '<form method=post><input type=hidden name=AuthMethod value=SafeNet-MFA><input name=otp type=text></form>',
                },
        },
        code: 'AUTH_CODE_NEEDED',
        message: 'ADFS requires a code for SafeNet-MFA',
      },
    ],
    ...(
      [
        [
          'No credentials were supplied, or the credentials were unavailable or inaccessible: SPNEGO cannot find mechanisms to negotiate',
          'AUTH_NO_CREDENTIALS',
          'The user has no Kerberos ticket',
        ],
        ['Ticket expired', 'AUTH_EXPIRED', 'The Kerberos ticket of the user has expired'],
        ['Clock skew too great', 'AUTH_REFUSED', 'Kerberos rejected the clock of this machine'],
        [
          'Server HTTP/adfs@CORP.TEST not found in Kerberos database',
          'AUTH_REFUSED',
          'Kerberos does not know the service HTTP/127.0.0.1',
        ],
        [
          'Cannot contact any KDC for realm "CORP.TEST"',
          'AUTH_UNAVAILABLE',
          'The Kerberos KDC is not reachable',
        ],
        ['Something else', 'AUTH_REFUSED', 'Kerberos could not sign in at 127.0.0.1'],
      ] as const
    ).map(([text, code, message]): [string, Failure] => [
      `if Kerberos reports: ${text}`,
      {
        setup: { tickets: [TICKET] },
        negotiatorFor: failing(text),
        code,
        message: `${message} (${text})`,
      },
    ]),
    [
      'without the package',
      {
        setup: { tickets: [TICKET] },
        negotiatorFor: createKerberosNegotiator(() =>
          Promise.reject(Object.assign(new Error('no kerberos'), { code: 'ERR_MODULE_NOT_FOUND' })),
        ),
        code: 'AUTH_NOT_SUPPORTED',
        message: 'Windows sign-in requires the package kerberos, which is not installed',
      },
    ],
  ])(
    '%s',
    async (_, { setup, path, sso, negotiatorFor = windowsUser(TICKET).negotiatorFor, code, message }) => {
      await using adfs = await startAdfs(pair, setup);
      const user = createUser({ negotiatorFor });
      const error = await thrownBy(() => backend.queryRows(properties(adfs, path, sso), user));
      expect({ code: error.code, message: error.message.replaceAll(adfs.origin, 'ADFS') }).toEqual({
        code,
        message,
      });
      expect(error.remedy).not.toBe('');
      expect(backend.stsRequests()).toEqual([]);
      expect(backend.findLeaks(adfs, [TICKET])).toEqual([]);
    },
  );

  it('with a rejected ticket, once for fifty connections', async () => {
    await using adfs = await startAdfs(pair, { tickets: ['cmlnaHQ='] });
    const attempt = async (): Promise<string> =>
      (await thrownBy(() => backend.queryRows(properties(adfs), createUser(windowsUser(TICKET))))).code;
    const codes = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(new Set([...codes, await attempt()])).toEqual(new Set(['AUTH_REFUSED']));
    expect(adfs.requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(1);
  });
});
