import type { Node, RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { foldCase } from '../bind/suggestions.ts';
import { name as string } from '../dialect/build.ts';
import type { ParsedText } from '../parse/parse.ts';
import { getStringValues, mapInside, mapNodes } from '../parse/tree.ts';
import { getAlias, listFromAliases } from './from-items.ts';
import { resolveAlias } from './target-table.ts';

/** Which rows a WHEN clause is for: pairs, source rows without an item, or items without a source row. */
export type MergeMatch = 'matched' | 'not-matched-by-target' | 'not-matched-by-source';

interface MergeRelations {
  readonly relation: RangeVar | undefined;
  readonly source: Node | undefined;
}

/**
 * Returns a function that limits the names of a part of a WHEN clause to the relation that its rows have: an unqualified
 * name gets the name of that relation, since both may have a column of that name.
 */
export function limitToRelation(
  match: MergeMatch,
  { relation, source }: MergeRelations,
  table: TableDef,
  parsed: ParsedText,
): <T>(part: T) => T {
  if (match === 'matched' || source === undefined) return (part) => part;
  const target = resolveAlias(relation);
  const isSourceOnly = match === 'not-matched-by-target';
  const hidden = isSourceOnly ? [target] : listFromAliases([source]);
  const shown = isSourceOnly ? getAlias(source) : target;
  const isOwn = (name: string): boolean =>
    table.columns.some((each) => foldCase(each.name) === foldCase(name));
  const change = (node: Node): Node => {
    // The names of a subquery are its own first.
    if ('SubLink' in node) return node;
    if (!('ColumnRef' in node)) return mapInside(node, change);
    const fields = getStringValues(node.ColumnRef.fields);
    const [name = ''] = fields;
    if (fields.length === 1) {
      if (shown === undefined || name === '*' || (!isSourceOnly && !isOwn(name))) return node;
      return { ColumnRef: { ...node.ColumnRef, fields: [shown, name].map(string) } };
    }
    if (hidden.includes(name)) throw hiddenError(name, node.ColumnRef.location, parsed);
    return node;
  };
  return (part) => mapNodes(part, change);
}

function hiddenError(name: string, location: number | undefined, parsed: ParsedText): DriverError {
  return new DriverError(
    'CATALOG_UNKNOWN_TABLE',
    `invalid reference to FROM-clause entry for table "${name}"`,
    {
      position: parsed.position(location ?? 0),
      remedy: `There is an entry for table "${name}", but it cannot be referenced from this part of the query.`,
    },
  );
}
