import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { env } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

/** A program that listens on loopback, until it is disposed of. */
export interface RunningProgram extends AsyncDisposable {
  readonly port: number;
}

const READY_MS = 20_000;

/** Starts a program on a free port and waits until the address answers; why not, where it does not start. */
export async function startProgram(
  command: string,
  args: (port: number) => readonly string[],
  options: { readonly env?: (port: number) => Readonly<Record<string, string>>; readonly ready: string },
): Promise<RunningProgram | { readonly skipped: string }> {
  const port = await freePort();
  const child = spawn(command, args(port), {
    env: { ...env, ...options.env?.(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-500);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      said = error.message;
      resolve();
    });
    child.once('exit', () => resolve());
  });
  const hasEnded = (): boolean =>
    child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const stop = async (): Promise<void> => {
    // A program that never started has no process of its own: a signal to it would reach this one.
    if (!hasEnded()) child.kill();
    await ended;
  };
  const deadline = Date.now() + READY_MS;
  while (!hasEnded() && Date.now() < deadline) {
    if (await answers(`http://127.0.0.1:${port}${options.ready}`))
      return { port, [Symbol.asyncDispose]: stop };
    await pause(50);
  }
  await stop();
  return { skipped: `${command} did not start: ${said.trim().slice(-200)}` };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { redirect: 'manual' }).then(
    () => true,
    () => false,
  );
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}
