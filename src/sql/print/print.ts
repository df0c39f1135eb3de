import type {
  Alias,
  CommonTableExpr,
  JoinExpr,
  Node,
  RangeFunction,
  RangeTableSample,
  RangeVar,
  SelectStmt,
  SortBy,
} from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { printExpression, printWindow } from './expressions.ts';
import { quoteName } from './quote.ts';
import { type Printer, unsupported } from './printer.ts';

/** Placeholder for the schema of the stub tables, which is known only when the statement is printed. */
export const STUB_SCHEMA = '<stubs>';

/**
 * Prints a query for DuckDB. Throws SQL_NOT_SUPPORTED with the name of any construct that is not known to have the same
 * meaning there.
 */
export function printSelect(
  select: SelectStmt,
  stubSchema: string,
  position: (location: number) => number,
): string {
  const printer: Printer = {
    node: (node) => (node === undefined ? '' : printNode(node, stubSchema, printer)),
    list: (nodes) => (nodes ?? []).map(printer.node).join(', '),
    select: (inner) => printQuery(inner, printer),
    location: (location) => (location === undefined ? {} : { position: position(location) }),
  };
  return printer.select(select);
}

// Names for messages of nodes that have no equivalent in DuckDB.
const CONSTRUCTS: ReadonlyMap<string, string> = new Map([
  ['JsonFuncExpr', 'JSON_VALUE, JSON_QUERY or JSON_EXISTS'],
  ['JsonIsPredicate', 'IS JSON'],
  ['JsonObjectConstructor', 'JSON_OBJECT with KEY : VALUE'],
  ['JsonArrayConstructor', 'JSON_ARRAY'],
  ['JsonObjectAgg', 'JSON_OBJECTAGG'],
  ['JsonArrayAgg', 'JSON_ARRAYAGG'],
  ['JsonParseExpr', 'JSON(…)'],
  ['JsonScalarExpr', 'JSON_SCALAR'],
  ['JsonSerializeExpr', 'JSON_SERIALIZE'],
  ['XmlExpr', 'XML'],
  ['XmlSerialize', 'XML'],
  ['MergeSupportFunc', 'MERGE_ACTION'],
]);

function printNode(node: Node, stubSchema: string, printer: Printer): string {
  const expression = printExpression(node, printer);
  if (expression !== undefined) return expression;
  if ('ResTarget' in node)
    return `${printer.node(node.ResTarget.val)}${node.ResTarget.name === undefined ? '' : ` AS ${quoteName(node.ResTarget.name)}`}`;
  if ('SelectStmt' in node) return printer.select(node.SelectStmt);
  if ('RangeVar' in node) return printTable(node.RangeVar, stubSchema);
  if ('JoinExpr' in node) return printJoin(node.JoinExpr, printer);
  if ('RangeSubselect' in node) {
    const { lateral, subquery, alias } = node.RangeSubselect;
    return `${lateral === true ? 'LATERAL ' : ''}(${printer.node(subquery)})${printAlias(alias)}`;
  }
  if ('RangeTableSample' in node) return printSample(node.RangeTableSample, printer);
  if ('RangeFunction' in node) return printFunction(node.RangeFunction, printer);
  if ('SortBy' in node) return printSort(node.SortBy, printer);
  if ('GroupingSet' in node)
    return printGroupingSet(node.GroupingSet.kind ?? 'GROUPING_SET_EMPTY', node.GroupingSet.content, printer);
  if ('WindowDef' in node)
    return `${quoteName(node.WindowDef.name ?? '')} AS ${printWindow(node.WindowDef, printer)}`;
  if ('CommonTableExpr' in node) return printCommonTable(node.CommonTableExpr, printer);
  const kind = Object.keys(node)[0] ?? '';
  throw unsupported(CONSTRUCTS.get(kind) ?? kind, printer);
}

