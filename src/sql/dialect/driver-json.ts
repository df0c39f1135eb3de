import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { call, matchCall, constant, getConstantText, number } from './build.ts';
import type { Rewrite, RewriteContext } from './types.ts';

/** Functions that summarize elements, which they get as a list of strings. */
const SUMMARIES: ReadonlyMap<string, (elements: Node) => Node> = new Map([
  ['json_count', (elements) => call('len', [elements])],
  ['json_sum', (elements) => call('list_sum', [call('pg_json_numbers', [elements])])],
  ['json_avg', (elements) => call('list_avg', [call('pg_json_numbers', [elements])])],
  ['json_min', (elements) => call('list_min', [call('pg_json_numbers', [elements])])],
  ['json_max', (elements) => call('list_max', [call('pg_json_numbers', [elements])])],
]);

/** `[..]`, `[2..]`, `[..5]`, `[2..5]`: zero-based positions, both ends inclusive. */
const RANGE = /\[(\d*)\.\.(\d*)\]/;

/** Functions of other drivers that follow a path into a document. */
export const driverJsonRewrites: readonly Rewrite[] = [
  {
    name: 'json_extract of other drivers',
    why: "It returns the value as text; DuckDB's returns JSON, in which a string is quoted.",
    apply: (node) => {
      const fn = matchCall(node);
      const [document, path, ...more] = fn?.args ?? [];
      if (fn?.name !== 'json_extract' || document === undefined || path === undefined || more.length > 0)
        return undefined;
      const text = getConstantText(path);
      return text?.startsWith('$') === true
        ? call('pg_extract_text', [document, constant(toDuckdbPath(text))])
        : undefined;
    },
  },
  {
    name: 'summaries of arrays',
    why: 'Other drivers have functions that aggregate the elements at a path of a document; DuckDB has none.',
    apply: (node, context) => {
      const fn = matchCall(node);
      const summary = SUMMARIES.get(fn?.name ?? '');
      const [document, path] = fn?.args ?? [];
      if (fn === undefined || summary === undefined || document === undefined) return undefined;
      const text = getConstantText(path);
      if (text?.startsWith('$') !== true || fn.args.length !== 2)
        throw createPathError(
          `${fn.name} requires a document and a constant path such as '$.prices[..]'`,
          fn.call.location,
          context,
        );
      return summary(selectElements(document, toDuckdbPath(text)));
    },
  },
];

/** Other drivers write `$.[0]` as well as `$[0]`. */
function toDuckdbPath(path: string): string {
  return path.replaceAll('.[', '[');
}

/** The elements as strings: all at the path, or those in a range. */
function selectElements(document: Node, path: string): Node {
  const range = RANGE.exec(path);
  if (range === null) {
    const one = /\[(\d+)\]$/.exec(path);
    return one === null
      ? call('pg_extract_texts', [document, constant(`${path}[*]`)])
      : slice(document, `${path.slice(0, one.index)}[*]`, one[1] ?? '', one[1] ?? '');
  }
  const [brackets, from = '', to = ''] = range;
  const all = path.replace(brackets, '[*]');
  return from === '' && to === ''
    ? call('pg_extract_texts', [document, constant(all)])
    : slice(document, all, from, to);
}

function slice(document: Node, path: string, from: string, to: string): Node {
  return call('list_slice', [
    call('pg_extract_texts', [document, constant(path)]),
    number(String(Number(from) + 1)),
    to === '' ? number('-1') : number(String(Number(to) + 1)),
  ]);
}

function createPathError(
  message: string,
  location: number | undefined,
  context: RewriteContext,
): DriverError {
  return new DriverError('SQL_BAD_ARGUMENT', message, { position: context.position(location ?? 0) });
}
