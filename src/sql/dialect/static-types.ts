import { findInternalType, type TypeName } from '../types/types.ts';
import type { A_Expr, FuncCall, Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import type { ExpressionTypes } from './types.ts';

/** The internal name of a PostgreSQL type that can be inferred from the form of an expression. */
export type StaticType =
  | 'text'
  | 'int4'
  | 'int8'
  | 'numeric'
  | 'float8'
  | 'date'
  | 'interval'
  | 'json'
  | 'jsonb'
  | 'bytea';

const STATIC_TYPES = {
  text: 'text',
  'character varying': 'text',
  character: 'text',
  smallint: 'int4',
  integer: 'int4',
  bigint: 'int8',
  numeric: 'numeric',
  real: 'float8',
  'double precision': 'float8',
  date: 'date',
  interval: 'interval',
  json: 'json',
  jsonb: 'jsonb',
  bytea: 'bytea',
  boolean: undefined,
  name: undefined,
  '"char"': undefined,
  oid: undefined,
  uuid: undefined,
  'time without time zone': undefined,
  'time with time zone': undefined,
  'timestamp without time zone': undefined,
  'timestamp with time zone': undefined,
  bit: undefined,
  'bit varying': undefined,
  record: undefined,
  unknown: undefined,
} as const satisfies Record<TypeName, StaticType | undefined>;

const list = (type: StaticType, names: string): (readonly [string, StaticType])[] =>
  names.split(' ').map((name) => [name, type]);

const FUNCTIONS: ReadonlyMap<string, StaticType> = new Map([
  ...list(
    'text',
    'upper lower initcap concat concat_ws substring left right trim btrim ltrim rtrim lpad rpad repeat replace translate reverse split_part overlay ' +
      'to_char format quote_ident quote_literal to_hex md5 chr string_agg regexp_replace regexp_substr array_to_string normalize encode ' +
      'pg_json_time pg_extract_text json_extract_path_text jsonb_extract_path_text json_typeof jsonb_typeof jsonb_pretty',
  ),
  ...list(
    'int4',
    'length char_length character_length octet_length bit_length strpos position ascii array_length cardinality array_upper array_lower width_bucket json_array_length jsonb_array_length',
  ),
  ...list('int8', 'count row_number rank dense_rank'),
  ...list('numeric', 'avg extract div'),
  ...list('float8', 'random pi date_part'),
  ...list('date', 'to_date make_date'),
  ...list('interval', 'age make_interval justify_days justify_hours justify_interval'),
  ...list('bytea', 'decode'),
  ...list(
    'json',
    'pg_extract pg_typed_document pg_number_document pg_row_document json_agg json_object_agg json_build_object json_build_array to_json row_to_json array_to_json json_extract_path',
  ),
  ...list(
    'jsonb',
    'jsonb_agg jsonb_object_agg jsonb_build_object jsonb_build_array to_jsonb jsonb_extract_path jsonb_set jsonb_insert jsonb_strip_nulls jsonb_path_query jsonb_path_query_array jsonb_path_query_first',
  ),
]);

/** The type of a bound expression before it is rewritten. Undefined if only DuckDB knows it. */
export function inferStaticType(node: Node | undefined, types: ExpressionTypes): StaticType | undefined {
  if (node === undefined) return undefined;
  const known = types.typeOf(node);
  if (known !== undefined) return toStaticType(known);
  if ('TypeCast' in node) {
    const { typeName } = node.TypeCast;
    return typeName?.arrayBounds === undefined
      ? toStaticType(getStringValues(typeName?.names).at(-1) ?? '')
      : undefined;
  }
  if ('A_Const' in node)
    return node.A_Const.ival !== undefined ? 'int4' : node.A_Const.fval !== undefined ? 'numeric' : undefined;
  if ('FuncCall' in node) return inferCallType(node.FuncCall, types);
  if ('A_Expr' in node) return inferOperatorType(node.A_Expr, types);
  if ('CaseExpr' in node) {
    const { args, defresult } = node.CaseExpr;
    return findCommonType(
      [...(args ?? []).map((when) => ('CaseWhen' in when ? when.CaseWhen.result : undefined)), defresult],
      types,
    );
  }
  if ('CoalesceExpr' in node) return findCommonType(node.CoalesceExpr.args ?? [], types);
  if ('SQLValueFunction' in node)
    return node.SQLValueFunction.op === 'SVFOP_CURRENT_DATE' ? 'date' : undefined;
  return undefined;
}

function toStaticType(internalName: string): StaticType | undefined {
  const type = findInternalType(internalName);
  return type === undefined ? undefined : STATIC_TYPES[type];
}

function inferCallType(call: FuncCall, types: ExpressionTypes): StaticType | undefined {
  const name = getStringValues(call.funcname).at(-1) ?? '';
  const first = call.args?.[0];
  switch (name) {
    case 'sum': {
      const type = inferStaticType(first, types);
      return type === 'int4' ? 'int8' : type;
    }
    case 'avg':
      return inferStaticType(first, types) === 'float8' ? 'float8' : 'numeric';
    case 'pg_plain':
    case 'pg_type_free':
    case 'min':
    case 'max':
    case 'abs':
      return inferStaticType(first, types);
    default:
      return FUNCTIONS.get(name);
  }
}

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);
const WIDTH: readonly (StaticType | undefined)[] = ['int4', 'int8', 'numeric', 'float8'];

function inferOperatorType(
  { kind, name, lexpr, rexpr }: A_Expr,
  types: ExpressionTypes,
): StaticType | undefined {
  if (kind !== 'AEXPR_OP') return undefined;
  const operator = getStringValues(name).at(-1) ?? '';
  const [left, right] = [inferStaticType(lexpr, types), inferStaticType(rexpr, types)];
  if (operator === '->>' || operator === '#>>') return 'text';
  if (operator === '->' || operator === '#>') return left;
  if (operator === '||')
    return [left, right].find((type) => type === 'text' || type === 'jsonb' || type === 'bytea');
  if (left === 'jsonb' && (operator === '-' || operator === '#-')) return 'jsonb';
  if (!ARITHMETIC.has(operator)) return undefined;
  if (lexpr === undefined) return right;
  if (left === 'date' && right === 'int4') return 'date';
  const [a, b] = [WIDTH.indexOf(left), WIDTH.indexOf(right)];
  return left === undefined || right === undefined || a < 0 || b < 0 ? undefined : WIDTH[Math.max(a, b)];
}

/** The type that all of the expressions have, ignoring NULL. */
function findCommonType(
  nodes: readonly (Node | undefined)[],
  types: ExpressionTypes,
): StaticType | undefined {
  const found = new Set(
    nodes.flatMap((node) =>
      node === undefined || ('A_Const' in node && node.A_Const.isnull === true)
        ? []
        : [inferStaticType(node, types)],
    ),
  );
  return found.size === 1 ? [...found][0] : undefined;
}
