import { execPath } from 'node:process';
import { describe, expect, it } from '@jest/globals';
import type { Ports } from '../../src/core/ports.ts';
import { fakePorts } from '../doubles/ports.ts';
import { printsOf } from '../support/prints.ts';
import { thrownBy } from '../support/thrown.ts';
import { runProgram } from '../../src/host/node/run-program.ts';
import { CONFIG, credentialsIn } from './given.ts';

type Run = NonNullable<Ports['run']>;

const world = (command: string, run?: Run): ReturnType<typeof fakePorts> =>
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
  it('gives what the program prints', async () => {
    const printed = document({
      SessionToken: 't',
      Expiration: '2026-01-01T01:00:00Z',
      AccountId: '123456789012',
    });
    expect(await credentialsIn(world('p', prints(printed)), '')).toEqual({
      accessKeyId: 'AKIA1',
      secretAccessKey: 'CANARY-1',
      sessionToken: 't',
      expiration: new Date('2026-01-01T01:00:00Z'),
      accountId: '123456789012',
      origin: `credential_process of profile "default" of ${CONFIG}`,
    });
  });

  it('hands the words on without a shell', async () => {
    const calls: (readonly string[])[] = [];
    const run: Run = async (argv) => {
      calls.push(argv);
      return { status: 0, stdout: document(), stderr: '' };
    };
    await credentialsIn(world(`"/opt/my tool" --for '$HOME' ; a#b`, run), '');
    expect(calls).toEqual([['/opt/my tool', '--for', '$HOME', ';', 'a#b']]);
  });

  it('runs a real program', async () => {
    const script = `console.log(${JSON.stringify(document())})`;
    const command = `"${execPath}" -e '${script}'`;
    expect(await credentialsIn(world(command, runProgram), '')).toMatchObject({ accessKeyId: 'AKIA1' });
  });

  it.each([
    ['"open', prints(document()), 'has a quotation that does not end'],
    ["''", prints(document()), 'names no program'],
    ['p', undefined, 'names a program, but programs may not be run here'],
    ['p', prints('', 3, 'x\nno such user\n'), 'ended with status 3: no such user'],
    ['p', prints('', 1, 'bad token CANARY1234567890abc'), 'ended with status 1: bad token ***'],
    ['p', prints('', null), 'was ended by a signal'],
    ['p', prints('CANARY'), 'printed something other than a JSON object'],
    ['p', prints('null'), 'printed something other than a JSON object'],
    ['p', prints(document({ Version: 2 })), 'printed no "Version": 1'],
    ['p', prints(document({ SecretAccessKey: undefined })), 'printed no SecretAccessKey'],
    ['p', prints(document({ AccessKeyId: 7 })), 'printed no AccessKeyId'],
    ['p', prints(document({ SessionToken: 'CANARY\n' })), 'printed a SessionToken that is no text'],
    ['p', prints(document({ Expiration: 'soon' })), 'printed an Expiration that is no time'],
    ['p', prints(document({ Expiration: 1_767_229_200 })), 'printed an Expiration that is no time'],
    ['p', prints(document({ Expiration: '2026-01-01T01:00:00' })), 'printed an Expiration that is no time'],
    ['p', prints(`{"__proto__":${document()}}`), 'printed no "Version": 1'],
    ['p', prints(document().replace('}', ',"SecretAccessKey":""}')), 'printed no SecretAccessKey'],
  ])('is an error with file, line and reason: %s (%#)', async (command, run, reason) => {
    const error = await thrownBy(() => credentialsIn(world(command, run), ''));
    expect(error.code).toBe('AUTH_PROFILE');
    expect(error.message).toBe(`${CONFIG}:2: credential_process of profile "default" ${reason}`);
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it.each([
    ['AWSConfigFile', '/tmp/config', '[default]'],
    ['AWSCredentialsFile', '/tmp/credentials', '[default]'],
  ])('is not run where a string from anybody names the file as %s', async (property, file, section) => {
    let runs = 0;
    const run: Run = async () => {
      runs += 1;
      return { status: 0, stdout: document(), stderr: '' };
    };
    const files = { [file]: `${section}\ncredential_process = p\n` };
    const text = `${property}=${file}`;
    const error = await thrownBy(() => credentialsIn(fakePorts({ files, run, trusted: false }), text));
    expect(error.code).toBe('AUTH_PROFILE');
    expect(error.message).toBe(
      `${file}:2: credential_process of profile "default" names a program, and only ${property} of the connection names the file`,
    );
    expect(error.remedy).toContain('{ trusted: true }');
    expect(runs).toBe(0);
    expect(await credentialsIn(fakePorts({ files, run }), text)).toMatchObject({ accessKeyId: 'AKIA1' });
    expect(runs).toBe(1);
  });

  it.each([
    ['in its usual place', '', CONFIG, {}],
    ['in its usual place, which the string names', 'AWSConfigFile=~/.aws/config', CONFIG, {}],
    ['that the environment names', '', '/etc/aws', { AWS_CONFIG_FILE: '/etc/aws' }],
  ])('is run for a string from anybody where the file is one %s', async (_, text, file, env) => {
    const files = { [file]: '[default]\ncredential_process = p\n' };
    const ports = fakePorts({
      files,
      env,
      run: prints(document()),
      trusted: false,
    });
    expect(await credentialsIn(ports, text)).toMatchObject({ accessKeyId: 'AKIA1' });
  });

  it('is an error where the program is not there', async () => {
    const error = await thrownBy(() => credentialsIn(world('/no/such/program', runProgram), ''));
    expect(error.message).toMatch(/config:2: credential_process .* could not be run: .*ENOENT$/);
  });
});
