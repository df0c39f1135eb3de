import type { RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { inParallel } from '../../core/async/parallel.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { checkItem } from '../../dynamo/lint/lint-writes.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { withMemoryTables } from '../exec/memory-tables.ts';
import type { TableRead } from '../plan/table-read.ts';
import { buildItem } from './build-item.ts';
import { computeChange, type JoinedChanges, listNeededAttributes } from './change-joined-items.ts';
import { concurrentChangeError, MAX_ATTEMPTS } from './concurrent-change.ts';
import { fetchItems } from './fetch-items.ts';
import { applyItemChange, toItemImage } from './item-changes.ts';
import type { ItemImage } from './item-image.ts';
import { duplicateKeyError, extractKey } from './item-key.ts';
import { readJoinedRows } from './joined-rows.ts';
import type { MergeAction, MergeClause } from './merge-clauses.ts';
import { type Merge, toMergeQuery } from './merge-rows.ts';
import { severalRowsError } from './multi-assignment.ts';
import { putItem } from './put-item.ts';
import { toSourceItem } from './returned-sources.ts';
import type { StatementScope } from './statement-scope.ts';
import type { StoredInput } from './stored-input.ts';
import { resolveAlias } from './target-table.ts';

/** A MERGE with what each of its clauses does to an item; undefined for those that change none. */
export interface MergePlan extends Merge {
  readonly changes: readonly (JoinedChanges | undefined)[];
  /** The images that RETURNING needs of an inserted item. */
  readonly returned: 'NONE' | 'ALL_NEW';
}

/** A row of the join, the clause that applies to it, and the values of that clause. */
interface MergeRow {
  readonly key: Key | undefined;
  readonly item: AttributeMap;
  readonly clause: MergeClause;
  readonly changes: JoinedChanges | undefined;
  readonly values: readonly StoredInput[];
  readonly sources: readonly StoredInput[];
}

/** The name of the table in a query over items that were modified meanwhile. */
const MODIFIED = '$modified';

/**
 * Reads the rows of the join, and does what the clauses say. Items are changed only if what the statement depends on is
 * unchanged since it was read: an item that was modified meanwhile is read again.
 */
export async function mergeItems(
  plan: MergePlan,
  scope: StatementScope,
  writes: WriteStats,
): Promise<{ readonly images: readonly ItemImage[]; readonly reads: readonly TableRead[] }> {
  const { threads } = scope.context.settings;
  const { rows, reads } = await readRows(plan, plan.range, scope);
  const changed = rows.filter(({ changes }) => changes !== undefined);
  assertAffectedOnce(changed);
  const inserted = rows.flatMap((row) => toNewItem(row, plan.table));
  assertDistinctKeys(inserted, plan.table);
  const images: ItemImage[] = [];
  const keep = (row: MergeRow, image: ItemImage | undefined): void => {
    if (image === undefined || plan.returned === 'NONE') return;
    images.push({ ...image, source: toSourceItem(row.sources), action: ACTIONS[row.clause.action.kind] });
  };
  await changeItems(changed, plan, scope, writes, keep);
  // Afterwards, because an INSERT may take the key of an item that the statement deletes.
  await inParallel(inserted, threads, async ({ row, item }) => {
    keep(row, await putItem(item, { kind: 'error' }, plan.table, scope, writes, plan.returned));
  });
  return { images, reads };
}

/** What merge_action() returns. */
const ACTIONS: Readonly<Record<MergeAction['kind'], string | undefined>> = {
  nothing: undefined,
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
};

async function changeItems(
  first: readonly MergeRow[],
  plan: MergePlan,
  scope: StatementScope,
  writes: WriteStats,
  keep: (row: MergeRow, image: ItemImage | undefined) => void,
): Promise<void> {
  const { table, range, clauses } = plan;
  const { context, signal } = scope;
  const { onConflict, threads } = context.settings;
  let rows = first;
  for (let attempt = 1; rows.length > 0; attempt += 1) {
    const modified: MergeRow[] = [];
    await inParallel(rows, threads, async (row) => {
      const { changes } = row;
      if (changes === undefined) return;
      const result = await applyItemChange(changes, computeChange(row, changes), scope, writes);
      keep(row, toItemImage(result, changes));
      if (result.kind === 'done') return;
      writes.conflicts += 1;
      if (onConflict === 'Skip') return;
      if (onConflict === 'Error' || attempt >= MAX_ATTEMPTS)
        throw concurrentChangeError(row.item, table, onConflict);
      modified.push(row);
    });
    if (modified.length === 0) return;
    const keys = modified.map(({ key }) => key).filter((key) => key !== undefined);
    const items = await fetchItems(keys, table, { context, stats: scope.stats, signal });
    const again = withMemoryTables(context, [{ name: MODIFIED, table, items }]);
    const memory = { relname: MODIFIED, inh: true, alias: { aliasname: resolveAlias(range) } };
    const next = await readRows(plan, memory, { ...scope, context: again }, 'all');
    const found = new Set(next.rows.map(identify));
    const lost = modified.find((row) => !found.has(identify(row)));
    // Its source row has no item now, but another clause is for those.
    if (lost !== undefined && clauses.some(({ match }) => match === 'not-matched-by-target'))
      throw concurrentChangeError(lost.item, table, 'Error');
    rows = next.rows.filter(({ key, changes }) => key !== undefined && changes !== undefined);
    assertAffectedOnce(rows);
  }
}

/** The rows to which a clause applies that does something; `all`: the others, too. */
async function readRows(
  plan: MergePlan,
  range: RangeVar,
  scope: StatementScope,
  wanted: 'all' | 'affected' = 'affected',
): Promise<{ readonly rows: readonly MergeRow[]; readonly reads: readonly TableRead[] }> {
  const { query, columns } = toMergeQuery(plan, range, scope);
  const { rows, reads } = await readJoinedRows({ ...query, attributes: listAttributes(plan) }, scope);
  const merged = rows.flatMap(({ key, item, values }): readonly MergeRow[] => {
    const [applied] = values;
    const number = applied?.kind === 'number' ? Number(applied.text) : -1;
    const clause = plan.clauses[number] ?? NO_CLAUSE;
    if (clause.action.kind === 'nothing' && wanted === 'affected') return [];
    const pick = (positions: readonly number[] = []): readonly StoredInput[] =>
      positions.map((position) => values[position] ?? { kind: 'null' });
    if (pick(columns.rowNumbers[number]).some((each) => each.kind === 'number' && each.text !== '1'))
      throw severalRowsError();
    return [
      {
        key,
        item,
        clause,
        changes: plan.changes[number],
        values: pick(columns.values[number]),
        sources: pick(columns.sources),
      },
    ];
  });
  return { rows: merged, reads };
}

const NO_CLAUSE: MergeClause = { match: 'matched', condition: undefined, action: { kind: 'nothing' } };

function listAttributes({ changes }: MergePlan): 'whole' | readonly string[] {
  const lists = changes.flatMap((each) => (each === undefined ? [] : [listNeededAttributes(each)]));
  return lists.includes('whole') ? 'whole' : [...new Set(lists.flat())];
}

function identify({ key }: MergeRow): string {
  return key === undefined ? '' : keyIdentity(key);
}

/** Throws, before anything is written, where two source rows change one item. */
function assertAffectedOnce(rows: readonly MergeRow[]): void {
  if (new Set(rows.map(identify)).size < rows.length)
    throw new DriverError('SQL_CARDINALITY', 'MERGE command cannot affect row a second time', {
      remedy: 'Ensure that not more than one source row matches any one target row.',
    });
}

interface NewItem {
  readonly row: MergeRow;
  readonly item: AttributeMap;
}

function toNewItem(row: MergeRow, table: TableDef): readonly NewItem[] {
  const { action } = row.clause;
  if (action.kind !== 'insert') return [];
  let next = 0;
  const values = action.values.map((value): StoredInput =>
    'constant' in value ? value.constant : (row.values[next++] ?? { kind: 'null' }),
  );
  const item = buildItem(values, action.targets, table);
  checkItem(item, table.key);
  return [{ row, item }];
}

function assertDistinctKeys(items: readonly NewItem[], table: TableDef): void {
  const seen = new Set<string>();
  for (const { item } of items) {
    const identity = keyIdentity(extractKey(item, table));
    if (seen.has(identity)) throw duplicateKeyError(item, table);
    seen.add(identity);
  }
}
