import { execPath } from 'node:process';
import { describe, expect, it } from '@jest/globals';
import type { Ports } from '../../src/core/ports.ts';
import { fakePorts } from '../doubles/ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';
import { runProgram } from '../../src/host/node/run-program.ts';
import { CONFIG, loadProfileCredentials } from './load-credentials.ts';

type Run = NonNullable<Ports['run']>;

const portsWith = (command: string, run?: Run): ReturnType<typeof fakePorts> =>
  fakePorts({
    files: { [CONFIG]: `[default]\ncredential_process = ${command}\n` },
    ...(run === undefined ? {} : { run }),
  });
const prints =
  (stdout: string, status: number | null = 0, stderr = ''): Run =>
  async () => ({ status, stdout, stderr });
const document = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({ Version: 1, AccessKeyId: 'AKIA1', SecretAccessKey: 'CANARY-1', ...changes });

describe('a profile with credential_process', () => {
  it('returns the credentials that the process prints', async () => {
    const printed = document({
      SessionToken: 't',
      Expiration: '2026-01-01T01:00:00Z',
      AccountId: '123456789012',
    });
    expect(await loadProfileCredentials(portsWith('p', prints(printed)), '')).toEqual({
      accessKeyId: 'AKIA1',
      secretAccessKey: 'CANARY-1',
      sessionToken: 't',
      expiration: new Date('2026-01-01T01:00:00Z'),
      accountId: '123456789012',
      origin: `credential_process of profile "default" of ${CONFIG}`,
    });
  });

  it('passes the arguments without a shell', async () => {
    const calls: (readonly string[])[] = [];
    const run: Run = async (argv) => {
      calls.push(argv);
      return { status: 0, stdout: document(), stderr: '' };
    };
    await loadProfileCredentials(portsWith(`"/opt/my tool" --for '$HOME' ; a#b`, run), '');
    expect(calls).toEqual([['/opt/my tool', '--for', '$HOME', ';', 'a#b']]);
  });

  it('runs a real program', async () => {
    const script = `console.log(${JSON.stringify(document())})`;
    const command = `"${execPath}" -e '${script}'`;
    expect(await loadProfileCredentials(portsWith(command, runProgram), '')).toMatchObject({
      accessKeyId: 'AKIA1',
    });
  });

  it.each([
    ['"open', prints(document()), 'has an unterminated quoted string'],
    ["''", prints(document()), 'names no command'],
    ['p', undefined, 'cannot be run: this host does not run programs'],
    ['p', prints('', 3, 'x\nno such user\n'), 'exited with status 3: no such user'],
    ['p', prints('', 1, 'bad token CANARY1234567890abc'), 'exited with status 1: bad token ***'],
    ['p', prints('', null), 'was terminated by a signal'],
    ['p', prints('CANARY'), 'returned invalid output: expected a JSON object'],
    ['p', prints('null'), 'returned invalid output: expected a JSON object'],
    ['p', prints(document({ Version: 2 })), 'returned an unsupported Version: expected 1'],
    ['p', prints(document({ SecretAccessKey: undefined })), 'returned a missing or invalid SecretAccessKey'],
    ['p', prints(document({ AccessKeyId: 7 })), 'returned a missing or invalid AccessKeyId'],
    ['p', prints(document({ SessionToken: 'CANARY\n' })), 'returned an invalid SessionToken'],
    ['p', prints(document({ Expiration: 'soon' })), 'returned an invalid Expiration timestamp'],
    ['p', prints(document({ Expiration: 1_767_229_200 })), 'returned an invalid Expiration timestamp'],
    [
      'p',
      prints(document({ Expiration: '2026-01-01T01:00:00' })),
      'returned an invalid Expiration timestamp',
    ],
    ['p', prints(`{"__proto__":${document()}}`), 'returned an unsupported Version: expected 1'],
    [
      'p',
      prints(document().replace('}', ',"SecretAccessKey":""}')),
      'returned a missing or invalid SecretAccessKey',
    ],
  ])('reports file, line and reason: %s (%#)', async (command, run, reason) => {
    const error = await thrownBy(() => loadProfileCredentials(portsWith(command, run), ''));
    expect(error.code).toBe('AUTH_PROFILE');
    expect(error.message).toBe(`${CONFIG}:2: credential_process of profile "default" ${reason}`);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it.each([
    ['AWSConfigFile', '/tmp/config', '[default]'],
    ['AWSCredentialsFile', '/tmp/credentials', '[default]'],
  ])('is not run if an untrusted connection string names the file in %s', async (property, file, section) => {
    let runs = 0;
    const run: Run = async () => {
      runs += 1;
      return { status: 0, stdout: document(), stderr: '' };
    };
    const files = { [file]: `${section}\ncredential_process = p\n` };
    const text = `${property}=${file}`;
    const error = await thrownBy(() =>
      loadProfileCredentials(fakePorts({ files, run, trusted: false }), text),
    );
    expect(error.code).toBe('AUTH_PROFILE');
    expect(error.message).toBe(
      `${file}:2: credential_process of profile "default" is not allowed: an untrusted connection string names its file with ${property}`,
    );
    expect(error.remedy).toContain('{ trusted: true }');
    expect(runs).toBe(0);
    expect(await loadProfileCredentials(fakePorts({ files, run }), text)).toMatchObject({
      accessKeyId: 'AKIA1',
    });
    expect(runs).toBe(1);
  });

  it.each([
    ['in the default location', '', CONFIG, {}],
    ['in the default location that the string names', 'AWSConfigFile=~/.aws/config', CONFIG, {}],
    ['that the environment names', '', '/etc/aws', { AWS_CONFIG_FILE: '/etc/aws' }],
  ])('is run for an untrusted connection string with the file %s', async (_, text, file, env) => {
    const files = { [file]: '[default]\ncredential_process = p\n' };
    const ports = fakePorts({
      files,
      env,
      run: prints(document()),
      trusted: false,
    });
    expect(await loadProfileCredentials(ports, text)).toMatchObject({ accessKeyId: 'AKIA1' });
  });

  it('reports a program that does not exist', async () => {
    const error = await thrownBy(() => loadProfileCredentials(portsWith('/no/such/program', runProgram), ''));
    expect(error.message).toMatch(/config:2: credential_process .* could not be run: .*ENOENT$/);
  });
});
