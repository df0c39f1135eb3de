import type { Node } from 'libpg-query';
import { getStringValues, mapInside } from '../parse/tree.ts';
import { binary, call, cast, constant, matchCall, not } from './build.ts';
import type { Rewrite } from './types.ts';

/** Rows as values. They are rewritten before their fields. */
export const rowRewrites: readonly Rewrite[] = [
  {
    name: 'rows as values',
    why: 'The fields of a row have no names in DuckDB, so that a document or array made of it would have one member.',
    apply: (node) =>
      HOLDERS.some((holder) => holder in node) && listInside(node).some((each) => 'RowExpr' in each)
        ? mapInside(node, nameFields)
        : undefined,
  },
  {
    name: 'rows as text',
    why: "DuckDB's text of a row has quotes and blanks of its own.",
    apply: (node, context) => {
      if (!('TypeCast' in node)) return undefined;
      const { arg, typeName } = node.TypeCast;
      if (arg === undefined || !('RowExpr' in arg) || typeName?.arrayBounds !== undefined) return undefined;
      if (!TEXTS.has(getStringValues(typeName?.names).at(-1) ?? '')) return undefined;
      const fields = (arg.RowExpr.args ?? []).map((field) =>
        call('pg_field_text', [context.typeOf(field) === 'bool' ? toLetter(field) : cast(field, 'text')]),
      );
      const joined = call('array_to_string', [{ A_ArrayExpr: { elements: fields } }, constant(',')]);
      return binary('||', binary('||', constant('('), joined), constant(')'));
    },
  },
];

/** Nodes whose parts are values. */
const HOLDERS = ['FuncCall', 'A_ArrayExpr', 'CoalesceExpr', 'CaseExpr', 'CaseWhen', 'ResTarget'] as const;

const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar']);

/** A boolean as `t` or `f`. */
function toLetter(boolean: Node): Node {
  const args = [whenTrue(boolean, 't'), whenTrue(not(boolean), 'f')];
  return { CaseExpr: { args } };
}

function whenTrue(expr: Node, letter: string): Node {
  return { CaseWhen: { expr, result: constant(letter) } };
}

function listInside(node: Node): readonly Node[] {
  const found: Node[] = [];
  mapInside(node, (inner) => {
    found.push(inner);
    return inner;
  });
  return found;
}

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
export function nameFields(arg: Node): Node {
  if (!('RowExpr' in arg)) return arg;
  const fields = (arg.RowExpr.args ?? []).map((field, i): Node => ({
    NamedArgExpr: { name: `f${i + 1}`, arg: nameFields(field) },
  }));
  return fields.length === 0 ? arg : call('struct_pack', fields);
}
