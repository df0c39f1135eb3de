import type { Node, RangeVar } from 'libpg-query';
import { type TableDef, keyNames } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateAction, WriteCondition } from '../../dynamo/write/item-write.ts';
import { cast } from '../dialect/build.ts';
import { ITEM_COLUMN } from '../../catalog/table-def.ts';
import { valueAt } from '../engine/fits.ts';
import { textsOf, visitNodes } from '../parse/tree.ts';
import type { Assignment } from './assignment.ts';
import { attributeOf } from './attribute-of.ts';
import { columnsOver, evaluateOver } from './evaluate.ts';
import { makeParents } from './make-parents.ts';
import { writtenValue, type StatementScope } from './source-rows.ts';

/** What an item that was read is to become, if it still is what it was. */
export interface RowUpdate {
  readonly item: AttributeMap;
  readonly actions: readonly UpdateAction[];
  /** That whatever the statement looked at is unchanged. */
  readonly conditions: readonly WriteCondition[];
}

export interface UpdateOver {
  readonly table: TableDef;
  readonly range: RangeVar;
  readonly assignments: readonly Assignment[];
  readonly where: Node | undefined;
}

/** The updates of items that were read; undefined for those that do not meet WHERE. */
export async function rowUpdates(
  { table, range, assignments, where }: UpdateOver,
  items: readonly AttributeMap[],
  reading: StatementScope,
): Promise<readonly (RowUpdate | undefined)[]> {
  const computed = assignments.filter(({ expression }) => expression !== undefined);
  const expressions = computed.flatMap(({ expression }) => expression ?? []);
  const looked = new Set(lookedAt([...expressions, ...(where === undefined ? [] : [where])], table));
  const rows = await valuesOver({ table, range }, expressions, where, items, reading);
  return items.map((item, i) => {
    const row = rows[i];
    if (row === undefined || row.at(-1) !== true) return undefined;
    const actions = assignments.map((assignment): UpdateAction => {
      const at = computed.indexOf(assignment);
      if (at < 0 && assignment.byDynamo !== undefined) return assignment.byDynamo.action;
      const { path } = assignment.target;
      const value = rawCopy(assignment, item) ?? attributeFrom(row[at], assignment);
      return value === undefined
        ? { kind: 'remove', path }
        : { kind: 'set', path, to: { kind: 'value', value } };
    });
    const names = looked.has(ITEM_COLUMN) ? Object.keys(item) : [...looked];
    const unchanged = names.map((name): WriteCondition => ({
      kind: 'unchanged',
      path: [name],
      value: item[name],
    }));
    const placed = makeParents(actions, item);
    return { item, actions: placed.actions, conditions: [...unchanged, ...placed.conditions] };
  });
}

/** A bare column is copied as it is stored. */
function rawCopy({ byDynamo }: Assignment, item: AttributeMap): AttributeValue | undefined {
  const { action } = byDynamo ?? {};
  return action?.kind === 'set' && action.to.kind === 'path' ? valueAt(item, action.to.path) : undefined;
}

interface Found {
  readonly value: Parameters<typeof writtenValue>[0];
  readonly type: string;
}

function attributeFrom(
  found: Found | boolean | undefined,
  { target }: Assignment,
): AttributeValue | undefined {
  if (found === undefined || typeof found === 'boolean') return { NULL: true };
  return attributeOf(writtenValue(found.value, found.type), target);
}

/** For each item the values of the expressions, and at the end whether it meets WHERE. */
async function valuesOver(
  over: { readonly table: TableDef; readonly range: RangeVar },
  expressions: readonly Node[],
  where: Node | undefined,
  items: readonly AttributeMap[],
  reading: StatementScope,
): Promise<readonly (readonly (Found | boolean)[])[]> {
  const tests = where === undefined ? [] : [where];
  if (expressions.length + tests.length === 0) return items.map(() => [true]);
  const { range } = over;
  const columns = await columnsOver({ range, targets: named([...expressions, ...tests]) }, reading);
  const asText = expressions.map((val, i) =>
    /^jsonb?$/.test(columns[i]?.type ?? '') ? cast(val, 'text') : val,
  );
  const rows = await evaluateOver({ ...over, targets: named([...asText, ...tests]) }, items, reading);
  return rows.map((row) => [
    ...expressions.map((_, i): Found => ({ value: row[i] ?? null, type: columns[i]?.type ?? 'text' })),
    where === undefined || row.at(-1) === true,
  ]);
}

/** The attributes whose values decide what the expressions give, without the table's own key. */
function lookedAt(expressions: readonly Node[], table: TableDef): readonly string[] {
  const own = new Set(keyNames(table.key));
  const names = new Set<string>();
  visitNodes(expressions, (node) => {
    if (!('ColumnRef' in node)) return;
    const written = textsOf(node.ColumnRef.fields).at(-1) ?? '';
    for (const column of table.columns)
      if (column.name === written || column.name.toLowerCase() === written.toLowerCase())
        names.add(column.path[0]);
  });
  return [...names].filter((name) => !own.has(name));
}

function named(values: readonly Node[]): Node[] {
  return values.map((val, i) => ({ ResTarget: { name: `c${i}`, val } }));
}
