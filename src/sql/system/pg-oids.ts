import { TABLE_SCHEMA } from '../types/table-schema.ts';
import { SYSTEM_SCHEMA_NAMES } from './schemas.ts';

const FIRST_NAMESPACE_OID = 2200;
const FIRST_RELATION_OID = 16_384;
const RELATION_OIDS = 2 ** 31 - FIRST_RELATION_OID;

/** PostgreSQL's OIDs of the bootstrap role, the first database, pg_catalog, and the access methods heap and btree. */
export const OWNER_OID = 10;
export const DATABASE_OID = 5;
export const CATALOG_OID = 11;
export const HEAP_OID = 2;
export const BTREE_OID = 403;

/** The OID of the schema of tables. */
export const TABLES_OID = FIRST_NAMESPACE_OID;

/** The schemas and their OIDs. */
export const NAMESPACES = [TABLE_SCHEMA, ...SYSTEM_SCHEMA_NAMES].map((name, i) => ({
  name,
  oid: name === 'pg_catalog' ? CATALOG_OID : FIRST_NAMESPACE_OID + i,
}));

/** The OID of a table or view: a hash of its name, so that it is the same in every statement. */
export function computeRelationOid(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return FIRST_RELATION_OID + (hash % RELATION_OIDS);
}

/** The OID of an index. Table names cannot contain a colon, so it differs from the OIDs of tables. */
export function computeIndexOid(table: string, index: string): number {
  return computeRelationOid(`${table}:${index}`);
}

/** The OID of the primary key constraint of a table. */
export function computeConstraintOid(table: string): number {
  return computeRelationOid(`${table}::`);
}
