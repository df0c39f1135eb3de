import type { A_Expr, FuncCall, Node, SelectStmt, SubLink } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getConstantInteger } from '../dialect/build.ts';
import type { TypeProblem } from '../dialect/type-problem.ts';
import type { ExpressionTypes } from '../dialect/types.ts';
import { getStringValues, isNode, isStar } from '../parse/tree.ts';
import { parseValue } from '../types/format-value.ts';
import { findInternalType, formatInternalType } from '../types/types.ts';
import {
  canCast,
  findMismatch,
  type InternalType,
  isAmbiguousFunction,
  isAmbiguousOperator,
  isPostgresFunction,
  resolveFunction,
  resolveOperator,
} from './resolve-signature.ts';

/** `location` is the byte in the parsed text. */
type Report = (problem: Omit<TypeProblem, 'position'> & { readonly location: number | undefined }) => void;

/**
 * What PostgreSQL refuses because of the types of a bound query's expressions, inner expressions first. Where a type is not known,
 * nothing is reported.
 */
export function findTypeProblems(
  select: SelectStmt,
  types: ExpressionTypes,
  position: (location: number) => number,
): readonly TypeProblem[] {
  const problems: TypeProblem[] = [];
  const checker = new Checker(types, ({ location, ...problem }) =>
    problems.push(location === undefined ? problem : { ...problem, position: position(location) }),
  );
  visitInnerFirst(
    select,
    (node) => checker.check(node),
    (query) => checker.checkQuery(query),
  );
  return problems;
}

/** Clauses in the order in which PostgreSQL looks at them. */
const CLAUSES = ['withClause', 'larg', 'rarg', 'valuesLists', 'fromClause', 'targetList', 'whereClause'];

function visitInnerFirst(
  part: unknown,
  visit: (node: Node) => void,
  visitQuery: (query: SelectStmt) => void,
): void {
  if (typeof part !== 'object' || part === null) return;
  if (Array.isArray(part)) {
    for (const item of part) visitInnerFirst(item, visit, visitQuery);
    return;
  }
  const fields: Record<string, unknown> = { ...part };
  const isQuery = 'op' in fields && 'limitOption' in fields;
  const keys = isQuery
    ? [
        ...CLAUSES.filter((key) => key in fields),
        ...Object.keys(fields).filter((key) => !CLAUSES.includes(key)),
      ]
    : Object.keys(fields);
  for (const key of keys) visitInnerFirst(fields[key], visit, visitQuery);
  if (isQuery) visitQuery(part);
  if (isNode(part)) visit(part);
}

class Checker {
  readonly #types: ExpressionTypes;
  readonly #report: Report;

  constructor(types: ExpressionTypes, report: Report) {
    this.#types = types;
    this.#report = report;
  }

