import { describe, expect, it } from '@jest/globals';
import { connect } from '../../../src/index.ts';
import { PASSWORD, startAdfs, USER } from '../../doubles/adfs.ts';
import { type TestAuthority, testAuthority } from '../../support/certificates.ts';
import { printsOf } from '../../support/prints.ts';
import { PROVIDER, ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';
import { samlResponse } from '../../support/tokens.ts';
import { federatedWorld } from './federated-world.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing runs without one
const { ca, server: pair } = authority as TestAuthority;

const QUERY = 'SELECT id FROM things';

describeWithTls('AuthScheme ADFS', () => {
  it('signs in at ADFS, assumes the role and reads DynamoDB', async () => {
    await using adfs = await startAdfs(pair);
    await using world = await federatedWorld();
    await using connection = await world.open({
      AuthScheme: 'ADFS',
      User: USER,
      Password: PASSWORD,
      SSOLoginURL: adfs.origin,
      SSLServerCert: ca,
    });
    expect((await connection.query(QUERY)).rows).toEqual([{ id: 'one' }]);
    expect(world.asked()).toEqual([
      expect.objectContaining({
        Action: 'AssumeRoleWithSAML',
        RoleArn: ROLE,
        PrincipalArn: PROVIDER,
        SAMLAssertion: samlResponse(),
      }),
    ]);
    expect(world.table.received.at(-1)?.headers.authorization).toContain('Credential=ASIACORP/');
    expect(adfs.violations).toEqual([]);
    expect(printsOf([connection])).not.toContain('CANARY');
  });

  it('takes the options of SSOProperties', async () => {
    const adapters = [{ method: 'SafeNet-MFA', fields: ['otp'], code: '123456' }];
    await using adfs = await startAdfs(pair, { relyingParty: 'urn:own', adapters });
    await using world = await federatedWorld();
    await using connection = await world.open({
      AuthScheme: 'ADFS',
      User: USER,
      Password: PASSWORD,
      SSOLoginURL: adfs.origin,
      SSLServerCert: ca,
      SSOProperties: 'RelyingParty=urn:own;MFAPassCode=123456;UserAgent=Corp/1.0',
    });
    expect((await connection.query(QUERY)).rowCount).toBe(1);
    expect(new Set(adfs.requests.map(({ headers }) => headers['user-agent']))).toEqual(new Set(['Corp/1.0']));
  });

  it('asks once for a code where many statements begin together', async () => {
    const adapters = [{ method: 'SafeNet-MFA', fields: ['otp'], code: '123456' }];
    await using adfs = await startAdfs(pair, { adapters });
    await using world = await federatedWorld();
    let asked = 0;
    const options = {
      async onPrompt(): Promise<string> {
        asked += 1;
        return '123456';
      },
    };
    await using connection = await connect(
      `AuthScheme=ADFS;User='${USER}';Password='${PASSWORD}';SSOLoginURL=${adfs.origin};SSLServerCert='${ca}';AWSRegion=eu-west-1;` +
        `STSEndpoint=${world.sts.endpoint};Endpoint=${world.table.endpoint};TypeDetectionScheme=None`,
      options,
    );
    await Promise.all(Array.from({ length: 5 }, () => connection.query(QUERY)));
    expect(asked).toBe(1);
    expect(adfs.passwords()).toBe(1);
  });

  it('sends a wrong password once for fifty connections', async () => {
    await using adfs = await startAdfs(pair);
    await using world = await federatedWorld();
    const attempt = async (): Promise<string> => {
      const properties = {
        AuthScheme: 'ADFS',
        User: USER,
        Password: 'CANARY-wrong',
        SSOLoginURL: adfs.origin,
        SSLServerCert: ca,
      };
      await using connection = await world.open(properties);
      return (await thrownBy(() => connection.query(QUERY))).code;
    };
    const codes = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(new Set([...codes, await attempt()])).toEqual(new Set(['AUTH_REFUSED']));
    expect(adfs.passwords()).toBe(1);
    expect(world.sts.requests).toEqual([]);
  });

  it('does not trust a server whose authority nobody knows', async () => {
    await using adfs = await startAdfs(pair);
    await using world = await federatedWorld();
    await using connection = await world.open({
      AuthScheme: 'ADFS',
      User: USER,
      Password: PASSWORD,
      SSOLoginURL: adfs.origin,
    });
    const error = await thrownBy(() => connection.query(QUERY));
    expect(error.code).toBe('CONN_TLS');
    expect(adfs.requests).toEqual([]);
  });
});

describe('AuthScheme ADFS, before anything is sent,', () => {
  const base = { AuthScheme: 'ADFS', AWSRegion: 'eu-west-1', SSOLoginURL: 'https://adfs.corp.test' };
  it.each([
    [
      { ...base, User: 'ana' },
      'AUTH_MISSING_PROPERTY',
      'AuthScheme ADFS has User, but needs Password as well',
    ],
    [
      { ...base, Password: 'CANARY' },
      'AUTH_MISSING_PROPERTY',
      'AuthScheme ADFS has Password, but needs User as well',
    ],
    [
      { ...base, SSOLoginURL: 'http://adfs.corp.test' },
      'CONN_BAD_VALUE',
      'SSOLoginURL is "http://adfs.corp.test"; expected an https address',
    ],
  ])('refuses %j', async (properties, code, message) => {
    const error = await thrownBy(() => connect(properties));
    expect(error.code).toBe(code);
    expect(error.message).toBe(message);
  });
});
