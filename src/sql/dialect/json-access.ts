import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { call, matchCall, constant, getConstantText } from './build.ts';
import { parseArrayLiteral } from '../types/text-input.ts';
import { matchOperator } from './operator.ts';
import { inferStaticType } from './static-types.ts';
import { refuseSlice } from './slices.ts';
import type { Rewrite } from './types.ts';

/** A key (a string), a position (a number), or an integer that is either. */
type Step = string | number | { readonly negative: number };

const EXTRACTED: ReadonlyMap<string, 'json_extract' | 'pg_extract_text'> = new Map([
  ['->', 'json_extract'],
  ['#>', 'json_extract'],
  ['json_extract_path', 'json_extract'],
  ['jsonb_extract_path', 'json_extract'],
  ['->>', 'pg_extract_text'],
  ['#>>', 'pg_extract_text'],
  ['json_extract_path_text', 'pg_extract_text'],
  ['jsonb_extract_path_text', 'pg_extract_text'],
]);

/** Operators and functions that extract a part of a document. */
export const jsonAccessRewrites: readonly Rewrite[] = [
  {
    name: 'json operators',
    why: 'In DuckDB -> and ->> have a lower precedence than =, a key that starts with $ is a path, and #> does not exist.',
    apply: (node, context, original) => {
      const expression = matchOperator(node);
      const target = EXTRACTED.get(expression?.operator ?? '');
      if (expression?.left === undefined || target === undefined) return undefined;
      if (target === 'pg_extract_text' && inferStaticType(matchOperator(original)?.left, context) === 'jsonb')
        return toMemberText(extractByOperator('json_extract', expression.left, expression));
      return extractByOperator(target, expression.left, expression);
    },
  },
  {
    name: 'subscripts of documents',
    why: 'In DuckDB a subscript of a document is one of its text.',
    apply: (node, context, original) => {
      if (!('A_Indirection' in node) || !('A_Indirection' in original)) return undefined;
      const { arg, indirection = [] } = node.A_Indirection;
      const type = inferStaticType(original.A_Indirection.arg, context);
      if (arg === undefined || (type !== 'json' && type !== 'jsonb')) return undefined;
      return indirection.reduce((from, step) => {
        if ('String' in step) return extract('json_extract', from, [step.String.sval ?? '']);
        const { is_slice: isSlice, lidx, uidx } = 'A_Indices' in step ? step.A_Indices : {};
        if (isSlice === true || uidx === undefined) throw refuseSlice(lidx ?? uidx, context);
        const known = getConstantStep(uidx);
        return known === undefined
          ? call('json_extract', [from, toComputedStep(uidx)])
          : extract('json_extract', from, [known]);
      }, skipNormalForm(arg));
    },
  },
  {
    name: 'json_extract_path',
    why: 'DuckDB has no function that takes the steps of a path as arguments.',
    apply: (node) => {
      if (!('FuncCall' in node)) return undefined;
      const target = EXTRACTED.get(getStringValues(node.FuncCall.funcname).at(-1) ?? '');
      const [from, ...steps] = node.FuncCall.args ?? [];
      if (target === undefined || from === undefined) return undefined;
      const path = toSteps(steps.map(getConstantText));
      return path === undefined ? undefined : extract(target, from, path, true);
    },
  },
];

/** A member as text; objects and arrays are printed as jsonb. */
function toMemberText(member: Node | undefined): Node | undefined {
  return member === undefined ? undefined : call('pg_jsonb_member', [member]);
}

/** Translates `->`, `#>` and their text forms. The result does not depend on whether the document is in normal form. */
function extractByOperator(
  target: string,
  document: Node,
  { operator, right }: { readonly operator: string; readonly right: Node },
): Node | undefined {
  const from = skipNormalForm(document);
  if (operator.startsWith('-')) {
    const step = getConstantStep(right);
    return step === undefined ? call(target, [from, toComputedStep(right)]) : extract(target, from, [step]);
  }
  const path = getConstantPath(right);
  return path === undefined ? undefined : extract(target, from, path, true);
}

