import { DriverError } from '../../core/errors.ts';
import { formatInstant } from './format-instant.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import { formatDocument, parseDocument } from './json-text.ts';
import { expandExponent, toNumberValue } from './number-value.ts';
import {
  formatBytea,
  formatDate,
  formatFloat,
  formatInterval,
  formatOffset,
  formatTime,
  formatTimestamp,
  trimTime,
} from './text-format.ts';
import {
  invalidInput,
  parseBoolean,
  parseBytea,
  parseDate,
  parseInteger,
  parseInterval,
  parseNumber,
  parseTime,
  parseTimestamp,
  parseUuid,
} from './text-input.ts';
import { toDateMicros } from './precise-date.ts';
import type { Value } from './value.ts';

/** PostgreSQL's text format of a type. */
export interface TextFormat {
  /** A value as PostgreSQL prints it, timestamps with time zone in this one. */
  readonly format: (value: NonNullable<Value>, zone?: TimeZone) => string;
  /**
   * The value of PostgreSQL's input syntax. Times and intervals stay strings, in PostgreSQL's output format, so that no
   * microsecond is lost. Throws SQL_BAD_VALUE and the like for a string that is not a value of the type.
   */
  readonly parse: (text: string) => NonNullable<Value>;
}

/** A value of another type than its column has, as one of a column that holds several types. */
function formatAny(value: NonNullable<Value>): string {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value !== 'object') return String(value);
  if (value instanceof Date) return formatTimestamp(toDateMicros(value), '');
  return value instanceof Uint8Array ? formatBytea(value) : formatDocument(value, 'json');
}

function parsePlain(text: string): string {
  if (text.includes('\0'))
    throw new DriverError('SQL_BAD_VALUE', 'invalid byte sequence for encoding "UTF8": 0x00');
  return text;
}

export const plainText: TextFormat = { format: formatAny, parse: parsePlain };

export const booleanText: TextFormat = { format: formatAny, parse: parseBoolean };

/** Integers of this many bits; an oid has no sign. */
export function integerText(type: 'smallint' | 'integer' | 'bigint' | 'oid', bits: number): TextFormat {
  const isSigned = type !== 'oid';
  const max = 2n ** BigInt(isSigned ? bits - 1 : bits) - 1n;
  const min = isSigned ? -max - 1n : 0n;
  return {
    format: formatAny,
    parse: (text) => toNumberValue(String(parseInteger(text, type, min, max))),
  };
}

/** A numeric is never printed with an exponent. */
export const numericText: TextFormat = {
  format: (value) => {
    const digits = formatAny(value);
    return /e/i.test(digits) ? expandExponent(digits) : digits;
  },
  parse: (text) => toNumberValue(parseNumber(text, 'numeric')),
};

export function floatText(type: 'real' | 'double precision'): TextFormat {
  return {
    format: (value) => (typeof value === 'number' ? formatFloat(value, type) : formatAny(value)),
    parse: (text) => {
      const number = Number(parseNumber(text, type));
      return type === 'real' ? Math.fround(number) : number;
    },
  };
}

export const byteaText: TextFormat = { format: formatAny, parse: parseBytea };

export function jsonText(type: 'json' | 'jsonb'): TextFormat {
  return {
    format: (value) => formatDocument(value, type),
    parse: (text) => {
      try {
        return parseDocument(text) ?? 'null';
      } catch (error) {
        if (error instanceof SyntaxError)
          throw new DriverError('SQL_BAD_VALUE', `invalid input syntax for type ${type}`, { cause: error });
        throw error;
      }
    },
  };
}

export const uuidText: TextFormat = { format: formatAny, parse: parseUuid };

export const dateText: TextFormat = {
  format: formatAny,
  parse: (text) => {
    const days = parseDate(text);
    return typeof days === 'string' ? days : formatDate(days);
  },
};

export function timeText(type: 'time without time zone' | 'time with time zone'): TextFormat {
  return {
    format: (value) => trimTime(formatAny(value)),
    parse: (text) => {
      const { micros, offset = 0 } = parseTime(text, type);
      return formatTime(micros) + (type === 'time with time zone' ? formatOffset(offset) : '');
    },
  };
}

export function timestampText(type: 'timestamp without time zone' | 'timestamp with time zone'): TextFormat {
  const isZoned = type === 'timestamp with time zone';
  return {
    format: (value, zone) =>
      isZoned && value instanceof Date ? formatInstant(toDateMicros(value), zone) : formatAny(value),
    parse: (text) => formatTimestamp(parseTimestamp(text, type), isZoned ? '+00' : ''),
  };
}

export const intervalText: TextFormat = {
  format: formatAny,
  parse: (text) => {
    const { months, days, micros } = parseInterval(text);
    return formatInterval(months, days, micros);
  },
};

export const recordText: TextFormat = {
  format: formatAny,
  parse: (text) => {
    throw invalidInput('record', text);
  },
};
