import type { Node, RangeVar, WithClause } from 'libpg-query';
import { ITEM_COLUMN, keyNames, type TableDef } from '../../catalog/table-def.ts';
import { inParallel } from '../../core/async/parallel.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { UpdateAction, WriteCondition } from '../../dynamo/write/item-write.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { withMemoryTables } from '../exec/memory-tables.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { Assignment } from './assignment.ts';
import { getOwnValue } from './apply-actions.ts';
import { concurrentChangeError, MAX_ATTEMPTS } from './concurrent-change.ts';
import { fetchItems } from './fetch-items.ts';
import { listFromAliases } from './from-items.ts';
import { applyItemChange, type ItemChange, type ItemChanges, toItemImage } from './item-changes.ts';
import { existsConditions } from './item-conditions.ts';
import type { ItemImage } from './item-image.ts';
import { type JoinedRow, readJoinedRows } from './joined-rows.ts';
import { makeParents } from './make-parents.ts';
import { type JoinedSubquery, joinSubqueries, severalRowsError } from './multi-assignment.ts';
import { selectSources, toSourceItem, type WantedSources } from './returned-sources.ts';
import { referencedAttributes } from './row-update.ts';
import type { StatementScope } from './statement-scope.ts';
import { resolveAlias } from './target-table.ts';
import { toAttribute } from './to-attribute.ts';
import type { StoredInput } from './stored-input.ts';

/** An UPDATE or DELETE whose rows come from a query: FROM, USING, WITH, or `SET (a, b) = (SELECT …)`. */
export interface JoinedChanges extends ItemChanges {
  readonly from: readonly Node[];
  readonly withClause: WithClause | undefined;
  readonly subqueries: readonly JoinedSubquery[];
  readonly sources: WantedSources;
}

/** The name of the table in a query over items that were modified meanwhile. */
const MODIFIED = '$modified';

/**
 * Changes the items of the rows, each once, if what the statement depends on is unchanged since it was read: where several
 * rows have the same item, the first one counts. An item that was modified meanwhile is read again.
 */
export async function changeJoinedItems(
  changes: JoinedChanges,
  scope: StatementScope,
  writes: WriteStats,
): Promise<{ readonly images: readonly ItemImage[]; readonly reads: readonly TableRead[] }> {
  const { table, range } = changes;
  const { context, signal } = scope;
  const { onConflict, threads } = context.settings;
  const images: ItemImage[] = [];
  let { rows, reads } = await readRows(changes, range, scope);
  for (let attempt = 1; rows.length > 0; attempt += 1) {
    const modified: Key[] = [];
    await inParallel(rows, threads, async (row) => {
      const { key, item } = row;
      if (key === undefined) return;
      const result = await applyItemChange(changes, computeChange(row, changes), scope, writes);
      const image = toItemImage(result, changes);
      if (image !== undefined) images.push({ ...image, source: toSourceItem(sourceValues(row, changes)) });
      if (result.kind === 'done') return;
      writes.conflicts += 1;
      if (onConflict === 'Error' || (onConflict === 'Retry' && attempt >= MAX_ATTEMPTS))
        throw concurrentChangeError(item, table, onConflict);
      if (onConflict === 'Retry') modified.push(key);
    });
    if (modified.length === 0) break;
    const items = await fetchItems(modified, table, { context, stats: scope.stats, signal });
    const again = withMemoryTables(context, [{ name: MODIFIED, table, items }]);
    const alias = { aliasname: resolveAlias(range) };
    rows = (await readRows(changes, { relname: MODIFIED, inh: true, alias }, { ...scope, context: again }))
      .rows;
  }
  return { images, reads };
}

