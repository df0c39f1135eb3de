import { DriverError } from '../../core/errors.ts';
import type { A_Const, A_Expr, ColumnRef, Node, SelectStmt } from 'libpg-query';
import { cast, jsonElements, name, number } from '../dialect/build.ts';
import { markComparedDocument } from '../dialect/documents.ts';
import { mapInside, mapNodes, getStringValues } from '../parse/tree.ts';
import { type Binder, type BoundQuery, type CommonTables, renameColumns, unwrapSelect } from './binder.ts';
import { bindAttributeFunction } from './attribute-functions.ts';
import {
  type AttributePath,
  bindUnnest,
  isUnnest,
  resolveAttributePath,
  toDocument,
} from './attribute-path.ts';
import { rewriteCatalogCall } from './catalog-calls.ts';
import { rewriteDriverCall } from './driver-functions.ts';
import { findMixedNames } from './name-marks.ts';
import { bindFromItem } from './from.ts';
import { takeIndexNames } from './index-names.ts';
import { inferOutputName } from './output-name.ts';
import { assertRecursion } from './recursive-queries.ts';
import { findColumn, type OfferedColumn, type ResolvedColumn, type Scope } from './scope.ts';
import { bindTarget, expandRow, listOfferedColumns } from './targets.ts';

/** Binds a query and everything in it. */
export function bindQuery(
  select: SelectStmt,
  tables: CommonTables,
  outer: Scope | undefined,
  binder: Binder,
): BoundQuery {
  if (select.withClause !== undefined) {
    const { ctes, visible } = bindCommonTables(select, tables, outer, binder);
    const { withClause, ...rest } = select;
    const bound = bindQuery(rest, visible, outer, binder);
    return { ...bound, select: { ...bound.select, withClause: { ...withClause, ctes } } };
  }
  if (select.larg !== undefined && select.rarg !== undefined)
    return bindSetOperation(select, select.larg, select.rarg, tables, outer, binder);
  if (select.valuesLists !== undefined) return bindValues(select, select.valuesLists, tables, outer, binder);
  return bindPlain(select, tables, outer, binder);
}

/** Binds the expressions of a part of a statement. */
export function bindExpression<T>(part: T, scope: Scope, tables: CommonTables, binder: Binder): T {
  const bind = (written: Node): Node => {
    const tested = bindAttributeFunction(written, scope, binder, bind);
    if (tested !== undefined) return tested;
    const node = rewriteDriverCall(written) ?? rewriteCatalogCall(written, binder) ?? written;
    if ('ColumnRef' in node) return bindColumn(node.ColumnRef, scope, binder);
    const path = 'A_Indirection' in node ? resolveAttributePath(node, { scope, binder, bind }) : undefined;
    if (path !== undefined) return toDocument(path);
    if (isUnnest(node)) return bindUnnest(node, { scope, binder, bind });
    if ('SubLink' in node) {
      const { subselect, testexpr } = node.SubLink;
      return {
        SubLink: {
          ...node.SubLink,
          ...(testexpr === undefined ? {} : { testexpr: bind(testexpr) }),
          subselect: { SelectStmt: binder.query(unwrapSelect(subselect), tables, scope).select },
        },
      };
    }
    const bound = mapInside(node, bind);
    return 'A_Expr' in node && 'A_Expr' in bound
      ? { A_Expr: bindBinary(node.A_Expr, bound.A_Expr, scope, binder) }
      : bound;
  };
  return mapNodes(part, bind);
}

/** Converts the other operand of a comparison to the column's type, where SQL leaves the type open. */
function bindBinary(written: A_Expr, inside: A_Expr, scope: Scope, binder: Binder): A_Expr {
  const [left, right] = [
    findAdaptingColumn(written.lexpr, scope, binder),
    findAdaptingColumn(written.rexpr, scope, binder),
  ];
  if (right?.adapts === 'json' && isOverArray(written))
    return inside.rexpr === undefined ? inside : { ...inside, rexpr: jsonElements(inside.rexpr) };
  if (left?.adapts === 'json' || right?.adapts === 'json')
    return adaptDocuments(written, inside, left, right);
  const adapts = left?.adapts ?? right?.adapts;
  if (adapts === undefined || !isComparison(written)) return inside;
  const adapt = (node: Node): Node =>
    adapts === 'bytea' ? toBinaryOperand(node) : toTextOperand(node, written, binder);
  const { lexpr, rexpr } = inside;
  return {
    ...inside,
    ...(lexpr === undefined ? {} : { lexpr: adapt(lexpr) }),
    ...(rexpr === undefined ? {} : { rexpr: adapt(rexpr) }),
  };
}

