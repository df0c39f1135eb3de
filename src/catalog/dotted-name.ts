import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { childTable } from './child-table.ts';
import { indexRelation } from './index-relation.ts';
import type { SampleMeter } from './sample.ts';
import type { IndexDef, TableDef } from './table-def.ts';
import { unknownTable } from './table-name.ts';

/** Finds a table by a name of its own. */
export type TableLookup = (name: string, signal?: AbortSignal, paidBy?: SampleMeter) => Promise<TableDef>;

/** What may stand for `rest` in `table.rest`, in this order; undefined where it is no such part of the table. */
const PARTS: readonly ((table: TableDef, rest: string) => TableDef | undefined)[] = [
  (table, rest) => {
    const index = indexNamed(table, rest);
    return index && indexRelation(table, index);
  },
  childTable,
];

/** The index that a name means: the exact spelling, else the only one that differs in upper and lower case alone. */
export function indexNamed({ indexes }: Pick<TableDef, 'indexes'>, name: string): IndexDef | undefined {
  const folded = name.toLowerCase();
  const alike = indexes.filter((index) => index.name.toLowerCase() === folded);
  return alike.find((index) => index.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
}

/** Also finds the parts of tables, as `table.part`, where no table has the whole name. */
export function withDottedNames(whole: TableLookup): TableLookup {
  const known = new Map<string, Part>();
  return async (name, signal, paidBy) => {
    const lookup: TableLookup = (each) => whole(each, signal, paidBy);
    const before = known.get(name);
    // Read anew, the table may have lost the part, and a table of the whole name may have come.
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

/** Both parts may hold dots themselves: the longest name of a table goes first. */
async function findPart(name: string, whole: TableLookup): Promise<Part | undefined> {
  let missed: { readonly table: string; readonly indexes: readonly string[] } | undefined;
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const rest = name.slice(dot + 1);
    const table = await ifKnown(whole, name.slice(0, dot));
    if (table === undefined || rest === '') continue;
    for (const partOf of PARTS) {
      const part = partOf(table, rest);
      if (part !== undefined) return { table, part };
    }
    missed ??= { table: table.name, indexes: table.indexes.map((index) => `${table.name}.${index.name}`) };
  }
  if (missed === undefined) return undefined;
  throw unknownTable(name, nearest(name, missed.indexes));
}

async function ifKnown(whole: TableLookup, name: string): Promise<TableDef | undefined> {
  try {
    return await whole(name);
  } catch (error) {
    if (isUnknown(error)) return undefined;
    throw error;
  }
}

/** IAM denies what no policy mentions, so that a denied name may be no table at all. */
function isUnknown(error: unknown): boolean {
  return (
    error instanceof DriverError && (error.code === 'CATALOG_UNKNOWN_TABLE' || error.code === 'AUTH_DENIED')
  );
}
