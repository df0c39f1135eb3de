import { COLUMN_KINDS, formatColumnType, storedAttribute } from './column-types.ts';
import { type ColumnDef, ITEM_COLUMN, type TableDef } from '../table-def.ts';

/** A difference between a schema and the items of its table. */
export interface Drift {
  readonly column: string;
  /** `type`: values do not fit; `missing`: the schema omits the attribute; `unseen`: no sampled item has it. */
  readonly kind: 'type' | 'missing' | 'unseen';
  readonly message: string;
}

/** The differences between a declared table and a sample of it. */
export function findSchemaDrift(declared: TableDef, sampled: TableDef): readonly Drift[] {
  const known = new Map(declared.columns.map((column) => [formatColumnPath(column), column]));
  const found = new Map(sampled.columns.map((column) => [formatColumnPath(column), column]));
  const drifts: Drift[] = [];
  for (const column of declared.columns) {
    const seen = found.get(formatColumnPath(column));
    if (seen === undefined && column.path.length > 1) continue;
    if (seen === undefined || Object.keys(seen.seen).length === 0) {
      const isPlain = column.path.length === 1 && column.presence !== 1;
      if (isPlain && sampled.sampled.items > 0)
        drifts.push({ column: column.name, kind: 'unseen', message: 'no sampled item has it' });
    } else if (!canHoldValues(column, seen)) {
      const [own, other] = [formatColumnType(column.type), formatColumnType(seen.type)];
      drifts.push({ column: column.name, kind: 'type', message: `is ${own}, but its values need ${other}` });
    }
  }
  for (const column of sampled.columns)
    if (!known.has(formatColumnPath(column)) && column.path.length === 1)
      drifts.push({
        column: column.name,
        kind: 'missing',
        message: `${Math.round(column.presence * 100)}% of the sampled items have it, as ${formatColumnType(column.type)}`,
      });
  return drifts;
}

function formatColumnPath({ name, path, hidden }: ColumnDef): string {
  // Only the name identifies the whole item.
  return hidden === true && name === ITEM_COLUMN ? '' : JSON.stringify(path);
}

/** Whether a declared column can hold all sampled values. */
function canHoldValues(declared: ColumnDef, sampled: ColumnDef): boolean {
  const [own, seen] = [declared.type, sampled.type];
  switch (own.kind) {
    case 'json':
      return true;
    case 'text':
      return declared.seen.N === undefined
        ? seen.kind === 'text' && sampled.seen.N === undefined
        : holdsNumbers(sampled);
    case 'boolean':
    case 'blob':
      return seen.kind === own.kind;
    case 'bigint':
      return seen.kind === 'bigint';
    case 'hugeint':
      return seen.kind === 'bigint' || seen.kind === 'hugeint';
    case 'decimal':
      return seen.kind === 'bigint' || (seen.kind === 'decimal' && seen.scale <= own.scale);
    case 'number':
      return holdsNumbers(sampled);
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return storedAttribute(own) === 'N' ? seen.kind === 'bigint' : sampled.times === own.stored;
    case 'double':
      return (
        holdsNumbers(sampled) && (own.rounds === true || (seen.kind !== 'text' && seen.kind !== 'number'))
      );
  }
}

function holdsNumbers({ type, seen }: ColumnDef): boolean {
  return type.kind === 'text' ? seen.N !== undefined : COLUMN_KINDS[type.kind].attribute === 'N';
}