const COMPARING: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
const COMPARING_KINDS: ReadonlySet<string> = new Set([
  'AEXPR_OP',
  'AEXPR_OP_ANY',
  'AEXPR_OP_ALL',
  'AEXPR_IN',
  'AEXPR_BETWEEN',
  'AEXPR_NOT_BETWEEN',
  'AEXPR_DISTINCT',
  'AEXPR_NOT_DISTINCT',
]);

function isComparison({ kind, name: operator }: A_Expr): boolean {
  return (
    COMPARING_KINDS.has(kind ?? '') &&
    (kind !== 'AEXPR_OP' || COMPARING.has(getStringValues(operator).join('')))
  );
}

/** ANY and ALL treat a list or set as an array. */
function isOverArray({ kind }: A_Expr): boolean {
  return kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_OP_ALL';
}

const PATTERN = /^(?:AEXPR_I?LIKE|AEXPR_SIMILAR)$/;

/** Adapts a JSON column to what it is compared with, unless that is a JSON column too. */
function adaptDocuments(
  written: A_Expr,
  bound: A_Expr,
  left: ResolvedColumn | undefined,
  right: ResolvedColumn | undefined,
): A_Expr {
  const { lexpr, rexpr } = bound;
  const isPattern = PATTERN.test(written.kind ?? '') || getStringValues(written.name).join('').includes('~');
  if (lexpr === undefined || rexpr === undefined || !(isPattern || isComparison(written))) return bound;
  if (left?.adapts === right?.adapts) return bound;
  if (left?.adapts === 'json') return { ...bound, lexpr: markComparedDocument(lexpr, left) };
  return right === undefined ? bound : { ...bound, rexpr: markComparedDocument(rexpr, right) };
}

function findAdaptingColumn(
  node: Node | undefined,
  scope: Scope,
  binder: Binder,
): ResolvedColumn | undefined {
  const path = resolveAttributePath(node, { scope, binder, bind: (inner) => inner });
  return path && path.steps.length > 0 ? toMember(path, node) : path?.column;
}

/** A member of a document is compared as a document. */
function toMember({ column }: AttributePath, node: Node | undefined): ResolvedColumn {
  const { fields, holds } = column;
  return { fields, name: node === undefined ? '' : inferOutputName(node), adapts: 'json', holds };
}

/** DuckDB writes binary constants differently. */
function toBinaryOperand(node: Node): Node {
  if ('List' in node || 'A_ArrayExpr' in node) return mapInside(node, toBinaryOperand);
  return 'ParamRef' in node || ('A_Const' in node && node.A_Const.sval !== undefined)
    ? cast(node, 'bytea')
    : node;
}

/** A number passed as a parameter is compared as text, as in PostgreSQL; a number in the statement is an error. */
function toTextOperand(node: Node, expression: A_Expr, binder: Binder): Node {
  if ('List' in node || 'A_ArrayExpr' in node)
    return mapInside(node, (item) => toTextOperand(item, expression, binder));
  if ('ParamRef' in node && expression.kind !== 'AEXPR_OP_ANY' && expression.kind !== 'AEXPR_OP_ALL')
    return cast(node, 'text');
  if (!('A_Const' in node) || (node.A_Const.ival === undefined && node.A_Const.fval === undefined))
    return node;
  throw new DriverError('SQL_UNKNOWN_FUNCTION', describeTextComparison(node.A_Const, expression), {
    position: binder.position(node.A_Const.location ?? expression.location),
    remedy: "Write the number in single quotes ('5'), or cast the column (column::numeric).",
  });
}

