import type { Catalog } from '../../catalog/catalog.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { StatementContext } from './context.ts';

/** A relation of a statement whose items are in memory. */
export interface MemoryTable {
  /** Begins with `$`, so that it is not a table's name by accident. */
  readonly name: string;
  /** Its columns and key. */
  readonly table: TableDef;
  readonly items: readonly AttributeMap[];
}

/** A context whose statements may also name these tables. */
export function withMemoryTables(
  context: StatementContext,
  tables: readonly MemoryTable[],
): StatementContext {
  if (tables.length === 0) return context;
  const pages = new Map(tables.map(({ name, items }) => [name, toPage(items)]));
  return context.derive({
    catalog: withTables(context.catalog, tables),
    overrideRows: (read) => pages.get(read.table.name) ?? context.overrideRows?.(read),
    settings: { ...context.settings, overlaid: [...(context.settings.overlaid ?? []), ...pages.keys()] },
  });
}

function withTables(catalog: Catalog, tables: readonly MemoryTable[]): Catalog {
  const known = new Map(tables.map((each) => [each.name, toTable(each)]));
  return {
    ...catalog,
    table: async (name, ...rest) => known.get(name) ?? catalog.table(name, ...rest),
    view: async (name, ...rest) => (known.has(name) ? undefined : catalog.view(name, ...rest)),
    async widen(name, column, evidence) {
      const memory = tables.find((each) => each.name === name);
      const current = known.get(name);
      if (memory === undefined || current === undefined) return catalog.widen(name, column, evidence);
      // The column of a table, if it is one, or else a column of any values.
      const { table } = memory;
      const wider = await catalog.widen(table.name, column, evidence).catch(() => undefined);
      const type = wider?.columns.find((each) => each.name === column)?.type ?? { kind: 'json' as const };
      const columns = current.columns.map((each) => (each.name === column ? { ...each, type } : each));
      const widened = { ...current, columns };
      known.set(name, widened);
      return widened;
    },
  };
}

function toTable({ name, table, items }: MemoryTable): TableDef {
  const { through: _through, schemaFile: _schemaFile, ...rest } = table;
  return {
    ...rest,
    name,
    indexes: [],
    itemCount: items.length,
    sizeBytes: Buffer.byteLength(JSON.stringify(items)),
  };
}

function toPage(items: readonly AttributeMap[]): Page {
  return {
    items: Buffer.from(JSON.stringify(items)),
    count: items.length,
    scannedCount: items.length,
    consumed: [],
  };
}
