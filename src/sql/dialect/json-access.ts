import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { call, callOf, constant, constantText } from './build.ts';
import { parseArrayLiteral } from '../types/text-input.ts';
import { operatorOf } from './operator.ts';
import { staticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

type Step = string | number;

const EXTRACTED: ReadonlyMap<string, 'json_extract' | 'json_extract_string'> = new Map([
  ['->', 'json_extract'],
  ['#>', 'json_extract'],
  ['json_extract_path', 'json_extract'],
  ['jsonb_extract_path', 'json_extract'],
  ['->>', 'json_extract_string'],
  ['#>>', 'json_extract_string'],
  ['json_extract_path_text', 'json_extract_string'],
  ['jsonb_extract_path_text', 'json_extract_string'],
]);

/** The operators and functions that reach into JSON. */
export const jsonAccessRewrites: readonly Rewrite[] = [
  {
    name: 'json operators',
    why: 'DuckDB binds -> and ->> looser than =, takes a text key for a path where it starts with $, and has no #>.',
    apply: (node, _, written) => {
      const expression = operatorOf(node);
      const target = EXTRACTED.get(expression?.operator ?? '');
      if (expression?.left === undefined || target === undefined) return undefined;
      if (target === 'json_extract_string' && staticType(operatorOf(written)?.left) === 'jsonb')
        return member(reach('json_extract', expression.left, expression));
      return reach(target, expression.left, expression);
    },
  },
  {
    name: 'json_extract_path',
    why: 'DuckDB has no function that takes the steps of a path one by one.',
    apply: (node) => {
      if (!('FuncCall' in node)) return undefined;
      const target = EXTRACTED.get(getStringValues(node.FuncCall.funcname).at(-1) ?? '');
      const [from, ...steps] = node.FuncCall.args ?? [];
      if (target === undefined || from === undefined) return undefined;
      const path = stepsOf(steps.map(constantText));
      return path === undefined ? undefined : extract(target, from, path, true);
    },
  },
];

/** A member as text: objects and arrays in the normal form of jsonb. */
function member(reached: Node | undefined): Node | undefined {
  return reached === undefined ? undefined : call('pg_jsonb_member', [reached]);
}

/** What `->` and `#>` reach from a document; documents are read the same in whichever form they are. */
function reach(
  target: string,
  document: Node,
  { operator, right }: { readonly operator: string; readonly right: Node },
): Node | undefined {
  const from = fromJsonb(document);
  if (operator.startsWith('-')) {
    const step = constantStep(right);
    return step === undefined ? call(target, [from, right]) : extract(target, from, [step]);
  }
  const path = constantPath(right);
  return path === undefined ? undefined : extract(target, from, path, true);
}

/** A column of documents that is cast to jsonb on the way to a member need not be put into its normal form. */
function fromJsonb(node: Node): Node {
  const fn = callOf(node);
  const [inner] = fn?.name === 'pg_jsonb' ? fn.args : [];
  return inner === undefined ? node : 'ColumnRef' in inner ? inner : node;
}

/** A key or position that is written as a constant. Positions are numbers, keys text. */
function constantStep(node: Node): Step | undefined {
  const text = constantText(node);
  if (text !== undefined) return text;
  const negated = operatorOf(node);
  if (negated?.operator === '-' && negated.left === undefined) {
    const position = constantStep(negated.right);
    return typeof position === 'number' ? -position : undefined;
  }
  if (!('A_Const' in node)) return undefined;
  const { ival, fval } = node.A_Const;
  const position = ival === undefined ? Number(fval?.fval ?? Number.NaN) : (ival.ival ?? 0);
  return Number.isSafeInteger(position) ? position : undefined;
}

/** The path of `#>`: `'{a,0,b}'` or `ARRAY['a', '0', 'b']`. */
function constantPath(node: Node): Step[] | undefined {
  if ('TypeCast' in node && node.TypeCast.arg !== undefined && 'A_ArrayExpr' in node.TypeCast.arg)
    return constantPath(node.TypeCast.arg);
  const items =
    'A_ArrayExpr' in node
      ? (node.A_ArrayExpr.elements ?? []).map(constantText)
      : parseArrayLiteral(constantText(node) ?? '');
  return stepsOf(items);
}

/** The steps of a path are text; only a number counts from the end of a list. */
function stepsOf(texts: readonly (string | null | undefined)[] | undefined): Step[] | undefined {
  const steps = texts?.flatMap((text): Step[] =>
    typeof text === 'string' ? [/^-[1-9]\d*$/.test(text) ? Number(text) : text] : [],
  );
  return steps?.length === texts?.length ? steps : undefined;
}

// What json_extract makes of constant steps; a further step is added to it.
const OUR_PATH = /^\$(?:\."[^"\\*]+"|\[(?:#-)?\d+\])*$/;

/** With `open` steps, digits may be a key or a position, as a JSON pointer takes them. */
function extract(target: string, from: Node, steps: readonly Step[], open = false): Node {
  if (steps.length === 0) return call(target, [from, constant('$')]);
  const inner =
    'FuncCall' in from && getStringValues(from.FuncCall.funcname).at(-1) === 'json_extract'
      ? from.FuncCall.args
      : undefined;
  const before = constantText(inner?.[1]);
  const path = steps.every((step) => isPlain(step) && !(open && /^\d+$/.test(String(step))))
    ? steps.map(pathStep).join('')
    : undefined;
  if (path !== undefined) {
    return inner?.[0] !== undefined && before !== undefined && OUR_PATH.test(before)
      ? call(target, [inner[0], constant(before + path)])
      : call(target, [from, constant(`$${path}`)]);
  }
  // A path cannot spell every key, a JSON pointer can; but it cannot count from the end.
  const [first = '', ...rest] = steps;
  const reached = call(rest.length === 0 ? target : 'json_extract', [
    from,
    constant(
      typeof first === 'number'
        ? `$${pathStep(first)}`
        : `/${first.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    ),
  ]);
  return rest.length === 0 ? reached : extract(target, reached, rest, open);
}

function isPlain(step: Step): boolean {
  return typeof step === 'number' || !/["\\*]|^$/.test(step);
}

function pathStep(step: Step): string {
  if (typeof step === 'string') return `."${step}"`;
  return step < 0 ? `[#${step}]` : `[${step}]`;
}
