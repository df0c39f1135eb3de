import type { PropertySpec, PropertyTable } from './property-spec.ts';

/** A property with its name in the table. */
export type NamedSpec = { readonly name: string; readonly spec: PropertySpec };

const indexes = new WeakMap<PropertyTable, ReadonlyMap<string, NamedSpec>>();

/** Finds a property by its key or an alias, ignoring case and spaces. */
export function findProperty(spelled: string, table: PropertyTable): NamedSpec | undefined {
  let index = indexes.get(table);
  if (index === undefined) {
    index = new Map(
      Object.entries(table).flatMap(([name, spec]) =>
        [spec.key, ...(spec.aliases ?? [])].map((key) => [normalizeKey(key), { name, spec }] as const),
      ),
    );
    indexes.set(table, index);
  }
  return index.get(normalizeKey(spelled));
}

/** The form in which keys are compared. */
export function normalizeKey(key: string): string {
  return key.replaceAll(/\s/g, '').toLowerCase();
}
