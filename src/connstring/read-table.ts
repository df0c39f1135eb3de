import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Entry } from './entries.ts';
import type { PropertySpec, PropertyTable, ValueType, ValuesOf, ParseContext } from './property-spec.ts';
import { showable } from './showable.ts';

/** Reads entries by their rows' types and adds defaults; entries of ignored keys are passed over. */
export function readTable<Table extends PropertyTable>(
  entries: readonly Entry[],
  table: Table,
  world: ParseContext,
): ValuesOf<Table> {
  const values = new Map<string, unknown>(
    Object.entries(table).flatMap(([name, spec]) =>
      spec.default === undefined ? [] : [[name, spec.default]],
    ),
  );
  for (const entry of entries) {
    const spec = entry.name === undefined ? undefined : table[entry.name];
    if (entry.name !== undefined && spec !== undefined) values.set(entry.name, readValue(entry, spec, world));
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was read by its own row's type
  return Object.fromEntries(values) as ValuesOf<Table>;
}

/** One value by its row's type; `source` is told where the user did not write it. */
export function readValue(entry: Entry, spec: PropertySpec, world: ParseContext, source?: string): unknown {
  const reading = spec.type.read(entry.value, world);
  if ('value' in reading) return reading.value;
  const place = source ?? (entry.position === undefined ? undefined : `character ${entry.position}`);
  const found = typeof entry.value === 'string' ? `, found "${shortened(entry.value)}"` : '';
  const candidates = reading.candidates ?? [];
  const meant = candidates.length === 0 ? '' : `; did you mean ${candidates.join(' or ')}?`;
  const at = place === undefined ? '' : ` (${place})`;
  throw new DriverError(
    'CONN_BAD_VALUE',
    `${entry.spelled}${at}: expected ${reading.expected}${found}${meant}`,
    { candidates, ...(entry.position === undefined ? {} : { position: entry.position }) },
  );
}

/** A string of properties of their own, in the grammar of the connection string. */
export function nested<Table extends PropertyTable>(table: Table): ValueType<ValuesOf<Table>> {
  return {
    label: 'properties',
    nested: table,
    read(value, world) {
      if (typeof value === 'string' || value instanceof Secret) return { expected: 'Key=Value;Key=Value' };
      const entries = Object.entries(table).flatMap(([name, spec]): Entry[] => {
        const given = value[spec.key];
        return given === undefined ? [] : [{ name, key: spec.key, spelled: spec.key, value: given }];
      });
      return { value: readTable(entries, table, world) };
    },
  };
}

function shortened(value: string): string {
  const line = showable(value);
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
