import type { Node, SelectStmt, TypeCast, TypeName } from 'libpg-query';
import { getStringValues, mapInside, mapNodes } from '../parse/tree.ts';
import { TRY_CAST } from '../parse/try-casts.ts';
import { binary, call, constant, getConstantInteger, matchCall, number } from './build.ts';
import { toDocumentText } from './documents.ts';
import { isDocument } from './document-order.ts';
import { isValidInput } from './functions/input-valid.ts';
import type { ExpressionTypes } from './types.ts';

/**
 * Replaces TRY_CAST of strings, documents and numbers by a CASE that tests the value first. DuckDB's own reads other strings as
 * values of a type than PostgreSQL does, and cannot try functions that raise errors.
 */
export function expandTryCasts(select: SelectStmt, types: ExpressionTypes): SelectStmt {
  const expand = (node: Node): Node => {
    const fn = matchCall(node);
    const [tried] = fn?.name === TRY_CAST ? (fn.args ?? []) : [];
    if (tried === undefined || !('TypeCast' in tried)) return mapInside(node, expand);
    const expr = createTest(tried.TypeCast, types);
    if (expr === undefined) return mapInside(node, expand);
    const literal = tried.TypeCast.arg;
    if (typeof expr === 'boolean' && literal !== undefined)
      return expr ? tried : { TypeCast: { ...tried.TypeCast, arg: { A_Const: { isnull: true } } } };
    if (typeof expr === 'boolean') return node;
    return { CaseExpr: { args: [{ CaseWhen: { expr: expand(expr), result: mapInside(tried, expand) } }] } };
  };
  return mapNodes(select, expand);
}

/** Whether the cast succeeds: a test, or what is known of a literal; undefined where DuckDB can try it. */
function createTest({ arg, typeName }: TypeCast, types: ExpressionTypes): Node | boolean | undefined {
  const name = typeName === undefined ? undefined : formatType(typeName);
  if (arg === undefined || typeName === undefined || name === undefined) return undefined;
  if ('A_Const' in arg)
    return arg.A_Const.sval === undefined ? undefined : isValidInput(arg.A_Const.sval.sval ?? '', name);
  if (isDocument(arg, types)) return call('pg_input_is_valid', [toDocumentText(arg), constant(name)]);
  const type = types.typeOf(arg);
  if (type === 'text') return call('pg_input_is_valid', [arg, constant(name)]);
  return type === undefined || typeName.arrayBounds !== undefined
    ? undefined
    : testNumber(arg, type, typeName);
}

const NUMBERS: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']);
/** The bits of the types that numbers are rounded to. */
const INTEGERS: ReadonlyMap<string, bigint> = new Map([
  ['int2', 15n],
  ['int4', 31n],
  ['int8', 63n],
]);

function testNumber(value: Node, type: string, { names, typmods = [] }: TypeName): Node | undefined {
  const target = getStringValues(names).at(-1) ?? '';
  if (!NUMBERS.has(type)) return undefined;
  const bits = INTEGERS.get(target);
  // A half is rounded away from zero, in floating-point numbers to an even one.
  if (bits !== undefined)
    return between(value, `-${2n ** bits}.5`, type.startsWith('float') ? '>=' : '>', `${2n ** bits - 1n}.5`);
  const [precision, scale = 0] = typmods.map(getConstantInteger);
  if (target !== 'numeric' || precision === undefined) return undefined;
  const limit = `1e${precision - scale}`;
  return between(call('round', [value, number(String(scale))]), `-${limit}`, '>', limit);
}

function between(value: Node, least: string, operator: '>' | '>=', limit: string): Node {
  return {
    BoolExpr: {
      boolop: 'AND_EXPR',
      args: [binary(operator, value, numeric(least)), binary('<', value, numeric(limit))],
    },
  };
}

function numeric(text: string): Node {
  return {
    TypeCast: { arg: constant(text), typeName: { names: [{ String: { sval: 'numeric' } }], typemod: -1 } },
  };
}

/** A type as pg_input_is_valid reads it. A cast cuts a string to the length of its type. */
function formatType({ names, typmods = [], arrayBounds }: TypeName): string | undefined {
  const name = getStringValues(names).at(-1);
  if (name === undefined) return undefined;
  const modifiers = name === 'numeric' ? typmods.map((modifier) => getConstantInteger(modifier)) : [];
  return `${name}${modifiers.length === 0 ? '' : `(${modifiers.join(',')})`}${arrayBounds === undefined ? '' : '[]'}`;
}
