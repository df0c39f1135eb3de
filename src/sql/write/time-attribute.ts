import { requireStoredTime } from '../../catalog/stored-time.ts';
import type { ColumnDef, TableDef, TimeType } from '../../catalog/table-def.ts';
import { toInstant, toLocalTime } from '../../core/time-zone.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { normalizeTimeLiteral } from '../types/time-literals.ts';
import { readTime } from '../engine/fits.ts';
import { postgresColumnType } from '../types/column-types.ts';
import { INFINITE_MICROS } from '../types/text-format.ts';
import { parseDate, parseTimestamp } from '../types/text-input.ts';
import { abbreviate } from '../../core/abbreviate.ts';
import type { StoredInput } from './stored-input.ts';

/** A column of dates or timestamps, as the target of a write. */
export interface TimeTarget {
  readonly type: TimeType;
  /** Whether a schema file or the table's tags say so. A column that sampling has found also takes values of other types. */
  readonly isDeclared: boolean;
}

/** The target of a column; undefined if it does not hold dates or timestamps. */
export function toTimeTarget(
  column: ColumnDef | undefined,
  { schemaFile }: Pick<TableDef, 'schemaFile'>,
): TimeTarget | undefined {
  return column !== undefined && 'stored' in column.type
    ? { type: column.type, isDeclared: schemaFile !== undefined || column.declaresTime === true }
    : undefined;
}

/**
 * A value in the stored form of its column; undefined if it is stored as it is. Throws SQL_BAD_DATETIME for a string that is not a
 * date, SQL_DATETIME_RANGE for a time that the form cannot keep exactly, and SQL_TYPE_MISMATCH for other values.
 */
export function toTimeAttribute(
  value: StoredInput,
  { type, isDeclared }: TimeTarget,
  label: string,
): AttributeValue | undefined {
  switch (value.kind) {
    case 'missing':
    case 'null':
      return undefined;
    case 'text': {
      const { text, untyped, rounds, timeKind } = value;
      const micros = inZone(value.micros, timeKind, type);
      if (micros !== undefined)
        return toStored(rounds === true ? round(micros, type) : micros, type, label, text);
      return untyped === true || isDeclared ? readText(text, type, label) : undefined;
    }
    case 'attribute': {
      const micros = inZone(value.micros, value.timeKind, type);
      if (micros !== undefined && readTime(type, value.value) !== micros)
        return toStored(micros, type, label, Object.values(value.value).join(''));
      if (!isDeclared || readTime(type, value.value) !== undefined || 'NULL' in value.value) return undefined;
      if ('S' in value.value) return readText(value.value.S, type, label);
      throw mismatch(type, label, Object.keys(value.value).join(''));
    }
    case 'number':
      // A number is an epoch where the column has epochs.
      if (readTime(type, { N: value.text }) !== undefined || !isDeclared) return undefined;
      throw mismatch(type, label, 'numeric');
    case 'boolean':
    case 'bytes':
    case 'json':
    case 'array':
      if (!isDeclared) return undefined;
      throw mismatch(type, label, TYPE_NAMES[value.kind]);
  }
}

/** The microseconds that a column has of a value of another type: local time, or the instant of a local time. */
function inZone(
  micros: bigint | undefined,
  from: TimeType['kind'] | undefined,
  { kind, zone }: TimeType,
): bigint | undefined {
  if (micros === undefined || from === undefined || zone === undefined) return micros;
  if (from === 'timestamptz') return kind === 'timestamptz' ? micros : toLocalTime(zone, micros);
  return kind === 'timestamptz' ? toInstant(zone, micros) : micros;
}

const TYPE_NAMES = { boolean: 'boolean', bytes: 'bytea', json: 'jsonb', array: 'array' } as const;

function readText(text: string, type: TimeType, label: string): AttributeValue {
  const form = requireStoredTime(type.stored);
  if (form.attribute === 'S' && form.read(text) !== undefined) return { S: text };
  return toStored(parseMicros(text, type, label), type, label, text);
}

/** The instant that a string names in PostgreSQL's syntax. */
function parseMicros(text: string, type: TimeType, label: string): bigint {
  const normalized = ASCII.test(text) ? normalizeTimeLiteral(text) : text;
  if (normalized.toLowerCase() === 'epoch') return 0n;
  try {
    if (type.kind === 'timestamptz') return parseTimestamp(normalized, 'timestamp with time zone', type.zone);
    if (type.kind === 'timestamp') return parseTimestamp(normalized, 'timestamp without time zone');
    const days = parseDate(normalized);
    return typeof days === 'string' ? INFINITE_MICROS : BigInt(days) * DAY_MICROS;
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const problem =
      error.code === 'SQL_DATETIME_RANGE'
        ? 'date/time field value out of range'
        : `invalid input syntax for type ${postgresColumnType(type)}`;
    throw new DriverError(error.code, `${problem}: ${abbreviate(text)} (column "${label}")`, {
      cause: error,
      remedy: 'Correct the value, or write it in ISO 8601.',
    });
  }
}

/** PostgreSQL's white space is ASCII's. */
const ASCII = /^[\t-\r -~]*$/;
const DAY_MICROS = 86_400_000_000n;

function toStored(micros: bigint, type: TimeType, label: string, text: string): AttributeValue {
  const form = requireStoredTime(type.stored);
  // PostgreSQL leaves the time of day out when it assigns a timestamp to a date.
  const stored = form.write(type.kind === 'date' ? roundDown(micros, DAY_MICROS) : micros);
  if (stored !== undefined) return form.attribute === 'N' ? { N: stored } : { S: stored };
  throw new DriverError(
    'SQL_DATETIME_RANGE',
    `date/time field value out of range: ${abbreviate(text)} (column "${label}" is stored as ${form.pattern})`,
    { remedy: 'Round the value with date_trunc, or change how the column is stored in its schema file.' },
  );
}

/** To the nearest value that the column keeps, as PostgreSQL rounds to the precision of a timestamp. */
function round(micros: bigint, { kind, stored }: TimeType): bigint {
  const { step } = requireStoredTime(stored);
  return kind === 'date' ? micros : roundDown(micros + step / 2n, step);
}

function roundDown(micros: bigint, step: bigint): bigint {
  return micros - (((micros % step) + step) % step);
}

function mismatch(type: TimeType, label: string, found: string): DriverError {
  return new DriverError(
    'SQL_TYPE_MISMATCH',
    `column "${label}" is of type ${postgresColumnType(type)} but expression is of type ${found}`,
  );
}