/** PostgreSQL's message for a comparison that it has no operator for. */
function describeTextComparison(constant: A_Const, { name: operator, lexpr }: A_Expr): string {
  const written = getStringValues(operator).join('');
  const symbol = COMPARING.has(written) ? written : written.includes('BETWEEN') ? '>=' : '=';
  const number = constant.ival === undefined ? 'numeric' : 'integer';
  const isColumnFirst = lexpr !== undefined && 'ColumnRef' in lexpr;
  return `operator does not exist: ${isColumnFirst ? `text ${symbol} ${number}` : `${number} ${symbol} text`}`;
}

function bindColumn(reference: ColumnRef, scope: Scope, binder: Binder): Node {
  const path = resolveAttributePath({ ColumnRef: reference }, { scope, binder, bind: (node) => node });
  if (path === undefined) return { ColumnRef: reference };
  return path.steps.length > 0
    ? toDocument(path)
    : { ColumnRef: { ...reference, fields: path.column.fields.map(name) } };
}

function bindCommonTables(
  select: SelectStmt,
  tables: CommonTables,
  outer: Scope | undefined,
  binder: Binder,
): { readonly ctes: Node[]; readonly visible: CommonTables } {
  const visible = new Map(tables);
  const commonTables = (select.withClause?.ctes ?? []).flatMap((node) =>
    'CommonTableExpr' in node ? node.CommonTableExpr : [],
  );
  if (select.withClause?.recursive === true)
    for (const table of commonTables) {
      assertRecursion(table, binder.position);
      visible.set(table.ctename ?? '', toOfferedColumns(getStringValues(table.aliascolnames)));
    }
  const ctes = commonTables.map((table): Node => {
    const bound = binder.query(unwrapSelect(table.ctequery), new Map(visible), outer);
    const { columns, list } = renameColumns(bound.columns, getStringValues(table.aliascolnames));
    visible.set(table.ctename ?? '', columns);
    return {
      CommonTableExpr: {
        ...table,
        ctequery: { SelectStmt: bound.select },
        ...(list.colnames === undefined ? {} : { aliascolnames: list.colnames }),
      },
    };
  });
  return { ctes, visible };
}

/** The columns of a recursive query before it is bound: those named in its column list. */
function toOfferedColumns(names: readonly string[]): readonly OfferedColumn[] | undefined {
  return names.length === 0
    ? undefined
    : renameColumns(
        names.map((each) => ({ name: each, engineName: each })),
        [],
      ).columns;
}

function bindSetOperation(
  select: SelectStmt,
  left: SelectStmt,
  right: SelectStmt,
  tables: CommonTables,
  outer: Scope | undefined,
  binder: Binder,
): BoundQuery {
  const [larg, rarg] = [bindQuery(left, tables, outer, binder), bindQuery(right, tables, outer, binder)];
  const columns = larg.columns?.map((column, i) =>
    rarg.columns?.[i]?.adapts === column.adapts ? column : withoutType(column),
  );
  const scope: Scope = {
    sources: [{ alias: undefined, columns }],
    merged: undefined,
    outer,
    positions: findMixedNames((columns ?? []).map((column) => column.name)),
  };
  return {
    columns,
    select: { ...bindTail(select, scope, tables, binder), larg: larg.select, rarg: rarg.select },
  };
}

function withoutType({ name: label, engineName, hidden }: OfferedColumn): OfferedColumn {
  return { name: label, engineName, ...(hidden && { hidden }) };
}

/** ORDER BY, LIMIT and OFFSET. */
function bindTail(select: SelectStmt, scope: Scope, tables: CommonTables, binder: Binder): SelectStmt {
  const { sortClause, limitCount, limitOffset } = select;
  return {
    ...select,
    ...(sortClause === undefined
      ? {}
      : { sortClause: sortClause.map((item) => bindSortItem(item, scope, tables, binder)) }),
    ...(limitCount === undefined ? {} : { limitCount: binder.expression(limitCount, scope, tables) }),
    ...(limitOffset === undefined ? {} : { limitOffset: binder.expression(limitOffset, scope, tables) }),
  };
}

