import { describe, expect, it } from '@jest/globals';
import { fakePorts } from '../doubles/ports.ts';
import { toFields, startSts, stsCredentials, stsError } from '../doubles/sts.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';
import { CONFIG, CREDENTIALS, loadProfileCredentials, pair } from './load-credentials.ts';

const ROLE = 'arn:aws:iam::123456789012:role/Reader';
const BASE = `[base]\n${pair('AKIABASEBASEBASE', 'CANARY-BASE')}`;

describe('a profile with a role', () => {
  it('assumes it with the keys of its source profile', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIA1'));
    const files = {
      [CREDENTIALS]: BASE,
      [CONFIG]: `[profile r]\nrole_arn = ${ROLE}\nsource_profile = base\nexternal_id = x1\nrole_session_name = me\nduration_seconds = 1800\nregion = eu-west-1\n`,
    };
    const credentials = await loadProfileCredentials(
      fakePorts({ files }),
      `Profile=r;STSEndpoint=${sts.endpoint}`,
    );
    expect(credentials).toMatchObject({
      accessKeyId: 'ASIA1',
      origin: `profile "r", role ${ROLE}, via profile "base" of ${CREDENTIALS}`,
    });
    expect(toFields(sts.requests[0])).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: ROLE,
      ExternalId: 'x1',
      RoleSessionName: 'me',
      DurationSeconds: '1800',
    });
    expect(sts.requests[0]?.authorization).toContain('AKIABASEBASEBASE/');
    expect(sts.requests[0]?.authorization).toContain('/eu-west-1/sts/');
  });

  it('uses the STS endpoint of its services section', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIA1'));
    const files = {
      [CREDENTIALS]: BASE,
      [CONFIG]: `[profile r]\nrole_arn = ${ROLE}\nsource_profile = base\nservices = s\n[services s]\nsts =\n  endpoint_url = ${sts.endpoint}\n`,
    };
    expect(await loadProfileCredentials(fakePorts({ files }), 'Profile=r')).toMatchObject({
      accessKeyId: 'ASIA1',
    });
  });

  it('assumes the role of its source profile first', async () => {
    await using sts = await startSts((body) =>
      stsCredentials('AssumeRole', body.includes('ReaderSecond') ? 'ASIA2' : 'ASIA1'),
    );
    const files = {
      [CREDENTIALS]: BASE,
      [CONFIG]: `[profile b]\nrole_arn = ${ROLE}Second\nsource_profile = a\n[profile a]\nrole_arn = ${ROLE}\nsource_profile = base\n`,
    };
    const credentials = await loadProfileCredentials(
      fakePorts({ files }),
      `Profile=b;STSEndpoint=${sts.endpoint}`,
    );
    expect(credentials.accessKeyId).toBe('ASIA2');
    expect(credentials.origin).toBe(
      `profile "b", role ${ROLE}Second, via profile "a", role ${ROLE}, via profile "base" of ${CREDENTIALS}`,
    );
    expect(sts.requests.map(({ authorization }) => /Credential=(\w+)/.exec(authorization)?.[1])).toEqual([
      'AKIABASEBASEBASE',
      'ASIA1',
    ]);
  });

  it('can be its own source profile with access keys, and provides the keys for other profiles', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIA1'));
    const self = `role_arn = ${ROLE}\nsource_profile = self\n`;
    const files = {
      [CREDENTIALS]: `[self]\n${pair('AKIASELFSELFSELF', 's')}`,
      [CONFIG]: `[profile self]\n${self}[profile other]\nrole_arn = ${ROLE}\nsource_profile = self\n`,
    };
    const text = (name: string): string => `Profile=${name};STSEndpoint=${sts.endpoint}`;
    await loadProfileCredentials(fakePorts({ files }), text('self'));
    await loadProfileCredentials(fakePorts({ files }), text('other'));
    expect(sts.requests.map(({ authorization }) => authorization.includes('AKIASELFSELFSELF'))).toEqual([
      true,
      true,
    ]);
  });

  it('assumes it with the keys in the environment', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIA1'));
    const files = { [CONFIG]: `[default]\nrole_arn = ${ROLE}\ncredential_source = Environment\n` };
    const env = { AWS_ACCESS_KEY_ID: 'AKIAENVENVENVENV', AWS_SECRET_ACCESS_KEY: 's' };
    await loadProfileCredentials(
      fakePorts({ files, env }),
      `AWSConfigFile=${CONFIG};STSEndpoint=${sts.endpoint}`,
    );
    expect(sts.requests[0]?.authorization).toContain('AKIAENVENVENVENV/');
  });

  it.each([
    ['role_arn =', `:2: role_arn of profile "r" is empty`],
    [`role_arn = ${ROLE}`, ':2: profile "r" has role_arn, but requires source_profile or credential_source'],
    [
      `role_arn = ${ROLE}\nsource_profile = base\ncredential_source = Environment`,
      ':4: profile "r" contains both source_profile and credential_source',
    ],
    [
      `role_arn = ${ROLE}\nsource_profile = bas`,
      ':3: source_profile "bas" referenced in profile "r" does not exist; did you mean base?',
    ],
    [
      `role_arn = ${ROLE}\ncredential_source = environment`,
      ':3: credential_source of profile "r" is "environment"; expected Environment, Ec2InstanceMetadata, EcsContainer',
    ],
    [
      `role_arn = ${ROLE}\ncredential_source = Environment`,
      ':3: credential_source Environment of profile "r": AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
    ],
    [
      `role_arn = ${ROLE}\nsource_profile = base\nduration_seconds = 10`,
      ':4: duration_seconds of profile "r" is invalid; expected 900 to 43200',
    ],
    [`role_arn = ${ROLE}\nsource_profile = r`, ':3: infinite loop in source_profile: r -> r'],
    [
      `role_arn = ${ROLE}\nsource_profile = q\n[profile q]\nrole_arn = ${ROLE}\nsource_profile = r`,
      ':6: infinite loop in source_profile: r -> q -> r',
    ],
    [
      `role_arn = ${ROLE}\nsource_profile = q\n[profile q]\naws_access_key_id = A`,
      ':5: profile "q" has aws_access_key_id, but aws_secret_access_key is missing (r -> q)',
    ],
    [
      `role_arn = ${ROLE}\nsource_profile = q\n[profile q]\nregion = eu-west-1`,
      ':4: profile "q" has no credentials (r -> q)',
    ],
  ])('reports file, line and chain: %j', async (body, message) => {
    const files = { [CREDENTIALS]: BASE, [CONFIG]: `[profile r]\n${body}\n` };
    const error = await thrownBy(() => loadProfileCredentials(fakePorts({ files }), 'Profile=r'));
    expect(error.code).toBe('AUTH_PROFILE');
    expect(error.message).toBe(`${CONFIG}${message}`);
  });

  it('uses MFAToken for its MFA device once and saves the session', async () => {
    await using sts = await startSts(() =>
      stsCredentials('AssumeRole', 'ASIA1', new Date(Date.UTC(2026, 0, 1, 1))),
    );
    const files = {
      [CREDENTIALS]: BASE,
      [CONFIG]: `[profile r]\nrole_arn = ${ROLE}\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/ana\n`,
    };
    const text = `Profile=r;MFAToken=123456;CredentialsLocation=memory://profiles;STSEndpoint=${sts.endpoint}`;
    const first = await loadProfileCredentials(fakePorts({ files }), text);
    const second = await loadProfileCredentials(fakePorts({ files }), text);
    expect([first.accessKeyId, second.accessKeyId]).toEqual(['ASIA1', 'ASIA1']);
    expect(sts.requests.map(toFields)).toMatchObject([
      { SerialNumber: 'arn:aws:iam::123456789012:mfa/ana', TokenCode: '123456' },
    ]);
  });

  it('reports the profile whose role STS denied', async () => {
    await using sts = await startSts(() =>
      stsError(403, 'AccessDenied', 'not authorized to perform: sts:AssumeRole'),
    );
    const files = {
      [CREDENTIALS]: BASE,
      [CONFIG]: `[profile r]\nrole_arn = ${ROLE}\nsource_profile = base\n`,
    };
    const error = await thrownBy(() =>
      loadProfileCredentials(fakePorts({ files }), `Profile=r;STSEndpoint=${sts.endpoint}`),
    );
    expect(error.code).toBe('AUTH_DENIED');
    expect(error.message).toContain(`${CONFIG}:2: profile "r": Not authorized to assume ${ROLE}`);
    expect(error.remedy).toContain('trust policy');
    expect(collectOutput(error)).not.toContain('CANARY');
  });
});

