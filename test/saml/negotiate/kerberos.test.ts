import { describe, expect, it } from '@jest/globals';
import { createKerberosNegotiator } from '../../../src/saml/negotiate/kerberos.ts';
import { thrownBy } from '../../support/thrown.ts';

interface Asked {
  readonly service: string;
  readonly options: object;
}

/** The package as it behaves: a client that answers, or fails with the words of the system's library. */
function library(step: (challenge: string) => Promise<string | null>, asked: Asked[] = []) {
  return async () => ({
    default: {
      GSS_C_MUTUAL_FLAG: 2,
      GSS_C_SEQUENCE_FLAG: 8,
      GSS_MECH_OID_SPNEGO: 6,
      async initializeClient(service: string, options: object) {
        asked.push({ service, options });
        return { step };
      },
    },
  });
}

function failing(message: string, code?: string): () => Promise<never> {
  return async () => {
    throw Object.assign(new Error(message), code === undefined ? {} : { code });
  };
}

describe('Kerberos', () => {
  it('requests the service of the host with mutual authentication and without delegation', async () => {
    const asked: Asked[] = [];
    const negotiator = await createKerberosNegotiator(library(async (challenge) => `${challenge}+`, asked))(
      'adfs.corp.test',
    );
    expect(await negotiator.step('')).toBe('+');
    expect(await negotiator.step('eA==')).toBe('eA==+');
    expect(asked).toEqual([{ service: 'HTTP@adfs.corp.test', options: { mechOID: 6, gssFlag: 10 } }]);
  });

  it('may end with an empty token', async () => {
    const negotiator = await createKerberosNegotiator(library(async () => null))('adfs.corp.test');
    expect(await negotiator.step('eA==')).toBe('');
  });

  it.each([
    ['is not installed', failing("Cannot find package 'kerberos'", 'ERR_MODULE_NOT_FOUND')],
    [
      'could not be loaded',
      failing('libgssapi_krb5.so.2: cannot open shared object file', 'ERR_DLOPEN_FAILED'),
    ],
  ])('reports that the package %s', async (what, load) => {
    const error = await thrownBy(() => createKerberosNegotiator(load)('adfs.corp.test'));
    expect(error.code).toBe('AUTH_NOT_SUPPORTED');
    expect(error.message).toBe(`Windows sign-in requires the package kerberos, which ${what}`);
    expect(error.remedy).toContain('npm install kerberos');
  });

  it.each([
    [
      'No credentials were supplied, or the credentials were unavailable or inaccessible: SPNEGO cannot find mechanisms to negotiate',
      'AUTH_NO_CREDENTIALS',
      /no Kerberos ticket/,
    ],
    [
      'Unspecified GSS failure: No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0)',
      'AUTH_NO_CREDENTIALS',
      /no Kerberos ticket/,
    ],
    ['Unspecified GSS failure: Ticket expired', 'AUTH_EXPIRED', /ticket of the user has expired/],
    ['Unspecified GSS failure: Clock skew too great', 'AUTH_REFUSED', /clock of this machine/],
    [
      'Unspecified GSS failure: Server HTTP/adfs.corp.test@CORP.TEST not found in Kerberos database',
      'AUTH_REFUSED',
      /does not know the service HTTP\/adfs\.corp\.test/,
    ],
    [
      'Unspecified GSS failure: Cannot contact any KDC for realm "CORP.TEST"',
      'AUTH_UNAVAILABLE',
      /KDC is not reachable/,
    ],
    ['Something else', 'AUTH_REFUSED', /could not sign in at adfs\.corp\.test \(Something else\)/],
  ])('explains: %s', async (reason, code, message) => {
    const negotiator = await createKerberosNegotiator(library(failing(reason)))('adfs.corp.test');
    const error = await thrownBy(() => negotiator.step(''));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});
