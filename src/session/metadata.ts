import type { StoredSchema } from '../catalog/schemas/schema-store.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { postgresColumnType } from '../sql/types/column-types.ts';
import type { SessionContext } from '../sql/exec/context.ts';
import { newCatalogContext } from '../sql/exec/sampling-budget.ts';
import { resolveViewColumns } from '../sql/exec/view-columns.ts';
import { toViewQuery, isViewSchema } from '../sql/system/view-query.ts';
import type { ColumnInfo, IndexInfo, Metadata, PrimaryKeyInfo } from './connection.ts';

/** The metadata of a session's catalog. `guard` returns the signal of a call, or throws if the session is closed. */
export function createMetadata(session: SessionContext, guard: () => AbortSignal): Metadata {
  const { sharedCatalog: catalog } = session.database;
  const table = (name: string): Promise<TableDef> => newCatalogContext(session).catalog.table(name, guard());
  const findView = async (name: string): Promise<StoredSchema | undefined> => {
    const stored = await catalog.schemas.find(name);
    return stored !== undefined && isViewSchema(stored.schema) ? stored : undefined;
  };
  return {
    async tables() {
      const names = await catalog.tableNames(guard());
      const views = (await catalog.schemas.all()).filter(({ schema }) => isViewSchema(schema));
      return [
        ...names.map((name) => ({ name, kind: 'table' as const })),
        ...views.map(({ schema }) => ({ name: schema.name, kind: 'view' as const })),
      ];
    },
    async details(name) {
      const view = await findView(name);
      if (view !== undefined)
        return {
          name: view.schema.name,
          kind: 'view',
          itemCount: 0,
          sizeBytes: 0,
          definition: toViewQuery(view.schema),
          schemaFile: view.file,
        };
      const { name: exact, itemCount, sizeBytes, schemaFile } = await table(name);
      return { name: exact, kind: 'table', itemCount, sizeBytes, definition: undefined, schemaFile };
    },
    async columns(name) {
      const view = await findView(name);
      if (view === undefined) return listColumns(await table(name));
      const columns = await resolveViewColumns(view.schema.name, newCatalogContext(session), guard());
      return columns.map((column, i) => ({
        table: view.schema.name,
        ...column,
        position: i + 1,
        nullable: true,
        hidden: false,
        presence: Number.NaN,
        dynamoTypes: [],
        key: undefined,
      }));
    },
    async indexes(name) {
      return (await findView(name)) === undefined ? listIndexes(await table(name)) : [];
    },
    async primaryKeys(name) {
      return (await findView(name)) === undefined ? listPrimaryKeys(await table(name)) : [];
    },
  };
}

function listColumns(table: TableDef): readonly ColumnInfo[] {
  const roles = new Map(listPrimaryKeys(table).map(({ name, key }) => [name, key]));
  return table.columns.map((column, i) => {
    const key = column.path.length === 1 ? roles.get(column.path[0]) : undefined;
    const seen = Object.entries(column.seen).toSorted(([, a], [, b]) => b - a);
    return {
      table: table.name,
      name: column.name,
      type: postgresColumnType(column.type),
      position: i + 1,
      nullable: key === undefined,
      hidden: column.hidden === true,
      presence: column.presence,
      dynamoTypes: seen.map(([type]) => type),
      key,
    };
  });
}

function listIndexes(table: TableDef): readonly IndexInfo[] {
  return table.indexes.map((index) => ({
    table: table.name,
    name: index.name,
    kind: index.kind,
    partition: index.key.partition.map(({ name }) => name),
    sort: index.key.sort.map(({ name }) => name),
    projection: index.projection === 'all' ? 'ALL' : index.projection,
    itemCount: index.itemCount,
  }));
}

function listPrimaryKeys(table: TableDef): readonly PrimaryKeyInfo[] {
  const { partition, sort } = table.key;
  return [
    ...partition.map(({ name }) => ({ name, key: 'partition' as const })),
    ...sort.map(({ name }) => ({ name, key: 'sort' as const })),
  ].map(({ name, key }, i) => ({ table: table.name, name, position: i + 1, key }));
}
