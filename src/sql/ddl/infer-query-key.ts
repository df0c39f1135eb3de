import type { Node, SelectStmt } from 'libpg-query';
import { keyNames, type TableDef } from '../../catalog/table-def.ts';
import type { Located } from '../parse/table/table-statement.ts';
import { getStringValues } from '../parse/tree.ts';
import type { ResultColumn } from '../types/types.ts';

/** The most attributes that a key has. */
const MAX_KEY_COLUMNS = 2;

/**
 * The columns that tell the rows of a query apart: the key of the one table that it reads, or what it groups by. Undefined
 * where the query does not determine them.
 */
export function inferQueryKey(
  select: SelectStmt,
  columns: readonly ResultColumn[],
  sources: readonly TableDef[],
): readonly Located<string>[] | undefined {
  const { op, groupClause, distinctClause, valuesLists, fromClause = [], targetList = [] } = select;
  if (op !== 'SETOP_NONE' || valuesLists !== undefined) return undefined;
  if (groupClause !== undefined) return toKey(listGrouped(groupClause, targetList, columns), columns);
  const [source, ...others] = sources;
  const [from] = fromClause;
  const isPlain = fromClause.length === 1 && from !== undefined && 'RangeVar' in from;
  if (source === undefined || others.length > 0 || !isPlain || distinctClause !== undefined) return undefined;
  const names = keyNames(source.key);
  return names.every((name) => returnsColumn(name, targetList)) ? toKey(names, columns) : undefined;
}

/** Whether the query returns a column unchanged, under its name. */
function returnsColumn(name: string, targetList: readonly Node[]): boolean {
  return targetList.some((target) => {
    if (!('ResTarget' in target)) return false;
    const { val, name: alias } = target.ResTarget;
    const fields = val !== undefined && 'ColumnRef' in val ? getStringValues(val.ColumnRef.fields) : [];
    const last = fields.at(-1);
    return last === '*' || (last === name && (alias ?? name) === name);
  });
}

/** The names of the columns that the query groups by; empty if it groups by something that it does not return. */
function listGrouped(
  groupClause: readonly Node[],
  targetList: readonly Node[],
  columns: readonly ResultColumn[],
): readonly string[] {
  const texts = targetList.map((target) => format('ResTarget' in target ? target.ResTarget.val : undefined));
  const names = groupClause.map((node) => {
    const position = 'A_Const' in node ? node.A_Const.ival?.ival : undefined;
    const at = position === undefined ? texts.indexOf(format(node)) : position - 1;
    const field = 'ColumnRef' in node ? getStringValues(node.ColumnRef.fields).at(-1) : undefined;
    return columns[at]?.name ?? columns.find(({ name }) => name === field)?.name;
  });
  return names.every((name) => name !== undefined) ? names : [];
}

function format(node: Node | undefined): string {
  return JSON.stringify(node ?? null, (key, value: unknown) => (key === 'location' ? undefined : value));
}

function toKey(
  names: readonly string[],
  columns: readonly ResultColumn[],
): readonly Located<string>[] | undefined {
  const known = names.every((name) => columns.some((column) => column.name === name));
  return known && names.length > 0 && names.length <= MAX_KEY_COLUMNS
    ? names.map((value) => ({ value, position: 1 }))
    : undefined;
}
