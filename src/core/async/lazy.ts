import { runExclusive } from './keyed-mutex.ts';

/**
 * What `load` imports, when it is first asked for. Modules load one after the other: it takes no longer, and Node's
 * `vm` modules, in which the tests run, fail to link two graphs at once that share a file.
 */
export function lazy<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= runExclusive('module', load));
}
