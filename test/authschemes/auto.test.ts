import { describe, expect, it } from '@jest/globals';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { toFields, startSts, stsCredentials } from '../doubles/sts.ts';
import { thrownBy } from '../support/thrown.ts';

const CREDENTIALS = '/home/ana/.aws/credentials';
const CONFIG = '/home/ana/.aws/config';
const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
const neverAborted = new AbortController().signal;

const open = async (ports: FakePorts, text = ''): Promise<SignIn> =>
  signIn((await parseConnection(text, ports)).options, ports);
const profile = (id: string): string => `aws_access_key_id=${id}\naws_secret_access_key=CANARY\n`;
/** Ports without an instance metadata service. */
const portsWith = (env: Record<string, string> = {}, files: Record<string, string> = {}): FakePorts =>
  fakePorts({ env: { AWS_EC2_METADATA_DISABLED: 'true', ...env }, files });

describe('Auto without properties', () => {
  const env = { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 'CANARY', AWS_SESSION_TOKEN: 't' };
  const files = { [CREDENTIALS]: `[default]\n${profile('DEFAULT')}[p]\n${profile('P')}` };

  it('uses the access keys in the environment first, even if AWS_PROFILE is set', async () => {
    const opened = await open(portsWith({ ...env, AWS_PROFILE: 'p' }, files));
    expect(await opened.source(neverAborted)).toMatchObject({ accessKeyId: 'ENV', sessionToken: 't' });
    expect(opened.describe()).toBe('environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  });

  it('uses the web identity in the environment next', async () => {
    await using sts = await startSts(() =>
      stsCredentials('AssumeRoleWithWebIdentity', 'POD', new Date('2026-01-01T01:00Z')),
    );
    const pod = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: '/t' };
    const ports = portsWith(
      { ...pod, AWS_ENDPOINT_URL_STS: sts.endpoint, AWS_REGION: 'eu-west-1' },
      { ...files, '/t': 'a.b.c' },
    );
    expect(await (await open(ports)).source(neverAborted)).toMatchObject({ accessKeyId: 'POD' });
  });

  it('uses the profile next', async () => {
    expect(await (await open(portsWith({}, files))).source(neverAborted)).toMatchObject({
      accessKeyId: 'DEFAULT',
    });
    const named = await open(portsWith({ AWS_PROFILE: 'p' }, files));
    expect(await named.source(neverAborted)).toMatchObject({ accessKeyId: 'P' });
  });

  it('assumes AWSRoleARN with the credentials that it found', async () => {
    await using sts = await startSts(() =>
      stsCredentials('AssumeRole', 'ROLE', new Date('2026-01-01T01:00Z')),
    );
    const text = `AWSRoleARN=${ROLE};AWSRegion=eu-west-1;STSEndpoint=${sts.endpoint}`;
    const opened = await open(portsWith(env, files), text);
    expect(await opened.source(neverAborted)).toMatchObject({ accessKeyId: 'ROLE' });
    expect(opened.describe()).toContain(`role ${ROLE}, via environment variables`);
    expect(toFields(sts.requests[0])).toMatchObject({ Action: 'AssumeRole', RoleArn: ROLE });
    expect(sts.requests[0]?.authorization).toContain('Credential=ENV/');
  });

  it.each([
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'],
  ])('stops at partial credentials in the environment: %s', async (present, missing) => {
    const error = await thrownBy(async () =>
      (await open(portsWith({ [present]: 'CANARY' }, files))).source(neverAborted),
    );
    expect(error.code).toBe('AUTH_MISSING_PROPERTY');
    expect(error.message).toBe(
      `Partial credentials found in the environment: ${present} is set, but ${missing} is missing`,
    );
  });

  it.each([
    [{ AWS_PROFILE: 'ghost' }, files, 'The config profile (ghost) could not be found'],
    [
      {},
      { [CONFIG]: '[default]\naws_access_key_id=A\n' },
      `${CONFIG}:2: profile "default" has aws_access_key_id, but`,
    ],
    [
      {},
      { [CONFIG]: '[default]\nsso_session=corp\n' },
      `${CONFIG}:2: profile "default" has sso_session, but`,
    ],
  ])('stops at invalid credentials: %j %j', async (env, files, message) => {
    const error = await thrownBy(async () => (await open(portsWith(env, files))).source(neverAborted));
    expect(error.message).toContain(message);
  });

  it('lists every provider and why it has no credentials', async () => {
    const error = await thrownBy(async () => (await open(portsWith())).source(neverAborted));
    expect(error.code).toBe('AUTH_NO_CREDENTIALS');
    expect(error.attempts).toEqual([
      { what: 'environment', why: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set' },
      {
        what: 'web identity in the environment',
        why: 'AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE are not set',
      },
      { what: 'profile "default"', why: expect.stringContaining(`${CREDENTIALS} (no such file)`) },
      {
        what: 'container',
        why: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set',
      },
      { what: 'EC2 instance', why: expect.stringContaining('disabled by AWS_EC2_METADATA_DISABLED') },
    ]);
    expect(error.attempts.every(({ why }) => error.message.includes(why))).toBe(true);
  });
});
