import { describe, expect, it } from '@jest/globals';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const CREDENTIALS = '/home/ana/.aws/credentials';
const CONFIG = '/home/ana/.aws/config';
const neverAborted = new AbortController().signal;
const open = async (text: string, ports: FakePorts = fakePorts()): Promise<SignIn> =>
  signIn((await parseConnection(text, ports)).options, ports);
const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
const keys = 'AccessKey=AKIA;SecretKey=CANARY';
const profile = (id: string): string => `aws_access_key_id=${id}\naws_secret_access_key=CANARY\n`;

describe('signIn', () => {
  it.each([
    [`AuthScheme=AwsRootKeys;${keys}`, 'AwsRootKeys'],
    [`${keys};AWSRoleARN=${ROLE}`, 'AwsIAMRoles'],
    [`AuthScheme=AwsMFA;${keys};MFASerialNumber=GAHT12345678`, 'AwsMFA'],
    [`authscheme=temporarycredentials;${keys};SessionToken=t`, 'TemporaryCredentials'],
    [keys, 'AwsRootKeys'],
    [`${keys};SessionToken=t`, 'TemporaryCredentials'],
    ['Profile=p', 'AwsCredentialsFile'],
    ['AWSCredentialsFile=/x', 'AwsCredentialsFile'],
    ['AuthScheme=AwsCredentialsFile', 'AwsCredentialsFile'],
    [`AWSWebIdentityTokenFile=/t;AWSRoleARN=${ROLE}`, 'AwsWebIdentity'],
    ['', 'Auto'],
  ])('with %j uses %s', async (text, scheme) => {
    expect((await open(text)).scheme).toBe(scheme);
  });

  it('returns the keys of the string and their origin', async () => {
    const opened = await open(`${keys};SessionToken=t`);
    expect(await opened.source(neverAborted)).toMatchObject({
      accessKeyId: 'AKIA',
      secretAccessKey: 'CANARY',
      sessionToken: 't',
    });
    expect(opened.describe()).toBe('AWSAccessKey, AWSSecretKey and AWSSessionToken of the connection');
  });

  it.each([
    ['AuthScheme=AwsRootKeys', 'AuthScheme AwsRootKeys requires AWSAccessKey and AWSSecretKey'],
    ['AccessKey=A', 'AuthScheme AwsRootKeys (chosen by Auto) requires AWSSecretKey'],
    [
      'SessionToken=t',
      'AuthScheme TemporaryCredentials (chosen by Auto) requires AWSAccessKey and AWSSecretKey',
    ],
  ])('reports all properties missing from %j at once', async (text, message) => {
    const error = await thrownBy(() => open(text));
    expect(error.code).toBe('AUTH_MISSING_PROPERTY');
    expect(error.message).toBe(message);
  });

  it.each([
    [`AuthScheme=AwsRootKeys;${keys};AWSRoleARN=${ROLE}`, 'AUTH_CONFLICTING_PROPERTY'],
    [`AuthScheme=AwsRootKeys;${keys};MFAToken=123456`, 'AUTH_MISSING_PROPERTY'],
    [`AuthScheme=AwsMFA;${keys}`, 'AUTH_MISSING_PROPERTY'],
    [`AuthScheme=AwsMFA;${keys};SessionToken=t;MFASerialNumber=GAHT12345678`, 'AUTH_CONFLICTING_PROPERTY'],
    [`${keys};SessionToken=t;MFAToken=1`, 'AUTH_CONFLICTING_PROPERTY'],
    ['AWSRoleARN=Analyst', 'CONN_BAD_VALUE'],
    ['Profile=p;AWSRoleARN=Analyst', 'CONN_BAD_VALUE'],
    ['Profile=p;MFASerialNumber=GAHT12345678;MFAToken=1', 'CONN_BAD_VALUE'],
    ['AuthScheme=AwsSSO;User=a', 'AUTH_NOT_SUPPORTED'],
  ])('rejects %j rather than use a different identity', async (text, code) => {
    expect((await thrownBy(() => open(text))).code).toBe(code);
  });

  it('lists the available schemes for an unsupported one', async () => {
    const error = await thrownBy(() => open('AuthScheme=AwsSSO'));
    expect(error.message).toMatch(/AwsSSO.*Auto.*TemporaryCredentials/);
  });

  it('warns about root keys if AwsRootKeys is set explicitly', async () => {
    const ports = fakePorts();
    await open(`AuthScheme=AwsRootKeys;${keys}`, ports);
    await open(keys, ports);
    expect(ports.warnings).toEqual([
      expect.stringContaining('AWS advises against access keys of the root user'),
    ]);
  });

  it('warns about sign-in properties that the scheme does not use', async () => {
    const ports = fakePorts();
    await open(`${keys};User=ana;Profile=p`, ports);
    expect(ports.warnings).toEqual(['AuthScheme AwsRootKeys does not use User, AWSCredentialsFileProfile']);
  });

  it('sends nothing and reads no credentials until they are needed', async () => {
    const opened = await open('Profile=ghost');
    expect(opened.describe()).toBe('AuthScheme AwsCredentialsFile');
    expect((await thrownBy(() => opened.source(neverAborted))).code).toBe('AUTH_PROFILE');
  });

  it('uses Region and endpoint of the profile that provides the credentials', async () => {
    const files = {
      [CREDENTIALS]: `[p]\n${profile('A')}`,
      [CONFIG]: '[profile p]\nregion=eu-west-1\nendpoint_url=http://localhost:1\n',
    };
    expect(await open('Profile=p', fakePorts({ files }))).toMatchObject({
      region: 'eu-west-1',
      endpointUrl: 'http://localhost:1',
    });
  });

  it('uses only the Region of the profile if the string has the keys', async () => {
    const files = { [CONFIG]: '[default]\nregion=eu-west-1\nendpoint_url=http://localhost:1\n' };
    const opened = await open(keys, fakePorts({ files }));
    expect(opened.region).toBe('eu-west-1');
    expect(opened.endpointUrl).toBeUndefined();
    expect((await open(`${keys};Region=Paris`, fakePorts({ forbidden: [CONFIG] }))).region).toBeUndefined();
  });

  it('fails after it was closed', async () => {
    const opened = await open(keys);
    opened.close();
    expect((await thrownBy(() => opened.source(neverAborted))).code).toBe('CONN_CLOSED');
  });

  it('does not print secrets', async () => {
    const opened = await open(keys);
    expect(collectOutput([opened, await opened.source(neverAborted)])).not.toContain('CANARY');
  });
});
