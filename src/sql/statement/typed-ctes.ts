import type { Node, SelectStmt, WithClause } from 'libpg-query';
import { getStringValues, mapInside, mapNodes } from '../parse/tree.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { getTopWith, getWriteName, listCtes, replaceTopWith } from '../parse/writing-ctes.ts';

/** The statement in whose WITH queries of the same columns take the place of statements that write, to infer types. */
export function withTypedCtes(node: ParsedCommand['node']): ParsedCommand['node'] {
  return 'TableStatement' in node ? node : replaceTopWith(node, typeCtes(getTopWith(node)));
}

function typeCtes(clause: WithClause | undefined): WithClause | undefined {
  if (clause === undefined) return undefined;
  const ctes = listCtes(clause).flatMap((cte): Node[] => {
    const { ctequery } = cte;
    if (ctequery === undefined || getWriteName(ctequery) === undefined) return [{ CommonTableExpr: cte }];
    const select = toReturningQuery(ctequery);
    return select === undefined ? [] : [{ CommonTableExpr: { ...cte, ctequery: { SelectStmt: select } } }];
  });
  const { ctes: _, ...rest } = clause;
  return ctes.length === 0 ? undefined : { ...rest, ctes };
}

/** RETURNING as a query; undefined without it. */
function toReturningQuery(node: Node): SelectStmt | undefined {
  const { relation, returningClause, withClause, others } = readWrite(node);
  const exprs = returningClause?.exprs;
  if (relation === undefined || exprs === undefined) return undefined;
  const alias = relation.alias?.aliasname ?? relation.relname ?? '';
  return {
    targetList: mapNodes(exprs, (each) => toColumn(each, alias)),
    fromClause: [{ RangeVar: relation }, ...others],
    ...(withClause && { withClause }),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
}

function readWrite(node: Node) {
  if ('InsertStmt' in node) return { ...node.InsertStmt, others: [] };
  if ('UpdateStmt' in node) return { ...node.UpdateStmt, others: node.UpdateStmt.fromClause ?? [] };
  if ('DeleteStmt' in node) return { ...node.DeleteStmt, others: node.DeleteStmt.usingClause ?? [] };
  if (!('MergeStmt' in node)) return { others: [] };
  const { sourceRelation: source } = node.MergeStmt;
  return { ...node.MergeStmt, others: source === undefined ? [] : [source] };
}

/** `old.a` and `new.a` have the type of the table's column. */
function toColumn(node: Node, alias: string): Node {
  if (!('ColumnRef' in node)) return mapInside(node, (each) => toColumn(each, alias));
  const { fields = [] } = node.ColumnRef;
  const [qualifier] = getStringValues(fields);
  if (fields.length < 2 || (qualifier !== 'old' && qualifier !== 'new')) return node;
  return { ColumnRef: { ...node.ColumnRef, fields: [{ String: { sval: alias } }, ...fields.slice(1)] } };
}
