import { afterAll, describe, expect, it } from '@jest/globals';
import { ROLE } from '../support/saml.ts';
import { startKerberos } from './kerberos.ts';

const started = await startKerberos();
const realm = 'skipped' in started ? undefined : started;
const reason = 'skipped' in started ? ` (skipped: ${started.skipped})` : '';
const withRealm = realm === undefined ? describe.skip : describe;

afterAll(async () => realm?.[Symbol.asyncDispose]());

withRealm(`Windows sign-in with a real Kerberos and mod_auth_gssapi${reason}`, () => {
  it('signs in the user of the ticket', () => {
    expect(realm?.signIn('localhost', 'with')).toEqual({ roles: [expect.stringContaining(ROLE)] });
    expect(realm?.visitors()).toEqual(['ana@CORP.TEST']);
  });

  it('reports a missing ticket', () => {
    expect(realm?.signIn('localhost', 'without')).toEqual({
      code: 'AUTH_NO_CREDENTIALS',
      message: expect.stringMatching(/^The user has no Kerberos ticket/),
    });
  });

  it('reports a service that Kerberos does not know', () => {
    expect(realm?.signIn('127.0.0.1', 'with')).toEqual({
      code: 'AUTH_REFUSED',
      message: expect.stringMatching(/^Kerberos does not know the service HTTP\/127\.0\.0\.1/),
    });
  });
});
