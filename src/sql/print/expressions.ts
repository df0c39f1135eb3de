import { findInternalType, TYPES } from '../types/types.ts';
import type {
  A_Const,
  A_Expr,
  BoolExpr,
  BooleanTest,
  CollateClause,
  ColumnRef,
  FuncCall,
  Node,
  SubLink,
  TypeName,
  WindowDef,
} from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValue, getStringValues } from '../parse/tree.ts';
import { TRY_CAST } from '../parse/try-casts.ts';
import { quoteName, quoteString } from './quote.ts';
import { type Printer, unsupported } from './printer.ts';

/**
 * Prints an expression; undefined if the node is not one. Operators are always printed in parentheses, because the
 * precedence of some differs in DuckDB (`->>` binds less tightly than `=`).
 */
export function printExpression(node: Node, printer: Printer): string | undefined {
  if ('ColumnRef' in node) return printColumn(node.ColumnRef);
  if ('A_Const' in node) return printConstant(node.A_Const, printer);
  if ('A_Expr' in node) return `(${printOperator(node.A_Expr, printer)})`;
  if ('BoolExpr' in node) return `(${printBoolean(node.BoolExpr, printer)})`;
  if ('FuncCall' in node) return printCall(node.FuncCall, printer);
  if ('TypeCast' in node)
    return `CAST(${printer.node(node.TypeCast.arg)} AS ${printType(node.TypeCast.typeName ?? {}, printer)})`;
  if ('NullTest' in node)
    return `(${printer.node(node.NullTest.arg)} ${node.NullTest.nulltesttype === 'IS_NULL' ? 'IS NULL' : 'IS NOT NULL'})`;
  if ('BooleanTest' in node) return `(${printBooleanTest(node.BooleanTest, printer)})`;
  if ('CaseExpr' in node) {
    const { arg, args, defresult } = node.CaseExpr;
    return `CASE${optional(' ', arg, printer)} ${(args ?? []).map(printer.node).join(' ')}${optional(' ELSE ', defresult, printer)} END`;
  }
  if ('CaseWhen' in node)
    return `WHEN ${printer.node(node.CaseWhen.expr)} THEN ${printer.node(node.CaseWhen.result)}`;
  if ('CoalesceExpr' in node) return `COALESCE(${printer.list(node.CoalesceExpr.args)})`;
  if ('MinMaxExpr' in node)
    return `${node.MinMaxExpr.op === 'IS_LEAST' ? 'LEAST' : 'GREATEST'}(${printer.list(node.MinMaxExpr.args)})`;
  if ('SubLink' in node) return printSubquery(node.SubLink, printer);
  if ('A_ArrayExpr' in node) return `ARRAY[${printer.list(node.A_ArrayExpr.elements)}]`;
  if ('RowExpr' in node) return `ROW(${printer.list(node.RowExpr.args)})`;
  if ('A_Indirection' in node)
    return `(${printer.node(node.A_Indirection.arg)})${(node.A_Indirection.indirection ?? []).map((each) => printSubscript(each, printer)).join('')}`;
  if ('CollateClause' in node) return printCollation(node.CollateClause, printer);
  if ('GroupingFunc' in node) return `GROUPING(${printer.list(node.GroupingFunc.args)})`;
  if ('NamedArgExpr' in node)
    return `${quoteName(node.NamedArgExpr.name ?? '')} => ${printer.node(node.NamedArgExpr.arg)}`;
  if ('ParamRef' in node) return `$${node.ParamRef.number ?? 1}`;
  if ('List' in node) return printer.list(node.List.items);
  return undefined;
}

/** Prints a window specification, as in OVER (…) and WINDOW w AS (…). */
export function printWindow(window: WindowDef, printer: Printer): string {
  const parts = [
    window.refname === undefined ? '' : quoteName(window.refname),
    window.partitionClause === undefined ? '' : `PARTITION BY ${printer.list(window.partitionClause)}`,
    window.orderClause === undefined ? '' : `ORDER BY ${printer.list(window.orderClause)}`,
    printFrame(window, printer),
  ];
  return `(${parts.filter((part) => part !== '').join(' ')})`;
}

function optional(before: string, node: Node | undefined, printer: Printer): string {
  return node === undefined ? '' : `${before}${printer.node(node)}`;
}