  checkQuery(query: SelectStmt): void {
    const { whereClause, havingClause, valuesLists, op = '', larg, rarg } = query;
    this.#boolean(whereClause, 'WHERE');
    this.#boolean(havingClause, 'HAVING');
    if (valuesLists !== undefined) {
      const rows = valuesLists.map((row) => ('List' in row ? (row.List.items ?? []) : []));
      for (const i of rows[0]?.keys() ?? [])
        this.#common(
          'VALUES',
          rows.flatMap((row) => row[i] ?? []),
        );
    }
    this.#positions('GROUP BY', query.groupClause ?? [], query);
    this.#positions('ORDER BY', query.sortClause ?? [], query);
    this.#rowCount('LIMIT', query.limitCount);
    this.#rowCount('OFFSET', query.limitOffset);
    if (larg === undefined || rarg === undefined) return;
    const operation = op.replace('SETOP_', '');
    const [left = [], right = []] = [larg, rarg].map((each) => this.#types.outputOf(each));
    if (left.length !== right.length)
      this.#report({
        code: 'SQL_SYNTAX',
        message: `each ${operation} query must have the same number of columns`,
        location: undefined,
      });
    else
      for (const [i, { type }] of left.entries())
        this.#mismatch(operation, [type, right[i]?.type], undefined);
  }

  /** Numbers in ORDER BY and GROUP BY are those of result columns. */
  #positions(clause: string, items: readonly Node[], query: SelectStmt): void {
    const count = this.#types.outputOf(query).length;
    for (const item of items) {
      const key = 'SortBy' in item ? item.SortBy.node : item;
      const position = getConstantInteger(key);
      if (position !== undefined && count > 0 && (position < 1 || position > count))
        this.#report({
          code: 'SQL_COLUMN_REFERENCE',
          message: `${clause} position ${position} is not in select list`,
          location: getLocation(key),
        });
      else if (key !== undefined && 'A_Const' in key && key.A_Const.sval !== undefined)
        this.#report({
          code: 'SQL_SYNTAX',
          message: `non-integer constant in ${clause}`,
          location: getLocation(key),
        });
    }
  }

  #rowCount(clause: string, node: Node | undefined): void {
    if ((getConstantInteger(node) ?? 0) < 0)
      this.#report({ code: 'SQL_ROW_COUNT', message: `${clause} must not be negative`, location: undefined });
  }

  check(node: Node): void {
    if ('A_Expr' in node) this.#expression(node.A_Expr);
    else if ('FuncCall' in node) this.#call(node.FuncCall);
    else if ('TypeCast' in node) this.#cast(node);
    else if ('BoolExpr' in node)
      for (const arg of node.BoolExpr.args ?? [])
        this.#boolean(arg, (node.BoolExpr.boolop ?? '').replace('_EXPR', ''));
    else if ('BooleanTest' in node)
      this.#boolean(node.BooleanTest.arg, (node.BooleanTest.booltesttype ?? '').replaceAll('_', ' '));
    else if ('CaseExpr' in node) {
      const { arg, args = [], defresult, location } = node.CaseExpr;
      const whens = args.flatMap((each) => ('CaseWhen' in each ? each.CaseWhen : []));
      for (const { expr } of whens)
        if (arg === undefined) this.#boolean(expr, 'CASE/WHEN');
        else this.#operator('=', arg, expr, location);
      this.#common('CASE', [defresult, ...whens.map(({ result }) => result)]);
    } else if ('CoalesceExpr' in node) this.#common('COALESCE', node.CoalesceExpr.args ?? []);
    else if ('MinMaxExpr' in node)
      this.#common((node.MinMaxExpr.op ?? '').replace('IS_', ''), node.MinMaxExpr.args ?? []);
    else if ('A_ArrayExpr' in node) this.#common('ARRAY', node.A_ArrayExpr.elements ?? []);
    else if ('JoinExpr' in node) this.#boolean(node.JoinExpr.quals, 'JOIN/ON');
    else if ('SubLink' in node) this.#subquery(node.SubLink);
    else if ('A_Indirection' in node) this.#subscript(node.A_Indirection.arg);
    else if ('A_Const' in node) this.#literal(node);
  }

  #expression({ kind, name, lexpr, rexpr, location }: A_Expr): void {
    const operator = getStringValues(name).at(-1) ?? '';
    const items = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
    switch (kind) {
      case 'AEXPR_IN':
        if (
          findMismatch([lexpr, ...items].map((item) => this.#typeOf(item))) !== undefined ||
          items.length === 1
        )
          for (const item of items) this.#operator(operator, lexpr, item, location);
        return;
      case 'AEXPR_BETWEEN':
      case 'AEXPR_NOT_BETWEEN':
      case 'AEXPR_BETWEEN_SYM':
      case 'AEXPR_NOT_BETWEEN_SYM':
        this.#operator('>=', lexpr, items[0], location);
        this.#operator('<=', lexpr, items[1], location);
        return;
      case 'AEXPR_OP_ANY':
      case 'AEXPR_OP_ALL': {
        const array = this.#typeOf(rexpr);
        if (array === undefined || array === 'unknown' || array === 'json') return;
        if (array.startsWith('_')) this.#resolve(operator, this.#typeOf(lexpr), array.slice(1), location);
        else
          this.#report({
            code: 'SQL_WRONG_OBJECT',
            message: 'op ANY/ALL (array) requires array on right side',
            location,
          });
        return;
      }
      case 'AEXPR_DISTINCT':
      case 'AEXPR_NOT_DISTINCT':
      case 'AEXPR_NULLIF':
        this.#operator('=', lexpr, rexpr, location);
        return;
      case 'AEXPR_LIKE':
      case 'AEXPR_ILIKE':
      case 'AEXPR_SIMILAR':
      case 'AEXPR_OP':
      case undefined:
        this.#operator(operator, lexpr, rexpr, location);
    }
  }

  #operator(
    operator: string,
    left: Node | undefined,
    right: Node | undefined,
    location: number | undefined,
  ): void {
    if (left !== undefined && 'RowExpr' in left && right !== undefined && 'RowExpr' in right) {
      const [args = [], others = []] = [left.RowExpr.args, right.RowExpr.args];
      if (args.length !== others.length)
        this.#report({
          code: 'SQL_SYNTAX',
          message: 'unequal number of entries in row expressions',
          location,
        });
      else for (const [i, arg] of args.entries()) this.#operator(operator, arg, others[i], location);
      return;
    }
    this.#resolve(operator, left === undefined ? '-' : this.#typeOf(left), this.#typeOf(right), location);
  }

  #resolve(operator: string, left: InternalType, right: InternalType, location: number | undefined): void {
    if (left === undefined || right === undefined || [left, right].some(isOpenDocument)) return;
    if (left === 'record' && right === 'record') return;
    if (operator === '||' && [left, right].some((type) => type === 'text' || type === 'unknown')) return;
    if (resolveOperator(operator, left, right) !== undefined) return;
    const isAmbiguous = isAmbiguousOperator(operator, left, right);
    const operands = `${left === '-' ? '' : `${formatType(left)} `}${operator} ${formatType(right)}`;
    this.#report({
      code: isAmbiguous ? 'SQL_AMBIGUOUS_FUNCTION' : 'SQL_UNKNOWN_FUNCTION',
      message: isAmbiguous ? `operator is not unique: ${operands}` : `operator does not exist: ${operands}`,
      location,
    });
  }

  #call({
    funcname,
    args = [],
    agg_filter: filter,
    agg_within_group: isOrdered,
    agg_order: order,
    location,
  }: FuncCall): void {
    const names = getStringValues(funcname);
    const name = names.at(-1) ?? '';
    this.#boolean(filter, 'FILTER');
    const sorted =
      isOrdered === true
        ? (order ?? []).map((item) => ('SortBy' in item ? item.SortBy.node : undefined))
        : [];
    const types = [...args, ...sorted].map((arg) => this.#typeOf(arg));
    const isKnown = types.every((type) => type !== undefined);
    const called = `${names.join('.')}${isKnown ? `(${types.map((type) => formatType(type ?? '')).join(', ')})` : ''}`;
    if (!isPostgresFunction(name))
      this.#report({
        code: 'SQL_UNKNOWN_FUNCTION',
        message: `function ${called} does not exist`,
        location,
        unknownFunction: name,
      });
    else if (
      isKnown &&
      isOrdered !== true &&
      !types.some(isOpenDocument) &&
      resolveFunction(name, types) === undefined
    ) {
      const isAmbiguous = isAmbiguousFunction(name, types);
      this.#report({
        code: isAmbiguous ? 'SQL_AMBIGUOUS_FUNCTION' : 'SQL_UNKNOWN_FUNCTION',
        message: `function ${called} ${isAmbiguous ? 'is not unique' : 'does not exist'}`,
        location,
      });
    }
  }

  #cast(node: Extract<Node, { TypeCast: unknown }>): void {
    const { arg, location } = node.TypeCast;
    const [from, to] = [this.#typeOf(arg), this.#typeOf(node)];
    if (from === undefined || to === undefined || isOpenDocument(from) || isOpenDocument(to)) return;
    if (!canCast(from, to))
      this.#report({
        code: 'SQL_CANNOT_CAST',
        message: `cannot cast type ${formatType(from)} to ${formatType(to)}`,
        location,
      });
  }

  #subquery({ subLinkType, testexpr, operName, subselect, location }: SubLink): void {
    if (subLinkType !== 'ANY_SUBLINK' && subLinkType !== 'ALL_SUBLINK') return;
    const query = subselect !== undefined && 'SelectStmt' in subselect ? subselect.SelectStmt : undefined;
    const columns = query === undefined ? [] : this.#types.outputOf(query);
    const tested =
      testexpr !== undefined && 'RowExpr' in testexpr ? (testexpr.RowExpr.args ?? []) : [testexpr];
    if (columns.length > 0 && columns.length !== tested.length)
      this.#report({
        code: 'SQL_SYNTAX',
        message: `subquery has too ${columns.length < tested.length ? 'few' : 'many'} columns`,
        location,
      });
    if (columns.length !== tested.length) return;
    for (const [i, { type }] of columns.entries())
      this.#resolve(getStringValues(operName).at(-1) ?? '=', this.#typeOf(tested[i]), type, location);
  }

  #subscript(arg: Node | undefined): void {
    const type = this.#typeOf(arg);
    if (type === undefined || type.startsWith('_') || isOpenDocument(type) || type === 'record') return;
    this.#report({
      code: 'SQL_TYPE_MISMATCH',
      message: `cannot subscript type ${formatType(type)} because it does not support subscripting`,
      location: undefined,
    });
  }

  /** A literal that is not a value of the type that it is converted to. */
  #literal(node: Extract<Node, { A_Const: unknown }>): void {
    const text = node.A_Const.sval?.sval;
    const type = this.#types.convertedTypeOf(node);
    if (text === undefined || type === undefined || isOpenDocument(type)) return;
    const element = type.startsWith('_') ? type.slice(1) : type;
    if (findInternalType(element) === undefined) return;
    try {
      parseValue(text, formatInternalType(type));
    } catch (error) {
      if (error instanceof DriverError)
        this.#report({ code: error.code, message: error.message, location: node.A_Const.location });
    }
  }

  #boolean(node: Node | undefined, clause: string): void {
    const type = this.#typeOf(node);
    if (type === undefined || type === 'bool' || type === 'unknown' || isOpenDocument(type)) return;
    this.#report({
      code: 'SQL_TYPE_MISMATCH',
      message: `argument of ${clause} must be type boolean, not type ${formatType(type)}`,
      location: getLocation(node),
    });
  }

  #common(construct: string, nodes: readonly (Node | undefined)[]): void {
    this.#mismatch(
      construct,
      nodes.map((node) => this.#typeOf(node)),
      getLocation(nodes.find((node) => node !== undefined)),
    );
  }

  #mismatch(construct: string, types: readonly InternalType[], location: number | undefined): void {
    if (types.some(isOpenDocument)) return;
    const [first, second] = findMismatch(types) ?? [];
    if (first === undefined || second === undefined) return;
    this.#report({
      code: 'SQL_TYPE_MISMATCH',
      message: `${construct} types ${formatType(first)} and ${formatType(second)} cannot be matched`,
      location,
    });
  }

  #typeOf(node: Node | undefined): InternalType {
    if (node === undefined || isStar(node)) return undefined;
    return 'RowExpr' in node ? 'record' : this.#types.typeOf(node);
  }
}

/** Here columns of documents are computed with, compared and cast where PostgreSQL's `json` is not. */
function isOpenDocument(type: InternalType): boolean {
  return type === 'json' || type === '_json';
}

function formatType(type: string): string {
  return type === 'unknown' || type === 'record' ? type : formatInternalType(type);
}

function getLocation(node: Node | undefined): number | undefined {
  if (node === undefined) return undefined;
  const [fields] = Object.values(node);
  const location: unknown =
    typeof fields === 'object' && fields !== null && 'location' in fields ? fields.location : undefined;
  return typeof location === 'number' ? location : undefined;
}
