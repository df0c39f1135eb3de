import { abortError } from '../../src/core/async/abort.ts';

/** Replaces a wait by one that ends immediately. */
export async function noWait(_: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw abortError(signal);
}
