import type { connect as Connect } from '../src/index.ts';

/** The built package, as it is installed: a compiler in the process would be measured with it. */
async function built<T>(path: string): Promise<T> {
  return (await import(new URL(`../dist/${path}`, import.meta.url).href)) as T;
}

export const { connect } = await built<{ readonly connect: typeof Connect }>('index.js');
