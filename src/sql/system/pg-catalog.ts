import { describeType, typeOid, TYPES } from '../types/types.ts';
import { keyNames } from '../../catalog/table-def.ts';
import { OWNER_NAME, TABLE_SCHEMA } from '../types/table-schema.ts';
import { toViewQuery, isViewSchema } from './view-query.ts';
import { PG_EMPTY } from './pg-empty.ts';
import {
  BTREE_OID,
  computeConstraintOid,
  HEAP_OID,
  computeIndexOid,
  computeRelationOid,
  OWNER_OID,
  TABLES_OID,
} from './pg-oids.ts';
import { filterByOid, listIndexRelations, listPgIndexes } from './pg-indexes.ts';
import { PG_SERVER } from './pg-server.ts';
import {
  type ListedColumn,
  describeTables,
  listTablesAndViews,
  listTablesWithColumns,
  listTableNames,
  listViewNames,
} from './listed-tables.ts';
import { toPrimaryKeyName } from './sys-tables.ts';
import { type SystemContext, type SystemTable, defineSystemTable } from './system-table.ts';

const pgClass = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_class',
  columns: {
    oid: 'bigint',
    relname: 'text',
    relnamespace: 'bigint',
    reltype: 'bigint',
    reloftype: 'bigint',
    relowner: 'bigint',
    relam: 'bigint',
    relfilenode: 'bigint',
    reltablespace: 'bigint',
    relpages: 'bigint',
    reltuples: 'bigint',
    relallvisible: 'bigint',
    reltoastrelid: 'bigint',
    relhasindex: 'boolean',
    relisshared: 'boolean',
    relpersistence: 'text',
    relkind: 'text',
    relnatts: 'bigint',
    relchecks: 'bigint',
    relhasrules: 'boolean',
    relhastriggers: 'boolean',
    relhassubclass: 'boolean',
    relrowsecurity: 'boolean',
    relforcerowsecurity: 'boolean',
    relispopulated: 'boolean',
    relreplident: 'text',
    relispartition: 'boolean',
    relacl: 'text',
    reloptions: 'text',
    relpartbound: 'text',
  },
  tableColumn: 'relname',
  rows: async (context) => {
    const tables = (await listTablesAndViews(context)).map(({ name, isView }) => ({
      ...RELATION,
      oid: computeRelationOid(name),
      relname: name,
      relam: isView ? 0 : HEAP_OID,
      relhasindex: !isView,
      relkind: isView ? 'v' : 'r',
    }));
    if (!context.filterFor('relkind').admits('i')) return tables;
    const indexes = await listIndexRelations(context, 'relname', ({ name }) => name);
    return [
      ...tables,
      ...indexes.map(({ oid, name, attributes, itemCount }) => ({
        ...RELATION,
        oid,
        relname: name,
        relam: BTREE_OID,
        reltuples: itemCount ?? -1,
        relkind: 'i',
        relnatts: attributes.length,
      })),
    ];
  },
});

const RELATION = {
  relnamespace: TABLES_OID,
  reltype: 0,
  reloftype: 0,
  relowner: OWNER_OID,
  relfilenode: 0,
  reltablespace: 0,
  relpages: 0,
  reltuples: -1,
  relallvisible: 0,
  reltoastrelid: 0,
  relhasindex: false,
  relisshared: false,
  relpersistence: 'p',
  relchecks: 0,
  relhasrules: false,
  relhastriggers: false,
  relhassubclass: false,
  relrowsecurity: false,
  relforcerowsecurity: false,
  relispopulated: true,
  relreplident: 'n',
  relispartition: false,
} as const;

