import { type TableDef, keyAttributes } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import { notNullError } from './to-attribute.ts';

/** The key of an item. Throws where a key attribute is missing. */
export function extractKey(item: AttributeMap, table: TableDef): Key {
  const key: Record<string, Key[string]> = {};
  for (const { name } of keyAttributes(table.key)) {
    const value = item[name];
    if (value === undefined || !('S' in value || 'N' in value || 'B' in value))
      throw notNullError(name, table.name);
    key[name] = value;
  }
  return key;
}

/** An item's key in messages: `id = 'A17', line = 3`. */
export function formatKey(item: AttributeMap, table: TableDef): string {
  return Object.entries(extractKey(item, table))
    .map(([name, value]) => `${name} = ${'N' in value ? value.N : `'${'S' in value ? value.S : value.B}'`}`)
    .join(', ');
}

/** An item in messages: `with id = 'A17' in "orders"`. */
export function describeItem(item: AttributeMap, table: TableDef): string {
  return `with ${formatKey(item, table)} in "${table.name}"`;
}

/** An error of a value that was computed for an item, with the item's key. */
export function withItemKey(error: unknown, item: AttributeMap, table: TableDef): unknown {
  if (!(error instanceof DriverError)) return error;
  const { code, message, remedy } = error;
  return new DriverError(code, `item ${describeItem(item, table)}: ${message}`, { cause: error, remedy });
}

export function duplicateKeyError(item: AttributeMap, table: TableDef): DriverError {
  return new DriverError(
    'SQL_UNIQUE',
    `duplicate key value: an item with ${formatKey(item, table)} already exists in "${table.name}"`,
  );
}