/** The first row of each item. */
async function readRows(
  changes: JoinedChanges,
  range: RangeVar,
  scope: StatementScope,
): Promise<{ rows: readonly JoinedRow[]; reads: readonly TableRead[] }> {
  const { from, where, withClause, subqueries, sources } = changes;
  const { rows, reads } = await readJoinedRows(
    {
      table: changes.table,
      alias: resolveAlias(changes.range),
      from: joinSubqueries([{ RangeVar: range }, ...from], subqueries),
      where,
      withClause,
      attributes: listNeededAttributes(changes),
      expressions: [
        ...listExpressions(changes),
        ...selectSources(sources),
        ...subqueries.map(({ row }) => row),
      ],
    },
    scope,
  );
  const first = new Map<string, JoinedRow>();
  for (const row of rows) {
    const numbers = subqueries.length === 0 ? [] : row.values.slice(-subqueries.length);
    if (numbers.some((value) => value.kind === 'number' && value.text !== '1')) throw severalRowsError();
    if (row.key === undefined) continue;
    const identity = keyIdentity(row.key);
    if (!first.has(identity)) first.set(identity, row);
  }
  return { rows: [...first.values()], reads };
}

function listExpressions({ assignments }: JoinedChanges): readonly Node[] {
  return assignments.flatMap(({ expression }) => expression ?? []);
}

function sourceValues({ values }: JoinedRow, changes: JoinedChanges): readonly StoredInput[] {
  const start = listExpressions(changes).length;
  return values.slice(start, start + changes.sources.references.length);
}

/** The attributes that the statement depends on; `whole` if it needs the image of the item, or sets parts of it. */
export function listNeededAttributes(changes: JoinedChanges): 'whole' | readonly string[] {
  const { assignments, moves, returned } = changes;
  const isNested = assignments.some(({ target }) => target.path.length > 1);
  const names = listDependencies(changes);
  const isColumn = (name: string): boolean =>
    changes.table.columns.some(
      ({ path, hidden }) => hidden !== true && path.length === 1 && path[0] === name,
    );
  return moves || isNested || returned !== 'NONE' || !names.every(isColumn) ? 'whole' : names;
}

/** The attributes that WHERE and SET refer to; an unqualified name of another relation only adds to them. */
function listDependencies(changes: JoinedChanges): readonly string[] {
  const { where, from, subqueries, table, range } = changes;
  const own = resolveAlias(range);
  const others = new Set(listFromAliases(from).filter((alias) => alias !== own));
  return referencedAttributes(
    [
      ...listExpressions(changes),
      ...(where === undefined ? [] : [where]),
      ...from,
      ...subqueries.map(({ item }) => item),
    ],
    table,
    others,
  );
}

/** The change of one item, whose values begin with those of the assignments. */
export function computeChange({ item, values }: Omit<JoinedRow, 'key'>, changes: JoinedChanges): ItemChange {
  const { assignments, table } = changes;
  let next = 0;
  const computed = assignments.map((assignment): UpdateAction => {
    const value = assignment.expression === undefined ? undefined : values[next++];
    return toAction(assignment, value);
  });
  const needs = assignments.flatMap(({ expression, nativeUpdate }) =>
    expression === undefined ? (nativeUpdate?.needs ?? []) : [],
  );
  const { actions, conditions } = makeParents(computed, item);
  const dependencies = listDependencies(changes);
  const names = dependencies.includes(ITEM_COLUMN) ? listAttributes(item, table) : dependencies;
  const unchanged = names.map((name): WriteCondition => ({
    kind: 'unchanged',
    path: [name],
    value: getOwnValue(item, name),
  }));
  const all = [...existsConditions(table), ...unchanged, ...needs, ...conditions];
  return {
    item,
    actions,
    conditions: [...new Map(all.map((each) => [JSON.stringify(each), each])).values()],
  };
}

function listAttributes(item: AttributeMap, { key }: TableDef): readonly string[] {
  const own = new Set(keyNames(key));
  return Object.keys(item).filter((name) => !own.has(name));
}

function toAction({ target, nativeUpdate }: Assignment, value: StoredInput | undefined): UpdateAction {
  const { path } = target;
  if (value === undefined)
    return nativeUpdate?.action ?? { kind: 'set', path, to: { kind: 'value', value: { NULL: true } } };
  // A column of an item without the attribute is NULL.
  const attribute = toAttribute(value.kind === 'missing' ? { kind: 'null' } : value, target);
  return attribute === undefined
    ? { kind: 'remove', path }
    : { kind: 'set', path, to: { kind: 'value', value: attribute } };
}
