import type { connect as Connect, openDatabase as OpenDatabase } from '../src/index.ts';

/** The built package, as it is installed: a compiler in the process would be measured with it. */
async function built<T>(path: string): Promise<T> {
  return (await import(new URL(`../dist/${path}`, import.meta.url).href)) as T;
}

export const { connect, openDatabase } = await built<{
  readonly connect: typeof Connect;
  readonly openDatabase: typeof OpenDatabase;
}>('index.js');
