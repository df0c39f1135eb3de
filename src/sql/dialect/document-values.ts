import type { Node } from 'libpg-query';
import { call, cast, matchCall, name } from './build.ts';
import { nameFields } from './rows.ts';
import { inferStaticType } from './static-types.ts';
import type { ExpressionTypes, Rewrite } from './types.ts';

/** Functions that make a document of their arguments. */
const MAKERS =
  /^(?:to_jsonb?|row_to_json|array_to_json|jsonb?_agg|jsonb?_build_(?:object|array)|jsonb?_object_agg)$/;
/** These take a second argument, which puts line breaks into the document. */
const WITH_LINES: ReadonlySet<string> = new Set(['row_to_json', 'array_to_json']);
const TIMESTAMPS: ReadonlySet<string | undefined> = new Set(['timestamptz', 'timestamp']);

/** Values that become parts of documents. They are rewritten before the functions that make documents of them. */
export const documentValueRewrites: readonly Rewrite[] = [
  {
    name: 'values in documents',
    why: 'DuckDB writes timestamps as text instead of ISO 8601, decimals with the zeros of their type, and rounds long numbers.',
    apply: (node, context) => {
      const fn = matchCall(node);
      if (fn === undefined || !MAKERS.test(fn.name)) return undefined;
      if (WITH_LINES.has(fn.name) && fn.args.length > 1) return undefined;
      const args = fn.args.map((arg) => toDocumentValue(arg, fn.call.agg_distinct === true, context));
      if (args.every((arg, i) => arg === fn.args[i])) return undefined;
      // The rows and arrays are documents now.
      const renamed = WITH_LINES.has(fn.name) ? [name('to_json')] : fn.call.funcname;
      return { FuncCall: { ...fn.call, ...(renamed && { funcname: renamed }), args } };
    },
  },
];

function toDocumentValue(value: Node, isDistinct: boolean, types: ExpressionTypes): Node {
  if ('A_Const' in value) return value;
  if ('RowExpr' in value) return call('pg_row_document', [nameFields(value)]);
  if (inferStaticType(value, types) === 'numeric') return call('pg_number_document', [cast(value, 'text')]);
  if (isDistinct) return value;
  const type = types.typeOf(value);
  if (TIMESTAMPS.has(type)) return call('pg_json_time', [value]);
  const isRow = (type === undefined || type === 'record') && 'ColumnRef' in value;
  return isRow || /^_(?:timestamp(?:tz)?|numeric)$/.test(type ?? '')
    ? call('pg_row_document', [value])
    : value;
}
