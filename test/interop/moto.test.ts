import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { env, execPath } from 'node:process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ConnectionOptions } from '../../src/connstring/connection-options.ts';
import { connect } from '../../src/host/node/connect.ts';
import { fetchCredentials } from '../../src/host/node/fetch-credentials.ts';
import { getPeer, runProgram, requirePeers } from './peers.ts';

interface MotoSetup {
  readonly keyId: string;
  readonly secret: string;
  readonly userArn: string;
  readonly roleArn: string;
  readonly pool: string;
  readonly app: string;
  readonly appSecret: string;
  readonly identityPool: string;
}

let setup: MotoSetup;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-interop-'));
  if (env['INTEROP_MOTO'] === undefined) return;
  setup = JSON.parse(
    await runProgram(getPeer('PYTHON'), ['test/interop/moto-setup.py', getPeer('MOTO')]),
  ) as MotoSetup;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Connection options with all endpoints at moto. */
function options(own: ConnectionOptions): ConnectionOptions {
  const endpoint = getPeer('MOTO');
  return {
    AWSRegion: 'eu-west-1',
    Endpoint: endpoint,
    STSEndpoint: endpoint,
    CognitoIdpEndpoint: endpoint,
    CognitoIdentityEndpoint: endpoint,
    ...own,
  };
}

const keys = (): ConnectionOptions => ({ AWSAccessKey: setup.keyId, AWSSecretKey: setup.secret });

/** Signs in, requests the identity from STS, and reads the table. */
async function signInAndRead(own: ConnectionOptions): Promise<{ arn: string; source: string }> {
  await using connection = await connect(options(own), { trusted: true, onWarning: () => undefined });
  const { rows } = await connection.query('SELECT id, total FROM orders ORDER BY id');
  expect(rows).toEqual([
    { id: 'o0', total: 0 },
    { id: 'o1', total: 10 },
    { id: 'o2', total: 20 },
  ]);
  return await connection.whoami();
}

const moto = requirePeers('MOTO');

moto.suite(`against moto${moto.why}`, () => {
  it('AwsRootKeys signs in with the keys of a user', async () => {
    expect((await signInAndRead({ AuthScheme: 'AwsRootKeys', ...keys() })).arn).toBe(setup.userArn);
  });

  it('AwsIAMRoles assumes a role', async () => {
    const role = { AWSRoleARN: setup.roleArn, RoleSessionName: 'interop' };
    const { arn } = await signInAndRead({ AuthScheme: 'AwsIAMRoles', ...keys(), ...role });
    expect(arn).toBe('arn:aws:sts::123456789012:assumed-role/Reader/interop');
  });

  it('AwsIAMRoles assumes a role of another account, with its external id', async () => {
    const role = { AWSRoleARN: setup.roleArn, AWSExternalId: 'partner-7', RoleSessionName: 'partner' };
    const { arn } = await signInAndRead({ AuthScheme: 'AwsIAMRoles', ...keys(), ...role });
    expect(arn).toBe('arn:aws:sts::123456789012:assumed-role/Reader/partner');
  });

  it('AwsMFA saves its session, and does not need a second code', async () => {
    const place = join(folder, 'sessions.json');
    const mfa = { MFASerialNumber: 'arn:aws:iam::123456789012:mfa/ana', CredentialsLocation: place };
    const mfaOptions = { AuthScheme: 'AwsMFA', ...keys(), ...mfa };
    const first = await fetchCredentials(options({ ...mfaOptions, MFAToken: '123456' }));
    const second = await fetchCredentials(options(mfaOptions));
    expect([second.accessKeyId, second.sessionToken]).toEqual([first.accessKeyId, first.sessionToken]);
    expect((await stat(place)).mode & 0o777).toBe(0o600);
    expect(await readFile(place, 'utf8')).not.toContain('"123456"');
  });

  it('TemporaryCredentials uses the session of another sign-in', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = await fetchCredentials(
      options({ AuthScheme: 'AwsIAMRoles', ...keys(), AWSRoleARN: setup.roleArn, RoleSessionName: 'lent' }),
    );
    const { arn } = await signInAndRead({
      AuthScheme: 'TemporaryCredentials',
      AWSAccessKey: accessKeyId,
      AWSSecretKey: secretAccessKey,
      AWSSessionToken: sessionToken,
    });
    expect(arn).toBe('arn:aws:sts::123456789012:assumed-role/Reader/lent');
  });

  it('AwsWebIdentity exchanges a token from a file', async () => {
    const file = join(folder, 'token');
    await writeFile(file, 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJwb2QifQ.sig\n');
    const { arn } = await signInAndRead({
      AuthScheme: 'AwsWebIdentity',
      AWSRoleARN: setup.roleArn,
      AWSWebIdentityTokenFile: file,
      RoleSessionName: 'pod',
    });
    expect(arn).toBe('arn:aws:sts::123456789012:assumed-role/Reader/pod');
  });

  it('AwsCognitoBasic signs in a user of a pool, with the client secret', async () => {
    const { source } = await signInAndRead({
      AuthScheme: 'AwsCognitoBasic',
      AWSCognitoRegion: 'eu-west-1',
      AWSUserPoolId: setup.pool,
      AWSUserPoolClientAppId: setup.app,
      AWSUserPoolClientAppSecret: setup.appSecret,
      AWSIdentityPoolId: setup.identityPool,
      User: 'bea',
      Password: 'Secret-123',
    });
    expect(source).toContain(setup.identityPool);
  });

  it('AwsCredentialsFile follows a chain of roles', async () => {
    const credentials = join(folder, 'credentials');
    const config = join(folder, 'config');
    await writeFile(
      credentials,
      `[base]\naws_access_key_id = ${setup.keyId}\naws_secret_access_key = ${setup.secret}\n`,
    );
    await writeFile(
      config,
      `[profile first]\nrole_arn = ${setup.roleArn}\nsource_profile = base\n` +
        `[profile second]\nrole_arn = ${setup.roleArn}\nsource_profile = first\nrole_session_name = chained\n`,
    );
    const { arn, source } = await signInAndRead({
      AuthScheme: 'AwsCredentialsFile',
      AWSCredentialsFile: credentials,
      AWSConfigFile: config,
      AWSCredentialsFileProfile: 'second',
    });
    expect(arn).toBe('arn:aws:sts::123456789012:assumed-role/Reader/chained');
    expect(source).toMatch(/profile "second".*profile "first".*profile "base"/);
  });
});

