import { execFile } from 'node:child_process';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';

type Peer = 'AWS' | 'MOTO' | 'PYTHON';

const missing = (peer: Peer): string | undefined =>
  env[`INTEROP_${peer}`] === undefined
    ? (env[`INTEROP_${peer}_MISSING`] ?? 'nobody looked for it')
    : undefined;

/** Tests that need these peers: they are skipped where one cannot be had, and `why` goes after their title. */
export function together(...peers: readonly Peer[]): {
  readonly suite: typeof describe.skip;
  readonly why: string;
} {
  const absent = peers.flatMap((peer) => {
    const reason = missing(peer);
    return reason === undefined ? [] : [`${peer.toLowerCase()}: ${reason}`];
  });
  return absent.length === 0
    ? { suite: describe, why: '' }
    : { suite: describe.skip, why: ` (${absent.join('; ')})` };
}

/** What a peer was found as. */
export function found(peer: Peer): string {
  const value = env[`INTEROP_${peer}`];
  if (value === undefined) throw new Error(missing(peer));
  return value;
}

/** Runs a program, text in, text out. */
export async function output(
  file: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<string> {
  const running = promisify(execFile)(file, [...args], {
    env: { ...env, ...options.env },
    maxBuffer: 64 * 1024 * 1024,
  });
  running.child.stdin?.end(options.input ?? '');
  return (await running).stdout;
}
