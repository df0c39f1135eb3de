import { describe, expect, it } from '@jest/globals';
import { samlAssertion } from '../../src/authschemes/saml-assertion.ts';
import { assumeRoleWithSaml } from '../../src/aws/sts.ts';
import { Secret } from '../../src/core/secret.ts';
import { connect } from '../../src/index.ts';
import { startDynalite } from '../doubles/dynalite.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import {
  toFields,
  startSts,
  type StsAnswer,
  type StsDouble,
  stsCredentials,
  stsError,
} from '../doubles/sts.ts';
import { collectOutput } from '../support/collect-output.ts';
import { assertionXml, type AssertionOptions, base64, PROVIDER, responseXml, ROLE } from '../support/saml.ts';
import { createSource } from '../support/create-source.ts';
import { thrownBy } from '../support/thrown.ts';

const OTHER = 'arn:aws:iam::123456789012:role/Admin';
const encoded = (words: AssertionOptions = {}): string => base64(responseXml(assertionXml(words)));
const granted = (): StsAnswer => stsCredentials('AssumeRoleWithSAML', 'ASIATEST');

const toConnectionString = (sts: StsDouble, properties: string): string =>
  `AuthScheme=SAMLAssertion;AWSRegion=Ireland;STSEndpoint=${sts.endpoint};${properties}`;

/** The credentials of a connection string. */
async function getCredentials(sts: StsDouble, properties: string, ports: FakePorts = fakePorts()) {
  const source = await createSource(samlAssertion, toConnectionString(sts, properties), ports);
  return source(new AbortController().signal);
}

describe('AuthScheme SAMLAssertion', () => {
  it('assumes the role with the unchanged response in an unsigned request', async () => {
    await using sts = await startSts(granted);
    const credentials = await getCredentials(sts, `SAMLAssertion=${encoded()}`);
    expect(credentials).toMatchObject({
      accessKeyId: 'ASIATEST',
      accountId: '123456789012',
      origin: `role ${ROLE} by SAMLAssertion of the connection`,
    });
    expect(toFields(sts.requests[0])).toEqual({
      Action: 'AssumeRoleWithSAML',
      Version: '2011-06-15',
      RoleArn: ROLE,
      PrincipalArn: PROVIDER,
      SAMLAssertion: encoded(),
      DurationSeconds: '3600',
    });
    expect(sts.requests[0]?.authorization).toBe('');
  });

  it('reads a file again each time', async () => {
    await using sts = await startSts(granted);
    const files: Record<string, string> = { '/saml.txt': encoded() };
    const ports = { ...fakePorts(), readFile: async (path: string) => files[path] };
    const source = await createSource(
      samlAssertion,
      toConnectionString(sts, 'SAMLAssertionFile=/saml.txt'),
      ports,
    );
    await source(new AbortController().signal);
    files['/saml.txt'] = assertionXml({ sessionName: 'second' });
    await source(new AbortController().signal);
    const [, second] = sts.requests.map((request) => toFields(request)['SAMLAssertion'] ?? '');
    expect(Buffer.from(second ?? '', 'base64').toString()).toContain('second');
  });

  it.each([
    ['the named one', `AWSRoleARN=${OTHER}`, OTHER],
    ['the named pair', `AWSRoleARN=${ROLE};AWSPrincipalARN=${PROVIDER}`, ROLE],
  ])('selects %s from several roles', async (_, properties, role) => {
    await using sts = await startSts(granted);
    const roles = [`${ROLE},${PROVIDER}`, `${PROVIDER},${OTHER}`, 'nonsense'];
    await getCredentials(sts, `SAMLAssertion=${encoded({ roles })};${properties}`);
    expect(toFields(sts.requests[0])['RoleArn']).toBe(role);
  });

  it.each([
    ['several roles', { roles: [`${ROLE},${PROVIDER}`, `${OTHER},${PROVIDER}`] }, '', 'AUTH_ROLE', ROLE],
    [
      'an old assertion',
      { notOnOrAfter: new Date('2025-12-31T23:55:00Z') },
      '',
      'AUTH_EXPIRED',
      'expired at',
    ],
    ['another partition', {}, 'AWSRegion=cn-north-1;', 'AUTH_ROLE', 'aws-cn'],
  ])('does not call STS with %s', async (_, words, properties, code, text) => {
    await using sts = await startSts(granted);
    const string = toConnectionString(sts, `SAMLAssertion=${encoded(words)}`).replace(
      /AWSRegion=Ireland;/,
      properties || 'AWSRegion=Ireland;',
    );
    const source = await createSource(samlAssertion, string, fakePorts());
    const error = await thrownBy(() => source(new AbortController().signal));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(text)]);
    expect(sts.requests).toHaveLength(0);
  });

  it.each([
    ['', 'AUTH_MISSING_PROPERTY'],
    ['SAMLAssertion=x;SAMLAssertionFile=y', 'AUTH_CONFLICTING_PROPERTY'],
    ['SAMLAssertionFile=/nowhere', 'AUTH_NO_CREDENTIALS'],
    ['SAMLAssertion=CANARY', 'AUTH_MALFORMED'],
    ['SAMLAssertion=x;AWSRoleARN=Analyst', 'CONN_BAD_VALUE'],
    ['SAMLAssertion=x;AWSPrincipalARN=arn:aws:iam::1:saml-provider/x', 'CONN_BAD_VALUE'],
    ['SAMLAssertion=x;TemporaryTokenDuration=43201', 'CONN_BAD_VALUE'],
  ])('rejects %j with %s', async (properties, code) => {
    await using sts = await startSts(granted);
    const error = await thrownBy(() => getCredentials(sts, properties));
    expect(error.code).toBe(code);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('warns once about an assertion that AWS may reject', async () => {
    await using sts = await startSts(granted);
    const ports = fakePorts();
    const properties = `SAMLAssertion=${encoded({ audience: 'https://corp.example' })}`;
    const source = await createSource(samlAssertion, toConnectionString(sts, properties), ports);
    await source(new AbortController().signal);
    await source(new AbortController().signal);
    expect(ports.warnings).toEqual([expect.stringContaining('https://corp.example')]);
  });
});

