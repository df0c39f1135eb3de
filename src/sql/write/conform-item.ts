import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import { storedAttribute } from '../../catalog/schemas/column-types.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { findValue } from '../engine/fits.ts';
import { formatDeclaredType } from '../../catalog/declared-type.ts';
import { withValue } from './replace-value.ts';
import { toTimeTarget } from './time-attribute.ts';
import { toAttribute } from './to-attribute.ts';

const NONE: ReadonlySet<string> = new Set();

/**
 * A whole item in which every attribute is of the type that its column declares. `typed`: the source says the type of each
 * value, so that one of another DynamoDB type is refused instead of converted. `excluded` attributes stay as they are.
 */
export function conformItem(
  item: AttributeMap,
  table: TableDef,
  source: 'typed' | 'untyped',
  excluded: ReadonlySet<string> = NONE,
): AttributeMap {
  let conformed = item;
  for (const column of listDeclaredColumns(table)) {
    if (column.path.length === 1 && excluded.has(column.path[0])) continue;
    const value = findValue(item, column.path);
    if (value === undefined || 'NULL' in value) continue;
    if (source === 'typed') assertSameType(value, column);
    const { name: label, declared } = column;
    const to = { label, declared, time: toTimeTarget(column, table), key: undefined, seen: {} };
    const stored = toAttribute({ kind: 'attribute', value }, to);
    if (stored !== undefined && stored !== value) conformed = withValue(conformed, column.path, stored);
  }
  return conformed;
}

const declaredColumns = new WeakMap<TableDef, readonly ColumnDef[]>();

function listDeclaredColumns(table: TableDef): readonly ColumnDef[] {
  const known = declaredColumns.get(table);
  if (known !== undefined) return known;
  const columns = table.columns.filter(
    (column) => column.declared !== undefined || toTimeTarget(column, table)?.isDeclared === true,
  );
  declaredColumns.set(table, columns);
  return columns;
}

function assertSameType(value: AttributeValue, { name, type, declared }: ColumnDef): void {
  const expected = storedAttribute(type);
  if (declared === undefined || expected === undefined || expected in value) return;
  throw new DriverError(
    'SQL_TYPE_MISMATCH',
    `column "${name}" is of type ${formatDeclaredType(declared)}, which DynamoDB stores as ${expected}, but the value is of type ${Object.keys(value).join('')}`,
  );
}