/** The binder adds the columns that a `*` excludes after it. */
function printColumn(column: ColumnRef): string {
  const fields = column.fields ?? [];
  const star = fields.findIndex((field) => 'A_Star' in field);
  const names = fields.map((field) => ('A_Star' in field ? '*' : quoteName(getStringValue(field) ?? '')));
  if (star < 0 || star === fields.length - 1) return names.join('.');
  const hidden = fields
    .slice(star + 1)
    .map((field) => ('ColumnRef' in field ? printColumn(field.ColumnRef) : ''));
  return `${names.slice(0, star + 1).join('.')} EXCLUDE (${hidden.join(', ')})`;
}

function printConstant(constant: A_Const, printer: Printer): string {
  if (constant.isnull === true) return 'NULL';
  if (constant.sval !== undefined) return quoteString(constant.sval.sval ?? '');
  if (constant.ival !== undefined) return parenthesizeNegative(String(constant.ival.ival ?? 0));
  if (constant.boolval !== undefined) return constant.boolval.boolval === true ? 'true' : 'false';
  if (constant.fval !== undefined) return parenthesizeNegative(printNumber(constant.fval.fval ?? '0'));
  throw unsupported('a bit string constant', printer, constant.location);
}

function parenthesizeNegative(digits: string): string {
  return digits.startsWith('-') ? `(${digits})` : digits;
}

/** DuckDB accepts only decimal notation, so `0x1F`, `0o17`, `0b1` and `1_000` are converted. */
function printNumber(text: string): string {
  const digits = text.replaceAll('_', '');
  return /^0[xob]/i.test(digits) ? BigInt(digits).toString() : digits;
}

/** Operators with the same meaning in both. The dialect has rewritten the others to functions, if DuckDB has any. */
const OPERATORS: ReadonlySet<string> = new Set(
  '+ - * / % ^ = <> < > <= >= || & | << >> ~ @ ^@ @> <@ && ~~ !~~ ~~* !~~*'.split(' '),
);

function printOperator(expression: A_Expr, printer: Printer): string {
  const [left, right] = [printer.node(expression.lexpr), printer.node(expression.rexpr)];
  const operator = getStringValues(expression.name).at(-1) ?? '';
  switch (expression.kind) {
    case 'AEXPR_OP':
      if (!OPERATORS.has(operator)) throw unsupported(`operator ${operator}`, printer, expression.location);
      return expression.lexpr === undefined ? `${operator} ${right}` : `${left} ${operator} ${right}`;
    case 'AEXPR_OP_ANY':
      return `${left} ${operator} ANY (${right})`;
    case 'AEXPR_OP_ALL':
      return `${left} ${operator} ALL (${right})`;
    case 'AEXPR_DISTINCT':
      return `${left} IS DISTINCT FROM ${right}`;
    case 'AEXPR_NOT_DISTINCT':
      return `${left} IS NOT DISTINCT FROM ${right}`;
    case 'AEXPR_NULLIF':
      return `NULLIF(${left}, ${right})`;
    case 'AEXPR_IN':
      return `${left} ${operator === '<>' ? 'NOT IN' : 'IN'} (${right})`;
    case 'AEXPR_LIKE':
      return `${left} ${operator === '!~~' ? 'NOT LIKE' : 'LIKE'} ${right}`;
    case 'AEXPR_ILIKE':
      return `${left} ${operator === '!~~*' ? 'NOT ILIKE' : 'ILIKE'} ${right}`;
    case 'AEXPR_BETWEEN':
      return `${left} BETWEEN ${printRange(expression, printer)}`;
    case 'AEXPR_NOT_BETWEEN':
      return `${left} NOT BETWEEN ${printRange(expression, printer)}`;
    case 'AEXPR_SIMILAR':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
    case undefined:
  }
  throw unsupported(`operator ${operator}`, printer, expression.location);
}

function printRange(expression: A_Expr, printer: Printer): string {
  const bounds =
    expression.rexpr !== undefined && 'List' in expression.rexpr ? (expression.rexpr.List.items ?? []) : [];
  return bounds.map(printer.node).join(' AND ');
}

