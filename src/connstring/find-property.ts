import type { PropertySpec, PropertyTable } from './property-spec.ts';

/** A row of a table under its name there. */
export type Found = { readonly name: string; readonly spec: PropertySpec };

const indexes = new WeakMap<PropertyTable, ReadonlyMap<string, Found>>();

/** The row that a spelling means: its key or an alias, case and blanks ignored. */
export function findProperty(spelled: string, table: PropertyTable): Found | undefined {
  let index = indexes.get(table);
  if (index === undefined) {
    index = new Map(
      Object.entries(table).flatMap(([name, spec]) =>
        [spec.key, ...(spec.aliases ?? [])].map((key) => [plainKey(key), { name, spec }] as const),
      ),
    );
    indexes.set(table, index);
  }
  return index.get(plainKey(spelled));
}

/** How keys are compared. */
export function plainKey(key: string): string {
  return key.replaceAll(/\s/g, '').toLowerCase();
}