/** A column that is cast to jsonb only to extract a member does not need the normal form. */
function skipNormalForm(node: Node): Node {
  const fn = matchCall(node);
  const [inner] = fn?.name === 'pg_jsonb' ? fn.args : [];
  return inner === undefined ? node : 'ColumnRef' in inner ? inner : node;
}

/** A constant key (a string) or position (a number). */
function getConstantStep(node: Node): Step | undefined {
  const text = getConstantText(node);
  if (text !== undefined) return text;
  const negated = matchOperator(node);
  if (negated?.operator === '-' && negated.left === undefined) {
    const position = getConstantStep(negated.right);
    return typeof position === 'number' ? -position : undefined;
  }
  if (!('A_Const' in node)) return undefined;
  const { ival, fval } = node.A_Const;
  const position = ival === undefined ? Number(fval?.fval ?? Number.NaN) : (ival.ival ?? 0);
  return Number.isSafeInteger(position) ? position : undefined;
}

/** The path of `#>`: `'{a,0,b}'` or `ARRAY['a', '0', 'b']`. */
function getConstantPath(node: Node): Step[] | undefined {
  if ('TypeCast' in node && node.TypeCast.arg !== undefined && 'A_ArrayExpr' in node.TypeCast.arg)
    return getConstantPath(node.TypeCast.arg);
  const items =
    'A_ArrayExpr' in node
      ? (node.A_ArrayExpr.elements ?? []).map(getConstantText)
      : parseArrayLiteral(getConstantText(node) ?? '');
  return toSteps(items);
}

/** A computed key must not be read as a path. */
function toComputedStep(step: Node): Node {
  return call('pg_json_step', [step]);
}

/** Steps are strings. Negative integers are keys of an object, and count from the end of an array. */
function toSteps(texts: readonly (string | null | undefined)[] | undefined): Step[] | undefined {
  const steps = texts?.flatMap((text): Step[] =>
    typeof text === 'string' ? [/^-[1-9]\d*$/.test(text) ? { negative: Number(text) } : text] : [],
  );
  return steps?.length === texts?.length ? steps : undefined;
}

// A path that extract() produced, to which it can append further steps.
const SIMPLE_PATH = /^\$(?:\."[^"\\*]+"|\[(?:#-)?\d+\])*$/;

/** If steps are `open`, digits may be a key or a position, which only a JSON pointer leaves open. */
function extract(target: string, from: Node, steps: readonly Step[], open = false): Node {
  if (steps.length === 0) return call(target, [from, constant('$')]);
  const inner =
    'FuncCall' in from && getStringValues(from.FuncCall.funcname).at(-1) === 'json_extract'
      ? from.FuncCall.args
      : undefined;
  const before = getConstantText(inner?.[1]);
  const plain = steps.filter(isPlain).filter((step) => !(open && /^\d+$/.test(String(step))));
  const path = plain.length === steps.length ? plain.map(pathStep).join('') : undefined;
  if (path !== undefined) {
    return inner?.[0] !== undefined && before !== undefined && SIMPLE_PATH.test(before)
      ? call(target, [inner[0], constant(before + path)])
      : call(target, [from, constant(`$${path}`)]);
  }
  // A JSON pointer can contain any key, unlike a path, but cannot count from the end.
  const [first = '', ...rest] = steps;
  const extracted = extractStep(rest.length === 0 ? target : 'json_extract', from, first);
  return rest.length === 0 ? extracted : extract(target, extracted, rest, open);
}

function extractStep(target: string, from: Node, step: Step): Node {
  if (typeof step === 'object') {
    const args = [extractStep(target, from, String(step.negative)), extractStep(target, from, step.negative)];
    return { CoalesceExpr: { args } };
  }
  const path =
    typeof step === 'number' ? `$${pathStep(step)}` : `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return call(target, [from, constant(path)]);
}

function isPlain(step: Step): step is string | number {
  return typeof step === 'number' || (typeof step === 'string' && !/["\\*]|^$/.test(step));
}

function pathStep(step: string | number): string {
  if (typeof step === 'string') return `."${step}"`;
  return step < 0 ? `[#${step}]` : `[${step}]`;
}