function printBoolean(expression: BoolExpr, printer: Printer): string {
  const args = (expression.args ?? []).map(printer.node);
  if (expression.boolop === 'NOT_EXPR') return `NOT ${args.join('')}`;
  return args.join(expression.boolop === 'AND_EXPR' ? ' AND ' : ' OR ');
}

function printBooleanTest(test: BooleanTest, printer: Printer): string {
  return `${printer.node(test.arg)} ${(test.booltesttype ?? '').replaceAll('_', ' ')}`;
}

const SYNTAX_CALLS: ReadonlyMap<string, (args: readonly string[], field: string) => string> = new Map([
  ['extract', ([, source], field) => `EXTRACT(${field} FROM ${source})`],
  ['position', ([text, part]) => `POSITION(${part} IN ${text})`],
]);

function printCall(call: FuncCall, printer: Printer): string {
  const names = getStringValues(call.funcname);
  const name = names.at(-1) ?? '';
  const args = (call.args ?? []).map(printer.node);
  if (names.length > 1 && names[0] !== 'pg_catalog')
    throw unsupported(`function ${names.join('.')}`, printer, call.location);
  if (name === TRY_CAST) return printTryCast(call.args?.[0], args[0] ?? '');
  const syntax = call.funcformat === 'COERCE_SQL_SYNTAX' ? SYNTAX_CALLS.get(name) : undefined;
  if (syntax !== undefined) return syntax(args, printField(call.args?.[0]));
  if (call.func_variadic === true) args.push(`VARIADIC ${args.pop() ?? ''}`);
  const inside = call.agg_star === true ? '*' : args.join(', ');
  const order = call.agg_order === undefined ? '' : `ORDER BY ${printer.list(call.agg_order)}`;
  const within = call.agg_within_group === true;
  return [
    `${quoteName(name)}(${call.agg_distinct === true ? 'DISTINCT ' : ''}${inside}${order !== '' && !within ? ` ${order}` : ''})`,
    within ? ` WITHIN GROUP (${order})` : '',
    call.agg_filter === undefined ? '' : ` FILTER (WHERE ${printer.node(call.agg_filter)})`,
    call.over === undefined
      ? ''
      : ` OVER ${call.over.name === undefined ? printWindow(call.over, printer) : quoteName(call.over.name)}`,
  ].join('');
}

/** A cast that the dialect turned into a function is tried as a whole. */
function printTryCast(cast: Node | undefined, printed: string): string {
  return cast !== undefined && 'TypeCast' in cast ? `TRY_${printed}` : `TRY(${printed})`;
}

function printField(node: Node | undefined): string {
  return quoteString(node !== undefined && 'A_Const' in node ? (node.A_Const.sval?.sval ?? '') : '');
}

function printSubquery(link: SubLink, printer: Printer): string {
  const query = `(${printer.node(link.subselect)})`;
  const operator = getStringValues(link.operName).at(-1);
  switch (link.subLinkType) {
    case 'EXISTS_SUBLINK':
      return `EXISTS ${query}`;
    case 'ANY_SUBLINK':
      return `(${printer.node(link.testexpr)} ${operator === undefined ? 'IN' : `${operator} ANY`} ${query})`;
    case 'ALL_SUBLINK':
      return `(${printer.node(link.testexpr)} ${operator} ALL ${query})`;
    case 'EXPR_SUBLINK':
      return query;
    case 'ARRAY_SUBLINK':
      return `ARRAY${query}`;
    case 'ROWCOMPARE_SUBLINK':
    case 'MULTIEXPR_SUBLINK':
    case 'CTE_SUBLINK':
    case undefined:
  }
  throw unsupported('this kind of subquery', printer, link.location);
}

// Collations that compare bytes, which is DuckDB's default.
const BYTE_ORDERS: ReadonlySet<string> = new Set(['C', 'POSIX', 'default', 'ucs_basic']);

function printCollation(clause: CollateClause, printer: Printer): string {
  const name = getStringValues(clause.collname).at(-1) ?? '';
  if (!BYTE_ORDERS.has(name)) throw unsupported(`COLLATE "${name}"`, printer, clause.location);
  return printer.node(clause.arg);
}

