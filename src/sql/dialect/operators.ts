import type { A_Expr, Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { arrayElements, binary, call, callOf, constantText, name, not } from './build.ts';
import { jsonValue } from './documents.ts';
import { operatorOf } from './operator.ts';
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

/** Operators that stand for several of those below. */
export const earlyOperatorRewrites: readonly Rewrite[] = [
  {
    name: 'patterns in an array',
    why: 'DuckDB compares with ANY and ALL of an array by = and its kin only.',
    apply: (node) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, name: names, rexpr } = node.A_Expr;
      const pattern = PATTERN_KINDS.get(getStringValues(names).at(-1) ?? '');
      const isAny = kind === 'AEXPR_OP_ANY';
      const items =
        pattern === undefined || !(isAny || kind === 'AEXPR_OP_ALL') ? undefined : elementsOf(rexpr);
      if (pattern === undefined || items === undefined) return undefined;
      if (items.length === 0) return { A_Const: { boolval: { boolval: !isAny } } };
      const each = items.map((item): Node => ({ A_Expr: { ...node.A_Expr, kind: pattern, rexpr: item } }));
      return joined(isAny ? 'OR_EXPR' : 'AND_EXPR', each);
    },
  },
];

/** Operators that DuckDB spells as functions, or has not. */
export const operatorRewrites: readonly Rewrite[] = [
  {
    name: 'roots and exclusive or',
    why: 'DuckDB has no operators |/, ||/ and #.',
    apply: (node) => {
      const expression = operatorOf(node);
      if (expression === undefined) return undefined;
      const { operator, left, right } = expression;
      if (operator === '#' && left !== undefined) return call('xor', [left, right]);
      const root = left === undefined ? PREFIX.get(operator) : undefined;
      return root === undefined ? undefined : call(root, [right]);
    },
  },
  {
    name: 'membership in an array',
    why: 'DuckDB unnests the array in a subquery; an IN list says the same and can be pushed down.',
    apply: (node) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, name: names, rexpr } = node.A_Expr;
      const operator = getStringValues(names).at(-1);
      const isIn = kind === 'AEXPR_OP_ANY' && operator === '=';
      if (!isIn && !(kind === 'AEXPR_OP_ALL' && operator === '<>')) return undefined;
      const items = elementsOf(rexpr);
      if (items === undefined) return hasElement(node.A_Expr, isIn);
      if (items.length === 0) return { A_Const: { boolval: { boolval: !isIn } } };
      return { A_Expr: { ...node.A_Expr, kind: 'AEXPR_IN', rexpr: { List: { items } } } };
    },
  },
  {
    name: 'equal and unequal rows',
    why: 'DuckDB takes rows for values, to which NULL equals NULL; member by member they can be pushed down as well.',
    apply: (node) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, name: names, lexpr, rexpr } = node.A_Expr;
      const operator = getStringValues(names).at(-1);
      if (operator !== '=' && operator !== '<>') return undefined;
      if (kind === 'AEXPR_OP') return compareRows(operator, lexpr, rexpr);
      if (kind !== 'AEXPR_IN' || rexpr === undefined || !('List' in rexpr)) return undefined;
      const each = (rexpr.List.items ?? []).map((row) => compareRows(operator, lexpr, row));
      const args = each.filter((part) => part !== undefined);
      return args.length < each.length ? undefined : joined(operator === '=' ? 'OR_EXPR' : 'AND_EXPR', args);
    },
  },
  {
    name: 'rows and NULL',
    why: 'For DuckDB a row is a value that is there; PostgreSQL asks for each of its members.',
    apply: (node) => {
      if (!('NullTest' in node)) return undefined;
      const { arg, nulltesttype } = node.NullTest;
      const members = arg !== undefined && 'RowExpr' in arg ? (arg.RowExpr.args ?? []) : [];
      if (members.length === 0 || nulltesttype === undefined) return undefined;
      return joined(
        'AND_EXPR',
        members.map((member) => ({ NullTest: { arg: member, nulltesttype } })),
      );
    },
  },
  {
    name: 'BETWEEN SYMMETRIC',
    why: 'DuckDB knows BETWEEN with the lower bound first only.',
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
  const [ours, theirs] = [membersOf(left), membersOf(right)];
  if (ours.length === 0 || ours.length !== theirs.length) return undefined;
  const members = ours.flatMap((member, i) => {
    const other = theirs[i];
    return other === undefined ? [] : [binary(operator, member, other)];
  });
  return joined(operator === '=' ? 'AND_EXPR' : 'OR_EXPR', members);
}

function membersOf(row: Node | undefined): readonly Node[] {
  return row !== undefined && 'RowExpr' in row ? (row.RowExpr.args ?? []) : [];
}

function joined(boolop: 'AND_EXPR' | 'OR_EXPR', args: Node[]): Node | undefined {
  return args.length > 1 ? { BoolExpr: { boolop, args } } : args[0];
}

/** A document's elements are compared as JSON: there `1` is no `'1'`. */
function hasElement({ lexpr, rexpr }: A_Expr, isIn: boolean): Node | undefined {
  const list = callOf(rexpr);
  if (lexpr === undefined || rexpr === undefined || list?.name !== 'from_json') return undefined;
  if (constantText(list.args[1]) !== '["JSON"]') return undefined;
  const texts: Node = {
    TypeCast: {
      arg: rexpr,
      typeName: { names: [name('varchar')], arrayBounds: [{ Integer: { ival: -1 } }] },
    },
  };
  const found = call('list_contains', [texts, jsonValue(lexpr)]);
  return isIn ? found : not(found);
}

/** The elements of an array that is written out, cast or not. */
function elementsOf(array: Node | undefined): Node[] | undefined {
  if (array === undefined) return undefined;
  if ('A_ArrayExpr' in array) return array.A_ArrayExpr.elements ?? [];
  if (!('TypeCast' in array)) return arrayElements(array);
  const { arg, typeName } = array.TypeCast;
  if (typeName?.arrayBounds?.length !== 1 || arg === undefined) return undefined;
  const { arrayBounds: _, ...element } = typeName;
  return elementsOf(arg)?.map((each) => ({ TypeCast: { arg: each, typeName: element } }));
}

function between(value: Node, low: Node, high: Node): Node {
  const expression: A_Expr = { kind: 'AEXPR_BETWEEN', lexpr: value, rexpr: { List: { items: [low, high] } } };
  return { A_Expr: expression };
}
