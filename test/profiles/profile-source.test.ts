import { describe, expect, it } from '@jest/globals';
import type { Credentials } from '../../src/core/credentials.ts';
import { fakePorts } from '../doubles/ports.ts';
import { thrownBy } from '../support/thrown.ts';
import { CONFIG, CREDENTIALS, loadProfileCredentials, pair } from './load-credentials.ts';

async function readCredentials(
  files: Record<string, string>,
  text = '',
  env: Record<string, string> = {},
): Promise<Credentials> {
  return loadProfileCredentials(fakePorts({ files, env }), text);
}

describe('a profile with access keys', () => {
  it('returns them from the credentials file', async () => {
    const files = {
      [CREDENTIALS]: `[default]\n${pair('AKIA1', 'abc/def+gh;ij=kl#mn')}aws_session_token = t==\n`,
    };
    expect(await readCredentials(files)).toEqual({
      accessKeyId: 'AKIA1',
      secretAccessKey: 'abc/def+gh;ij=kl#mn',
      sessionToken: 't==',
      origin: `profile "default" of ${CREDENTIALS}`,
    });
  });

  it('can be a [profile …] section of the config file', async () => {
    const files = { [CONFIG]: `[profile corp.prod]\n${pair('AKIA1', 's')}aws_account_id = 123456789012\n` };
    expect(await readCredentials(files, 'Profile=corp.prod')).toMatchObject({
      accessKeyId: 'AKIA1',
      accountId: '123456789012',
      origin: `profile "corp.prod" of ${CONFIG}`,
    });
  });

  it('can have a quoted name with blanks', async () => {
    const files = { [CONFIG]: `[profile "my team"]\n${pair('AKIA1', 's')}` };
    expect(await readCredentials(files, "Profile='my team'")).toMatchObject({ accessKeyId: 'AKIA1' });
  });

  it('is read from the credentials file if both files have it', async () => {
    const files = {
      [CREDENTIALS]: `[p]\n${pair('CRED', 's')}`,
      [CONFIG]: `[profile p]\n${pair('CONF', 's')}`,
    };
    expect(await readCredentials(files, 'Profile=p')).toMatchObject({ accessKeyId: 'CRED' });
  });

  it('is [profile default] rather than [default] if the config file has both', async () => {
    const files = { [CONFIG]: `[profile default]\n${pair('YES', 's')}[default]\n${pair('NO', 's')}` };
    expect(await readCredentials(files)).toMatchObject({ accessKeyId: 'YES' });
  });

  it('is the one in AWS_PROFILE, unless the string names another', async () => {
    const files = { [CREDENTIALS]: `[a]\n${pair('A', 's')}[b]\n${pair('B', 's')}` };
    expect(await readCredentials(files, '', { AWS_PROFILE: 'a' })).toMatchObject({ accessKeyId: 'A' });
    expect(await readCredentials(files, 'Profile=b', { AWS_PROFILE: 'a' })).toMatchObject({
      accessKeyId: 'B',
    });
  });

  it('is read from the files that the string or the environment names', async () => {
    const files = { '/x': `[default]\n${pair('X', 's')}`, '/home/ana/y': `[default]\n${pair('Y', 's')}` };
    expect(await readCredentials(files, '', { AWS_SHARED_CREDENTIALS_FILE: '/x' })).toMatchObject({
      accessKeyId: 'X',
    });
    expect(await readCredentials(files, 'AWSCredentialsFile=~/y')).toMatchObject({ accessKeyId: 'Y' });
    expect(await readCredentials({ '/c': `[default]\n${pair('C', 's')}` }, 'AWSConfigFile=/c')).toMatchObject(
      {
        accessKeyId: 'C',
      },
    );
  });

  it('inherits settings from the section DEFAULT of its file', async () => {
    const files = { [CONFIG]: `[DEFAULT]\naws_secret_access_key = s\n[profile p]\naws_access_key_id = A\n` };
    expect(await readCredentials(files, 'Profile=p')).toMatchObject({
      accessKeyId: 'A',
      secretAccessKey: 's',
    });
  });

  it('prefers keys in the credentials file to a process, and the process to keys in the config file', async () => {
    const process = 'credential_process = none\n';
    const first = { [CREDENTIALS]: `[default]\n${pair('A', 's')}`, [CONFIG]: `[default]\n${process}` };
    expect(await readCredentials(first)).toMatchObject({ accessKeyId: 'A' });
    const second = { [CONFIG]: `[default]\n${pair('A', 's')}${process}` };
    expect((await thrownBy(() => readCredentials(second))).message).toContain('credential_process');
  });

  it('can have comments after its keys', async () => {
    expect(
      await readCredentials({ [CREDENTIALS]: `[default]\n${pair('A ; old', 's # mine')}` }),
    ).toMatchObject({
      accessKeyId: 'A',
      secretAccessKey: 's',
    });
  });
});

