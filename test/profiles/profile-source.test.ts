import { describe, expect, it } from '@jest/globals';
import type { Credentials } from '../../src/core/credentials.ts';
import { fakePorts } from '../doubles/ports.ts';
import { thrownBy } from '../support/thrown.ts';
import { CONFIG, CREDENTIALS, credentialsIn, pair } from './given.ts';

async function credentialsOf(
  files: Record<string, string>,
  text = '',
  env: Record<string, string> = {},
): Promise<Credentials> {
  return credentialsIn(fakePorts({ files, env }), text);
}

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

  it('takes what it lacks from the section DEFAULT of its file', async () => {
    const files = { [CONFIG]: `[DEFAULT]\naws_secret_access_key = s\n[profile p]\naws_access_key_id = A\n` };
    expect(await credentialsOf(files, 'Profile=p')).toMatchObject({ accessKeyId: 'A', secretAccessKey: 's' });
  });

  it('gives the keys of the credentials file rather than run a process, and runs it rather than use other keys', async () => {
    const process = 'credential_process = none\n';
    const first = { [CREDENTIALS]: `[default]\n${pair('A', 's')}`, [CONFIG]: `[default]\n${process}` };
    expect(await credentialsOf(first)).toMatchObject({ accessKeyId: 'A' });
    const second = { [CONFIG]: `[default]\n${pair('A', 's')}${process}` };
    expect((await thrownBy(() => credentialsOf(second))).message).toContain('credential_process');
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
    expect(error.code).toBe(body.startsWith('region') ? 'AUTH_NO_CREDENTIALS' : 'AUTH_PROFILE');
    expect(error.message).toBe(message);
  });

  it('is an error that tells which lines were not understood', async () => {
    const error = await thrownBy(() => credentialsOf({ [CREDENTIALS]: 'aws_access_key_id = A\n' }));
    expect(error.attempts).toEqual([{ what: `${CREDENTIALS}:1`, why: 'content before the first section' }]);
  });

  it.each([
    ['source_profile = b', 'source_profile but no role_arn'],
    ['credential_source = Environment', 'credential_source but no role_arn'],
    ['sso_session = s', 'sso_session but no sso_account_id and sso_role_name'],
    ['sso_start_url = s', 'sso_start_url but no sso_account_id and sso_role_name'],
  ])('is an error that says what %j lacks', async (line, message) => {
    const error = await thrownBy(() =>
      credentialsOf({ [CREDENTIALS]: `[default]\noutput = json\n${line}\n` }),
    );
    expect(error.message).toBe(`${CREDENTIALS}:3: profile "default" has ${message}`);
  });

  it('is an error that tells what to do instead where it names a console session', async () => {
    const error = await thrownBy(() => credentialsOf({ [CONFIG]: '[default]\nlogin_session = arn:x\n' }));
    expect(error.code).toBe('AUTH_NOT_SUPPORTED');
    expect(error.message).toContain(
      `${CONFIG}:2: login_session of profile "default" names a console session`,
    );
    expect(error.remedy).toContain('aws configure export-credentials');
  });

  it('does not fall back on keys where a role is asked for', async () => {
    const files = { [CREDENTIALS]: `[default]\n${pair('A', 's')}role_arn = r\n` };
    expect((await thrownBy(() => credentialsOf(files))).code).toBe('AUTH_PROFILE');
  });

  it('tells of sections that the AWS command line passes over', async () => {
    const files = {
      [CREDENTIALS]: `[profile a]\n${pair('A', 's')}`,
      [CONFIG]: '[b]\nregion = eu-west-1\n[profile my team]\nregion = eu-west-1\n',
    };
    expect((await thrownBy(() => credentialsOf(files, 'Profile=b'))).attempts).toEqual([
      { what: `${CREDENTIALS}:1`, why: '[profile a] is a profile named "profile a" in this file: write [a]' },
      { what: `${CONFIG}:1`, why: '[b] is no profile in this file: write [profile b]' },
      {
        what: `${CONFIG}:3`,
        why: '[profile my team] is passed over: write a name with blanks as [profile "my team"]',
      },
    ]);
  });

  it('is an error where the file that the string names is not there', async () => {
    const error = await thrownBy(() =>
      credentialsOf({ [CONFIG]: `[default]\n${pair('A', 's')}` }, 'AWSCredentialsFile=/none'),
    );
    expect(error.message).toBe('AWSCredentialsFile: there is no file /none');
  });

  it('is an error where a file cannot be read', async () => {
    const error = await thrownBy(() => credentialsIn(fakePorts({ forbidden: [CONFIG] }), ''));
    expect(error.message).toBe(`could not read file "${CONFIG}": permission denied`);
  });
});
