import { execFile } from 'node:child_process';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';

type Peer = 'AWS' | 'MOTO' | 'PYTHON';

const describeMissing = (peer: Peer): string | undefined =>
  env[`INTEROP_${peer}`] === undefined
    ? (env[`INTEROP_${peer}_MISSING`] ?? 'the global setup did not run')
    : undefined;

/** Skips tests if one of these peers is not available; `why` is the reason for their title. */
export function requirePeers(...peers: readonly Peer[]): {
  readonly suite: typeof describe.skip;
  readonly why: string;
} {
  const absent = peers.flatMap((peer) => {
    const reason = describeMissing(peer);
    return reason === undefined ? [] : [`${peer.toLowerCase()}: ${reason}`];
  });
  return absent.length === 0
    ? { suite: describe, why: '' }
    : { suite: describe.skip, why: ` (${absent.join('; ')})` };
}

/** Returns the path or address of a peer. */
export function getPeer(peer: Peer): string {
  const value = env[`INTEROP_${peer}`];
  if (value === undefined) throw new Error(describeMissing(peer));
  return value;
}

/** Runs a program with this input and returns its output. */
export async function runProgram(
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
