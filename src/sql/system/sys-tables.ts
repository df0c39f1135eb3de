import { keyAttributes } from '../../catalog/table-def.ts';
import { CATALOG_NAME, TABLE_SCHEMA } from '../types/table-schema.ts';
import { SYSTEM_SCHEMA_NAMES } from './schemas.ts';
import { describeTables, isBrowsable, listTablesAndViews, listTablesWithColumns } from './listed-tables.ts';
import { type SystemContext, type SystemTable, defineSystemTable } from './system-table.ts';
import { describeType } from '../types/types.ts';

const place = { CatalogName: CATALOG_NAME, SchemaName: TABLE_SCHEMA } as const;

/** The schemas, with those of system tables last. */
export function listSchemaNames(context: SystemContext): readonly string[] {
  return [TABLE_SCHEMA, ...SYSTEM_SCHEMA_NAMES].filter((name) => isBrowsable(context, name));
}

const sysCatalogs = defineSystemTable({
  schema: 'sys',
  name: 'sys_catalogs',
  columns: { CatalogName: 'text' },
  rows: async () => [{ CatalogName: CATALOG_NAME }],
});

const sysSchemas = defineSystemTable({
  schema: 'sys',
  name: 'sys_schemas',
  columns: { CatalogName: 'text', SchemaName: 'text' },
  rows: async (context) =>
    listSchemaNames(context).map((SchemaName) => ({ CatalogName: CATALOG_NAME, SchemaName })),
});

const sysTables = defineSystemTable({
  schema: 'sys',
  name: 'sys_tables',
  columns: {
    CatalogName: 'text',
    SchemaName: 'text',
    TableName: 'text',
    TableType: 'text',
    Description: 'text',
    IsUpdateable: 'boolean',
  },
  tableColumn: 'TableName',
  rows: async (context) =>
    (await listTablesAndViews(context)).map(({ name, isView }) => ({
      ...place,
      TableName: name,
      TableType: isView ? 'VIEW' : 'TABLE',
      IsUpdateable: false,
    })),
});

const sysTableColumns = defineSystemTable({
  schema: 'sys',
  name: 'sys_tablecolumns',
  columns: {
    CatalogName: 'text',
    SchemaName: 'text',
    TableName: 'text',
    ColumnName: 'text',
    DataTypeName: 'text',
    DataType: 'bigint',
    Length: 'bigint',
    DisplaySize: 'bigint',
    NumericPrecision: 'bigint',
    NumericScale: 'bigint',
    IsNullable: 'boolean',
    Description: 'text',
    Ordinal: 'bigint',
    IsAutoIncrement: 'boolean',
    IsGeneratedColumn: 'boolean',
    IsHidden: 'boolean',
    IsArray: 'boolean',
    IsReadOnly: 'boolean',
    IsKey: 'boolean',
  },
  tableColumn: 'TableName',
  rows: async (context) =>
    (await listTablesWithColumns(context)).flatMap((table) =>
      table.columns.map((column) => {
        const { jdbcType, precision, maxLength } = describeType(column.type);
        return {
          ...place,
          TableName: table.name,
          ColumnName: column.name,
          DataTypeName: column.type,
          DataType: jdbcType,
          Length: maxLength,
          DisplaySize: maxLength,
          NumericPrecision: precision,
          NumericScale: column.scale,
          IsNullable: !column.isKey,
          Ordinal: column.position,
          IsAutoIncrement: false,
          IsGeneratedColumn: false,
          IsHidden: column.isHidden,
          IsArray: column.type.endsWith('[]'),
          IsReadOnly: true,
          IsKey: column.isKey,
        };
      }),
    ),
});

const sysPrimaryKeys = defineSystemTable({
  schema: 'sys',
  name: 'sys_primarykeys',
  columns: {
    CatalogName: 'text',
    SchemaName: 'text',
    TableName: 'text',
    ColumnName: 'text',
    KeySeq: 'bigint',
    KeyName: 'text',
  },
  tableColumn: 'TableName',
  rows: async (context) =>
    (await describeTables(context)).flatMap(({ name, key }) =>
      keyAttributes(key).map((attribute, i) => ({
        ...place,
        TableName: name,
        ColumnName: attribute.name,
        KeySeq: i + 1,
        KeyName: toPrimaryKeyName(name),
      })),
    ),
});

