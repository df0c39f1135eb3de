import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { binary, call, matchCall, cast, constant, getConstantText, number } from './build.ts';
import { inferNumberScale } from './number-scale.ts';
import { matchOperator } from './operator.ts';
import { inferStaticType } from './static-types.ts';
import type { NumberScale } from '../types/number-text.ts';
import type { ExpressionTypes, Rewrite } from './types.ts';

// Types that DuckDB casts to the same text as PostgreSQL.
const PLAIN: ReadonlySet<string | undefined> = new Set(['text', 'int4', 'int8']);
const TIMES: ReadonlySet<string | undefined> = new Set(['timestamptz', 'timestamp', 'date']);

/** Casts an expression to text in PostgreSQL's output format. */
export function castToText(node: Node, original: Node | undefined, context: ExpressionTypes): Node {
  const type = inferStaticType(original, context);
  if (getConstantText(node) !== undefined || PLAIN.has(type)) return cast(node, 'varchar');
  if (original !== undefined && TIMES.has(context.typeOf(original))) return call('pg_time_text', [node]);
  if (type === 'numeric') return numberToText(node, inferNumberScale(original, context));
  return type === 'jsonb' ? call('pg_jsonb_text', [cast(node, 'varchar')]) : call('pg_text', [node]);
}

function numberToText(node: Node, { least, isQuotient }: NumberScale): Node {
  const digits = least === 0 ? [] : [number(String(least))];
  if (isQuotient === true) return call('pg_quotient_text', [node, number(String(least))]);
  return call('pg_number_text', [cast(node, 'varchar'), ...digits]);
}

/** Converts an argument of concat or format to text. */
function toOutput(node: Node, original: Node | undefined, context: ExpressionTypes): Node {
  return inferStaticType(original, context) === 'numeric'
    ? castToText(node, original, context)
    : call('pg_output', [node]);
}

/** Conversions to text. */
export const textRewrites: readonly Rewrite[] = [
  {
    name: 'casts to text',
    why: 'DuckDB formats floating-point numbers, intervals, bytes, arrays and JSON differently.',
    apply: (node, context, original) => {
      if (!('TypeCast' in node) || !('TypeCast' in original)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const type = getStringValues(typeName?.names).at(-1) ?? '';
      if (arg === undefined || typeName?.arrayBounds !== undefined || typeName?.typmods !== undefined)
        return undefined;
      if (type !== 'text' && type !== 'varchar') return undefined;
      const converted = castToText(arg, original.TypeCast.arg, context);
      return 'TypeCast' in converted ? undefined : converted;
    },
  },
  {
    name: 'concatenation',
    why: 'PostgreSQL converts an operand that is not text as a cast to text would.',
    apply: (node, context, original) => {
      const [expression, before] = [matchOperator(node), matchOperator(original)];
      if (expression?.operator !== '||' || expression.left === undefined || before?.left === undefined)
        return undefined;
      const [left, right] = [isText(before.left, context), isText(before.right, context)];
      if (left === right) return undefined;
      const other = left ? before.right : before.left;
      if (
        'A_ArrayExpr' in other ||
        PLAIN.has(inferStaticType(other, context)) ||
        inferStaticType(other, context) === 'jsonb'
      )
        return undefined;
      return left
        ? binary('||', expression.left, castToText(expression.right, before.right, context))
        : binary('||', castToText(expression.left, before.left, context), expression.right);
    },
  },
  {
    name: 'concat',
    why: 'PostgreSQL converts arguments as a cast to text would, except booleans, which become t and f.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      if (
        fn === undefined ||
        fn.call.func_variadic === true ||
        (fn.name !== 'concat' && fn.name !== 'concat_ws')
      )
        return undefined;
      const before = matchCall(original)?.args ?? [];
      const converted = fn.args.map((arg, i) => (isPlain(arg) ? arg : toOutput(arg, before[i], context)));
      return converted.every((arg, i) => arg === fn.args[i]) ? undefined : call(fn.name, converted);
    },
  },
  {
    name: 'format',
    why: "DuckDB's format has different placeholders.",
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const before = matchCall(original)?.args ?? [];
      const [pattern, ...args] = fn?.args ?? [];
      if (fn?.name !== 'format' || pattern === undefined || fn.call.func_variadic === true) return undefined;
      const texts = args.map((arg, i) =>
        getConstantText(arg) === undefined ? toOutput(arg, before[i + 1], context) : cast(arg, 'varchar'),
      );
      const joined = joinPieces(getConstantText(pattern) ?? '%', texts);
      if (joined !== undefined) return joined;
      const json =
        texts.length === 0
          ? constant('[]')
          : cast(call('to_json', [{ A_ArrayExpr: { elements: texts } }]), 'varchar');
      return call('pg_format', [pattern, json]);
    },
  },
];

/** `format` of a constant pattern with `%s` only, as `concat`, which skips NULL. */
function joinPieces(pattern: string, texts: readonly Node[]): Node | undefined {
  let next = 0;
  const pieces = pattern.split(/(%%|%(?:\d+\$)?s)/).map((piece, i) => {
    if (i % 2 === 0) return piece.includes('%') ? undefined : constant(piece);
    if (piece === '%%') return constant('%');
    const position = /\d+/.exec(piece)?.[0];
    if (position !== undefined) next = Number(position) - 1;
    return texts[next++];
  });
  const known = pieces.filter((piece) => piece !== undefined);
  return known.length < pieces.length ? undefined : call('concat', known);
}

function isText(node: Node, context: ExpressionTypes): boolean {
  return ('A_Const' in node && node.A_Const.sval !== undefined) || inferStaticType(node, context) === 'text';
}

function isPlain(node: Node): boolean {
  return 'A_Const' in node && node.A_Const.boolval === undefined;
}