/** An unqualified name in ORDER BY or DISTINCT ON refers to a result column first. */
function bindSortItem(item: Node, scope: Scope, tables: CommonTables, binder: Binder): Node {
  const key = 'SortBy' in item ? item.SortBy.node : item;
  const fields = key !== undefined && 'ColumnRef' in key ? getStringValues(key.ColumnRef.fields) : [];
  const position = fields.length === 1 ? scope.positions?.get(fields[0] ?? '') : undefined;
  if (position !== undefined) {
    const node = number(String(position));
    return 'SortBy' in item ? { SortBy: { ...item.SortBy, node } } : node;
  }
  return fields.length === 1 && scope.outputs?.has(fields[0] ?? '') === true
    ? item
    : binder.expression(item, scope, tables);
}

/** An unqualified name in GROUP BY refers to an input column first. */
function bindGroupItem(item: Node, scope: Scope, tables: CommonTables, binder: Binder): Node {
  const fields = 'ColumnRef' in item ? getStringValues(item.ColumnRef.fields) : [];
  const [field = ''] = fields;
  const isInput = scope.sources.some(
    ({ columns }) => columns === undefined || findColumn(columns, field, () => 1) !== undefined,
  );
  return fields.length === 1 && !isInput
    ? bindSortItem(item, scope, tables, binder)
    : binder.expression(item, scope, tables);
}

/** DuckDB names the columns of VALUES col0, col1 …; PostgreSQL column1, column2 …. */
function bindValues(
  select: SelectStmt,
  rows: readonly Node[],
  tables: CommonTables,
  outer: Scope | undefined,
  binder: Binder,
): BoundQuery {
  const { valuesLists: _, ...rest } = select;
  const first = rows[0];
  const width = first !== undefined && 'List' in first ? (first.List.items?.length ?? 0) : 0;
  const names = Array.from({ length: width }, (_, i) => `column${i + 1}`);
  const inner: Scope = { sources: [], merged: new Set(), outer };
  const from: Node = {
    RangeSubselect: {
      subquery: { SelectStmt: { valuesLists: rows.map((row) => binder.expression(row, inner, tables)) } },
      alias: { aliasname: '*VALUES*', colnames: names.map(name) },
    },
  };
  const columns = names.map((each) => ({ name: each, engineName: each }));
  const scope: Scope = { sources: [{ alias: undefined, columns }], merged: new Set(), outer };
  return {
    columns,
    select: {
      ...bindTail(rest, scope, tables, binder),
      targetList: [{ ResTarget: { val: star() } }],
      fromClause: [from],
    },
  };
}

function bindPlain(
  select: SelectStmt,
  tables: CommonTables,
  outer: Scope | undefined,
  binder: Binder,
): BoundQuery {
  const scope: Scope = { sources: [], merged: new Set(), outer };
  const fromClause = select.fromClause?.map((item) => bindFromItem(item, scope, tables, binder));
  const { whereClause: written, ...unconditional } = select;
  const whereClause = written && takeIndexNames(written, scope, binder);
  const targets = (select.targetList ?? []).flatMap((node) =>
    'ResTarget' in node
      ? expandRow(node.ResTarget).map((target) => bindTarget(target, scope, tables, binder))
      : [],
  );
  const offered = listOfferedColumns(targets);
  const named: Scope = {
    ...scope,
    outputs: new Set(targets.flatMap(({ target }) => target.name ?? [])),
    positions: findMixedNames((offered ?? []).map((column) => column.name)),
  };
  const part = (key: 'havingClause' | 'windowClause', within: Scope): Partial<SelectStmt> =>
    select[key] === undefined ? {} : { [key]: binder.expression(select[key], within, tables) };
  return {
    columns: offered,
    select: {
      ...bindTail(unconditional, named, tables, binder),
      ...(fromClause === undefined ? {} : { fromClause }),
      targetList: targets.map(({ target }) => ({ ResTarget: target })),
      ...(whereClause === undefined ? {} : { whereClause: binder.expression(whereClause, scope, tables) }),
      ...(select.groupClause === undefined
        ? {}
        : { groupClause: select.groupClause.map((item) => bindGroupItem(item, named, tables, binder)) }),
      ...part('havingClause', scope),
      ...part('windowClause', scope),
      ...(select.distinctClause === undefined
        ? {}
        : { distinctClause: select.distinctClause.map((item) => bindSortItem(item, named, tables, binder)) }),
    },
  };
}

function star(): Node {
  return { ColumnRef: { fields: [{ A_Star: {} }] } };
}
