import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { call, matchCall, constant, getConstantText, name, not } from './build.ts';
import { parseLikePattern } from './like-pattern.ts';
import { matchOperator } from './operator.ts';
import { similarPartToRegex, similarToRegex } from './similar.ts';
import type { Rewrite } from './types.ts';

const REGEX: ReadonlyMap<string, { readonly negated: boolean; readonly options: string }> = new Map([
  ['~', { negated: false, options: 's' }],
  ['~*', { negated: false, options: 'si' }],
  ['!~', { negated: true, options: 's' }],
  ['!~*', { negated: true, options: 'si' }],
]);

const LIKE: ReadonlyMap<string, string> = new Map([
  ['~~', 'like_escape'],
  ['!~~', 'not_like_escape'],
  ['~~*', 'ilike_escape'],
  ['!~~*', 'not_ilike_escape'],
]);

/** LIKE, SIMILAR TO and regular expressions. */
export const patternRewrites: readonly Rewrite[] = [
  {
    name: 'regular expressions',
    why: "DuckDB's ~ matches only the whole string, and !~ and ~* do not exist. In PostgreSQL a dot also matches a line break.",
    apply: (node) => {
      const expression = matchOperator(node);
      const regex = REGEX.get(expression?.operator ?? '');
      if (expression?.left === undefined || regex === undefined) return undefined;
      const matches = call('regexp_matches', [expression.left, expression.right, constant(regex.options)]);
      return regex.negated ? not(matches) : matches;
    },
  },
  {
    name: 'LIKE with an escape',
    why: 'In PostgreSQL the default escape character is the backslash; DuckDB has none.',
    apply: (node) => {
      if (!('A_Expr' in node) || (node.A_Expr.kind !== 'AEXPR_LIKE' && node.A_Expr.kind !== 'AEXPR_ILIKE'))
        return undefined;
      const { lexpr: text, rexpr: pattern } = node.A_Expr;
      const target = LIKE.get(getStringValues(node.A_Expr.name).at(-1) ?? '');
      if (target === undefined || text === undefined || pattern === undefined) return undefined;
      const escaped = matchCall(pattern);
      const [like, escape] =
        escaped?.name === 'like_escape' ? escaped.args : ([pattern, constant('\\')] as const);
      if (like === undefined || escape === undefined) return undefined;
      if (escaped?.name !== 'like_escape' && getConstantText(like)?.includes('\\') === false)
        return undefined;
      const plain = call(target, [text, like, escape]);
      return target.includes('ilike')
        ? plain
        : resolveEscapes(plain, { text, like, escape, negated: target.startsWith('not') });
    },
  },
  {
    name: 'SIMILAR TO',
    why: 'DuckDB treats the pattern as a regular expression.',
    apply: (node, context) => {
      if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_SIMILAR' || node.A_Expr.lexpr === undefined)
        return undefined;
      const { lexpr, rexpr, location } = node.A_Expr;
      const [pattern, escape] = rexpr !== undefined && 'FuncCall' in rexpr ? (rexpr.FuncCall.args ?? []) : [];
      const [text, mark] = [getConstantText(pattern), escape === undefined ? '\\' : getConstantText(escape)];
      if (text === undefined || mark === undefined)
        throw new DriverError('SQL_NOT_SUPPORTED', 'SIMILAR TO is supported only with a constant pattern', {
          position: context.position(location ?? 0),
          remedy: 'Use LIKE, or ~ with a regular expression.',
        });
      const matches = call('regexp_full_match', [lexpr, constant(similarToRegex(text, mark)), constant('s')]);
      return getStringValues(node.A_Expr.name).at(-1) === '!~' ? not(matches) : matches;
    },
  },
  {
    name: 'substring by pattern',
    why: "DuckDB's substring accepts only positions.",
    apply: (node) => rewriteSubstring(node),
  },
  {
    name: 'substring by a pattern of SQL',
    why: 'DuckDB has no SIMILAR in substring.',
    apply: (node, context) => {
      const fn = matchCall(node);
      const [text, pattern, escape] = fn?.args ?? [];
      const [known, mark] = [getConstantText(pattern), getConstantText(escape)];
      if (fn?.name !== 'substring' || text === undefined || known === undefined || mark === undefined)
        return undefined;
      const regex = similarPartToRegex(known, mark);
      if (regex === undefined)
        throw new DriverError(
          'SQL_BAD_ARGUMENT',
          'SQL regular expression may not contain other than two escape-double-quote separators',
          { position: context.position(fn.call.location ?? 0) },
        );
      return extractGroup(text, regex, 1);
    },
  },
];

/** Replaces a constant pattern by functions that can be pushed down: DynamoDB has begins_with and contains, but no escapes. */
function resolveEscapes(
  plain: Node,
  { text, like, escape, negated }: Readonly<Record<'text' | 'like' | 'escape', Node> & { negated: boolean }>,
): Node {
  const [pattern, mark] = [getKnownText(like), getConstantText(escape)];
  const pieces = pattern === undefined || mark === undefined ? undefined : parseLikePattern(pattern, mark);
  if (pieces === undefined) return plain;
  const shape = pieces.map((piece) => piece.wildcard ?? 'text').join(' ');
  const [first = '', second = ''] = pieces.map((piece) => piece.text ?? '');
  const sign = (test: Node): Node => (negated ? not(test) : test);
  if (shape === 'text' && !/[%_]/.test(first))
    return {
      A_Expr: {
        kind: 'AEXPR_LIKE',
        name: [name(negated ? '!~~' : '~~')],
        lexpr: text,
        rexpr: constant(first),
      },
    };
  if (shape === 'text %') return sign(call('starts_with', [text, constant(first)]));
  if (shape === '% text %') return sign(call('contains', [text, constant(second)]));
  // Only a column may be evaluated twice: another expression may be expensive or volatile.
  return first === '' || negated || !('ColumnRef' in text)
    ? plain
    : { BoolExpr: { boolop: 'AND_EXPR', args: [call('starts_with', [text, constant(first)]), plain] } };
}

/** A constant string, or a concatenation of constant strings: `$1 || '%'`. */
function getKnownText(node: Node | undefined): string | undefined {
  const joined = node && matchOperator(node);
  if (joined?.operator !== '||') return getConstantText(node);
  const [left, right] = [getKnownText(joined.left), getKnownText(joined.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

/** `substring(x from 'a(b)c')`: the first group if the pattern has one, otherwise the whole match; NULL if nothing matches. */
function rewriteSubstring(node: Node): Node | undefined {
  if (!('FuncCall' in node) || getStringValues(node.FuncCall.funcname).at(-1) !== 'substring')
    return undefined;
  const [text, pattern, more] = node.FuncCall.args ?? [];
  const known = getConstantText(pattern);
  if (text === undefined || pattern === undefined || more !== undefined || known === undefined)
    return undefined;
  return extractGroup(text, known, /(?:^|[^\\])(?:\\\\)*\((?!\?)/.test(known) ? 1 : 0);
}

/** NULL if nothing matches. */
function extractGroup(text: Node, regex: string, group: number): Node {
  const args: Node[] = [text, constant(regex), { A_Const: { ival: { ival: group } } }, constant('s')];
  return {
    CaseExpr: {
      args: [
        {
          CaseWhen: {
            expr: call('regexp_matches', [text, constant(regex), constant('s')]),
            result: call('regexp_extract', args),
          },
        },
      ],
    },
  };
}
