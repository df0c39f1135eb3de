import type { A_Const, Node } from 'libpg-query';
import { DriverError } from '../../../core/errors.ts';
import { getStringValues } from '../../parse/tree.ts';
import { type ExactNumber, formatExactNumber, parseExactNumber } from '../../types/exact-number.ts';
import { encodeNumberKey } from '../../types/number-key.ts';
import { call, cast, constant } from '../build.ts';
import { fitsDecimal } from '../number-scale.ts';
import type { ExactLane } from './lane.ts';

const INTEGERS: ReadonlySet<string | undefined> = new Set(['int2', 'int4', 'int8', 'oid']);
const FLOATS: ReadonlySet<string | undefined> = new Set(['float4', 'float8']);

export function isFloat(type: string | undefined): boolean {
  return FLOATS.has(type);
}

export function isInteger(type: string | undefined): boolean {
  return INTEGERS.has(type);
}

/** The expression as a number of any digits, whatever type it has. */
export function toNumber(node: Node, lane: ExactLane): Node {
  if (isNull(node)) return node;
  const number = getNumber(node, lane);
  if (number !== undefined) return lane.typed(call('num', [constant(formatExactNumber(number))]), 'numeric');
  const [type, rewritten] = [lane.typeOf(node), lane.rewrite(node)];
  if (type === 'numeric') return rewritten;
  if (isInteger(type)) return lane.typed(call('num_of', [rewritten]), 'numeric');
  if (isFloat(type)) return lane.typed(call('num_of_double', [cast(rewritten, 'float8')]), 'numeric');
  if (type === 'text' || type === 'varchar') return lane.typed(call('num', [rewritten]), 'numeric');
  if (type === 'json' || type === 'jsonb')
    return lane.typed(call('num', [call('pg_extract_text', [rewritten, constant('$')])]), 'numeric');
  return lane.typed(call('num_any', [rewritten]), 'numeric');
}

/** The text that the number is ordered and compared by. */
export function toKey(node: Node, lane: ExactLane): Node {
  if (isNull(node)) return node;
  const number = getNumber(node, lane);
  return number === undefined ? getNumberKey(toNumber(node, lane)) : constant(encodeNumberKey(number));
}

/** The key of a value that is a number of any digits already. */
export function getNumberKey(number: Node): Node {
  return call('struct_extract', [number, constant('n')]);
}

/** The expression in double precision, if it is a number of any digits. */
export function toDouble(node: Node, lane: ExactLane): Node {
  const rewritten = lane.rewrite(node);
  if (lane.typeOf(node) !== 'numeric') return rewritten;
  const literal = 'A_Const' in node ? getNumber(node, lane) : undefined;
  return literal === undefined
    ? lane.typed(call('num_double', [rewritten]), 'float8')
    : cast(constant(formatExactNumber(literal)), 'float8');
}

/** A literal stays as it is, unless it has more digits than a type of DuckDB. */
export function toLiteral(node: Node, lane: ExactLane): Node {
  const literal = lane.typeOf(node) === 'numeric' ? getNumber(node, lane) : undefined;
  return literal === undefined || fitsDecimal(literal) ? node : toNumber(node, lane);
}

/** The expression as text, if it is a number of any digits. */
export function toText(node: Node, lane: ExactLane): Node {
  const rewritten = lane.rewrite(node);
  return lane.typeOf(node) !== 'numeric' || 'A_Const' in node
    ? rewritten
    : lane.typed(call('num_text', [rewritten]), 'text');
}

/** The expression as numbers of JSON, if it is a number of any digits or an array of such. */
export function toJson(node: Node, lane: ExactLane): Node {
  const isString = 'A_Const' in node && node.A_Const.sval !== undefined;
  const literal = isString ? undefined : getNumber(node, lane);
  if (literal !== undefined)
    return lane.typed(call('pg_number_document', [constant(formatExactNumber(literal))]), 'json');
  const rewritten = lane.rewrite(node);
  if (lane.typeOf(node) === '_numeric') return lane.typed(call('num_documents', [rewritten]), 'json');
  return lane.typeOf(node) !== 'numeric'
    ? rewritten
    : lane.typed(call('pg_number_document', [call('num_text', [rewritten])]), 'json');
}

export function isNull(node: Node): boolean {
  return 'A_Const' in node && node.A_Const.isnull === true;
}

/** The number of a literal, bare or cast to numeric, or in quotes; undefined for other expressions. */
function getNumber(node: Node, lane: ExactLane): ExactNumber | undefined {
  if ('TypeCast' in node) {
    const { arg, typeName } = node.TypeCast;
    const isPlain = typeName?.typmods === undefined && typeName?.arrayBounds === undefined;
    return isPlain && arg !== undefined && getStringValues(typeName?.names).at(-1) === 'numeric'
      ? getNumber(arg, lane)
      : undefined;
  }
  if (!('A_Const' in node)) return undefined;
  const digits = getDigits(node.A_Const);
  if (digits === undefined) return undefined;
  const number = parseExactNumber(digits);
  if (number !== undefined) return number;
  throw new DriverError('SQL_BAD_VALUE', `invalid input syntax for type numeric: "${digits}"`, {
    position: lane.position(node.A_Const.location ?? 0),
  });
}

function getDigits({ ival, fval, sval }: A_Const): string | undefined {
  if (ival !== undefined) return String(ival.ival ?? 0);
  if (sval !== undefined) return sval.sval ?? '';
  const digits = fval?.fval?.replaceAll('_', '');
  return digits !== undefined && /^0[xob]/i.test(digits) ? String(BigInt(digits)) : digits;
}
