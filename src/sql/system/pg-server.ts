import { TYPE_NAMES, TYPES } from '../types/types.ts';
import { CATALOG_NAME, OWNER_NAME } from '../types/table-schema.ts';
import { BTREE_OID, CATALOG_OID, DATABASE_OID, HEAP_OID, NAMESPACES, OWNER_OID } from './pg-oids.ts';
import { formatTimeZone } from '../../core/time-zone.ts';
import { SERVER_SETTINGS } from './server-settings.ts';
import { isBrowsable } from './listed-tables.ts';
import { type SystemTable, defineSystemTable } from './system-table.ts';

const pgNamespace = defineSystemTable({
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

const pgType = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_type',
  columns: {
    oid: 'bigint',
    typname: 'text',
    typnamespace: 'bigint',
    typowner: 'bigint',
    typlen: 'bigint',
    typbyval: 'boolean',
    typtype: 'text',
    typcategory: 'text',
    typispreferred: 'boolean',
    typisdefined: 'boolean',
    typdelim: 'text',
    typrelid: 'bigint',
    typelem: 'bigint',
    typarray: 'bigint',
    typinput: 'text',
    typreceive: 'text',
    typnotnull: 'boolean',
    typbasetype: 'bigint',
    typtypmod: 'bigint',
    typndims: 'bigint',
    typcollation: 'bigint',
    typdefault: 'text',
  },
  rows: async () =>
    TYPE_NAMES.map((name) => TYPES[name]).map(({ oid, arrayOid, typname, length, category }) => ({
      oid,
      typname,
      typnamespace: CATALOG_OID,
      typowner: OWNER_OID,
      typlen: length,
      typbyval: length > 0 && length <= 8,
      typtype: 'b',
      typcategory: category,
      typispreferred: false,
      typisdefined: true,
      typdelim: ',',
      typrelid: 0,
      typelem: 0,
      typarray: arrayOid,
      typinput: `${typname}in`,
      typreceive: `${typname}recv`,
      typnotnull: false,
      typbasetype: 0,
      typtypmod: -1,
      typndims: 0,
      typcollation: 0,
    })),
});

const pgDatabase = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_database',
  columns: {
    oid: 'bigint',
    datname: 'text',
    datdba: 'bigint',
    encoding: 'bigint',
    datcollate: 'text',
    datctype: 'text',
    datistemplate: 'boolean',
    datallowconn: 'boolean',
    datconnlimit: 'bigint',
    dattablespace: 'bigint',
    datacl: 'text',
  },
  // 6 is UTF8.
  rows: async () => [
    {
      oid: DATABASE_OID,
      datname: CATALOG_NAME,
      datdba: OWNER_OID,
      encoding: 6,
      datcollate: 'C',
      datctype: 'C',
      datistemplate: false,
      datallowconn: true,
      datconnlimit: -1,
      dattablespace: 0,
    },
  ],
});

const pgRoles = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_roles',
  columns: {
    oid: 'bigint',
    rolname: 'text',
    rolsuper: 'boolean',
    rolinherit: 'boolean',
    rolcreaterole: 'boolean',
    rolcreatedb: 'boolean',
    rolcanlogin: 'boolean',
    rolreplication: 'boolean',
    rolconnlimit: 'bigint',
    rolvaliduntil: 'text',
    rolbypassrls: 'boolean',
  },
  rows: async () => [
    {
      oid: OWNER_OID,
      rolname: OWNER_NAME,
      rolsuper: false,
      rolinherit: true,
      rolcreaterole: false,
      rolcreatedb: false,
      rolcanlogin: true,
      rolreplication: false,
      rolconnlimit: -1,
      rolbypassrls: false,
    },
  ],
});

const pgUser = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_user',
  columns: { usename: 'text', usesysid: 'bigint', usecreatedb: 'boolean', usesuper: 'boolean' },
  rows: async () => [{ usename: OWNER_NAME, usesysid: OWNER_OID, usecreatedb: false, usesuper: false }],
});

const pgAm = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_am',
  columns: { oid: 'bigint', amname: 'text', amtype: 'text' },
  rows: async () => [
    { oid: HEAP_OID, amname: 'heap', amtype: 't' },
    { oid: BTREE_OID, amname: 'btree', amtype: 'i' },
  ],
});

const pgCollation = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_collation',
  columns: { oid: 'bigint', collname: 'text', collnamespace: 'bigint', collowner: 'bigint' },
  rows: async () => [{ oid: 950, collname: 'C', collnamespace: CATALOG_OID, collowner: OWNER_OID }],
});

const pgTablespace = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_tablespace',
  columns: { oid: 'bigint', spcname: 'text', spcowner: 'bigint' },
  rows: async () => [{ oid: 1663, spcname: 'pg_default', spcowner: OWNER_OID }],
});

const pgSettings = defineSystemTable({
  schema: 'pg_catalog',
  name: 'pg_settings',
  columns: {
    name: 'text',
    setting: 'text',
    unit: 'text',
    category: 'text',
    short_desc: 'text',
    context: 'text',
    vartype: 'text',
    source: 'text',
    boot_val: 'text',
    reset_val: 'text',
  },
  rows: async ({ timeZone }) =>
    SERVER_SETTINGS.map(({ name, value, doc, isIgnored, isOfSession }) => ({
      name,
      setting: isOfSession === true ? formatTimeZone(timeZone) : value,
      category: 'Client Connection Defaults',
      short_desc: doc,
      context: isIgnored === true || isOfSession === true ? 'user' : 'internal',
      vartype: 'string',
      source: 'default',
      boot_val: value,
      reset_val: value,
    })),
});

/** The tables of pg_catalog about the server itself: schemas, types, databases, roles and settings. */
export const PG_SERVER: readonly SystemTable[] = [
  pgNamespace,
  pgType,
  pgDatabase,
  pgRoles,
  pgUser,
  pgAm,
  pgCollation,
  pgTablespace,
  pgSettings,
];
