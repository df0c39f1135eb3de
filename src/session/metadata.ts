import type { Catalog } from '../catalog/catalog.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { engineType, postgresTypeName } from '../sql/engine-types.ts';
import type { ColumnInfo, IndexInfo, Metadata, PrimaryKeyInfo } from './connection.ts';

/** The catalog in the words of JDBC's DatabaseMetaData. */
export function createMetadata(catalog: Catalog, guard: () => AbortSignal): Metadata {
  const table = (name: string): Promise<TableDef> => catalog.table(name, guard());
  return {
    async tables() {
      const names = await catalog.tableNames(guard());
      return names.map((name) => ({ name }));
    },
    async details(name) {
      const { name: exact, itemCount, sizeBytes } = await table(name);
      return { name: exact, itemCount, sizeBytes };
    },
    async columns(name) {
      return columnsOf(await table(name));
    },
    async indexes(name) {
      return indexesOf(await table(name));
    },
    async primaryKeys(name) {
      return primaryKeysOf(await table(name));
    },
  };
}

function columnsOf(table: TableDef): readonly ColumnInfo[] {
  const roles = new Map(primaryKeysOf(table).map(({ name, key }) => [name, key]));
  return table.columns.map((column, i) => {
    const key = column.path.length === 1 ? roles.get(column.path[0]) : undefined;
    const seen = Object.entries(column.seen).toSorted(([, a], [, b]) => b - a);
    return {
      table: table.name,
      name: column.name,
      type: postgresTypeName(engineType(column.type)),
      position: i + 1,
      nullable: key === undefined,
      hidden: column.hidden === true,
      presence: column.presence,
      dynamoTypes: seen.map(([type]) => type),
      key,
    };
  });
}

function indexesOf(table: TableDef): readonly IndexInfo[] {
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

function primaryKeysOf(table: TableDef): readonly PrimaryKeyInfo[] {
  const { partition, sort } = table.key;
  return [
    ...partition.map(({ name }) => ({ name, key: 'partition' as const })),
    ...sort.map(({ name }) => ({ name, key: 'sort' as const })),
  ].map(({ name, key }, i) => ({ table: table.name, name, position: i + 1, key }));
}
