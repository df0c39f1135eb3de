import type { connect as Connect, openDatabase as OpenDatabase } from '../src/index.ts';

/** Imports from the built package. Compiling sources in the same process would distort the measurements. */
async function importBuilt<T>(path: string): Promise<T> {
  return (await import(new URL(`../dist/${path}`, import.meta.url).href)) as T;
}

export const { connect, openDatabase } = await importBuilt<{
  readonly connect: typeof Connect;
  readonly openDatabase: typeof OpenDatabase;
}>('index.js');
