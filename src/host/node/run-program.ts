import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { ProgramBounds, ProgramResult } from '../../core/ports.ts';

/** Runs a program without a shell and waits until it exits. It is killed when it exceeds the bounds. */
export async function runProgram(
  argv: readonly string[],
  bounds: ProgramBounds,
  signal: AbortSignal,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const ended = new Promise<number | null>((resolve, reject) => {
    const kill = (why: Error): void => {
      child.kill('SIGKILL');
      // A grandchild may keep the pipes open indefinitely.
      child.stdout.destroy();
      child.stderr.destroy();
      reject(why);
    };
    const abort = (): void => kill(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
    const timer = setTimeout(
      () => kill(new Error(`it took longer than ${bounds.timeoutMs / 1000} s`)),
      bounds.timeoutMs,
    );
    signal.addEventListener('abort', abort, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      limitOutput(stream, bounds.maxBytes, () =>
        kill(new Error(`it printed more than ${bounds.maxBytes} bytes`)),
      );
    }
    child.on('error', reject);
    child.on('close', resolve);
    const release = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    child.on('error', release);
    child.on('close', release);
  });
  const [status, stdout, stderr] = await Promise.all([
    ended,
    collectText(child.stdout),
    collectText(child.stderr),
  ]);
  return { status, stdout, stderr };
}

function limitOutput(stream: Readable, maxBytes: number, exceeded: () => void): void {
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) exceeded();
  });
}

function collectText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    stream.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}
