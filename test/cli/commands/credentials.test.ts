import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../../src/cli/program.ts';
import { type FakeIo, fakeIo } from '../../doubles/fake-io.ts';

const LASTING = { accessKeyId: 'AKIA1', secretAccessKey: "s'1", origin: 'somewhere' };
const SESSION = {
  ...LASTING,
  sessionToken: 't==',
  expiration: new Date(Date.UTC(2026, 0, 1)),
  accountId: '123456789012',
};

const world = (credentials: typeof LASTING | typeof SESSION, terminal = false): FakeIo =>
  fakeIo({ terminal, fetchCredentials: async () => credentials });

async function printed(credentials: typeof LASTING | typeof SESSION, ...args: string[]): Promise<string> {
  const io = world(credentials);
  expect(await runCli(['credentials', '-c', 'AWSRegion=Ireland', ...args], io)).toBe(0);
  return io.stdout.text();
}

describe('dynadbc credentials', () => {
  it('prints what credential_process of the AWS tools expects', async () => {
    expect(JSON.parse(await printed(SESSION))).toEqual({
      Version: 1,
      AccessKeyId: 'AKIA1',
      SecretAccessKey: "s'1",
      SessionToken: 't==',
      Expiration: '2026-01-01T00:00:00.000Z',
      AccountId: '123456789012',
    });
    expect(JSON.parse(await printed(LASTING, '--format', 'process'))).toEqual({
      Version: 1,
      AccessKeyId: 'AKIA1',
      SecretAccessKey: "s'1",
    });
  });

  it('prints variables for a shell, and clears those that do not belong to the keys', async () => {
    expect(await printed(SESSION, '--format', 'env')).toBe(
      String.raw`export AWS_ACCESS_KEY_ID='AKIA1'
export AWS_SECRET_ACCESS_KEY='s'\''1'
export AWS_SESSION_TOKEN='t=='
export AWS_CREDENTIAL_EXPIRATION='2026-01-01T00:00:00.000Z'
`,
    );
    expect(await printed(LASTING, '--format', 'env')).toContain('unset AWS_SESSION_TOKEN\n');
    expect(await printed(SESSION, '--format', 'powershell')).toContain(
      "$Env:AWS_SECRET_ACCESS_KEY = 's''1'\n",
    );
    expect(await printed(LASTING, '--format', 'powershell')).toContain('Remove-Item Env:AWS_SESSION_TOKEN');
  });

  it('prints them as JSON, with where they came from', async () => {
    expect(JSON.parse(await printed(LASTING, '--format', 'json'))).toEqual({
      accessKeyId: 'AKIA1',
      secretAccessKey: "s'1",
      source: 'somewhere',
    });
  });

  it('prints no secrets on a terminal, unless told to', async () => {
    const io = world(SESSION, true);
    expect(await runCli(['credentials'], io)).toBe(2);
    expect(io.stdout.text()).toBe('');
    expect(io.stderr.text()).toContain('add --show');
    const shown = world(SESSION, true);
    expect(await runCli(['credentials', '--show'], shown)).toBe(0);
    expect(shown.stdout.text()).toContain('"SecretAccessKey"');
  });
});
