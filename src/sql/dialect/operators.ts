import type { A_Expr, Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { arrayElements, binary, call, matchCall, getConstantText, name, not } from './build.ts';
import { toJsonValue } from './documents.ts';
import { matchOperator } from './operator.ts';
import type { Rewrite } from './types.ts';

const PREFIX: ReadonlyMap<string, string> = new Map([
  ['|/', 'sqrt'],
  ['||/', 'cbrt'],
]);

const PATTERN_KINDS: ReadonlyMap<string, NonNullable<A_Expr['kind']>> = new Map([
  ['~~', 'AEXPR_LIKE'],
  ['!~~', 'AEXPR_LIKE'],
  ['~~*', 'AEXPR_ILIKE'],
  ['!~~*', 'AEXPR_ILIKE'],
  ['~', 'AEXPR_OP'],
  ['!~', 'AEXPR_OP'],
  ['~*', 'AEXPR_OP'],
  ['!~*', 'AEXPR_OP'],
]);

/** Operators that expand to several of the operators below. */
export const earlyOperatorRewrites: readonly Rewrite[] = [
  {
    name: 'patterns in an array',
    why: 'In DuckDB only comparison operators accept ANY and ALL of an array.',
    apply: (node) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, name: names, rexpr } = node.A_Expr;
      const pattern = PATTERN_KINDS.get(getStringValues(names).at(-1) ?? '');
      const isAny = kind === 'AEXPR_OP_ANY';
      const items =
        pattern === undefined || !(isAny || kind === 'AEXPR_OP_ALL') ? undefined : getElements(rexpr);
      if (pattern === undefined || items === undefined) return undefined;
      if (items.length === 0) return { A_Const: { boolval: { boolval: !isAny } } };
      const each = items.map((item): Node => ({ A_Expr: { ...node.A_Expr, kind: pattern, rexpr: item } }));
      return joinConditions(isAny ? 'OR_EXPR' : 'AND_EXPR', each);
    },
  },
];

/** Operators that are functions in DuckDB or do not exist. */
export const operatorRewrites: readonly Rewrite[] = [
  {
    name: 'roots and exclusive or',
    why: 'DuckDB has no operators |/, ||/ and #.',
    apply: (node) => {
      const expression = matchOperator(node);
      if (expression === undefined) return undefined;
      const { operator, left, right } = expression;
      if (operator === '#' && left !== undefined) return call('xor', [left, right]);
      const root = left === undefined ? PREFIX.get(operator) : undefined;
      return root === undefined ? undefined : call(root, [right]);
    },
  },
  {
    name: 'membership in an array',
    why: 'DuckDB unnests the array in a subquery; an IN list is equivalent and can be pushed down.',
    apply: (node) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, name: names, rexpr } = node.A_Expr;
      const operator = getStringValues(names).at(-1);
      const isIn = kind === 'AEXPR_OP_ANY' && operator === '=';
      if (!isIn && !(kind === 'AEXPR_OP_ALL' && operator === '<>')) return undefined;
      const items = getElements(rexpr);
      if (items === undefined) return testElement(node.A_Expr, isIn);
      if (items.length === 0) return { A_Const: { boolval: { boolval: !isIn } } };
      return { A_Expr: { ...node.A_Expr, kind: 'AEXPR_IN', rexpr: { List: { items } } } };
    },
  },
  {
    name: 'comparisons of rows',
    why: 'DuckDB compares rows as values, in which NULL equals NULL. Comparisons of the members can also be pushed down.',
    apply: (node) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, name: names, lexpr, rexpr } = node.A_Expr;
      const operator = getStringValues(names).at(-1);
      if (kind === 'AEXPR_OP' && STRICT.has(operator ?? '')) return orderRows(operator ?? '', lexpr, rexpr);
      if (operator !== '=' && operator !== '<>') return undefined;
      if (kind === 'AEXPR_OP') return compareRows(operator, lexpr, rexpr);
      if (kind !== 'AEXPR_IN' || rexpr === undefined || !('List' in rexpr)) return undefined;
      const rows = (rexpr.List.items ?? []).map((row) => compareRows(operator, lexpr, row));
      const args = rows.filter((part) => part !== undefined);
      return args.length < rows.length
        ? undefined
        : joinConditions(operator === '=' ? 'OR_EXPR' : 'AND_EXPR', args);
    },
  },
  {
    name: 'rows and NULL',
    why: 'In DuckDB a row is never NULL; PostgreSQL tests each of its members.',
    apply: (node) => {
      if (!('NullTest' in node)) return undefined;
      const { arg, nulltesttype } = node.NullTest;
      const members = arg !== undefined && 'RowExpr' in arg ? (arg.RowExpr.args ?? []) : [];
      if (members.length === 0 || nulltesttype === undefined) return undefined;
      return joinConditions(
        'AND_EXPR',
        members.map((member) => ({ NullTest: { arg: member, nulltesttype } })),
      );
    },
  },
  {
    name: 'BETWEEN SYMMETRIC',
    why: 'DuckDB has only BETWEEN with the lower bound first.',
    apply: (node) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, lexpr, rexpr } = node.A_Expr;
      if (kind !== 'AEXPR_BETWEEN_SYM' && kind !== 'AEXPR_NOT_BETWEEN_SYM') return undefined;
      const [low, high] = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
      if (lexpr === undefined || low === undefined || high === undefined) return undefined;
      const either: Node = {
        BoolExpr: { boolop: 'OR_EXPR', args: [between(lexpr, low, high), between(lexpr, high, low)] },
      };
      return kind === 'AEXPR_BETWEEN_SYM' ? either : not(either);
    },
  },
];

