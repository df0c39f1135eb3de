import { describe, expect, it } from '@jest/globals';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { toFields, startSts, stsCredentials } from '../doubles/sts.ts';
import { thrownBy } from '../support/thrown.ts';

const CREDENTIALS = '/home/ana/.aws/credentials';
const CONFIG = '/home/ana/.aws/config';
const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
const nobody = new AbortController().signal;

const open = async (ports: FakePorts, text = ''): Promise<SignIn> =>
  signIn((await parseConnection(text, ports)).options, ports);
const profile = (id: string): string => `aws_access_key_id=${id}\naws_secret_access_key=CANARY\n`;
/** No instance: its metadata service is turned off. */
const world = (env: Record<string, string> = {}, files: Record<string, string> = {}): FakePorts =>
  fakePorts({ env: { AWS_EC2_METADATA_DISABLED: 'true', ...env }, files });

describe('Auto without properties', () => {
  const env = { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 'CANARY', AWS_SESSION_TOKEN: 't' };
  const files = { [CREDENTIALS]: `[default]\n${profile('DEFAULT')}[p]\n${profile('P')}` };

  it('takes the keys of the environment first, even where AWS_PROFILE is set', async () => {
    const way = await open(world({ ...env, AWS_PROFILE: 'p' }, files));
    expect(await way.source(nobody)).toMatchObject({ accessKeyId: 'ENV', sessionToken: 't' });
    expect(way.describe()).toBe('environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  });

  it('takes the web identity of the environment next', async () => {
    await using sts = await startSts(() =>
      stsCredentials('AssumeRoleWithWebIdentity', 'POD', new Date('2026-01-01T01:00Z')),
    );
    const pod = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: '/t' };
    const ports = world(
      { ...pod, AWS_ENDPOINT_URL_STS: sts.endpoint, AWS_REGION: 'eu-west-1' },
      { ...files, '/t': 'a.b.c' },
    );
    expect(await (await open(ports)).source(nobody)).toMatchObject({ accessKeyId: 'POD' });
  });

  it('takes the profile next', async () => {
    expect(await (await open(world({}, files))).source(nobody)).toMatchObject({ accessKeyId: 'DEFAULT' });
    const named = await open(world({ AWS_PROFILE: 'p' }, files));
    expect(await named.source(nobody)).toMatchObject({ accessKeyId: 'P' });
  });

  it('assumes AWSRoleARN with what it found', async () => {
    await using sts = await startSts(() =>
      stsCredentials('AssumeRole', 'ROLE', new Date('2026-01-01T01:00Z')),
    );
    const text = `AWSRoleARN=${ROLE};AWSRegion=eu-west-1;STSEndpoint=${sts.endpoint}`;
    const way = await open(world(env, files), text);
    expect(await way.source(nobody)).toMatchObject({ accessKeyId: 'ROLE' });
    expect(way.describe()).toContain(`role ${ROLE}, by way of environment variables`);
    expect(toFields(sts.requests[0])).toMatchObject({ Action: 'AssumeRole', RoleArn: ROLE });
    expect(sts.requests[0]?.authorization).toContain('Credential=ENV/');
  });

  it.each([
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'],
  ])('goes no further where the environment has %s alone', async (there, missing) => {
    const error = await thrownBy(async () =>
      (await open(world({ [there]: 'CANARY' }, files))).source(nobody),
    );
    expect(error.code).toBe('AUTH_MISSING_PROPERTY');
    expect(error.message).toBe(`The environment has ${there} but no ${missing}`);
  });

  it.each([
    [{ AWS_PROFILE: 'ghost' }, files, 'No profile "ghost"'],
    [
      {},
      { [CONFIG]: '[default]\naws_access_key_id=A\n' },
      `${CONFIG}:2: profile "default" has aws_access_key_id but`,
    ],
    [{}, { [CONFIG]: '[default]\nsso_session=corp\n' }, `${CONFIG}:2: profile "default" has sso_session but`],
  ])('goes no further where what is there is wrong: %j %j', async (env, files, message) => {
    const error = await thrownBy(async () => (await open(world(env, files))).source(nobody));
    expect(error.message).toContain(message);
  });

  it('tells every source that was tried, and why it had nothing', async () => {
    const error = await thrownBy(async () => (await open(world())).source(nobody));
    expect(error.code).toBe('AUTH_NO_CREDENTIALS');
    expect(error.attempts).toEqual([
      { what: 'environment', why: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY not set' },
      {
        what: 'web identity of the environment',
        why: 'AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE not set',
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