const pgAttribute = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_attribute',
  columns: {
    attrelid: 'bigint',
    attname: 'text',
    atttypid: 'bigint',
    attstattarget: 'bigint',
    attlen: 'bigint',
    attnum: 'bigint',
    attndims: 'bigint',
    atttypmod: 'bigint',
    attstorage: 'text',
    attcompression: 'text',
    attnotnull: 'boolean',
    atthasdef: 'boolean',
    atthasmissing: 'boolean',
    attidentity: 'text',
    attgenerated: 'text',
    attisdropped: 'boolean',
    attislocal: 'boolean',
    attinhcount: 'bigint',
    attcollation: 'bigint',
    attacl: 'text',
    attoptions: 'text',
    attfdwoptions: 'text',
  },
  rows: async (context) => {
    const tables = await listTablesWithColumns(filterByOid(context, 'attrelid'));
    const indexes = await listIndexRelations(context, 'attrelid', ({ oid }) => String(oid));
    return [
      ...tables.flatMap((table) =>
        table.columns
          .filter(({ isHidden }) => !isHidden)
          .map(({ name, type, isKey, ...modifiers }, i) => ({
            ...ATTRIBUTE,
            attrelid: computeRelationOid(table.name),
            attname: name,
            atttypid: typeOid(type),
            atttypmod: computeTypeModifier(modifiers),
            attlen: describeType(type).length,
            attnum: i + 1,
            attnotnull: isKey,
          })),
      ),
      ...indexes.flatMap(({ oid, attributes }) =>
        attributes.map(({ name: attname, type }, i) => ({
          ...ATTRIBUTE,
          attrelid: oid,
          attname,
          atttypid: TYPES[KEY_TYPES[type]].oid,
          attlen: -1,
          attnum: i + 1,
          attnotnull: false,
        })),
      ),
    ];
  },
});

/** PostgreSQL counts the four bytes of the length of a value; the scale of a numeric has the lower 16 bits. */
function computeTypeModifier({ length, precision, scale }: TypeModifiers): number {
  if (length !== null) return length + 4;
  return precision === null ? -1 : precision * 65_536 + (scale ?? 0) + 4;
}

type TypeModifiers = Pick<ListedColumn, 'length' | 'precision' | 'scale'>;

/** The key of an index declares only the attribute type, so numbers have no narrower type. */
const KEY_TYPES = { S: 'text', N: 'numeric', B: 'bytea' } as const;

const ATTRIBUTE = {
  attstattarget: -1,
  attndims: 0,
  atttypmod: -1,
  attstorage: 'x',
  attcompression: '',
  atthasdef: false,
  atthasmissing: false,
  attidentity: '',
  attgenerated: '',
  attisdropped: false,
  attislocal: true,
  attinhcount: 0,
  attcollation: 0,
} as const;

const pgIndex = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_index',
  columns: {
    indexrelid: 'bigint',
    indrelid: 'bigint',
    indnatts: 'bigint',
    indnkeyatts: 'bigint',
    indisunique: 'boolean',
    indisprimary: 'boolean',
    indisexclusion: 'boolean',
    indimmediate: 'boolean',
    indisclustered: 'boolean',
    indisvalid: 'boolean',
    indcheckxmin: 'boolean',
    indisready: 'boolean',
    indislive: 'boolean',
    indisreplident: 'boolean',
    indkey: 'json',
    indoption: 'json',
    indexprs: 'text',
    indpred: 'text',
  },
  rows: async (context) => {
    const scoped = filterByOid(context, 'indrelid');
    const positions = await numberColumns(scoped);
    return (await listPgIndexes(scoped)).map(({ oid, table, isPrimary, isActive, attributes }) => ({
      indexrelid: oid,
      indrelid: computeRelationOid(table),
      indnatts: attributes.length,
      indnkeyatts: attributes.length,
      indisunique: isPrimary,
      indisprimary: isPrimary,
      indisexclusion: false,
      indimmediate: true,
      indisclustered: false,
      indisvalid: isActive,
      indcheckxmin: false,
      indisready: isActive,
      indislive: true,
      indisreplident: false,
      indkey: JSON.stringify(attributes.map(({ name }) => positions.get(table)?.get(name) ?? 0)),
      indoption: JSON.stringify(attributes.map(() => 0)),
    }));
  },
});

