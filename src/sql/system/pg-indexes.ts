import { type IndexDef, type KeyAttribute, keyAttributes, keyNames } from '../../catalog/table-def.ts';
import { quoteName } from '../print/quote.ts';
import { TABLE_SCHEMA } from '../types/table-schema.ts';
import { computeIndexOid, computeRelationOid } from './pg-oids.ts';
import { describeTables, listTablesAndViews } from './listed-tables.ts';
import { toPrimaryKeyName } from './sys-tables.ts';
import type { SystemContext } from './system-table.ts';

/** An index as pg_catalog lists it. The primary key of a table is the first of its indexes. */
export interface PgIndex {
  readonly oid: number;
  readonly name: string;
  readonly table: string;
  readonly isPrimary: boolean;
  readonly isActive: boolean;
  readonly itemCount: number | undefined;
  readonly attributes: readonly KeyAttribute[];
  readonly definition: string;
}

/** The indexes of the tables that the statement needs. */
export async function listPgIndexes(context: SystemContext): Promise<readonly PgIndex[]> {
  return (await describeTables(context)).flatMap(({ name, key, indexes, itemCount }) => [
    toPgIndex(name, { name: toPrimaryKeyName(name), key, active: true, itemCount }, true),
    ...indexes.map((index) => toPgIndex(name, index, false)),
  ]);
}

/**
 * The indexes in a system table that lists all relations. `column` identifies the relations: if its conditions allow
 * only tables, no table has to be described for its indexes.
 */
export async function listIndexRelations(
  context: SystemContext,
  column: string,
  toId: (relation: { readonly oid: number; readonly name: string }) => string,
): Promise<readonly PgIndex[]> {
  const { exact } = context.filterFor(column);
  const all: SystemContext = { ...context, tableFilter: { exact: undefined, admits: () => true } };
  if (exact !== undefined) {
    const tables = new Set(
      (await listTablesAndViews(all)).map(({ name }) => toId({ name, oid: computeRelationOid(name) })),
    );
    if (exact.every((each) => tables.has(each))) return [];
  }
  return await listPgIndexes(all);
}

/** The context for a system table that identifies tables by an OID column instead of a name. */
export function filterByOid(context: SystemContext, column: string): SystemContext {
  const asked = context.filterFor(column);
  return {
    ...context,
    tableFilter: { exact: undefined, admits: (name) => asked.admits(String(computeRelationOid(name))) },
  };
}

function toPgIndex(
  table: string,
  { name, key, active, itemCount }: Pick<IndexDef, 'name' | 'key' | 'active' | 'itemCount'>,
  isPrimary: boolean,
): PgIndex {
  const attributes = keyAttributes(key);
  const place = `${quoteName(TABLE_SCHEMA)}.${quoteName(table)}`;
  const definition = `CREATE ${isPrimary ? 'UNIQUE ' : ''}INDEX ${quoteName(name)} ON ${place} USING btree (${keyNames(key).map(quoteName).join(', ')})`;
  const oid = computeIndexOid(table, name);
  return { oid, name, table, isPrimary, isActive: active, itemCount, attributes, definition };
}