function printSubscript(node: Node, printer: Printer): string {
  if ('A_Indices' in node) {
    const { is_slice, lidx, uidx } = node.A_Indices;
    return is_slice === true
      ? `[${optional('', lidx, printer)}:${optional('', uidx, printer)}]`
      : `[${printer.node(uidx)}]`;
  }
  if ('A_Star' in node) throw unsupported('(row).*', printer);
  return `.${quoteName(getStringValue(node) ?? '')}`;
}

const FRAME = { nonDefault: 0x1, range: 0x2, rows: 0x4, groups: 0x8, between: 0x10 } as const;
const FRAME_BOUNDS: readonly (readonly [start: number, end: number, sql: string])[] = [
  [0x20, 0x40, 'UNBOUNDED PRECEDING'],
  [0x80, 0x100, 'UNBOUNDED FOLLOWING'],
  [0x200, 0x400, 'CURRENT ROW'],
  [0x800, 0x1000, 'PRECEDING'],
  [0x2000, 0x4000, 'FOLLOWING'],
];
const FRAME_EXCLUSIONS: readonly (readonly [bit: number, sql: string])[] = [
  [0x8000, ' EXCLUDE CURRENT ROW'],
  [0x10000, ' EXCLUDE GROUP'],
  [0x20000, ' EXCLUDE TIES'],
];

/** PostgreSQL's parse tree has the frame as a set of bits (FRAMEOPTION_… in parsenodes.h). */
function printFrame(window: WindowDef, printer: Printer): string {
  const bits = window.frameOptions ?? 0;
  if ((bits & FRAME.nonDefault) === 0) return '';
  const unit = (bits & FRAME.rows) !== 0 ? 'ROWS' : (bits & FRAME.groups) !== 0 ? 'GROUPS' : 'RANGE';
  const bound = (side: 0 | 1, offset: Node | undefined): string => {
    const text = FRAME_BOUNDS.find((each) => (bits & each[side]) !== 0)?.[2] ?? '';
    return offset === undefined ? text : `${printer.node(offset)} ${text}`;
  };
  const start = bound(0, window.startOffset);
  const exclusion = FRAME_EXCLUSIONS.find(([bit]) => (bits & bit) !== 0)?.[1] ?? '';
  return `${unit} ${(bits & FRAME.between) !== 0 ? `BETWEEN ${start} AND ${bound(1, window.endOffset)}` : start}${exclusion}`;
}

const DUCKDB_ONLY: ReadonlyMap<string, string> = new Map([
  ['blob', 'blob'],
  ['hugeint', 'hugeint'],
]);

/** Types of PostgreSQL that the driver does not have. */
const UNSUPPORTED_TYPES: ReadonlySet<string> = new Set(
  (
    'money inet cidr macaddr macaddr8 point line lseg box path polygon circle tsvector tsquery xml jsonpath int4range int8range numrange tsrange ' +
    'tstzrange daterange int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange regtype regproc regprocedure regoper ' +
    'regoperator regconfig regdictionary regnamespace regrole regcollation txid_snapshot pg_snapshot pg_lsn refcursor xid xid8 cid tid hstore citext'
  ).split(' '),
);

function unknownType(names: readonly string[], printer: Printer, location: number | undefined): DriverError {
  const name = names.join('.');
  return UNSUPPORTED_TYPES.has(names.at(-1) ?? '')
    ? unsupported(`type ${name}`, printer, location)
    : new DriverError('SQL_UNKNOWN_OBJECT', `type "${name}" does not exist`, printer.location(location));
}

/** Prints the name of a type, with its modifiers if they have the same meaning in DuckDB. */
export function printType(type: TypeName, printer: Printer): string {
  const names = getStringValues(type.names);
  const name = names.at(-1) ?? '';
  if (names.length > 1 && names[0] !== 'pg_catalog') throw unknownType(names, printer, type.location);
  const modifiers = name === 'numeric' && type.typmods !== undefined ? `(${printer.list(type.typmods)})` : '';
  const arrays = (type.arrayBounds ?? []).map(() => '[]').join('');
  const known = findInternalType(name);
  // The rewrites of the dialect also cast to DuckDB's own types.
  const printed = known === undefined ? DUCKDB_ONLY.get(name) : TYPES[known].duckdb.cast;
  if (printed === undefined) throw unknownType([name], printer, type.location);
  return `${printed}${modifiers}${arrays}`;
}