const pgConstraint = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_constraint',
  columns: {
    oid: 'bigint',
    conname: 'text',
    connamespace: 'bigint',
    contype: 'text',
    condeferrable: 'boolean',
    condeferred: 'boolean',
    convalidated: 'boolean',
    conrelid: 'bigint',
    contypid: 'bigint',
    conindid: 'bigint',
    conparentid: 'bigint',
    confrelid: 'bigint',
    confupdtype: 'text',
    confdeltype: 'text',
    confmatchtype: 'text',
    conislocal: 'boolean',
    coninhcount: 'bigint',
    connoinherit: 'boolean',
    conkey: 'json',
    confkey: 'json',
    conbin: 'text',
  },
  rows: async (context) => {
    const scoped = filterByOid(context, 'conrelid');
    if (!context.filterFor('contype').admits('p')) return [];
    const positions = await numberColumns(scoped);
    return (await describeTables(scoped)).map(({ name, key }) => ({
      oid: computeConstraintOid(name),
      conname: toPrimaryKeyName(name),
      connamespace: TABLES_OID,
      contype: 'p',
      condeferrable: false,
      condeferred: false,
      convalidated: true,
      conrelid: computeRelationOid(name),
      contypid: 0,
      conindid: computeIndexOid(name, toPrimaryKeyName(name)),
      conparentid: 0,
      confrelid: 0,
      confupdtype: ' ',
      confdeltype: ' ',
      confmatchtype: ' ',
      conislocal: true,
      coninhcount: 0,
      connoinherit: true,
      conkey: JSON.stringify(keyNames(key).map((column) => positions.get(name)?.get(column) ?? 0)),
    }));
  },
});

/** The attnum of each column, by table and name. */
async function numberColumns(
  context: SystemContext,
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  return new Map(
    (await listTablesWithColumns(context)).map(({ name, columns }) => [
      name,
      new Map(columns.filter(({ isHidden }) => !isHidden).map((column, i) => [column.name, i + 1])),
    ]),
  );
}

const pgTables = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_tables',
  columns: {
    schemaname: 'text',
    tablename: 'text',
    tableowner: 'text',
    tablespace: 'text',
    hasindexes: 'boolean',
    hasrules: 'boolean',
    hastriggers: 'boolean',
    rowsecurity: 'boolean',
  },
  tableColumn: 'tablename',
  rows: async (context) =>
    (await listTableNames(context)).map((tablename) => ({
      schemaname: TABLE_SCHEMA,
      tablename,
      tableowner: OWNER_NAME,
      hasindexes: true,
      hasrules: false,
      hastriggers: false,
      rowsecurity: false,
    })),
});

const pgIndexesView = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_indexes',
  columns: {
    schemaname: 'text',
    tablename: 'text',
    indexname: 'text',
    tablespace: 'text',
    indexdef: 'text',
  },
  tableColumn: 'tablename',
  rows: async (context) =>
    (await listPgIndexes(context)).map(({ table, name, definition }) => ({
      schemaname: TABLE_SCHEMA,
      tablename: table,
      indexname: name,
      indexdef: definition,
    })),
});

const pgViews = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_views',
  columns: { schemaname: 'text', viewname: 'text', viewowner: 'text', definition: 'text' },
  tableColumn: 'viewname',
  rows: async (context) => {
    const names = new Set(await listViewNames(context));
    return (await context.catalog.schemas.all())
      .filter(({ schema }) => isViewSchema(schema) && names.has(schema.name))
      .map(({ schema }) => ({
        schemaname: TABLE_SCHEMA,
        viewname: schema.name,
        viewowner: OWNER_NAME,
        definition: toViewQuery(schema),
      }));
  },
});

const pgStatUserTables = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_stat_user_tables',
  columns: { relid: 'bigint', schemaname: 'text', relname: 'text', n_live_tup: 'bigint' },
  tableColumn: 'relname',
  rows: async (context) =>
    (await describeTables(context)).map(({ name, itemCount }) => ({
      relid: computeRelationOid(name),
      schemaname: TABLE_SCHEMA,
      relname: name,
      n_live_tup: itemCount,
    })),
});

/** The tables of pg_catalog that programs read to list tables. */
export const PG_CATALOG: readonly SystemTable[] = [
  pgClass,
  pgAttribute,
  pgIndex,
  pgConstraint,
  pgTables,
  pgIndexesView,
  pgViews,
  pgStatUserTables,
  ...PG_SERVER,
  ...PG_EMPTY,
];
