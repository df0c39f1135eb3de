import type { CommonTableExpr, Node, SelectStmt, WithClause } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { MemoryTable } from '../exec/memory-tables.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { isStar, mapInside, visitNodes } from '../parse/tree.ts';
import { getTopWith, listCtes, replaceTopWith } from '../parse/writing-ctes.ts';
import type { ReturningParts } from '../write/returning.ts';

/** The CTEs that the next part of a statement may refer to. */
export interface VisibleCtes {
  readonly ctes: readonly CommonTableExpr[];
  readonly isRecursive: boolean;
  /** The items that CTEs have written, which the queries of these CTEs read. */
  readonly tables: readonly MemoryTable[];
  /** The CTEs with `RETURNING *`, and the tables of their items. */
  readonly whole: ReadonlyMap<string, string>;
  /** CTEs without RETURNING. */
  readonly withoutRows: ReadonlySet<string>;
}

export function noCtes(clause: WithClause | undefined): VisibleCtes {
  return {
    ctes: [],
    isRecursive: clause?.recursive === true,
    tables: [],
    whole: new Map(),
    withoutRows: new Set(),
  };
}

/** Adds a CTE that only reads. */
export function addQuery(visible: VisibleCtes, cte: CommonTableExpr): VisibleCtes {
  return { ...visible, ctes: [...visible.ctes, cte] };
}

/** What a CTE wrote: RETURNING's expressions, and the items that they are evaluated over. */
export interface CteImages {
  readonly targets: readonly Node[];
  /** With the columns that the expressions refer to. */
  readonly table: TableDef;
  readonly items: readonly AttributeMap[];
}

/** Adds a CTE that has written: its rows come from the items in memory. */
export function addResult(
  visible: VisibleCtes,
  cte: CommonTableExpr,
  { relation, withClause }: ReturningParts,
  images: CteImages | undefined,
): VisibleCtes {
  const { ctename = '' } = cte;
  if (images === undefined) return { ...visible, withoutRows: new Set([...visible.withoutRows, ctename]) };
  const { targets, table, items } = images;
  const name = `$with ${visible.tables.length}`;
  const own = new Set(visible.ctes.map((each) => each.ctename));
  const inner = listCtes(withClause).filter((each) => !own.has(each.ctename));
  const alias = relation?.alias ?? { aliasname: relation?.relname ?? '' };
  const query: SelectStmt = {
    targetList: [...targets],
    fromClause: [{ RangeVar: { relname: name, inh: true, alias } }],
    ...(inner.length > 0 && { withClause: { ctes: inner.map(toNode) } }),
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
  const isWhole =
    cte.aliascolnames === undefined &&
    targets.length === 1 &&
    targets.every((target) => 'ResTarget' in target && isStar(target.ResTarget.val));
  return {
    ...visible,
    ctes: [...visible.ctes, { ...cte, ctequery: { SelectStmt: query } }],
    tables: [...visible.tables, { name, table, items }],
    whole: isWhole ? new Map([...visible.whole, [ctename, name]]) : visible.whole,
  };
}

/** A CTE, or else the rest of the statement, with the CTEs that it may refer to. Throws if it refers to one without rows. */
export function toPart(parsed: ParsedCommand, query: Node | undefined, visible: VisibleCtes): ParsedCommand {
  const node = query ?? parsed.node;
  if ('TableStatement' in node) throw parsed.unsupported();
  assertRows(node, visible, parsed);
  const inner = query === undefined ? [] : listCtes(getTopWith(node));
  const names = new Set(inner.map(({ ctename }) => ctename));
  const ctes = [...visible.ctes.filter(({ ctename }) => !names.has(ctename)), ...inner].map(toNode);
  const recursive = visible.isRecursive || getTopWith(node)?.recursive === true;
  const withClause: WithClause | undefined =
    ctes.length === 0 ? undefined : { ctes, ...(recursive && { recursive: true }) };
  return { ...parsed, node: replaceTopWith(readWholeItems(node, visible, names), withClause) };
}

function toNode(cte: CommonTableExpr): Node {
  return { CommonTableExpr: cte };
}

function assertRows(node: Node, { withoutRows }: VisibleCtes, { position }: ParsedCommand): void {
  if (withoutRows.size === 0) return;
  const { withClause: _, ...rest }: { withClause?: WithClause } = Object.values(node)[0] ?? {};
  visitNodes(rest, (each) => {
    if (!('RangeVar' in each)) return;
    const { relname = '', schemaname, location = 0 } = each.RangeVar;
    if (schemaname === undefined && withoutRows.has(relname))
      throw new DriverError('SQL_NOT_SUPPORTED', `WITH query "${relname}" does not have a RETURNING clause`, {
        position: position(location),
        remedy: 'Add RETURNING * to the query.',
      });
  });
}

/** `INSERT … SELECT * FROM x` reads the items that x has written, whose attributes need no columns. */
function readWholeItems(node: Node, { whole }: VisibleCtes, inner: ReadonlySet<unknown>): Node {
  if (!('InsertStmt' in node) || whole.size === 0) return node;
  const { selectStmt: rows } = node.InsertStmt;
  if (rows === undefined || !('SelectStmt' in rows)) return node;
  const { fromClause, withClause } = rows.SelectStmt;
  const hidden = new Set([...inner, ...listCtes(withClause).map(({ ctename }) => ctename)]);
  const change = (item: Node): Node => {
    if ('JoinExpr' in item) return mapInside(item, change);
    if (!('RangeVar' in item)) return item;
    const { relname = '', schemaname, alias } = item.RangeVar;
    const name = schemaname === undefined && !hidden.has(relname) ? whole.get(relname) : undefined;
    if (name === undefined || alias?.colnames !== undefined) return item;
    return { RangeVar: { ...item.RangeVar, relname: name, alias: alias ?? { aliasname: relname } } };
  };
  const select = { ...rows.SelectStmt, ...(fromClause && { fromClause: fromClause.map(change) }) };
  return { InsertStmt: { ...node.InsertStmt, selectStmt: { SelectStmt: select } } };
}
