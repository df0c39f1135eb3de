import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { call, callOf, constant, constantText, name, not } from './build.ts';
import { likePieces } from './like-pattern.ts';
import { operatorOf } from './operator.ts';
import { similarToRegex } from './similar.ts';
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
    why: "DuckDB's ~ matches the whole text only, and it has no !~ and ~*. A dot matches a line break in PostgreSQL.",
    apply: (node) => {
      const expression = operatorOf(node);
      const regex = REGEX.get(expression?.operator ?? '');
      if (expression?.left === undefined || regex === undefined) return undefined;
      const matches = call('regexp_matches', [expression.left, expression.right, constant(regex.options)]);
      return regex.negated ? not(matches) : matches;
    },
  },
  {
    name: 'LIKE with an escape',
    why: 'In PostgreSQL a backslash escapes where ESCAPE says nothing else; in DuckDB nothing does.',
    apply: (node) => {
      if (!('A_Expr' in node) || (node.A_Expr.kind !== 'AEXPR_LIKE' && node.A_Expr.kind !== 'AEXPR_ILIKE'))
        return undefined;
      const { lexpr: text, rexpr: pattern } = node.A_Expr;
      const target = LIKE.get(getStringValues(node.A_Expr.name).at(-1) ?? '');
      if (target === undefined || text === undefined || pattern === undefined) return undefined;
      const escaped = callOf(pattern);
      const [like, escape] =
        escaped?.name === 'like_escape' ? escaped.args : ([pattern, constant('\\')] as const);
      if (like === undefined || escape === undefined) return undefined;
      if (escaped?.name !== 'like_escape' && constantText(like)?.includes('\\') === false) return undefined;
      const plain = call(target, [text, like, escape]);
      return target.includes('ilike')
        ? plain
        : withoutEscapes(plain, { text, like, escape, negated: target.startsWith('not') });
    },
  },
  {
    name: 'SIMILAR TO',
    why: 'For DuckDB its pattern is a plain regular expression.',
    apply: (node, context) => {
      if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_SIMILAR' || node.A_Expr.lexpr === undefined)
        return undefined;
      const { lexpr, rexpr, location } = node.A_Expr;
      const [pattern, escape] = rexpr !== undefined && 'FuncCall' in rexpr ? (rexpr.FuncCall.args ?? []) : [];
      const [text, mark] = [constantText(pattern), escape === undefined ? '\\' : constantText(escape)];
      if (text === undefined || mark === undefined)
        throw new DriverError('SQL_NOT_SUPPORTED', 'SIMILAR TO is supported with a constant pattern only.', {
          position: context.position(location ?? 0),
          remedy: 'Use LIKE or a regular expression with ~.',
        });
      const matches = call('regexp_full_match', [lexpr, constant(similarToRegex(text, mark)), constant('s')]);
      return getStringValues(node.A_Expr.name).at(-1) === '!~' ? not(matches) : matches;
    },
  },
  {
    name: 'substring by pattern',
    why: 'DuckDB cuts by position only.',
    apply: (node) => substringByPattern(node),
  },
];

/** A constant pattern in words that DynamoDB has as well: it knows beginnings and parts, but no escapes. */
function withoutEscapes(
  plain: Node,
  { text, like, escape, negated }: Readonly<Record<'text' | 'like' | 'escape', Node> & { negated: boolean }>,
): Node {
  const [pattern, mark] = [knownText(like), constantText(escape)];
  const pieces = pattern === undefined || mark === undefined ? undefined : likePieces(pattern, mark);
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
  // Said twice of a column only: what is computed may be costly, or another value the second time.
  return first === '' || negated || !('ColumnRef' in text)
    ? plain
    : { BoolExpr: { boolop: 'AND_EXPR', args: [call('starts_with', [text, constant(first)]), plain] } };
}

/** A constant text, or several that are joined: `$1 || '%'`. */
function knownText(node: Node | undefined): string | undefined {
  const joined = node && operatorOf(node);
  if (joined?.operator !== '||') return constantText(node);
  const [left, right] = [knownText(joined.left), knownText(joined.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

/** `substring(x from 'a(b)c')`: the first group, else the whole match, else NULL. */
function substringByPattern(node: Node): Node | undefined {
  if (!('FuncCall' in node) || getStringValues(node.FuncCall.funcname).at(-1) !== 'substring')
    return undefined;
  const [text, pattern, more] = node.FuncCall.args ?? [];
  const known = constantText(pattern);
  if (text === undefined || pattern === undefined || more !== undefined || known === undefined)
    return undefined;
  const group = /(?:^|[^\\])(?:\\\\)*\((?!\?)/.test(known) ? '1' : '0';
  const args: Node[] = [text, pattern, { A_Const: { ival: { ival: Number(group) } } }, constant('s')];
  return {
    CaseExpr: {
      args: [
        {
          CaseWhen: {
            expr: call('regexp_matches', [text, pattern, constant('s')]),
            result: call('regexp_extract', args),
          },
        },
      ],
    },
  };
}