const aws = requirePeers('MOTO', 'AWS');

aws.suite(`the AWS command line${aws.why}`, () => {
  const main = resolve('src/cli/main.ts');
  const tsx = resolve('node_modules/tsx/dist/cli.mjs');

  it('signs in through credential_process', async () => {
    const endpoint = getPeer('MOTO');
    const config = join(folder, 'aws-config');
    const text = `AuthScheme=AwsIAMRoles;AWSRegion=eu-west-1;AWSAccessKey=${setup.keyId};AWSSecretKey='${setup.secret}';AWSRoleARN=${setup.roleArn};RoleSessionName=cli;STSEndpoint=${endpoint}`;
    const command = `"${execPath}" "${tsx}" "${main}" credentials --format process -c "${text}"`;
    await writeFile(config, `[profile driver]\nregion = eu-west-1\ncredential_process = ${command}\n`);
    const run = async (...args: string[]): Promise<unknown> =>
      JSON.parse(
        await runProgram(
          getPeer('AWS'),
          [...args, '--profile', 'driver', '--endpoint-url', endpoint, '--output', 'json'],
          {
            env: {
              AWS_CONFIG_FILE: config,
              AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
              AWS_PROFILE: 'driver',
            },
          },
        ),
      );
    expect(await run('sts', 'get-caller-identity')).toMatchObject({
      Arn: 'arn:aws:sts::123456789012:assumed-role/Reader/cli',
    });
    expect(await run('dynamodb', 'list-tables')).toEqual({ TableNames: ['orders'] });
  });

  it('and the driver get the same credentials from each other', async () => {
    const config = join(folder, 'aws-config');
    const printing = `import json, botocore.session as s; c = s.Session(profile='driver').get_credentials().get_frozen_credentials(); print(json.dumps({'Version': 1, 'AccessKeyId': c.access_key, 'SecretAccessKey': c.secret_key, 'SessionToken': c.token}))`;
    const back = join(folder, 'back-config');
    const script = join(folder, 'print.py');
    await writeFile(script, printing);
    await writeFile(
      back,
      `[profile back]\ncredential_process = "/usr/bin/env" "AWS_CONFIG_FILE=${config}" "${getPeer('PYTHON')}" "${script}"\n`,
    );
    const { arn } = await signInAndRead({
      AuthScheme: 'AwsCredentialsFile',
      AWSConfigFile: back,
      AWSCredentialsFileProfile: 'back',
    });
    expect(arn).toBe('arn:aws:sts::123456789012:assumed-role/Reader/cli');
  });
});
