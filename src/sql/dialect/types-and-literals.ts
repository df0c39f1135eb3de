import type { Node, TypeCast, TypeName } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { arrayElements, call, name, cast, constant, getConstantText } from './build.ts';
import { parseArray } from '../types/text-input.ts';
import { isRectangular } from './array-dimensions.ts';
import { castToText } from './text.ts';
import type { Rewrite } from './types.ts';

// The masks of INTERVAL's fields in PostgreSQL's tree: 1 << MONTH, 1 << YEAR and so on (utils/datetime.h).
const INTERVAL_UNITS: ReadonlyMap<number, string> = new Map([
  [1 << 1, 'month'],
  [1 << 2, 'year'],
  [1 << 3, 'day'],
  [1 << 10, 'hour'],
  [1 << 11, 'minute'],
  [1 << 12, 'second'],
]);

/** Casts and typed literals. */
export const typeRewrites: readonly Rewrite[] = [
  {
    name: 'varchar(n)',
    why: 'DuckDB accepts the length and ignores it.',
    apply: (node, context, original) => {
      if (!('TypeCast' in node) || !('TypeCast' in original)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const [length] = typeName?.typmods ?? [];
      if (
        arg === undefined ||
        length === undefined ||
        typeName?.arrayBounds !== undefined ||
        !['varchar', 'bpchar'].includes(getTypeName(typeName))
      )
        return undefined;
      return call('left', [castToText(arg, original.TypeCast.arg, context), length]);
    },
  },
  {
    name: 'bit(n), "char" and object identifiers',
    why: 'DuckDB ignores the length of a bit string, has no one-byte type, and has no catalog with the OIDs of objects.',
    apply: (node) => {
      if (!('TypeCast' in node)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const [length] = typeName?.typmods ?? [];
      if (arg === undefined || typeName?.arrayBounds !== undefined) return undefined;
      const type = getTypeName(typeName);
      if (type === 'bit' && length !== undefined) return call('pg_bit', [arg, length]);
      if (type === 'char') return call('pg_char', [arg]);
      return type === 'regclass' && 'A_Const' in arg && arg.A_Const.ival !== undefined
        ? cast(arg, 'varchar')
        : undefined;
    },
  },
  {
    name: 'bytea in hexadecimal',
    why: "PostgreSQL's format is \\xDEAD, DuckDB's \\xDE\\xAD, which has no other escapes.",
    apply: (node, context) => {
      if (!('TypeCast' in node) || getTypeName(node.TypeCast.typeName) !== 'bytea') return undefined;
      const text = getConstantText(node.TypeCast.arg);
      if (text === undefined) return undefined;
      const bytes = parseBytea(text);
      if (bytes === undefined)
        throw new DriverError('SQL_BAD_VALUE', `invalid input syntax for type bytea: "${text}"`, {
          remedy: 'Write \\x followed by pairs of hexadecimal digits.',
          position: context.position(node.TypeCast.location ?? 0),
        });
      return cast(constant(bytes.toString('hex').replace(/../g, '\\x$&')), 'blob');
    },
  },
  {
    name: 'array literals',
    why: "PostgreSQL's syntax is '{1,2}', DuckDB's '[1,2]'.",
    apply: (node, context) => {
      if (!('TypeCast' in node) || node.TypeCast.typeName?.arrayBounds?.length !== 1) return undefined;
      const elements = arrayElements(node.TypeCast.arg);
      if (elements === undefined) return undefined;
      const literal = getConstantText(node.TypeCast.arg) ?? '';
      if (!isRectangular(parseArray(literal) ?? []))
        throw new DriverError('SQL_BAD_VALUE', `malformed array literal: "${literal}"`, {
          position: context.position(getLiteralLocation(node.TypeCast)),
          remedy: 'Give the arrays of one dimension the same length.',
        });
      const arg: Node = { A_ArrayExpr: { elements } };
      // In PostgreSQL arrays of all dimensions have one type.
      const arrayBounds = Array.from({ length: countDimensions(arg) }, () => name('[]'));
      return { TypeCast: { ...node.TypeCast, arg, typeName: { ...node.TypeCast.typeName, arrayBounds } } };
    },
  },
  {
    name: 'interval with a unit',
    why: "DuckDB ignores the unit after a literal: CAST('1' AS INTERVAL YEAR) is one second.",
    apply: (node, context) => {
      if (
        !('TypeCast' in node) ||
        getTypeName(node.TypeCast.typeName) !== 'interval' ||
        node.TypeCast.typeName?.typmods === undefined
      )
        return undefined;
      const [mask] = node.TypeCast.typeName.typmods;
      const unit = INTERVAL_UNITS.get(
        mask !== undefined && 'A_Const' in mask ? (mask.A_Const.ival?.ival ?? 0) : 0,
      );
      const text = getConstantText(node.TypeCast.arg);
      if (unit === undefined || text === undefined || !/^\s*[-+]?[\d.]+\s*$/.test(text))
        throw new DriverError(
          'SQL_NOT_SUPPORTED',
          'INTERVAL with fields is supported only with one number and one unit',
          {
            position: context.position(getLiteralLocation(node.TypeCast)),
            remedy: "Put the units into the literal: INTERVAL '1 day 2 hours'.",
          },
        );
      return cast(constant(`${text.trim()} ${unit}`), 'interval');
    },
  },
];

function countDimensions(node: Node | undefined): number {
  return node !== undefined && 'A_ArrayExpr' in node
    ? 1 + countDimensions(node.A_ArrayExpr.elements?.[0])
    : 0;
}

/** If the type precedes the literal, the location to report is the literal's. */
function getLiteralLocation(typed: TypeCast): number {
  const arg = typed.arg !== undefined && 'A_Const' in typed.arg ? typed.arg.A_Const.location : undefined;
  return arg ?? typed.location ?? 0;
}

function getTypeName(type: TypeName | undefined): string {
  return getStringValues(type?.names).at(-1) ?? '';
}

/** Parses a bytea literal: `\x` and hexadecimal digits, or text with `\\` and octal escapes. */
function parseBytea(text: string): Buffer | undefined {
  if (text.startsWith('\\x')) {
    const digits = text.slice(2).replace(/\s/g, '');
    return /^(?:[\da-f]{2})*$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined;
  }
  if (/\\(?!\\|[0-3][0-7]{2})/.test(text.replaceAll('\\\\', ''))) return undefined;
  return Buffer.concat(
    (text.match(/\\\\|\\[0-3][0-7]{2}|[^\\]+/g) ?? []).map((part) =>
      part === '\\\\'
        ? Buffer.from('\\')
        : part.startsWith('\\')
          ? Buffer.of(Number.parseInt(part.slice(1), 8))
          : Buffer.from(part),
    ),
  );
}