/** Accepts at most an hour. */
const limitToOneHour = (body: string): StsAnswer =>
  toFields({ body })['DurationSeconds'] === '3600'
    ? granted()
    : stsError(
        400,
        'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      );

const getDurations = (sts: StsDouble) => sts.requests.map((request) => toFields(request)['DurationSeconds']);

describe('the duration', () => {
  const assertion = `SAMLAssertion=${encoded({ sessionDuration: '28800' })}`;

  it('of the assertion is reduced to an hour if the role does not allow it', async () => {
    await using sts = await startSts(limitToOneHour);
    await getCredentials(sts, assertion);
    expect(getDurations(sts)).toEqual(['28800', '3600']);
  });

  it('in TemporaryTokenDuration is not changed', async () => {
    await using sts = await startSts(limitToOneHour);
    const error = await thrownBy(() => getCredentials(sts, `${assertion};TemporaryTokenDuration=7200`));
    expect(error.code).toBe('CONN_BAD_VALUE');
    expect(getDurations(sts)).toEqual(['7200']);
  });
});

describe('AssumeRoleWithSAML', () => {
  it.each([
    ['InvalidIdentityToken', 'Response signature invalid CANARY', 'AUTH_REFUSED', 'Invalid signature'],
    ['InvalidIdentityToken', 'Issuer not present in specified provider', 'AUTH_REFUSED', PROVIDER],
    ['InvalidIdentityToken', "Specified provider doesn't exist", 'AUTH_REFUSED', 'does not exist'],
    [
      'InvalidIdentityToken',
      'The response did not contain a valid SAML assertion',
      'AUTH_SAML',
      'not contain a valid assertion',
    ],
    [
      'ExpiredTokenException',
      'Token must be redeemed within 5 minutes of issuance',
      'AUTH_EXPIRED',
      'expired',
    ],
    ['IDPRejectedClaim', 'CANARY', 'AUTH_REFUSED', 'rejected'],
    ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithSAML', 'AUTH_DENIED', ROLE],
    ['ValidationError', 'RoleSessionName is required in AuthnResponse', 'AUTH_SAML', 'RoleSessionName'],
    [
      'ValidationError',
      'Principal exists outside the account of the Role being assumed',
      'AUTH_ROLE',
      PROVIDER,
    ],
    ['RegionDisabledException', 'CANARY', 'AUTH_REFUSED', 'Region'],
  ])('rejected with %s: %s is reported without the message of STS', async (name, text, code, words) => {
    await using sts = await startSts(() => stsError(400, name, text));
    const error = await thrownBy(() =>
      assumeRoleWithSaml({
        region: 'eu-west-1',
        endpoint: sts.endpoint,
        roleArn: ROLE,
        principalArn: PROVIDER,
        assertion: new Secret('CANARY-assertion'),
        durationSeconds: 3600,
      }),
    );
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(words)]);
    expect(collectOutput(error)).not.toContain('CANARY');
    expect(sts.requests).toHaveLength(1);
  });
});

describe('a connection with an assertion', () => {
  it('signs DynamoDB requests with the credentials of the role', async () => {
    await using sts = await startSts(granted);
    const dynamodb = await startDynalite();
    const string = toConnectionString(sts, `SAMLAssertion=${encoded()};Endpoint=${dynamodb.endpoint}`);
    await using connection = await connect(string, { ports: { ...fakePorts(), now: () => Date.now() } });
    expect((await connection.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(await connection.metadata.tables()).toEqual([]);
    expect(sts.requests).toHaveLength(1);
    await dynamodb.close();
  });
});
