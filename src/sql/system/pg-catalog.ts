import { SYSTEM_SCHEMA_NAMES } from './schemas.ts';
import { TABLE_SCHEMA } from '../table-schema.ts';
import { definitionOf, isViewSchema } from './definition.ts';
import { CATALOG_NAME, isBrowsable, namedTables, shownTables, tableNames, viewNames } from './shown.ts';
import { type SystemContext, type SystemTable, systemTable } from './system-table.ts';
import { describeType, TYPE_FACTS } from './type-facts.ts';

const OWNER_OID = 10;
const DATABASE_OID = 1;
const FIRST_NAMESPACE_OID = 2200;
const FIRST_RELATION_OID = 16_384;
const RELATION_OIDS = 2 ** 31 - FIRST_RELATION_OID;

/** The schemas and their object identifiers. */
const NAMESPACES = [TABLE_SCHEMA, ...SYSTEM_SCHEMA_NAMES].map((name, i) => ({
  name,
  oid: name === 'pg_catalog' ? 11 : FIRST_NAMESPACE_OID + i,
}));

/** The object identifier of a table: from its name, so that it is the same in every statement. */
function oidOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return FIRST_RELATION_OID + (hash % RELATION_OIDS);
}

const pgNamespace = systemTable({
  schema: 'pg_catalog',
  name: 'pg_namespace',
  columns: { oid: 'bigint', nspname: 'text', nspowner: 'bigint', nspacl: 'text' },
  rows: async (context) =>
    NAMESPACES.filter(({ name }) => isBrowsable(context, name)).map(({ name, oid }) => ({
      oid,
      nspname: name,
      nspowner: OWNER_OID,
    })),
});

const pgClass = systemTable({
  schema: 'pg_catalog',
  name: 'pg_class',
  columns: {
    oid: 'bigint',
    relname: 'text',
    relnamespace: 'bigint',
    relowner: 'bigint',
    reltuples: 'bigint',
    relkind: 'text',
    relpersistence: 'text',
    relhasindex: 'boolean',
    relispartition: 'boolean',
    reloptions: 'text',
  },
  tableColumn: 'relname',
  rows: async (context) =>
    (await namedTables(context)).map(({ name, isView }) => ({
      oid: oidOf(name),
      relname: name,
      relnamespace: FIRST_NAMESPACE_OID,
      relowner: OWNER_OID,
      reltuples: -1,
      relkind: isView ? 'v' : 'r',
      relpersistence: 'p',
      relhasindex: !isView,
      relispartition: false,
    })),
});

const pgAttribute = systemTable({
  schema: 'pg_catalog',
  name: 'pg_attribute',
  columns: {
    attrelid: 'bigint',
    attname: 'text',
    atttypid: 'bigint',
    attlen: 'bigint',
    attnum: 'bigint',
    atttypmod: 'bigint',
    attnotnull: 'boolean',
    atthasdef: 'boolean',
    attisdropped: 'boolean',
    attidentity: 'text',
    attgenerated: 'text',
  },
  rows: async (context) =>
    (await shownTables(context)).flatMap((table) =>
      table.columns
        .filter(({ isHidden }) => !isHidden)
        .map((column, i) => ({
          attrelid: oidOf(table.name),
          attname: column.name,
          atttypid: describeType(column.type).oid,
          attlen: -1,
          attnum: i + 1,
          atttypmod: -1,
          attnotnull: column.isKey,
          atthasdef: false,
          attisdropped: false,
          attidentity: '',
          attgenerated: '',
        })),
    ),
});

const pgType = systemTable({
  schema: 'pg_catalog',
  name: 'pg_type',
  columns: {
    oid: 'bigint',
    typname: 'text',
    typnamespace: 'bigint',
    typlen: 'bigint',
    typtype: 'text',
    typcategory: 'text',
    typrelid: 'bigint',
    typelem: 'bigint',
    typbasetype: 'bigint',
  },
  rows: async () =>
    [...TYPE_FACTS.values()].map(({ oid, udt, radix }) => ({
      oid,
      typname: udt,
      typnamespace: 11,
      typlen: -1,
      typtype: 'b',
      typcategory: radix === null ? 'S' : 'N',
      typrelid: 0,
      typelem: 0,
      typbasetype: 0,
    })),
});

const pgTables = systemTable({
  schema: 'pg_catalog',
  name: 'pg_tables',
  columns: {
    schemaname: 'text',
    tablename: 'text',
    tableowner: 'text',
    tablespace: 'text',
    hasindexes: 'boolean',
  },
  tableColumn: 'tablename',
  rows: async (context) =>
    (await tableNames(context)).map((tablename) => ({
      schemaname: TABLE_SCHEMA,
      tablename,
      tableowner: CATALOG_NAME,
      hasindexes: true,
    })),
});

const pgViews = systemTable({
  schema: 'pg_catalog',
  name: 'pg_views',
  columns: { schemaname: 'text', viewname: 'text', viewowner: 'text', definition: 'text' },
  tableColumn: 'viewname',
  rows: async (context: SystemContext) => {
    const names = new Set(await viewNames(context));
    return (await context.catalog.schemas.all())
      .filter(({ schema }) => isViewSchema(schema) && names.has(schema.name))
      .map(({ schema }) => ({
        schemaname: TABLE_SCHEMA,
        viewname: schema.name,
        viewowner: CATALOG_NAME,
        definition: definitionOf(schema),
      }));
  },
});

const pgDatabase = systemTable({
  schema: 'pg_catalog',
  name: 'pg_database',
  columns: { oid: 'bigint', datname: 'text', datdba: 'bigint', encoding: 'bigint', datallowconn: 'boolean' },
  // 6 is UTF8.
  rows: async () => [
    { oid: DATABASE_OID, datname: CATALOG_NAME, datdba: OWNER_OID, encoding: 6, datallowconn: true },
  ],
});

/** What programs read of PostgreSQL's own catalog before they show tables. */
export const PG_CATALOG: readonly SystemTable[] = [
  pgNamespace,
  pgClass,
  pgAttribute,
  pgType,
  pgTables,
  pgViews,
  pgDatabase,
];
