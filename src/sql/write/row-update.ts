import type { Node, RangeVar } from 'libpg-query';
import { type TableDef, keyNames } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateAction, WriteCondition } from '../../dynamo/write/item-write.ts';
import { ITEM_COLUMN } from '../../catalog/table-def.ts';
import { findValue } from '../engine/fits.ts';
import { getStringValues, visitNodes } from '../parse/tree.ts';
import type { Assignment } from './assignment.ts';
import { toAttribute } from './to-attribute.ts';
import { describeOverItems, evaluateOverItems } from './item-expressions.ts';
import { withItemKey } from './item-key.ts';
import { makeParents } from './make-parents.ts';
import { assertNumberOperands } from './number-operands.ts';
import { toReadable, toStoredInput, usesClock, withClock } from './source-rows.ts';
import type { StatementScope } from './statement-scope.ts';
import { hasDocuments, withSets, withTypes } from './typed-documents.ts';

/** The update of an item that was read, valid if the item is unchanged. */
export interface RowUpdate {
  readonly item: AttributeMap;
  readonly actions: readonly UpdateAction[];
  /** That the attributes the statement depends on are unchanged. */
  readonly conditions: readonly WriteCondition[];
}

export interface RowUpdateInput {
  readonly table: TableDef;
  readonly range: RangeVar;
  readonly assignments: readonly Assignment[];
  readonly where: Node | undefined;
}

/** Computes the updates of items that were read; undefined for those that do not match WHERE. */
export async function computeRowUpdates(
  { table, range, assignments, where }: RowUpdateInput,
  items: readonly AttributeMap[],
  scope: StatementScope,
): Promise<readonly (RowUpdate | undefined)[]> {
  const computed = assignments.filter(({ expression }) => expression !== undefined);
  const expressions = computed.flatMap(({ expression }) => expression ?? []);
  const referenced = new Set(
    referencedAttributes([...expressions, ...(where === undefined ? [] : [where])], table),
  );
  const rows = await computeValues({ table, range }, expressions, where, items, scope);
  return items.map((item, i) => {
    const row = rows[i];
    if (row === undefined || row.at(-1) !== true) return undefined;
    const actions = assignments.map((assignment): UpdateAction => {
      const at = computed.indexOf(assignment);
      if (at < 0 && assignment.nativeUpdate !== undefined) {
        assertNumberOperands(assignment.nativeUpdate.action, item, table);
        return assignment.nativeUpdate.action;
      }
      const { path } = assignment.target;
      const value = computeAttribute(assignment, row[at], item, table);
      return value === undefined
        ? { kind: 'remove', path }
        : { kind: 'set', path, to: { kind: 'value', value } };
    });
    const names = referenced.has(ITEM_COLUMN) ? Object.keys(item) : [...referenced];
    const unchanged = names.map((name): WriteCondition => ({
      kind: 'unchanged',
      path: [name],
      value: item[name],
    }));
    const placed = makeParents(actions, item);
    return { item, actions: placed.actions, conditions: [...unchanged, ...placed.conditions] };
  });
}

/** The value to store in an item. An error names the item, since the value depends on it. */
function computeAttribute(
  assignment: Assignment,
  computed: ComputedValue | boolean | undefined,
  item: AttributeMap,
  table: TableDef,
): AttributeValue | undefined {
  try {
    return copyStored(assignment, item) ?? toComputedAttribute(computed, assignment);
  } catch (error) {
    throw withItemKey(error, item, table);
  }
}

/** The stored value of an assigned bare column, which keeps its DynamoDB type. */
function copyStored(
  { nativeUpdate: byDynamo, target }: Assignment,
  item: AttributeMap,
): AttributeValue | undefined {
  const { action } = byDynamo ?? {};
  const stored =
    action?.kind === 'set' && action.to.kind === 'path' ? findValue(item, action.to.path) : undefined;
  // Only a column of a declared type takes something else than what is stored.
  return stored === undefined || (target.declared === undefined && target.members === undefined)
    ? stored
    : toAttribute({ kind: 'attribute', value: stored }, target);
}

interface ComputedValue {
  readonly value: Parameters<typeof toStoredInput>[0];
  readonly type: string;
}

function toComputedAttribute(
  computed: ComputedValue | boolean | undefined,
  { target, expression }: Assignment,
): AttributeValue | undefined {
  if (computed === undefined || typeof computed === 'boolean') return { NULL: true };
  const input = withClock(toStoredInput(computed.value, computed.type), usesClock(expression));
  return toAttribute(input, target);
}

/** For each item the values of the expressions, followed by whether the item matches WHERE. */
async function computeValues(
  relation: { readonly table: TableDef; readonly range: RangeVar },
  expressions: readonly Node[],
  where: Node | undefined,
  items: readonly AttributeMap[],
  statement: StatementScope,
): Promise<readonly (readonly (ComputedValue | boolean)[])[]> {
  const scope = withSets(statement);
  const tests = where === undefined ? [] : [where];
  if (expressions.length + tests.length === 0) return items.map(() => [true]);
  const { range } = relation;
  const columns = await describeOverItems(
    { range, targets: withColumnNames([...expressions, ...tests]) },
    scope,
  );
  const types = columns.slice(0, expressions.length).map(({ type }) => type);
  const asText = expressions.map((val, i) => toReadable(val, types[i] ?? ''));
  const rows = await evaluateOverItems(
    { ...relation, targets: withColumnNames([...asText, ...tests]) },
    items,
    types.some(hasDocuments) ? withTypes(scope) : scope,
  );
  return rows.map((row) => [
    ...expressions.map((_, i): ComputedValue => ({
      value: row[i] ?? null,
      type: columns[i]?.type ?? 'text',
    })),
    where === undefined || row.at(-1) === true,
  ]);
}

/** The attributes that the expressions refer to, without the table's key, and without columns of the other relations. */
export function referencedAttributes(
  expressions: readonly Node[],
  table: TableDef,
  others: ReadonlySet<string> = new Set(),
): readonly string[] {
  const keys = new Set(keyNames(table.key));
  const names = new Set<string>();
  visitNodes(expressions, (node) => {
    if (!('ColumnRef' in node)) return;
    const fields = getStringValues(node.ColumnRef.fields);
    if (fields.length > 1 && others.has(fields[0] ?? '')) return;
    const reference = fields.at(-1) ?? '';
    for (const column of table.columns)
      if (column.name === reference || column.name.toLowerCase() === reference.toLowerCase())
        names.add(column.path[0]);
  });
  return [...names].filter((name) => !keys.has(name));
}

function withColumnNames(values: readonly Node[]): Node[] {
  return values.map((val, i) => ({ ResTarget: { name: `c${i}`, val } }));
}