function printQuery(select: SelectStmt, printer: Printer): string {
  return [
    select.withClause === undefined
      ? ''
      : `WITH ${select.withClause.recursive === true ? 'RECURSIVE ' : ''}${printer.list(select.withClause.ctes)}`,
    printBody(select, printer),
    select.sortClause === undefined ? '' : `ORDER BY ${printer.list(select.sortClause)}`,
    printLimit(select, printer),
    select.limitOffset === undefined ? '' : `OFFSET ${printer.node(select.limitOffset)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

const SET_OPERATIONS = {
  SETOP_UNION: 'UNION',
  SETOP_INTERSECT: 'INTERSECT',
  SETOP_EXCEPT: 'EXCEPT',
} as const;

function printBody(select: SelectStmt, printer: Printer): string {
  if (select.op !== undefined && select.op !== 'SETOP_NONE')
    return `(${printer.select(select.larg ?? {})}) ${SET_OPERATIONS[select.op]}${select.all === true ? ' ALL' : ''} (${printer.select(select.rarg ?? {})})`;
  if (select.valuesLists !== undefined)
    return `VALUES ${select.valuesLists.map((row) => `(${printer.node(row)})`).join(', ')}`;
  return [
    `SELECT${printDistinct(select, printer)} ${select.targetList?.length ? printer.list(select.targetList) : 'NULL'}`,
    select.fromClause === undefined ? '' : `FROM ${printer.list(select.fromClause)}`,
    select.whereClause === undefined ? '' : `WHERE ${printer.node(select.whereClause)}`,
    select.groupClause === undefined ? '' : `GROUP BY ${select.groupClause.map(printer.node).join(', ')}`,
    select.havingClause === undefined ? '' : `HAVING ${printer.node(select.havingClause)}`,
    select.windowClause === undefined ? '' : `WINDOW ${printer.list(select.windowClause)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** In PostgreSQL's parse tree, `SELECT DISTINCT` is a list with one empty element. */
function printDistinct(select: SelectStmt, printer: Printer): string {
  const [first] = select.distinctClause ?? [];
  if (first === undefined) return '';
  return Object.keys(first).length === 0
    ? ' DISTINCT'
    : ` DISTINCT ON (${printer.list(select.distinctClause)})`;
}

function printLimit(select: SelectStmt, printer: Printer): string {
  if (select.limitOption === 'LIMIT_OPTION_WITH_TIES') throw unsupported('FETCH … WITH TIES', printer);
  const count = select.limitCount;
  const all = count === undefined || ('A_Const' in count && count.A_Const.isnull === true);
  return all ? '' : `LIMIT ${printer.node(count)}`;
}

function printCommonTable(table: CommonTableExpr, printer: Printer): string {
  if (table.search_clause !== undefined || table.cycle_clause !== undefined)
    throw unsupported('SEARCH or CYCLE', printer, table.location);
  const columns =
    table.aliascolnames === undefined
      ? ''
      : ` (${getStringValues(table.aliascolnames).map(quoteName).join(', ')})`;
  const materialized = {
    CTEMaterializeAlways: ' MATERIALIZED',
    CTEMaterializeNever: ' NOT MATERIALIZED',
    CTEMaterializeDefault: '',
  }[table.ctematerialized ?? 'CTEMaterializeDefault'];
  return `${quoteName(table.ctename ?? '')}${columns} AS${materialized} (${printer.node(table.ctequery)})`;
}

function printTable(table: RangeVar, stubSchema: string): string {
  const name = quoteName(table.relname ?? '');
  return `${table.schemaname === STUB_SCHEMA ? `${quoteName(stubSchema)}.${name}` : name}${printAlias(table.alias)}`;
}

function printAlias(alias: Alias | undefined): string {
  if (alias === undefined) return '';
  const columns =
    alias.colnames === undefined ? '' : `(${getStringValues(alias.colnames).map(quoteName).join(', ')})`;
  return ` AS ${quoteName(alias.aliasname ?? '')}${columns}`;
}

const JOINS: ReadonlyMap<string | undefined, string> = new Map([
  ['JOIN_INNER', 'JOIN'],
  ['JOIN_LEFT', 'LEFT JOIN'],
  ['JOIN_RIGHT', 'RIGHT JOIN'],
  ['JOIN_FULL', 'FULL JOIN'],
]);

function printJoin(join: JoinExpr, printer: Printer): string {
  const condition =
    join.usingClause !== undefined
      ? ` USING (${getStringValues(join.usingClause).map(quoteName).join(', ')})`
      : join.quals !== undefined
        ? ` ON ${printer.node(join.quals)}`
        : '';
  const kind =
    condition === '' && join.isNatural !== true
      ? 'CROSS JOIN'
      : `${join.isNatural === true ? 'NATURAL ' : ''}${JOINS.get(join.jointype)}`;
  return `(${printer.node(join.larg)} ${kind} ${printer.node(join.rarg)}${condition})`;
}

function printFunction(fn: RangeFunction, printer: Printer): string {
  const [called] = (fn.functions ?? []).map((each) => ('List' in each ? each.List.items?.[0] : each));
  return `${fn.lateral === true ? 'LATERAL ' : ''}${printer.node(called)}${fn.ordinality === true ? ' WITH ORDINALITY' : ''}${printAlias(fn.alias)}`;
}

/** SYSTEM samples rows like BERNOULLI, since blocks differ between engines. */
function printSample({ relation, args }: RangeTableSample, printer: Printer): string {
  return `${printer.node(relation)} TABLESAMPLE BERNOULLI (${printer.list(args)} PERCENT)`;
}

function printSort(sort: SortBy, printer: Printer): string {
  const operator = getStringValues(sort.useOp).at(-1);
  const descending = sort.sortby_dir === 'SORTBY_DESC' || operator === '>';
  const nulls =
    sort.sortby_nulls === 'SORTBY_NULLS_FIRST'
      ? ' NULLS FIRST'
      : sort.sortby_nulls === 'SORTBY_NULLS_LAST'
        ? ' NULLS LAST'
        : '';
  return `${printer.node(sort.node)}${descending ? ' DESC' : ''}${nulls}`;
}

function printGroupingSet(kind: string, content: readonly Node[] | undefined, printer: Printer): string {
  const inside = (content ?? [])
    .map((node) => ('RowExpr' in node ? `(${printer.list(node.RowExpr.args)})` : printer.node(node)))
    .join(', ');
  switch (kind) {
    case 'GROUPING_SET_ROLLUP':
      return `ROLLUP (${inside})`;
    case 'GROUPING_SET_CUBE':
      return `CUBE (${inside})`;
    case 'GROUPING_SET_SETS':
      return `GROUPING SETS (${inside})`;
    default:
      return `(${inside})`;
  }
}
