import type { csvPrinter as CsvPrinter } from '../src/cli/output/csv.ts';
import type { writer as Writer } from '../src/cli/output/writer.ts';
import type { connect as Connect } from '../src/index.ts';

/** The built package, as it is installed: a compiler in the process would be measured with it. */
async function built<T>(path: string): Promise<T> {
  return (await import(new URL(`../dist/${path}`, import.meta.url).href)) as T;
}

export const { connect } = await built<{ readonly connect: typeof Connect }>('index.js');
export const { csvPrinter } = await built<{ readonly csvPrinter: typeof CsvPrinter }>('cli/output/csv.js');
export const { writer } = await built<{ readonly writer: typeof Writer }>('cli/output/writer.js');