const sysKeyColumns = defineSystemTable({
  schema: 'sys',
  name: 'sys_keycolumns',
  columns: {
    CatalogName: 'text',
    SchemaName: 'text',
    TableName: 'text',
    ColumnName: 'text',
    IsKey: 'boolean',
    IsForeignKey: 'boolean',
    PrimaryKeyName: 'text',
    ForeignKeyName: 'text',
    ReferencedCatalogName: 'text',
    ReferencedSchemaName: 'text',
    ReferencedTableName: 'text',
    ReferencedColumnName: 'text',
  },
  tableColumn: 'TableName',
  rows: async (context) =>
    (await describeTables(context)).flatMap(({ name, key }) =>
      keyAttributes(key).map((attribute) => ({
        ...place,
        TableName: name,
        ColumnName: attribute.name,
        IsKey: true,
        IsForeignKey: false,
        PrimaryKeyName: toPrimaryKeyName(name),
      })),
    ),
});

const sysForeignKeys = defineSystemTable({
  schema: 'sys',
  name: 'sys_foreignkeys',
  columns: {
    CatalogName: 'text',
    SchemaName: 'text',
    TableName: 'text',
    ColumnName: 'text',
    PrimaryKeyName: 'text',
    ForeignKeyName: 'text',
    ReferencedCatalogName: 'text',
    ReferencedSchemaName: 'text',
    ReferencedTableName: 'text',
    ReferencedColumnName: 'text',
    ForeignKeyType: 'text',
  },
  // DynamoDB has no foreign keys.
  rows: async () => [],
});

const sysIndexes = defineSystemTable({
  schema: 'sys',
  name: 'sys_indexes',
  columns: {
    CatalogName: 'text',
    SchemaName: 'text',
    TableName: 'text',
    IndexName: 'text',
    ColumnName: 'text',
    IsUnique: 'boolean',
    IsPrimary: 'boolean',
    Type: 'bigint',
    SortOrder: 'text',
    OrdinalPosition: 'bigint',
    Kind: 'text',
    KeyType: 'text',
    Projection: 'text',
    ItemCount: 'bigint',
    SizeBytes: 'bigint',
    IsActive: 'boolean',
  },
  tableColumn: 'TableName',
  rows: async (context) =>
    (await describeTables(context)).flatMap((table) => {
      const primaryKey = {
        name: toPrimaryKeyName(table.name),
        kind: 'primary',
        key: table.key,
        projection: 'all' as const,
        itemCount: table.itemCount,
        sizeBytes: table.sizeBytes,
        active: true,
      };
      return [primaryKey, ...table.indexes].flatMap((index) =>
        [
          ...index.key.partition.map(({ name }) => ({ name, keyType: 'HASH' })),
          ...index.key.sort.map(({ name }) => ({ name, keyType: 'RANGE' })),
        ].map(({ name, keyType }, i) => ({
          ...place,
          TableName: table.name,
          IndexName: index.name,
          ColumnName: name,
          IsUnique: index === primaryKey,
          IsPrimary: index === primaryKey,
          // JDBC's tableIndexOther.
          Type: 3,
          SortOrder: keyType === 'RANGE' ? 'A' : null,
          OrdinalPosition: i + 1,
          Kind: index.kind,
          KeyType: keyType,
          Projection: index.projection === 'all' ? 'ALL' : index.projection.join(', '),
          ItemCount: index.itemCount ?? null,
          SizeBytes: index.sizeBytes ?? null,
          IsActive: index.active,
        })),
      );
    }),
});

/** The name of a table's primary key, as PostgreSQL generates it. */
export function toPrimaryKeyName(table: string): string {
  return `${table}_pkey`;
}

/** The tables of sys about tables, with the names that the commercial drivers use. */
export const SYS_TABLES: readonly SystemTable[] = [
  sysCatalogs,
  sysSchemas,
  sysTables,
  sysTableColumns,
  sysPrimaryKeys,
  sysKeyColumns,
  sysForeignKeys,
  sysIndexes,
];
