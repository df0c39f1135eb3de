import { describe, expect, it } from '@jest/globals';
import { profileSource } from '../../../src/authschemes/profiles/profile-source.ts';
import { parseConnection } from '../../../src/connstring/resolve.ts';
import type { Credentials } from '../../../src/core/credentials.ts';
import { type FakePorts, fakePorts } from '../../doubles/ports.ts';
import { thrownBy } from '../../support/thrown.ts';

const CREDENTIALS = '/home/ana/.aws/credentials';
const CONFIG = '/home/ana/.aws/config';

async function credentialsOf(
  files: Record<string, string>,
  text = '',
  env: Record<string, string> = {},
): Promise<Credentials> {
  return from(fakePorts({ files, env }), text);
}

async function from(ports: FakePorts, text: string): Promise<Credentials> {
  const { options } = await parseConnection(text, ports);
  return profileSource(options, ports)(new AbortController().signal);
}

const pair = (id: string, secret: string): string =>
  `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;

describe('a profile with keys', () => {
  it('gives them as they stand in the credentials file', async () => {
    const files = {
      [CREDENTIALS]: `[default]\n${pair('AKIA1', 'abc/def+gh;ij=kl#mn')}aws_session_token = t==\n`,
    };
    expect(await credentialsOf(files)).toEqual({
      accessKeyId: 'AKIA1',
      secretAccessKey: 'abc/def+gh;ij=kl#mn',
      sessionToken: 't==',
      origin: `profile "default" of ${CREDENTIALS}`,
    });
  });

  it('may stand in the config file, where its section says profile', async () => {
    const files = { [CONFIG]: `[profile corp.prod]\n${pair('AKIA1', 's')}aws_account_id = 123456789012\n` };
    expect(await credentialsOf(files, 'Profile=corp.prod')).toMatchObject({
      accessKeyId: 'AKIA1',
      accountId: '123456789012',
      origin: `profile "corp.prod" of ${CONFIG}`,
    });
  });

  it('may have a quoted name with blanks', async () => {
    const files = { [CONFIG]: `[profile "my team"]\n${pair('AKIA1', 's')}` };
    expect(await credentialsOf(files, "Profile='my team'")).toMatchObject({ accessKeyId: 'AKIA1' });
  });

  it('is taken from the credentials file where both files have it', async () => {
    const files = {
      [CREDENTIALS]: `[p]\n${pair('CRED', 's')}`,
      [CONFIG]: `[profile p]\n${pair('CONF', 's')}`,
    };
    expect(await credentialsOf(files, 'Profile=p')).toMatchObject({ accessKeyId: 'CRED' });
  });

  it('is [profile default] rather than [default] where the config file has both', async () => {
    const files = { [CONFIG]: `[profile default]\n${pair('YES', 's')}[default]\n${pair('NO', 's')}` };
    expect(await credentialsOf(files)).toMatchObject({ accessKeyId: 'YES' });
  });

  it('is the one that AWS_PROFILE names, unless the string names another', async () => {
    const files = { [CREDENTIALS]: `[a]\n${pair('A', 's')}[b]\n${pair('B', 's')}` };
    expect(await credentialsOf(files, '', { AWS_PROFILE: 'a' })).toMatchObject({ accessKeyId: 'A' });
    expect(await credentialsOf(files, 'Profile=b', { AWS_PROFILE: 'a' })).toMatchObject({ accessKeyId: 'B' });
  });

  it('lies in the files that the string or the environment names', async () => {
    const files = { '/x': `[default]\n${pair('X', 's')}`, '/home/ana/y': `[default]\n${pair('Y', 's')}` };
    expect(await credentialsOf(files, '', { AWS_SHARED_CREDENTIALS_FILE: '/x' })).toMatchObject({
      accessKeyId: 'X',
    });
    expect(await credentialsOf(files, 'AWSCredentialsFile=~/y')).toMatchObject({ accessKeyId: 'Y' });
    expect(await credentialsOf({ '/c': `[default]\n${pair('C', 's')}` }, 'AWSConfigFile=/c')).toMatchObject({
      accessKeyId: 'C',
    });
  });

  it('may have comments behind its keys', async () => {
    expect(await credentialsOf({ [CREDENTIALS]: `[default]\n${pair('A ; old', 's # mine')}` })).toMatchObject(
      {
        accessKeyId: 'A',
        secretAccessKey: 's',
      },
    );
  });
});

describe('a profile that gives nothing', () => {
  it('is an error that names near profiles where the name is unknown', async () => {
    const files = { [CREDENTIALS]: `[prod]\n${pair('A', 's')}` };
    const error = await thrownBy(() => credentialsOf(files, 'Profile=prd'));
    expect(error.code).toBe('AUTH_PROFILE');
    expect(error.message).toBe(
      `No profile "prd" in ${CREDENTIALS} and ${CONFIG} (no such file); did you mean prod?`,
    );
  });

  it.each([
    [
      'aws_access_key_id = A',
      `${CREDENTIALS}:2: profile "default" has aws_access_key_id but no aws_secret_access_key`,
    ],
    [
      'aws_secret_access_key = CANARY',
      `${CREDENTIALS}:2: profile "default" has aws_secret_access_key but no aws_access_key_id`,
    ],
    [
      'aws_access_key_id =\naws_secret_access_key = CANARY',
      `${CREDENTIALS}:2: profile "default" has an empty aws_access_key_id`,
    ],
    ['region = eu-west-1', `${CREDENTIALS}:1: profile "default" has no credentials`],
  ])('is an error with file and line: %j', async (body, message) => {
    const error = await thrownBy(() => credentialsOf({ [CREDENTIALS]: `[default]\n${body}\n` }));
    expect(error.code).toBe('AUTH_PROFILE');
    expect(error.message).toBe(message);
  });

  it('is an error that tells which lines were not understood', async () => {
    const error = await thrownBy(() => credentialsOf({ [CREDENTIALS]: 'aws_access_key_id = A\n' }));
    expect(error.attempts).toEqual([{ what: `${CREDENTIALS}:1`, why: 'text before the first section' }]);
  });

  it.each([
    'role_arn = r',
    'sso_session = s',
    'credential_process = p',
    'web_identity_token_file = f',
    'login_session = l',
  ])('is an error with file, line and key where %j needs what is not supported yet', async (line) => {
    const error = await thrownBy(() =>
      credentialsOf({ [CREDENTIALS]: `[default]\noutput = json\n${line}\n` }),
    );
    expect(error.code).toBe('AUTH_NOT_SUPPORTED');
    expect(error.message).toContain(`${CREDENTIALS}:3: ${line.split(' ')[0]} of profile "default"`);
  });

  it('does not fall back on keys where a role is asked for', async () => {
    const files = { [CREDENTIALS]: `[default]\n${pair('A', 's')}role_arn = r\n` };
    expect((await thrownBy(() => credentialsOf(files))).code).toBe('AUTH_NOT_SUPPORTED');
  });

  it('is an error where the file that the string names is not there', async () => {
    const error = await thrownBy(() =>
      credentialsOf({ [CONFIG]: `[default]\n${pair('A', 's')}` }, 'AWSCredentialsFile=/none'),
    );
    expect(error.message).toBe('AWSCredentialsFile: there is no file /none');
  });

  it('is an error where a file cannot be read', async () => {
    const error = await thrownBy(() => from(fakePorts({ forbidden: [CONFIG] }), ''));
    expect(error.message).toBe(`${CONFIG} cannot be read: permission denied`);
  });
});
