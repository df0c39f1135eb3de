import { setTimeout as sleep } from 'node:timers/promises';
import { abortError } from './abort.ts';

/** Waits without keeping the process alive. Rejects with the error of an aborted statement. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false });
  } catch {
    throw abortError(signal);
  }
}