const webIdentityFiles = (token?: string): Record<string, string> => ({
  [CONFIG]: `[default]\nrole_arn = ${ROLE}\nweb_identity_token_file = ~/token\nrole_session_name = pod\n`,
  ...(token === undefined ? {} : { '/home/ana/token': token }),
});

describe('a profile with a web identity', () => {
  it('assumes its role with the token in the file and an unsigned request', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRoleWithWebIdentity', 'ASIA1'));
    const credentials = await loadProfileCredentials(
      fakePorts({ files: webIdentityFiles('header.body.sig\n') }),
      `STSEndpoint=${sts.endpoint}`,
    );
    expect(credentials).toMatchObject({
      accessKeyId: 'ASIA1',
      origin: `profile "default", role ${ROLE}, via the web identity token from /home/ana/token`,
    });
    expect(toFields(sts.requests[0])).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: ROLE,
      RoleSessionName: 'pod',
      WebIdentityToken: 'header.body.sig',
    });
    expect(sts.requests[0]?.authorization).toBe('');
  });

  it.each([
    [undefined, 'could not open file "/home/ana/token": no such file'],
    [' \n', 'file "/home/ana/token" is empty'],
  ])('reports file and line if the token file is %j', async (token, message) => {
    const error = await thrownBy(() =>
      loadProfileCredentials(fakePorts({ files: webIdentityFiles(token) }), ''),
    );
    expect(error.message).toBe(`${CONFIG}:3: web_identity_token_file of profile "default": ${message}`);
  });

  it('requires role_arn', async () => {
    const ports = fakePorts({ files: { [CONFIG]: '[default]\nweb_identity_token_file = /t\n' } });
    expect((await thrownBy(() => loadProfileCredentials(ports, ''))).message).toBe(
      `${CONFIG}:2: profile "default" has web_identity_token_file, but requires role_arn`,
    );
  });
});
