import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { findChildTable } from './child-table.ts';
import { toIndexRelation } from './index-relation.ts';
import type { SamplingBudget } from './sample.ts';
import type { IndexDef, TableDef } from './table-def.ts';
import { unknownTableError } from './table-name.ts';

/** Finds a table by its whole name. */
export type TableLookup = (name: string, signal?: AbortSignal, budget?: SamplingBudget) => Promise<TableDef>;

/** The parts of a table that `rest` may name in `table.rest`, in this order; undefined: the table has no such part. */
const PARTS: readonly ((table: TableDef, rest: string) => TableDef | undefined)[] = [
  (table, rest) => {
    const index = findIndexByName(table, rest);
    return index && toIndexRelation(table, index);
  },
  findChildTable,
];

/** The index of exactly this name, else the only one whose name differs in case alone. */
export function findIndexByName({ indexes }: Pick<TableDef, 'indexes'>, name: string): IndexDef | undefined {
  const folded = name.toLowerCase();
  const alike = indexes.filter((index) => index.name.toLowerCase() === folded);
  return alike.find((index) => index.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
}

/** A lookup that also finds parts of tables, as `table.part`, where no table has the whole name. */
export function withDottedNames(whole: TableLookup): TableLookup {
  const known = new Map<string, Part>();
  return async (name, signal, budget) => {
    const lookup: TableLookup = (each) => whole(each, signal, budget);
    const before = known.get(name);
    // A table that was described again may have lost the part, or another may have the whole name by now.
    if (before !== undefined && (await lookup(before.table.name)) === before.table) return before.part;
    known.delete(name);
    try {
      return await lookup(name);
    } catch (error) {
      if (!isUnknown(error) || !name.includes('.')) throw error;
      const found = await findPart(name, lookup);
      if (found === undefined) throw error;
      known.set(name, found);
      return found.part;
    }
  };
}

interface Part {
  readonly table: TableDef;
  readonly part: TableDef;
}

/** Both sides may contain dots, so the longest table name is tried first. */
async function findPart(name: string, whole: TableLookup): Promise<Part | undefined> {
  let missed: { readonly table: string; readonly indexes: readonly string[] } | undefined;
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const rest = name.slice(dot + 1);
    const table = await lookUpIfKnown(whole, name.slice(0, dot));
    if (table === undefined || rest === '') continue;
    for (const findPartIn of PARTS) {
      const part = findPartIn(table, rest);
      if (part !== undefined) return { table, part };
    }
    missed ??= { table: table.name, indexes: table.indexes.map((index) => `${table.name}.${index.name}`) };
  }
  if (missed === undefined) return undefined;
  throw unknownTableError(name, nearest(name, missed.indexes));
}

async function lookUpIfKnown(whole: TableLookup, name: string): Promise<TableDef | undefined> {
  try {
    return await whole(name);
  } catch (error) {
    if (isUnknown(error)) return undefined;
    throw error;
  }
}

/** IAM also denies access to tables that do not exist, if no policy mentions them. */
function isUnknown(error: unknown): boolean {
  return (
    error instanceof DriverError && (error.code === 'CATALOG_UNKNOWN_TABLE' || error.code === 'AUTH_DENIED')
  );
}
