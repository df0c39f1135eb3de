import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { call, callOf, constant, constantText, number } from './build.ts';
import type { Rewrite, RewriteContext } from './types.ts';

/** What is made of the elements, as a list of texts. */
const SUMMARIES: ReadonlyMap<string, (texts: Node) => Node> = new Map([
  ['json_count', (texts) => call('len', [texts])],
  ['json_sum', (texts) => call('list_sum', [call('pg_json_numbers', [texts])])],
  ['json_avg', (texts) => call('list_avg', [call('pg_json_numbers', [texts])])],
  ['json_min', (texts) => call('list_min', [call('pg_json_numbers', [texts])])],
  ['json_max', (texts) => call('list_max', [call('pg_json_numbers', [texts])])],
]);

/** `[..]`, `[2..]`, `[..5]`, `[2..5]`: elements from 0 on, both ends included. */
const RANGE = /\[(\d*)\.\.(\d*)\]/;

/** Functions of other drivers that follow a path into a document. */
export const driverJsonRewrites: readonly Rewrite[] = [
  {
    name: 'json_extract of other drivers',
    why: 'It gives the value as text; that of DuckDB gives it as JSON, where a text has quotes.',
    apply: (node) => {
      const fn = callOf(node);
      const [document, path, ...more] = fn?.args ?? [];
      if (fn?.name !== 'json_extract' || document === undefined || path === undefined || more.length > 0)
        return undefined;
      const text = constantText(path);
      return text?.startsWith('$') === true
        ? call('json_extract_string', [document, constant(duckPath(text))])
        : undefined;
    },
  },
  {
    name: 'summaries of arrays',
    why: 'PostgreSQL has no function that adds up what a path finds in a document.',
    apply: (node, context) => {
      const fn = callOf(node);
      const summary = SUMMARIES.get(fn?.name ?? '');
      const [document, path] = fn?.args ?? [];
      if (fn === undefined || summary === undefined || document === undefined) return undefined;
      const text = constantText(path);
      if (text?.startsWith('$') !== true || fn.args.length !== 2)
        throw badPath(
          `${fn.name} takes a document and a constant path such as '$.prices[..]'`,
          fn.call.location,
          context,
        );
      return summary(elementsAt(document, duckPath(text)));
    },
  },
];

/** Other drivers write `$.[0]` as well as `$[0]`. */
function duckPath(path: string): string {
  return path.replaceAll('.[', '[');
}

/** The elements as texts: all that the path finds, or those of a range. */
function elementsAt(document: Node, path: string): Node {
  const range = RANGE.exec(path);
  if (range === null) {
    const one = /\[(\d+)\]$/.exec(path);
    return one === null
      ? call('json_extract_string', [document, constant(`${path}[*]`)])
      : slice(document, `${path.slice(0, one.index)}[*]`, one[1] ?? '', one[1] ?? '');
  }
  const [written, from = '', to = ''] = range;
  const all = path.replace(written, '[*]');
  return from === '' && to === ''
    ? call('json_extract_string', [document, constant(all)])
    : slice(document, all, from, to);
}

function slice(document: Node, path: string, from: string, to: string): Node {
  return call('list_slice', [
    call('json_extract_string', [document, constant(path)]),
    number(String(Number(from) + 1)),
    to === '' ? number('-1') : number(String(Number(to) + 1)),
  ]);
}

function badPath(message: string, location: number | undefined, context: RewriteContext): DriverError {
  return new DriverError('SQL_BAD_ARGUMENT', `${message}.`, { position: context.position(location ?? 0) });
}