function compareRows(
  operator: '=' | '<>',
  left: Node | undefined,
  right: Node | undefined,
): Node | undefined {
  const [leftMembers, rightMembers] = [getRowMembers(left), getRowMembers(right)];
  if (leftMembers.length === 0 || leftMembers.length !== rightMembers.length) return undefined;
  const members = leftMembers.flatMap((member, i) => {
    const other = rightMembers[i];
    return other === undefined ? [] : [binary(operator, member, other)];
  });
  return joinConditions(operator === '=' ? 'AND_EXPR' : 'OR_EXPR', members);
}

/** The operators that order rows, and those of all members but the last. */
const STRICT: ReadonlyMap<string, '<' | '>'> = new Map([
  ['<', '<'],
  ['<=', '<'],
  ['>', '>'],
  ['>=', '>'],
]);

/** The first members that differ decide. */
function orderRows(operator: string, left: Node | undefined, right: Node | undefined): Node | undefined {
  const [[first, ...rest], [other, ...others]] = [getRowMembers(left), getRowMembers(right)];
  if (first === undefined || other === undefined || rest.length !== others.length) return undefined;
  if (rest.length === 0) return binary(operator, first, other);
  const after = orderRows(operator, { RowExpr: { args: rest } }, { RowExpr: { args: others } });
  const tied = after && joinConditions('AND_EXPR', [binary('=', first, other), after]);
  return tied && joinConditions('OR_EXPR', [binary(STRICT.get(operator) ?? operator, first, other), tied]);
}

function getRowMembers(row: Node | undefined): readonly Node[] {
  return row !== undefined && 'RowExpr' in row ? (row.RowExpr.args ?? []) : [];
}

function joinConditions(boolop: 'AND_EXPR' | 'OR_EXPR', args: Node[]): Node | undefined {
  return args.length > 1 ? { BoolExpr: { boolop, args } } : args[0];
}

/** The elements of a document are compared as JSON, in which `1` differs from `'1'`. */
function testElement({ lexpr, rexpr }: A_Expr, isIn: boolean): Node | undefined {
  const list = matchCall(rexpr);
  if (lexpr === undefined || rexpr === undefined || list?.name !== 'from_json') return undefined;
  if (getConstantText(list.args[1]) !== '["JSON"]') return undefined;
  const texts: Node = {
    TypeCast: {
      arg: rexpr,
      typeName: { names: [name('varchar')], arrayBounds: [{ Integer: { ival: -1 } }] },
    },
  };
  const found = call('list_contains', [texts, toJsonValue(lexpr)]);
  return isIn ? found : not(found);
}

/** The elements of an array literal or constructor, with or without a cast. */
function getElements(array: Node | undefined): Node[] | undefined {
  if (array === undefined) return undefined;
  if ('A_ArrayExpr' in array) return array.A_ArrayExpr.elements ?? [];
  if (!('TypeCast' in array)) return arrayElements(array);
  const { arg, typeName } = array.TypeCast;
  if (typeName?.arrayBounds?.length !== 1 || arg === undefined) return undefined;
  const { arrayBounds: _, ...element } = typeName;
  return getElements(arg)?.map((each) => ({ TypeCast: { arg: each, typeName: element } }));
}

function between(value: Node, low: Node, high: Node): Node {
  const expression: A_Expr = { kind: 'AEXPR_BETWEEN', lexpr: value, rexpr: { List: { items: [low, high] } } };
  return { A_Expr: expression };
}
