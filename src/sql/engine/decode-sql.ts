import { requireStoredTime } from '../../catalog/stored-time.ts';
import { isWholeItem, type ColumnDef, type TimeType } from '../../catalog/table-def.ts';
import { toDuckdbType } from '../types/column-types.ts';
import { quoteName, quoteString } from '../print/quote.ts';
import { storedAttributeType } from '../types/column-types.ts';

/** Marks the error of a value that does not fit its column; the column's position follows. */
export const MISFIT = 'dynadbc misfit ';

/**
 * The query that turns one page (a BLOB holding a JSON array of items in wire form, bound as $1) into rows with these
 * columns. A value that does not fit its column's type raises an error that names MISFIT and the column: nothing is
 * rounded or dropped. DuckDB decodes natively: into structs if every column is a top-level attribute, else by paths.
 */
export function decodeSql(columns: readonly ColumnDef[]): string {
  return canUseStructs(columns) ? structSql(columns) : pathSql(columns);
}

function canUseStructs(columns: readonly ColumnDef[]): boolean {
  const folded = new Set(columns.map((column) => column.path[0].toLowerCase()));
  return (
    folded.size === columns.length &&
    columns.every((column) => column.path.length === 1 && !isWholeItem(column))
  );
}

function structSql(columns: readonly ColumnDef[]): string {
  const members = columns.map((column) => {
    const wire = storedAttributeType(column);
    const shape =
      wire === undefined
        ? '"JSON"'
        : `{"${wire}":"${wire === 'BOOL' ? 'BOOLEAN' : 'VARCHAR'}","NULL":"BOOLEAN"}`;
    return `${JSON.stringify(column.path[0])}:${shape}`;
  });
  return selectSql(columns, `[{${members.join(',')}}]`, (column) => {
    const whole = `i.${quoteName(column.path[0])}`;
    const wire = storedAttributeType(column);
    return wire === undefined ? { whole } : { whole, value: `${whole}.${wire}`, isNull: `${whole}."NULL"` };
  });
}

function pathSql(columns: readonly ColumnDef[]): string {
  return selectSql(columns, '["JSON"]', (column) => {
    if (isWholeItem(column)) return { whole: 'i' };
    const path = wirePath(column);
    const whole = `json_extract(i, ${quoteString(path)})`;
    const wire = storedAttributeType(column);
    if (wire === undefined) return { whole };
    const text = `json_extract_string(i, ${quoteString(`${path}/${wire}`)})`;
    return {
      whole,
      value: wire === 'BOOL' ? `CAST(${text} AS BOOLEAN)` : text,
      isNull: `json_extract(i, ${quoteString(`${path}/NULL`)})`,
    };
  });
}

/** Where a column's parts lie in an item `i`. */
interface Parts {
  readonly whole: string;
  /** Of a scalar column: its value in wire form, and the marker of NULL. */
  readonly value?: string;
  readonly isNull?: string;
}

/**
 * In two steps, so that each part is written once: the time to prepare grows with the length of the expressions.
 */
function selectSql(
  columns: readonly ColumnDef[],
  shape: string,
  getParts: (column: ColumnDef) => Parts,
): string {
  const found: string[] = [];
  const values = columns.map((column, position) => {
    const { whole, value, isNull } = getParts(column);
    const name = `v${position}`;
    if (value === undefined) {
      found.push(`${whole} AS ${name}`);
      if (column.stored === true)
        return isWholeItem(column)
          ? `CAST('{"M":' || CAST(${name} AS VARCHAR) || '}' AS JSON)`
          : `CAST(${name} AS JSON)`;
      return `CAST(${column.typed === true ? 'dynamo_typed' : 'dynamo_plain'}${isWholeItem(column) ? '_item' : ''}(${name}) AS JSON)`;
    }
    const isThere = `p${position}`;
    found.push(`${value} AS ${name}`, `${whole} IS NOT NULL AND ${isNull} IS NULL AS ${isThere}`);
    return `coalesce(${conversion(column, name)}, CASE WHEN ${isThere} THEN error(${quoteString(`${MISFIT}${position}`)}) END)`;
  });
  const items = `SELECT unnest(from_json(decode($1::BLOB), ${quoteString(shape)})) AS i`;
  return `SELECT ${values.join(', ')} FROM (SELECT ${found.join(', ')} FROM (${items}))`;
}

/** Where the column lies in the wire form, as a JSON Pointer (RFC 6901): `address.tags[0]` is at `/address/M/tags/L/0`. */
function wirePath(column: ColumnDef): string {
  return column.path
    .map((step, i) =>
      typeof step === 'number' ? `/L/${step}` : `${i === 0 ? '' : '/M'}/${pointerKey(step)}`,
    )
    .join('');
}

function pointerKey(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The value in the column's type; NULL if it is missing or does not fit. */
function conversion(column: ColumnDef, value: string): string {
  switch (column.type.kind) {
    case 'bigint':
    case 'hugeint':
      return fixed(value, { kind: column.type.kind, scale: 0 });
    case 'decimal':
      return fixed(value, column.type);
    case 'double':
      if (column.type.rounds === true) return `TRY_CAST(${value} AS DOUBLE)`;
      return `CASE WHEN length(${value}) <= 16 THEN TRY_CAST(${value} AS DOUBLE) ELSE TRY_CAST(dynamo_double(${value}) AS DOUBLE) END`;
    case 'number':
      return `num(${value})`;
    case 'blob':
      return `from_base64(${value})`;
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return time(value, column.type);
    case 'text':
    case 'boolean':
    case 'json':
      return value;
  }
}

/** A value of the column's form; the casts alone would accept others, which conditions in DynamoDB do not. */
function time(value: string, type: TimeType): string {
  const { attribute, regex, pattern, step, first, last } = requireStoredTime(type.stored);
  const name = toDuckdbType(type);
  if (attribute === 'N') {
    const count = fixed(value, { kind: 'bigint', scale: 0 });
    return `CASE WHEN ${count} BETWEEN ${first / step} AND ${last / step} THEN make_timestamptz(${count} * ${step}) END`;
  }
  // DuckDB reads no time zone after minutes.
  const text = pattern.includes(':mm') && !pattern.includes(':ss') ? withSeconds(value) : value;
  return `CASE WHEN regexp_full_match(${value}, '${regex}') THEN TRY_CAST(${text} AS ${name}) END`;
}

function withSeconds(value: string): string {
  return `(left(${value}, 16) || ':00' || substr(${value}, 17))`;
}

/** A cast would round digits beyond the scale, so only values without such digits are cast. */
function fixed(value: string, { kind, scale }: Fixed): string {
  const type = toDuckdbType(kind === 'decimal' ? { kind, scale } : { kind });
  const places = scale === 0 ? '' : `(\\.[0-9]{1,${scale}})?`;
  const casts = [...narrowType({ kind, scale }), type].map((each) => `TRY_CAST(${value} AS ${each})`);
  return `CASE WHEN regexp_full_match(${value}, '-?[0-9]+${places}') THEN coalesce(${casts.join(', ')}) ELSE TRY_CAST(dynamo_fixed(${value}, '${scale}') AS ${type}) END`;
}

interface Fixed {
  readonly kind: 'bigint' | 'hugeint' | 'decimal';
  readonly scale: number;
}

/** A 64-bit type that most values fit: DuckDB casts text to 128-bit types a hundred times more slowly. */
function narrowType({ kind, scale }: Fixed): readonly string[] {
  if (kind === 'hugeint') return ['BIGINT'];
  return kind === 'decimal' && scale < 18 ? [`DECIMAL(18, ${scale})`] : [];
}
