import { describe, expect, it } from '@jest/globals';
import type { ProgramBounds, ProgramResult } from '../../../src/core/ports.ts';
import { runProgram } from '../../../src/host/node/run-program.ts';

const BOUNDS = { timeoutMs: 20_000, maxBytes: 1_000 };

function node(
  script: string,
  bounds: ProgramBounds = BOUNDS,
  signal = new AbortController().signal,
): Promise<ProgramResult> {
  return runProgram([process.execPath, '-e', script], bounds, signal);
}

describe('runProgram', () => {
  it('gives status and both outputs', async () => {
    const script = `process.stdout.write('out ä'); process.stderr.write('err'); process.exitCode = 3`;
    expect(await node(script)).toEqual({ status: 3, stdout: 'out ä', stderr: 'err' });
  });

  it('passes words on as they are, since there is no shell', async () => {
    const argv = [process.execPath, '-e', 'process.stdout.write(process.argv[1])', '$HOME; `ls` *'];
    expect((await runProgram(argv, BOUNDS, new AbortController().signal)).stdout).toBe('$HOME; `ls` *');
  });

  it('rejects where the program is not there', async () => {
    await expect(runProgram(['/no/such/program'], BOUNDS, new AbortController().signal)).rejects.toThrow(
      'ENOENT',
    );
  });

  it('kills what takes too long', async () => {
    const work = node('setInterval(() => {}, 1000)', { ...BOUNDS, timeoutMs: 100 });
    await expect(work).rejects.toThrow('it took longer than 0.1 s');
  });

  it('kills what says too much', async () => {
    await expect(node(`for (;;) console.log('x'.repeat(99))`)).rejects.toThrow(
      'it printed more than 1000 bytes',
    );
  });

  it('kills what is no longer wanted', async () => {
    const controller = new AbortController();
    const work = node('setInterval(() => {}, 1000)', BOUNDS, controller.signal);
    controller.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });
});
