import type { Node, TypeCast, TypeName } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { arrayElements, call, cast, constant, constantText, number } from './build.ts';
import { asText } from './text.ts';
import type { Rewrite } from './types.ts';

// Digits after the point that a number has room for where its type says nothing: 28 stay before it.
const DEFAULT_SCALE = 10;
const MAX_DIGITS = 38;

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
    name: 'numeric without precision',
    why: 'DuckDB takes it for DECIMAL(18,3), which rounds silently.',
    apply: (node) => {
      if (
        !('TypeCast' in node) ||
        typeOf(node.TypeCast.typeName) !== 'numeric' ||
        node.TypeCast.typeName?.typmods !== undefined
      )
        return undefined;
      const typeName: TypeName = {
        ...node.TypeCast.typeName,
        typmods: [number(String(MAX_DIGITS)), number(String(scaleOf(node.TypeCast.arg)))],
      };
      return { TypeCast: { ...node.TypeCast, typeName } };
    },
  },
  {
    name: 'varchar(n)',
    why: 'DuckDB accepts the length and ignores it.',
    apply: (node, _, written) => {
      if (!('TypeCast' in node) || !('TypeCast' in written)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const [length] = typeName?.typmods ?? [];
      if (
        arg === undefined ||
        length === undefined ||
        typeName?.arrayBounds !== undefined ||
        !['varchar', 'bpchar'].includes(typeOf(typeName))
      )
        return undefined;
      return call('left', [asText(arg, written.TypeCast.arg), length]);
    },
  },
  {
    name: 'bit(n), "char" and object identifiers',
    why: 'DuckDB ignores the length of a bit string, and has no type of one byte; a number names an object that no catalog holds.',
    apply: (node) => {
      if (!('TypeCast' in node)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const [length] = typeName?.typmods ?? [];
      if (arg === undefined || typeName?.arrayBounds !== undefined) return undefined;
      const type = typeOf(typeName);
      if (type === 'bit' && length !== undefined) return call('pg_bit', [arg, length]);
      if (type === 'char') return call('pg_char', [arg]);
      return type === 'regclass' && 'A_Const' in arg && arg.A_Const.ival !== undefined
        ? cast(arg, 'varchar')
        : undefined;
    },
  },
  {
    name: 'rows in a result',
    why: 'The fields of a row bear no names in DuckDB, and clients keep one of several fields of the same name.',
    apply: (node) => {
      if (!('ResTarget' in node) || node.ResTarget.val === undefined || !('RowExpr' in node.ResTarget.val))
        return undefined;
      const fields = (node.ResTarget.val.RowExpr.args ?? []).map((arg, i): Node => ({
        NamedArgExpr: { name: `f${i + 1}`, arg },
      }));
      return fields.length === 0
        ? undefined
        : { ResTarget: { ...node.ResTarget, val: call('struct_pack', fields) } };
    },
  },
  {
    name: 'bytea in hexadecimal',
    why: "PostgreSQL writes \\xDEAD, DuckDB \\xDE\\xAD; DuckDB's text has no other escapes.",
    apply: (node, context) => {
      if (!('TypeCast' in node) || typeOf(node.TypeCast.typeName) !== 'bytea') return undefined;
      const text = constantText(node.TypeCast.arg);
      if (text === undefined) return undefined;
      const bytes = byteaBytes(text);
      if (bytes === undefined)
        throw new DriverError(
          'SQL_BAD_VALUE',
          `A bytea is written \\x and pairs of hexadecimal digits: found ${text}.`,
          {
            position: context.position(node.TypeCast.location ?? 0),
          },
        );
      return cast(constant(bytes.toString('hex').replace(/../g, '\\x$&')), 'blob');
    },
  },
  {
    name: 'array literals',
    why: "PostgreSQL writes '{1,2}', DuckDB '[1,2]'.",
    apply: (node) => {
      if (!('TypeCast' in node) || node.TypeCast.typeName?.arrayBounds?.length !== 1) return undefined;
      const elements = arrayElements(node.TypeCast.arg);
      return elements === undefined
        ? undefined
        : { TypeCast: { ...node.TypeCast, arg: { A_ArrayExpr: { elements } } } };
    },
  },
  {
    name: 'interval with a unit',
    why: "DuckDB does not read the unit after a literal: CAST('1' AS INTERVAL YEAR) is one second.",
    apply: (node, context) => {
      if (
        !('TypeCast' in node) ||
        typeOf(node.TypeCast.typeName) !== 'interval' ||
        node.TypeCast.typeName?.typmods === undefined
      )
        return undefined;
      const [mask] = node.TypeCast.typeName.typmods;
      const unit = INTERVAL_UNITS.get(
        mask !== undefined && 'A_Const' in mask ? (mask.A_Const.ival?.ival ?? 0) : 0,
      );
      const text = constantText(node.TypeCast.arg);
      if (unit === undefined || text === undefined || !/^\s*[-+]?[\d.]+\s*$/.test(text))
        throw new DriverError(
          'SQL_NOT_SUPPORTED',
          'An interval with fields is supported as one number and one unit.',
          {
            position: context.position(locationOf(node.TypeCast)),
            remedy: "Write the units in the literal: INTERVAL '1 day 2 hours'.",
          },
        );
      return cast(constant(`${text.trim()} ${unit}`), 'interval');
    },
  },
];

/** A literal with its type before it has its place in the literal. */
function locationOf(typed: TypeCast): number {
  const arg = typed.arg !== undefined && 'A_Const' in typed.arg ? typed.arg.A_Const.location : undefined;
  return arg ?? typed.location ?? 0;
}

function typeOf(type: TypeName | undefined): string {
  return getStringValues(type?.names).at(-1) ?? '';
}

/** A literal keeps its digits. */
function scaleOf(arg: Node | undefined): number {
  const digits =
    arg !== undefined && 'A_Const' in arg
      ? (arg.A_Const.fval?.fval ??
        arg.A_Const.sval?.sval ??
        String(arg.A_Const.ival?.ival ?? (arg.A_Const.ival === undefined ? '' : 0)))
      : '';
  const found = /^\s*[-+]?(\d*)(?:\.(\d*))?\s*$/.exec(digits);
  const [whole = '', fraction = ''] = found?.slice(1) ?? [];
  return found === null || whole.length + fraction.length === 0 || whole.length + fraction.length > MAX_DIGITS
    ? DEFAULT_SCALE
    : fraction.length;
}

/** What a bytea literal stands for: `\x` and hexadecimal digits, or text with `\\` and octal escapes. */
function byteaBytes(text: string): Buffer | undefined {
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
