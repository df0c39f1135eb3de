import { describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import { PASSWORD, startAdfs, USER } from '../doubles/adfs.ts';
import { type TestAuthority, testAuthority } from '../support/certificates.ts';
import { thrownBy } from '../support/thrown.ts';
import { startFederatedBackend } from '../credentials/federated/federated-backend.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing runs without one
const { ca, server: pair } = authority as TestAuthority;

const QUERY = 'SELECT id FROM things';

describeWithTls('AuthScheme ADFS', () => {
  it('prompts for a code once if several statements start at the same time', async () => {
    const adapters = [{ method: 'SafeNet-MFA', fields: ['otp'], code: '123456' }];
    await using adfs = await startAdfs(pair, { adapters });
    await using backend = await startFederatedBackend();
    let prompts = 0;
    const options = {
      trusted: true,
      async onPrompt(): Promise<string> {
        prompts += 1;
        return '123456';
      },
    };
    await using connection = await connect(
      `AuthScheme=ADFS;User='${USER}';Password='${PASSWORD}';SSOLoginURL=${adfs.origin};SSLServerCert='${ca}';AWSRegion=eu-west-1;` +
        `STSEndpoint=${backend.sts.endpoint};Endpoint=${backend.table.endpoint};TypeDetectionScheme=None`,
      options,
    );
    await Promise.all(Array.from({ length: 5 }, () => connection.query(QUERY)));
    expect(prompts).toBe(1);
    expect(adfs.passwords()).toBe(1);
  });
});

describe('AuthScheme ADFS, before anything is sent,', () => {
  const base = { AuthScheme: 'ADFS', AWSRegion: 'eu-west-1', SSOLoginURL: 'https://adfs.corp.test' };
  it.each([
    [{ ...base, User: 'ana' }, 'AUTH_MISSING_PROPERTY', 'AuthScheme ADFS requires Password if User is set'],
    [
      { ...base, Password: 'CANARY' },
      'AUTH_MISSING_PROPERTY',
      'AuthScheme ADFS requires User if Password is set',
    ],
    [
      { ...base, SSOLoginURL: 'http://adfs.corp.test' },
      'CONN_BAD_VALUE',
      'SSOLoginURL is "http://adfs.corp.test"; expected an https URL',
    ],
  ])('rejects %j', async (properties, code, message) => {
    const error = await thrownBy(() => connect(properties));
    expect(error.code).toBe(code);
    expect(error.message).toBe(message);
  });
});
