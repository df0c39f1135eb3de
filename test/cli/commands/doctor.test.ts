import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../../src/cli/program.ts';
import type { Finding } from '../../../src/doctor/finding.ts';
import { type FakeIo, fakeIo } from '../../doubles/fake-io.ts';

function world(...findings: readonly Finding[]): FakeIo {
  return fakeIo({
    env: {},
    async *diagnose(text, { table }) {
      yield { step: 'connection string', verdict: 'ok', message: `${text}, ${table}` };
      yield* findings;
    },
  });
}

const REFUSED: Finding = {
  step: 'identity',
  verdict: 'problem',
  code: 'AUTH_REFUSED',
  message: 'AWS does not recognize the access key',
  remedy: 'Check the key.',
  attempts: [{ what: 'environment', why: 'nothing\u001B[2J' }],
};

describe('dynadbc doctor', () => {
  it('prints each finding, and ends well where nothing is wrong', async () => {
    const io = world({
      step: 'AWS files',
      verdict: 'warning',
      message: '/c:1: content before the first section',
    });
    expect(await runCli(['doctor', '-c', 'AWSRegion=Ireland', '--table', 'orders'], io)).toBe(0);
    expect(io.stdout.text()).toBe(
      'ok       connection string  AWSRegion=Ireland, orders\n' +
        'warning  AWS files          /c:1: content before the first section\n',
    );
  });

  it('needs no connection string: the defaults may be the problem', async () => {
    const io = world();
    expect(await runCli(['doctor'], io)).toBe(0);
    expect(io.stdout.text()).toContain('connection string  , undefined');
  });

  it('prints what was tried and what to do, and ends with status 1 where something is wrong', async () => {
    const io = world(REFUSED);
    expect(await runCli(['doctor'], io)).toBe(1);
    expect(io.stdout.text()).toContain('problem  identity           AWS does not recognize the access key\n');
    expect(io.stdout.text()).toContain('- environment: nothing');
    expect(io.stdout.text()).toContain('hint: Check the key.\n');
    expect(io.stdout.text()).not.toContain('\u001B');
    expect(io.stderr.text()).toContain('found a problem, first in: identity');
  });

  it('prints one JSON object a finding', async () => {
    const io = world(REFUSED);
    expect(await runCli(['--json-errors', 'doctor', '--json'], io)).toBe(1);
    expect(
      io.stdout
        .text()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown)[1],
    ).toEqual(REFUSED);
    expect(JSON.parse(io.stderr.text())).toMatchObject({ code: 'AUTH_REFUSED', remedy: 'Check the key.' });
  });
});
