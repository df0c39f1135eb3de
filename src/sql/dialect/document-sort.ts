import type { Node, SelectStmt } from 'libpg-query';
import { getStringValues, isStar } from '../parse/tree.ts';
import { column } from './build.ts';
import { isDocument, toOrderKey } from './document-order.ts';
import type { ExpressionTypes, Rewrite } from './types.ts';

/** ORDER BY of result columns. It is rewritten before the query is. */
export const documentSortRewrites: readonly Rewrite[] = [
  {
    name: 'ORDER BY a result column',
    why: 'A document is sorted by a key, but DuckDB takes a position or a name inside an expression for something else.',
    apply: (node, context) => {
      if (!('SelectStmt' in node)) return undefined;
      const changed = expandDocumentSort(node.SelectStmt, context);
      return changed === node.SelectStmt ? undefined : { SelectStmt: changed };
    },
  },
];

/** Replaces positions and names of result columns in ORDER BY by the documents that they stand for. */
export function expandDocumentSort(select: SelectStmt, context: ExpressionTypes): SelectStmt {
  const { sortClause, larg, rarg } = select;
  if (larg !== undefined && rarg !== undefined) {
    const [left, right] = [expandDocumentSort(larg, context), expandDocumentSort(rarg, context)];
    const sides = left === larg && right === rarg ? select : { ...select, larg: left, rarg: right };
    return sortUnion(sides, context);
  }
  if (sortClause === undefined) return select;
  const outputs = listOutputs(select);
  const expanded = sortClause.map((item) => {
    const found = findOutput(item, outputs);
    return found !== undefined && 'SortBy' in item && isDocument(found.value, context)
      ? { SortBy: { ...item.SortBy, node: found.value } }
      : item;
  });
  return expanded.every((item, i) => item === sortClause[i]) ? select : { ...select, sortClause: expanded };
}

/** Only names and positions may follow a UNION, so that it becomes a subquery. */
function sortUnion(select: SelectStmt, context: ExpressionTypes): SelectStmt {
  const { sortClause, limitCount, limitOffset, limitOption, ...union } = select;
  const outputs = listOutputs(firstQuery(select));
  const found = (sortClause ?? []).map((item) => findOutput(item, outputs));
  const names = outputs.map(({ name }) => name);
  if (!found.some((output) => output !== undefined && isDocument(output.value, context))) return select;
  if (new Set(names).size < names.length || found.includes(undefined)) return select;
  return {
    targetList: [{ ResTarget: { val: { ColumnRef: { fields: [{ A_Star: {} }] } } } }],
    fromClause: [
      {
        RangeSubselect: {
          subquery: { SelectStmt: { ...union, limitOption: 'LIMIT_OPTION_DEFAULT' } },
          alias: { aliasname: UNION },
        },
      },
    ],
    sortClause: (sortClause ?? []).map((item, i) => {
      const output = found[i];
      if (!('SortBy' in item) || output === undefined) return item;
      const key = column(UNION, output.name);
      return { SortBy: { ...item.SortBy, node: isDocument(output.value, context) ? toOrderKey(key) : key } };
    }),
    ...(limitCount === undefined ? {} : { limitCount }),
    ...(limitOffset === undefined ? {} : { limitOffset }),
    ...(limitOption === undefined ? {} : { limitOption }),
    op: 'SETOP_NONE',
  };
}

const UNION = 'united';

interface Output {
  readonly name: string;
  readonly value: Node;
}

/** The columns of a SELECT list; none if it has a star, whose columns only the binder knows. */
function listOutputs({ targetList = [] }: SelectStmt): readonly Output[] {
  const targets = targetList.flatMap((node) => ('ResTarget' in node ? node.ResTarget : []));
  if (targets.some(({ val }) => isStar(val))) return [];
  return targets.flatMap(({ name, val }) => {
    if (val === undefined) return [];
    const fields = 'ColumnRef' in val ? getStringValues(val.ColumnRef.fields) : [];
    return [{ name: name ?? fields.at(-1) ?? '', value: val }];
  });
}

function findOutput(item: Node, outputs: readonly Output[]): Output | undefined {
  const key = 'SortBy' in item ? item.SortBy.node : undefined;
  if (key === undefined) return undefined;
  if ('A_Const' in key && key.A_Const.ival !== undefined) return outputs[(key.A_Const.ival.ival ?? 0) - 1];
  const fields = 'ColumnRef' in key ? getStringValues(key.ColumnRef.fields) : [];
  return fields.length === 1 ? outputs.find(({ name }) => name === fields[0]) : undefined;
}

function firstQuery(select: SelectStmt): SelectStmt {
  return select.larg === undefined ? select : firstQuery(select.larg);
}
