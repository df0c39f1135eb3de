import type { DeleteStmt, MergeStmt, Node, UpdateStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { ParsedText } from '../parse/parse.ts';
import { getStringValues, mapInside, mapNodes } from '../parse/tree.ts';
import { listFromAliases } from './from-items.ts';

/** Throws where a statement refers to its table by its name although it has an alias. */
export function checkTableReferences(
  {
    relation,
    whereClause,
    returningClause,
    ...rest
  }: Pick<UpdateStmt, 'relation' | 'whereClause' | 'returningClause' | 'targetList' | 'fromClause'> &
    Pick<DeleteStmt, 'usingClause'> &
    Pick<MergeStmt, 'joinCondition' | 'mergeWhenClauses'>,
  parsed: ParsedText,
): void {
  const name = relation?.relname;
  const alias = relation?.alias?.aliasname;
  const from = rest.fromClause ?? rest.usingClause ?? [];
  if (name === undefined || alias === undefined || alias === name || listFromAliases(from).includes(name))
    return;
  const check = (node: Node): Node => {
    // A subquery may have a table of that name.
    if ('SubLink' in node) return node;
    const fields = 'ColumnRef' in node ? getStringValues(node.ColumnRef.fields) : [];
    if (fields.length > 1 && fields[0] === name)
      throw new DriverError(
        'CATALOG_UNKNOWN_TABLE',
        `invalid reference to FROM-clause entry for table "${name}"`,
        {
          position: parsed.position(('ColumnRef' in node ? node.ColumnRef.location : undefined) ?? 0),
          remedy: `Perhaps you meant to reference the table alias "${alias}".`,
        },
      );
    return mapInside(node, check);
  };
  const { targetList, joinCondition, mergeWhenClauses } = rest;
  mapNodes([targetList, whereClause, joinCondition, mergeWhenClauses, returningClause?.exprs], check);
}
