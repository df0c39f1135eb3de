import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { env } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

/** A program that listens on loopback until it is disposed. */
export interface RunningProgram extends AsyncDisposable {
  readonly port: number;
}

const READY_MS = 20_000;

/** Starts a program on a free port and waits until it responds. Returns the reason if it does not start. */
export async function startProgram(
  command: string,
  args: (port: number) => readonly string[],
  options: { readonly env?: (port: number) => Readonly<Record<string, string>>; readonly ready: string },
): Promise<RunningProgram | { readonly skipped: string }> {
  const port = await findFreePort();
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
    // A program that did not start has no process ID, and a signal would reach this process.
    if (!hasEnded()) child.kill();
    await ended;
  };
  const deadline = Date.now() + READY_MS;
  while (!hasEnded() && Date.now() < deadline) {
    if (await isReady(`http://127.0.0.1:${port}${options.ready}`))
      return { port, [Symbol.asyncDispose]: stop };
    await pause(50);
  }
  await stop();
  return { skipped: `${command} did not start: ${said.trim().slice(-200)}` };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(url, { redirect: 'manual' }).then(
    () => true,
    () => false,
  );
}

/** Finds a port on which nothing listens. */
export async function findFreePort(): Promise<number> {
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
