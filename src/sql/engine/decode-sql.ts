import { ITEM_COLUMN, type ColumnDef } from '../../catalog/table-def.ts';
import type { AttributeType } from '../../dynamo/attribute-value.ts';
import { engineType } from '../engine-types.ts';
import { identifier, literal } from './quote.ts';
import { wireTypeOf } from './wire-type.ts';

/** What an error of a page's decoding holds; the column's position follows. */
export const MISFIT = 'dynadbc misfit ';

/**
 * The query that turns one page (a BLOB holding a JSON array of items in wire form, bound as $1) into rows with these
 * columns. A value that does not fit its column's type raises an error that names MISFIT and the column: nothing is
 * rounded or dropped. DuckDB decodes natively: into structs where every column is a plain attribute, else by paths.
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

export function isWholeItem(column: ColumnDef): boolean {
  return column.hidden === true && column.name === ITEM_COLUMN;
}

function structSql(columns: readonly ColumnDef[]): string {
  const members = columns.map((column) => {
    const wire = wireTypeOf(column);
    const shape =
      wire === undefined
        ? '"JSON"'
        : `{"${wire}":"${wire === 'BOOL' ? 'BOOLEAN' : 'VARCHAR'}","NULL":"BOOLEAN"}`;
    return `${JSON.stringify(column.path[0])}:${shape}`;
  });
  const values = columns.map((column, position) => {
    const member = `i.${identifier(column.path[0])}`;
    const wire = wireTypeOf(column);
    if (wire === undefined) return `CAST(dynamo_plain(${member}) AS JSON)`;
    return checked(column, position, {
      value: `${member}.${wire}`,
      isNull: `${member}."NULL"`,
      whole: member,
    });
  });
  return `SELECT ${values.join(', ')} FROM (SELECT unnest(from_json(decode($1::BLOB), ${literal(`[{${members.join(',')}}]`)})) AS i)`;
}

function pathSql(columns: readonly ColumnDef[]): string {
  const values = columns.map((column, position) => {
    if (isWholeItem(column)) return 'CAST(dynamo_plain_item(i) AS JSON)';
    const path = wirePath(column);
    const whole = `json_extract(i, ${literal(path)})`;
    const wire = wireTypeOf(column);
    if (wire === undefined) return `CAST(dynamo_plain(${whole}) AS JSON)`;
    const text = `json_extract_string(i, ${literal(`${path}/${wire}`)})`;
    return checked(column, position, {
      value: wire === 'BOOL' ? `CAST(${text} AS BOOLEAN)` : text,
      isNull: `json_extract(i, ${literal(`${path}/NULL`)})`,
      whole,
    });
  });
  return `SELECT ${values.join(', ')} FROM (SELECT unnest(from_json(decode($1::BLOB), '["JSON"]')) AS i)`;
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

interface Parts {
  readonly value: string;
  readonly isNull: string;
  readonly whole: string;
}

/** The value in the column's type; NULL where the attribute is missing or NULL; an error for anything else. */
function checked(column: ColumnDef, position: number, parts: Parts): string {
  const misfit = `error(${literal(`${MISFIT}${position}`)})`;
  const converted = conversion(column, parts.value, wireTypeOf(column));
  return (
    `CASE WHEN ${parts.value} IS NOT NULL THEN coalesce(${converted}, ${misfit}) ` +
    `WHEN ${parts.whole} IS NULL OR ${parts.isNull} IS NOT NULL THEN NULL ELSE ${misfit} END`
  );
}

/** NULL where the digits do not fit. */
function conversion(column: ColumnDef, value: string, wire: AttributeType | undefined): string {
  const type = engineType(column.type);
  const digits = `CASE WHEN contains(${value}, 'E') OR contains(${value}, 'e') THEN dynamo_digits(${value}) ELSE ${value} END`;
  switch (column.type.kind) {
    case 'bigint':
    case 'hugeint':
      // A cast rounds fractions away; an integer that prints back to its digits had none.
      return `CASE WHEN CAST(TRY_CAST(${value} AS ${type}) AS VARCHAR) = ${value} THEN TRY_CAST(${value} AS ${type}) ELSE ${exactInteger(digits, type)} END`;
    case 'decimal':
      return `CASE WHEN length(split_part(${digits}, '.', 2)) <= ${column.type.scale} THEN TRY_CAST(${digits} AS ${type}) END`;
    case 'double':
      if (column.type.rounds === true) return `TRY_CAST(${value} AS DOUBLE)`;
      return `CASE WHEN length(${value}) <= 16 THEN TRY_CAST(${value} AS DOUBLE) ELSE TRY_CAST(dynamo_double(${value}) AS DOUBLE) END`;
    case 'blob':
      return `from_base64(${value})`;
    case 'text':
    case 'boolean':
      return value;
    case 'json':
      return wire === undefined ? value : `CAST(${value} AS JSON)`;
  }
}

function exactInteger(digits: string, type: string): string {
  return `CASE WHEN rtrim(split_part(${digits}, '.', 2), '0') = '' THEN TRY_CAST(split_part(${digits}, '.', 1) AS ${type}) END`;
}
