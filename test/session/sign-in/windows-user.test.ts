import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import type { NegotiatorFor } from '../../../src/core/ports.ts';
import { createKerberosNegotiator } from '../../../src/saml/negotiate/kerberos.ts';
import { type AdapterWords, type AdfsDouble, type AdfsSetup, startAdfs } from '../../doubles/adfs.ts';
import { testAuthority } from '../../support/certificates.ts';
import { PROVIDER, ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';
import { openPlace, person, type Place, ROWS } from './place.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const TICKET = Buffer.from('CANARY-ticket').toString('base64');
const NTLM = Buffer.from('wrapped NTLMSSP\0 negotiate').toString('base64');
const TRANSPORT = '/adfs/services/trust/13/windowstransport';
const CODE = '271828';
const VIP: AdapterWords = { method: 'VIPAuthenticationProviderUPN', fields: ['security_code'], code: CODE };

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
beforeEach(() => place.forget());
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

/** Neither User nor Password. */
function properties(adfs: AdfsDouble, path = '', sso?: string): ConnectionObject {
  return {
    AuthScheme: 'ADFS',
    SSOLoginURL: `${adfs.origin}${path}`,
    SSLServerCert: ca,
    ...(sso === undefined ? {} : { SSOProperties: sso }),
  };
}

/** A user for whom the system says these tokens, and what was said to it. */
function windowsUser(...tokens: readonly string[]) {
  const said: string[] = [];
  const hosts: string[] = [];
  let at = 0;
  const negotiatorFor: NegotiatorFor = async (host) => {
    hosts.push(host);
    return {
      async step(challenge) {
        said.push(challenge);
        return tokens[at++] ?? '';
      },
    };
  };
  return { said, hosts, negotiatorFor };
}

withTls('a connection of a Windows user by way of ADFS reads rows', () => {
  it.each<[string, path: string, tickets: readonly string[], said: readonly string[]]>([
    ['with a ticket', '', [TICKET], ['', 'proof']],
    ['with three legs', '', ['b25l', 'dHdv', 'dGhyZWU='], ['', 'more1', 'more2', 'proof']],
    ['with a ticket by WS-Trust', TRANSPORT, [TICKET], ['', 'proof']],
    ['with three legs by WS-Trust', TRANSPORT, ['b25l', 'dHdv', 'dGhyZWU='], ['', 'more1', 'more2', 'proof']],
  ])('%s', async (_, path, tickets, said) => {
    await using adfs = await startAdfs(pair, { tickets });
    const user = windowsUser(...tickets);
    expect(await place.rowsFor(properties(adfs, path), person(user))).toEqual(ROWS);
    expect(place.asked()).toEqual([
      expect.objectContaining({ Action: 'AssumeRoleWithSAML', RoleArn: ROLE, PrincipalArn: PROVIDER }),
    ]);
    expect(user.said).toEqual(said);
    expect(user.hosts).toEqual(['127.0.0.1']);
    // NTLM proves a connection, not a request.
    expect(new Set(adfs.requests.map(({ connection }) => connection)).size).toBe(1);
    expect(adfs.violations).toEqual([]);
    expect(adfs.passwords()).toBe(0);
    expect(place.strays(adfs, tickets)).toEqual([]);
  });

  it('as the program that it says it is', async () => {
    await using adfs = await startAdfs(pair, { tickets: [TICKET] });
    const agent = 'Corp (Trident/7.0)';
    const given = properties(adfs, '', `UserAgent=${agent}`);
    expect(await place.rowsFor(given, person(windowsUser(TICKET)))).toEqual(ROWS);
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

/** The package as it behaves where the system's library says that. */
const failing = (says: string): NegotiatorFor =>
  createKerberosNegotiator(async () => ({
    default: {
      GSS_C_MUTUAL_FLAG: 2,
      GSS_C_SEQUENCE_FLAG: 8,
      GSS_MECH_OID_SPNEGO: 6,
      initializeClient: async () => ({
        step: () => Promise.reject(new Error(says)),
      }),
    },
  }));

withTls('a connection of a Windows user by way of ADFS fails', () => {
  it.each<[string, Failure]>([
    [
      'where the ticket is not accepted',
      {
        setup: { tickets: ['cmlnaHQ='] },
        code: 'AUTH_REFUSED',
        message: 'ADFS did not accept the Windows sign-in',
      },
    ],
    [
      'where the ticket is not accepted by WS-Trust',
      {
        setup: { tickets: ['cmlnaHQ='] },
        path: TRANSPORT,
        code: 'AUTH_REFUSED',
        message: 'ADFS did not accept the Windows sign-in',
      },
    ],
    [
      'where ADFS shows the password form',
      { code: 'AUTH_NOT_SUPPORTED', message: 'ADFS showed the password form instead of Windows sign-in' },
    ],
    [
      'where ADFS offers NTLM alone',
      {
        setup: { answer: () => ({ status: 401, headers: { 'www-authenticate': 'NTLM' } }) },
        code: 'AUTH_NOT_SUPPORTED',
        message: 'ADFS offers Windows sign-in by NTLM, but Negotiate is required',
      },
    ],
    [
      'where Windows would take NTLM and only Kerberos is wanted',
      {
        setup: { tickets: [NTLM] },
        sso: 'KerberosOnly=true',
        negotiatorFor: windowsUser(NTLM).negotiatorFor,
        code: 'AUTH_NOT_SUPPORTED',
        message: 'Windows offered NTLM for 127.0.0.1, but KerberosOnly requires Kerberos',
      },
    ],
    [
      'where ADFS never has enough',
      {
        setup: {
          answer: () => ({ status: 401, headers: { 'www-authenticate': 'Negotiate bW9yZQ==' } }),
        },
        code: 'AUTH_REFUSED',
        message: 'ADFS did not accept the Windows sign-in',
      },
    ],
    [
      'where another host would have the ticket',
      {
        setup: { answer: () => ({ status: 302, headers: { location: 'https://evil.test/adfs/ls/wia' } }) },
        code: 'AUTH_UNTRUSTED',
        message: 'ADFS redirects to https://evil.test, but a sign-in must stay on one origin',
      },
    ],
    [
      'where the endpoint is off',
      {
        setup: { answer: () => ({ status: 404 }) },
        path: TRANSPORT,
        code: 'AUTH_SAML',
        message: `ADFS does not offer ${TRANSPORT}`,
      },
    ],
    [
      'where the user may not use AWS',
      {
        setup: { tickets: [TICKET], fault: ['RequestFailed', 'MSIS3127: The specified request failed.'] },
        path: TRANSPORT,
        code: 'AUTH_REFUSED',
        message:
          'ADFS did not issue a token for this user (RequestFailed: MSIS3127: The specified request failed.)',
      },
    ],
    [
      'where a second factor is wanted and nobody can be asked',
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
    ).map(([says, code, message]): [string, Failure] => [
      `where Kerberos says: ${says}`,
      {
        setup: { tickets: [TICKET] },
        negotiatorFor: failing(says),
        code,
        message: `${message} (${says})`,
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
      const who = person({ negotiatorFor });
      const error = await thrownBy(() => place.rowsFor(properties(adfs, path, sso), who));
      expect({ code: error.code, message: error.message.replaceAll(adfs.origin, 'ADFS') }).toEqual({
        code,
        message,
      });
      expect(error.remedy).not.toBe('');
      expect(place.asked()).toEqual([]);
      expect(place.strays(adfs, [TICKET])).toEqual([]);
    },
  );

  it('with a ticket that is not accepted, once for fifty connections', async () => {
    await using adfs = await startAdfs(pair, { tickets: ['cmlnaHQ='] });
    const attempt = async (): Promise<string> =>
      (await thrownBy(() => place.rowsFor(properties(adfs), person(windowsUser(TICKET))))).code;
    const codes = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(new Set([...codes, await attempt()])).toEqual(new Set(['AUTH_REFUSED']));
    expect(adfs.requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(1);
  });
});
