import type { Node } from 'libpg-query';
import { ITEM_COLUMN, toStoredName } from '../../catalog/table-def.ts';
import { matchCall } from '../dialect/build.ts';
import { getStringValues, visitNodes } from '../parse/tree.ts';
import { ATTRIBUTE_FUNCTIONS } from './attribute-function-names.ts';
import { isDocumentCall } from './driver-functions.ts';

/**
 * Collects the unqualified, lower-case names of all referenced columns. They decide which hidden columns a stub needs.
 */
export function collectColumnNames(part: Node): ReadonlySet<string> {
  const names = new Set<string>();
  visitNodes(part, (node) => {
    // Members of documents may follow the name of a column.
    if ('ColumnRef' in node)
      for (const name of getStringValues(node.ColumnRef.fields)) names.add(name.toLowerCase());
    if (isDocumentCall(node)) names.add(ITEM_COLUMN);
    for (const name of listTestedNames(node)) names.add(toStoredName(name).toLowerCase());
    if ('JoinExpr' in node)
      for (const name of getStringValues(node.JoinExpr.usingClause)) names.add(name.toLowerCase());
  });
  return names;
}

/** The names of columns that DynamoDB's functions may be applied to: each part of a dotted name may be one, or several parts. */
function listTestedNames(node: Node): readonly string[] {
  const { name, args: [target] = [] } = matchCall(node) ?? {};
  if (name === undefined || !ATTRIBUTE_FUNCTIONS.has(name)) return [];
  const names: string[] = [];
  visitNodes(target, (inner) => {
    const fields = 'ColumnRef' in inner ? getStringValues(inner.ColumnRef.fields) : [];
    for (let from = 0; from < fields.length; from++)
      for (let to = from + 1; to <= fields.length; to++) names.push(fields.slice(from, to).join('.'));
  });
  return names;
}