describe('a profile without usable credentials', () => {
  it('suggests similar names for an unknown profile', async () => {
    const files = { [CREDENTIALS]: `[prod]\n${pair('A', 's')}` };
    const error = await thrownBy(() => readCredentials(files, 'Profile=prd'));
    expect(error.code).toBe('AUTH_PROFILE');
    expect(error.message).toBe(
      `The config profile (prd) could not be found in ${CREDENTIALS} and ${CONFIG} (no such file); did you mean prod?`,
    );
  });

  it.each([
    [
      'aws_access_key_id = A',
      `${CREDENTIALS}:2: profile "default" has aws_access_key_id, but aws_secret_access_key is missing`,
    ],
    [
      'aws_secret_access_key = CANARY',
      `${CREDENTIALS}:2: profile "default" has aws_secret_access_key, but aws_access_key_id is missing`,
    ],
    [
      'aws_access_key_id =\naws_secret_access_key = CANARY',
      `${CREDENTIALS}:2: profile "default" has an empty aws_access_key_id`,
    ],
    ['region = eu-west-1', `${CREDENTIALS}:1: profile "default" has no credentials`],
  ])('reports file and line: %j', async (body, message) => {
    const error = await thrownBy(() => readCredentials({ [CREDENTIALS]: `[default]\n${body}\n` }));
    expect(error.code).toBe(body.startsWith('region') ? 'AUTH_NO_CREDENTIALS' : 'AUTH_PROFILE');
    expect(error.message).toBe(message);
  });

  it('reports which lines could not be parsed', async () => {
    const error = await thrownBy(() => readCredentials({ [CREDENTIALS]: 'aws_access_key_id = A\n' }));
    expect(error.attempts).toEqual([{ what: `${CREDENTIALS}:1`, why: 'content before the first section' }]);
  });

  it.each([
    ['source_profile = b', 'source_profile, but requires role_arn'],
    ['credential_source = Environment', 'credential_source, but requires role_arn'],
    ['sso_session = s', 'sso_session, but requires sso_account_id and sso_role_name'],
    ['sso_start_url = s', 'sso_start_url, but requires sso_account_id and sso_role_name'],
  ])('reports what %j requires', async (line, message) => {
    const error = await thrownBy(() =>
      readCredentials({ [CREDENTIALS]: `[default]\noutput = json\n${line}\n` }),
    );
    expect(error.message).toBe(`${CREDENTIALS}:3: profile "default" has ${message}`);
  });

  it('reports a console session as unsupported, with a remedy', async () => {
    const error = await thrownBy(() => readCredentials({ [CONFIG]: '[default]\nlogin_session = arn:x\n' }));
    expect(error.code).toBe('AUTH_NOT_SUPPORTED');
    expect(error.message).toContain(`${CONFIG}:2: login_session of profile "default" is not supported`);
    expect(error.remedy).toContain('aws configure export-credentials');
  });

  it('does not fall back to keys if it has a role', async () => {
    const files = { [CREDENTIALS]: `[default]\n${pair('A', 's')}role_arn = r\n` };
    expect((await thrownBy(() => readCredentials(files))).code).toBe('AUTH_PROFILE');
  });

  it('reports sections that the AWS CLI ignores', async () => {
    const files = {
      [CREDENTIALS]: `[profile a]\n${pair('A', 's')}`,
      [CONFIG]: '[b]\nregion = eu-west-1\n[profile my team]\nregion = eu-west-1\n',
    };
    expect((await thrownBy(() => readCredentials(files, 'Profile=b'))).attempts).toEqual([
      { what: `${CREDENTIALS}:1`, why: '[profile a] is a profile named "profile a" in this file: write [a]' },
      { what: `${CONFIG}:1`, why: '[b] is not a profile in this file: write [profile b]' },
      {
        what: `${CONFIG}:3`,
        why: '[profile my team] is ignored: write a name with blanks as [profile "my team"]',
      },
    ]);
  });

  it('is an error if the file that the string names does not exist', async () => {
    const error = await thrownBy(() =>
      readCredentials({ [CONFIG]: `[default]\n${pair('A', 's')}` }, 'AWSCredentialsFile=/none'),
    );
    expect(error.message).toBe('could not open AWSCredentialsFile "/none": no such file');
  });

  it('is an error if a file is not readable', async () => {
    const error = await thrownBy(() => loadProfileCredentials(fakePorts({ forbidden: [CONFIG] }), ''));
    expect(error.message).toBe(`could not read file "${CONFIG}": permission denied`);
  });
});
