import type { Node } from 'libpg-query';
import { call, cast, matchCall } from './build.ts';
import type { Rewrite } from './types.ts';

/** Rows as arguments of functions. They are rewritten before their fields. */
export const rowRewrites: readonly Rewrite[] = [
  {
    name: 'rows as arguments',
    why: 'The fields of a row have no names in DuckDB, so that a document made of it would have one member.',
    apply: (node) => {
      const fn = matchCall(node);
      if (fn === undefined || !fn.args.some((arg) => 'RowExpr' in arg)) return undefined;
      return { FuncCall: { ...fn.call, args: fn.args.map(nameFields) } };
    },
  },
];

/** Documents made of rows and arrays. */
export const lineBreakRewrites: readonly Rewrite[] = [
  {
    name: 'documents with line breaks',
    why: "DuckDB's row_to_json and to_json take one argument.",
    apply: (node) => {
      const fn = matchCall(node);
      const [value, pretty] = fn?.args ?? [];
      if (fn === undefined || value === undefined || pretty === undefined) return undefined;
      if (fn.name !== 'row_to_json' && fn.name !== 'array_to_json') return undefined;
      const document = call(fn.name, [value]);
      const lines = cast(call('pg_json_lines', [cast(document, 'varchar')]), 'json');
      return {
        CaseExpr: { args: [{ CaseWhen: { expr: pretty, result: lines } }], defresult: document },
      };
    },
  },
];

/** A row whose fields are f1, f2 …, as PostgreSQL names them. */
function nameFields(arg: Node): Node {
  if (!('RowExpr' in arg)) return arg;
  const fields = (arg.RowExpr.args ?? []).map((field, i): Node => ({
    NamedArgExpr: { name: `f${i + 1}`, arg: nameFields(field) },
  }));
  return fields.length === 0 ? arg : call('struct_pack', fields);
}
