import type { Node } from 'libpg-query';
import { ITEM_COLUMN } from '../../catalog/table-def.ts';
import { getStringValues, visitNodes } from '../parse/tree.ts';
import { isDocumentCall } from './driver-functions.ts';

/**
 * Collects the unqualified, lower-case names of all referenced columns. They decide which hidden columns a stub needs.
 */
export function collectColumnNames(part: Node): ReadonlySet<string> {
  const names = new Set<string>();
  visitNodes(part, (node) => {
    if ('ColumnRef' in node) names.add((getStringValues(node.ColumnRef.fields).at(-1) ?? '').toLowerCase());
    if (isDocumentCall(node)) names.add(ITEM_COLUMN);
    if ('JoinExpr' in node)
      for (const name of getStringValues(node.JoinExpr.usingClause)) names.add(name.toLowerCase());
  });
  return names;
}
