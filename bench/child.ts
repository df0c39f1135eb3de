import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A script of this folder in a child process, which exits with this one. */
export interface Child extends AsyncDisposable {
  /** The first line that it prints. */
  readonly firstLine: string;
}

export async function startChild(script: string, args: readonly string[]): Promise<Child> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(
    process.execPath,
    [...(path.endsWith('.ts') ? ['--import', 'tsx'] : []), path, ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line') as Promise<[string]>,
    ended.then(([code]) => {
      throw new Error(`${script} exited with status ${String(code)} before it printed a line`);
    }),
  ]);
  return {
    firstLine: line[0],
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
