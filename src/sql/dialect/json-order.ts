import type { Node } from 'libpg-query';
import { mapInside } from '../parse/tree.ts';
import { call, cast, constant, getConstantText, matchCall, name } from './build.ts';
import { isDocument, ORDER_KEY, toOrderKey } from './document-order.ts';
import { toJsonValue } from './documents.ts';
import { inferStaticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

const EXTREMES: ReadonlyMap<string, string> = new Map([
  ['min', 'arg_min'],
  ['max', 'arg_max'],
]);

const WHY = 'DuckDB compares documents by their text, so that 1000 comes before 5.';

/** The order of documents and of columns of several types, which is that of jsonb. */
export const jsonOrderRewrites: readonly Rewrite[] = [
  {
    name: 'ORDER BY documents',
    why: WHY,
    apply: (node, context, original) => {
      if (!('SortBy' in node) || !('SortBy' in original)) return undefined;
      const { node: key } = node.SortBy;
      return key !== undefined && isDocument(original.SortBy.node, context)
        ? { SortBy: { ...node.SortBy, node: toOrderKey(key) } }
        : undefined;
    },
  },
  {
    name: 'extremes of documents',
    why: WHY,
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const extreme = EXTREMES.get(fn?.name ?? '');
      const [document] = fn?.args ?? [];
      if (fn === undefined || extreme === undefined || document === undefined || fn.args.length > 1)
        return undefined;
      return isDocument(matchCall(original)?.args[0], context)
        ? { FuncCall: { ...fn.call, funcname: [name(extreme)], args: [document, toOrderKey(document)] } }
        : undefined;
    },
  },
  {
    name: 'greatest and least document',
    why: WHY,
    apply: (node, context, original) => {
      if (!('MinMaxExpr' in node) || !('MinMaxExpr' in original)) return undefined;
      const { args: before = [] } = original.MinMaxExpr;
      if (!before.some((arg) => isDocument(arg, context))) return undefined;
      const isJsonb = before.some((arg) => inferStaticType(arg, context) === 'jsonb');
      const elements = (node.MinMaxExpr.args ?? []).map((arg, i) => {
        if (isDocument(before[i], context)) return arg;
        // Next to jsonb a literal is JSON.
        const isJson = isJsonb && 'A_Const' in arg && getConstantText(arg) !== undefined;
        return isJson ? call('pg_jsonb', [arg]) : cast(toJsonValue(arg), 'json');
      });
      return call(node.MinMaxExpr.op === 'IS_LEAST' ? 'pg_json_least' : 'pg_json_greatest', [
        { A_ArrayExpr: { elements } },
      ]);
    },
  },
  {
    name: 'percentiles and modes of documents',
    why: WHY,
    apply: (node) => {
      const fn = matchCall(node);
      const [order, ...others] = fn?.call.agg_order ?? [];
      if (fn === undefined || order === undefined || others.length > 0) return undefined;
      if (!('SortBy' in order) || matchCall(order.SortBy.node)?.name !== ORDER_KEY) return undefined;
      if (fn.name === 'mode') return { FuncCall: { ...fn.call, agg_order: [mapInside(order, unwrapKey)] } };
      if (fn.name !== 'percentile_disc') return undefined;
      const sorted = mapInside(order, (key) => {
        const document = unwrapKey(key);
        const result = call('struct_pack', [namedArgument('k', key), namedArgument('v', document)]);
        const expr: Node = { NullTest: { arg: document, nulltesttype: 'IS_NOT_NULL' } };
        return { CaseExpr: { args: [{ CaseWhen: { expr, result } }] } };
      });
      return call('struct_extract', [{ FuncCall: { ...fn.call, agg_order: [sorted] } }, constant('v')]);
    },
  },
];

function unwrapKey(key: Node): Node {
  const [text] = matchCall(key)?.args ?? [];
  return text !== undefined && 'TypeCast' in text ? (text.TypeCast.arg ?? key) : key;
}

function namedArgument(label: string, arg: Node): Node {
  return { NamedArgExpr: { name: label, arg } };
}
