import { DriverError } from '../../core/errors.ts';
import { expandExponent } from './number-value.ts';
import {
  formatBytea,
  formatDate,
  formatFloat,
  formatInterval,
  formatOffset,
  formatTime,
  formatTimestamp,
  INFINITE_MICROS,
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

/** PostgreSQL's binary format of a type, to and from its text format, which keeps every digit and microsecond. Big-endian. */
export interface BinaryFormat {
  readonly encode: (text: string) => Buffer;
  /** Throws SQL_BAD_VALUE for bytes that are not a value of the type. */
  readonly decode: (bytes: Buffer) => string;
}

/** From 1970 to PostgreSQL's day 0, 2000-01-01. */
const EPOCH_DAYS = 10_957;
const EPOCH_MICROS = BigInt(EPOCH_DAYS) * 86_400_000_000n;
const [MIN_INT32, MAX_INT32] = [-(2 ** 31), 2 ** 31 - 1];

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The types whose binary format is their text in UTF-8. */
export const utf8Format: BinaryFormat = {
  encode: (text) => Buffer.from(text),
  decode: (bytes) => {
    try {
      return UTF8.decode(bytes);
    } catch (error) {
      throw new DriverError('SQL_BAD_VALUE', 'invalid byte sequence for encoding "UTF8"', { cause: error });
    }
  },
};

/** jsonb has the version of its format before the text. */
export const jsonbFormat: BinaryFormat = {
  encode: (text) => Buffer.concat([Buffer.of(1), Buffer.from(text)]),
  decode: (bytes) => {
    if (bytes[0] !== 1)
      throw new DriverError('SQL_BAD_VALUE', `unsupported jsonb version number ${bytes[0] ?? 0}`);
    return utf8Format.decode(bytes.subarray(1));
  },
};

export const booleanFormat: BinaryFormat = {
  encode: (text) => Buffer.of(parseBoolean(text) ? 1 : 0),
  decode: (bytes) => (checkLength(bytes, 1, 'boolean')[0] === 0 ? 'f' : 't'),
};

/** Integers of 2, 4 or 8 bytes; an oid has no sign. */
export function integerFormat(
  type: 'smallint' | 'integer' | 'bigint' | 'oid',
  length: 2 | 4 | 8,
): BinaryFormat {
  const bits = BigInt(length * 8);
  const isSigned = type !== 'oid';
  const [min, max] = isSigned ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
  return {
    encode: (text) => {
      const all = Buffer.alloc(8);
      all.writeBigInt64BE(parseInteger(text, type, min, max));
      return all.subarray(8 - length);
    },
    decode: (bytes) => {
      checkLength(bytes, length, type);
      if (length === 8) return String(bytes.readBigInt64BE());
      return String(isSigned ? bytes.readIntBE(0, length) : bytes.readUIntBE(0, length));
    },
  };
}

/** IEEE 754 of 4 or 8 bytes. */
export function floatFormat(type: 'real' | 'double precision'): BinaryFormat {
  const length = type === 'real' ? 4 : 8;
  return {
    encode: (text) => {
      const bytes = Buffer.alloc(length);
      const value = Number(parseNumber(text, type));
      if (length === 4) bytes.writeFloatBE(value);
      else bytes.writeDoubleBE(value);
      return bytes;
    },
    decode: (bytes) => {
      checkLength(bytes, length, type);
      return formatFloat(length === 4 ? bytes.readFloatBE() : bytes.readDoubleBE(), type);
    },
  };
}

/** What stands for the sign of a number that is not finite, and for its scale. */
const SIGNS = { NaN: [0xc000, 0], Infinity: [0xd000, 0x20], '-Infinity': [0xf000, 0x20] } as const;
const NEGATIVE = 0x4000;

/** Groups of four decimal digits: int16 count, weight of the first, sign and scale, then the groups. */
export const numericFormat: BinaryFormat = {
  encode: (text) => {
    const digits = parseNumber(text, 'numeric');
    if (digits === 'NaN' || digits === 'Infinity' || digits === '-Infinity')
      return toInt16s([0, 0, ...SIGNS[digits]]);
    const plain = /e/i.test(digits) ? expandExponent(digits) : digits;
    const [, sign = '', whole = '', fraction = ''] = /^(-?)0*(\d*)\.?(\d*)$/.exec(plain) ?? [];
    const padded = whole.padStart(Math.ceil(whole.length / 4) * 4, '0') + fraction;
    const groups = (padded.padEnd(Math.ceil(padded.length / 4) * 4, '0').match(/.{4}/g) ?? []).map(Number);
    const first = groups.findIndex((group) => group !== 0);
    if (first < 0) return toInt16s([0, 0, 0, fraction.length]);
    const used = groups.slice(first, groups.findLastIndex((group) => group !== 0) + 1);
    const weight = Math.ceil(whole.length / 4) - 1 - first;
    return toInt16s([used.length, weight, sign === '-' ? NEGATIVE : 0, fraction.length, ...used]);
  },
  decode: (bytes) => {
    if (bytes.length < 8 || bytes.length !== 8 + 2 * bytes.readUInt16BE()) throw badLength('numeric', bytes);
    const [weight, sign, scale] = [bytes.readInt16BE(2), bytes.readUInt16BE(4), bytes.readUInt16BE(6)];
    const special = Object.entries(SIGNS).find(([, [each]]) => each === sign);
    if (special !== undefined) return special[0];
    const group = (at: number): string => {
      const offset = 8 + 2 * at;
      return at < 0 || offset >= bytes.length ? '0000' : String(bytes.readUInt16BE(offset)).padStart(4, '0');
    };
    let whole = '';
    for (let at = 0; at <= weight; at++) whole += group(at);
    let fraction = '';
    for (let at = weight + 1; fraction.length < scale; at++) fraction += group(at);
    const digits = `${whole.replace(/^0+/, '') || '0'}${scale === 0 ? '' : `.${fraction.slice(0, scale)}`}`;
    return sign === NEGATIVE ? `-${digits}` : digits;
  },
};

export const byteaFormat: BinaryFormat = {
  encode: (text) => Buffer.from(parseBytea(text)),
  decode: formatBytea,
};

export const uuidFormat: BinaryFormat = {
  encode: (text) => Buffer.from(parseUuid(text).replaceAll('-', ''), 'hex'),
  decode: (bytes) => parseUuid(checkLength(bytes, 16, 'uuid').toString('hex')),
};

/** Days since 2000-01-01; infinity is the greatest and the least int32. */
export const dateFormat: BinaryFormat = {
  encode: (text) => {
    const days = parseDate(text);
    const bytes = Buffer.alloc(4);
    if (typeof days === 'string') bytes.writeInt32BE(days === 'infinity' ? MAX_INT32 : MIN_INT32);
    else bytes.writeInt32BE(days - EPOCH_DAYS);
    return bytes;
  },
  decode: (bytes) => {
    const days = checkLength(bytes, 4, 'date').readInt32BE();
    if (days === MAX_INT32) return 'infinity';
    return days === MIN_INT32 ? '-infinity' : formatDate(days + EPOCH_DAYS);
  },
};

/** Microseconds of the day; with time zone then the seconds west of UTC. */
export function timeFormat(type: 'time without time zone' | 'time with time zone'): BinaryFormat {
  const hasZone = type === 'time with time zone';
  const length = hasZone ? 12 : 8;
  return {
    encode: (text) => {
      const { micros, offset = 0 } = parseTime(text, type);
      const bytes = Buffer.alloc(length);
      bytes.writeBigInt64BE(micros);
      if (hasZone) bytes.writeInt32BE(-offset, 8);
      return bytes;
    },
    decode: (bytes) => {
      const time = formatTime(checkLength(bytes, length, type).readBigInt64BE());
      return hasZone ? `${time}${formatOffset(-bytes.readInt32BE(8))}` : time;
    },
  };
}

/** Microseconds since 2000-01-01 UTC; infinity is the greatest and the least int64. */
export function timestampFormat(
  type: 'timestamp without time zone' | 'timestamp with time zone',
): BinaryFormat {
  return {
    encode: (text) => {
      const micros = parseTimestamp(text, type);
      const bytes = Buffer.alloc(8);
      if (!isInfinite(micros)) bytes.writeBigInt64BE(micros - EPOCH_MICROS);
      else bytes.writeBigInt64BE(micros > 0n ? INFINITE_MICROS : -INFINITE_MICROS - 1n);
      return bytes;
    },
    decode: (bytes) => {
      const micros = checkLength(bytes, 8, type).readBigInt64BE();
      const zone = type === 'timestamp with time zone' ? '+00' : '';
      return formatTimestamp(isInfinite(micros) ? micros : micros + EPOCH_MICROS, zone);
    },
  };
}

function isInfinite(micros: bigint): boolean {
  return micros === INFINITE_MICROS || micros <= -INFINITE_MICROS;
}

/** int64 microseconds, int32 days, int32 months. */
export const intervalFormat: BinaryFormat = {
  encode: (text) => {
    const { months, days, micros } = parseInterval(text);
    const bytes = Buffer.alloc(16);
    bytes.writeBigInt64BE(micros);
    bytes.writeInt32BE(days, 8);
    bytes.writeInt32BE(months, 12);
    return bytes;
  },
  decode: (bytes) => {
    checkLength(bytes, 16, 'interval');
    return formatInterval(bytes.readInt32BE(12), bytes.readInt32BE(8), bytes.readBigInt64BE());
  },
};

/** int32 count of bits, then the bits, filled up with zeros to whole bytes. */
export const bitFormat: BinaryFormat = {
  encode: (text) => {
    if (!/^[01]*$/.test(text)) throw invalidInput('bit', text);
    const bytes = Buffer.alloc(4 + Math.ceil(text.length / 8));
    bytes.writeInt32BE(text.length);
    for (let at = 0; at < text.length; at++)
      if (text[at] === '1') bytes[4 + (at >> 3)] = (bytes[4 + (at >> 3)] ?? 0) | (0x80 >> (at & 7));
    return bytes;
  },
  decode: (bytes) => {
    const count = bytes.length < 4 ? -1 : bytes.readInt32BE();
    if (count < 0 || bytes.length !== 4 + Math.ceil(count / 8)) throw badLength('bit', bytes);
    const bits = [...bytes.subarray(4)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    return bits.slice(0, count);
  },
};

function toInt16s(parts: readonly number[]): Buffer {
  const bytes = Buffer.alloc(parts.length * 2);
  for (const [i, part] of parts.entries()) bytes.writeUInt16BE(part & 0xffff, i * 2);
  return bytes;
}

function checkLength(bytes: Buffer, length: number, type: string): Buffer {
  if (bytes.length !== length) throw badLength(type, bytes);
  return bytes;
}

function badLength(type: string, bytes: Buffer): DriverError {
  return new DriverError(
    'SQL_BAD_VALUE',
    `incorrect binary data format for type ${type} (${bytes.length} bytes)`,
  );
}
