import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Entry } from './entries.ts';
import type { PropertySpec, PropertyTable, ValueType, ValuesOf, ParseContext } from './property-spec.ts';
import { maskEmbeddedSecrets } from './mask-secrets.ts';

/** Parses entries by the types of their properties and adds defaults. Skips ignored keys. */
export function readProperties<Table extends PropertyTable>(
  entries: readonly Entry[],
  table: Table,
  context: ParseContext,
): ValuesOf<Table> {
  const values = new Map<string, unknown>(
    Object.entries(table).flatMap(([name, spec]) =>
      spec.default === undefined ? [] : [[name, spec.default]],
    ),
  );
  for (const entry of entries) {
    const spec = entry.name === undefined ? undefined : table[entry.name];
    if (entry.name !== undefined && spec !== undefined)
      values.set(entry.name, readValue(entry, spec, context));
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was read by its own row's type
  return Object.fromEntries(values) as ValuesOf<Table>;
}

/** Parses a value by the type of its property. `source` names where it is from if not the connection string. */
export function readValue(entry: Entry, spec: PropertySpec, context: ParseContext, source?: string): unknown {
  const result = spec.type.read(entry.value, context);
  if ('value' in result) return result.value;
  const at = entry.position === undefined ? '' : ` at character ${entry.position}`;
  const found = typeof entry.value === 'string' ? `, got "${truncateValue(entry.value)}"` : '';
  const candidates = result.candidates ?? [];
  const hint = candidates.length === 0 ? '' : `; did you mean ${candidates.join(' or ')}?`;
  throw new DriverError(
    'CONN_BAD_VALUE',
    `invalid value for ${entry.spelled}${source === undefined ? at : ` (${source})`}: expected ${result.expected}${found}${hint}`,
    { candidates, ...(entry.position === undefined ? {} : { position: entry.position }) },
  );
}

/** A string of nested properties, in the grammar of connection strings. */
export function nested<Table extends PropertyTable>(table: Table): ValueType<ValuesOf<Table>> {
  return {
    label: 'properties',
    nested: table,
    read(value, context) {
      if (typeof value === 'string' || value instanceof Secret) return { expected: 'Key=Value;Key=Value' };
      const entries = Object.entries(table).flatMap(([name, spec]): Entry[] => {
        const inner = value[spec.key];
        return inner === undefined ? [] : [{ name, key: spec.key, spelled: spec.key, value: inner }];
      });
      return { value: readProperties(entries, table, context) };
    },
  };
}

function truncateValue(value: string): string {
  const line = maskEmbeddedSecrets(value);
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
