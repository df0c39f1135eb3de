import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type {
  ItemWrite,
  UpdateAction,
  UpdateOperand,
  WriteCondition,
} from '../../dynamo/write/item-write.ts';
import type { PendingWrite } from '../exec/transaction-block.ts';
import { sameValue } from '../write/same-value.ts';
import { applyActions, ownValue } from '../write/apply-actions.ts';

export function pendingWrite(write: ItemWrite): PendingWrite {
  switch (write.kind) {
    case 'put':
      return { write, after: { kind: 'item', item: write.item } };
    case 'delete':
      return { write, after: { kind: 'gone' } };
    case 'update':
      return { write, after: { kind: 'changed', actions: write.actions } };
    case 'check':
      return { write, after: { kind: 'asItWas' } };
  }
}

/**
 * Two writes of one item as one, which does what they would do one after the other. `refused`: the second is of an item
 * that the first makes, or is without one that the first deletes. Undefined: no one write does that.
 */
export function combined(first: PendingWrite, second: ItemWrite): PendingWrite | 'refused' | undefined {
  const { after } = first;
  const { conditions } = first.write;
  const wantsNone = second.conditions.some(({ kind }) => kind === 'absent');
  const wantsOne = second.kind === 'check' || second.conditions.some(({ kind }) => kind === 'exists');
  switch (after.kind) {
    case 'asItWas':
      if (wantsNone) return 'refused';
      return pendingWrite({ ...second, conditions: distinct([...conditions, ...second.conditions]) });
    case 'gone':
      if (wantsOne) return 'refused';
      return overNothing(first, second);
    case 'item':
      if (wantsNone) return 'refused';
      if (unmet(second.conditions, (name) => ({ value: ownValue(after.item, name) }))?.length !== 0)
        return undefined;
      return overNewItem(first, after.item, second);
    case 'changed':
      if (wantsNone) return 'refused';
      return overUpdate(first, after.actions, second);
  }
}

/** What has no condition makes an item. */
function overNothing(first: PendingWrite, second: ItemWrite): PendingWrite | undefined {
  const { conditions } = first.write;
  if (second.kind === 'put') return pendingWrite({ ...second, conditions });
  if (second.kind !== 'update') return first;
  const item = applyActions(second.key, second.actions);
  return item && pendingWrite({ kind: 'put', table: second.table, item, conditions });
}

function overNewItem(first: PendingWrite, item: AttributeMap, second: ItemWrite): PendingWrite | undefined {
  const { write } = first;
  const { table, conditions } = write;
  switch (second.kind) {
    case 'check':
      return first;
    case 'put':
      return pendingWrite({ ...second, conditions });
    case 'update': {
      const changed = applyActions(item, second.actions);
      return changed && pendingWrite({ kind: 'put', table, item: changed, conditions });
    }
    case 'delete':
      // What was made and deleted again must not have been there before.
      return conditions.some(({ kind }) => kind === 'absent')
        ? { write: { kind: 'check', table, key: second.key, conditions }, after: { kind: 'gone' } }
        : pendingWrite({ ...second, conditions });
  }
}

function overUpdate(
  first: PendingWrite,
  actions: readonly UpdateAction[],
  second: ItemWrite,
): PendingWrite | undefined {
  const left = unmet(second.conditions, (name) => assigned(actions, name));
  if (left === undefined) return undefined;
  const conditions = distinct([...first.write.conditions, ...left]);
  switch (second.kind) {
    case 'check':
      return { ...first, write: { ...first.write, conditions } };
    case 'put':
    case 'delete':
      return pendingWrite({ ...second, conditions });
    case 'update': {
      const both = bothActions(actions, second.actions);
      return both && pendingWrite({ ...second, actions: both, conditions });
    }
  }
}

/** What an attribute is after the first write: as it was, a value that is known, or something else. */
type Known = { readonly value: AttributeValue | undefined } | 'asItWas' | 'unknown';

function assigned(actions: readonly UpdateAction[], name: string): Known {
  const own = actions.filter(({ path }) => path[0] === name);
  const [action, ...others] = own;
  if (action === undefined) return 'asItWas';
  if (others.length > 0 || action.path.length > 1) return 'unknown';
  if (action.kind === 'remove') return { value: undefined };
  return action.kind === 'set' && action.to.kind === 'value' ? { value: action.to.value } : 'unknown';
}

/** The conditions that remain to be asked of the item as it is now; undefined where that cannot be told. */
function unmet(
  conditions: readonly WriteCondition[],
  known: (name: string) => Known,
): readonly WriteCondition[] | undefined {
  const left: WriteCondition[] = [];
  for (const condition of conditions) {
    if (condition.kind === 'exists') continue;
    const states = attributesOf(condition).map(known);
    if (states.every((state) => state === 'asItWas')) left.push(condition);
    else {
      const [state] = states;
      if (condition.kind !== 'unchanged' || typeof state !== 'object' || condition.path.length > 1)
        return undefined;
      if (!sameOrNone(state.value, condition.value)) return undefined;
    }
  }
  return left;
}

function sameOrNone(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameValue(a, b);
}

function attributesOf(condition: WriteCondition): readonly string[] {
  if (condition.kind === 'never') return [];
  if (condition.kind === 'and' || condition.kind === 'or') return condition.of.flatMap(attributesOf);
  return 'path' in condition ? [condition.path[0]] : [condition.attribute];
}

/** The actions of two updates in a row as those of one. */
function bothActions(
  first: readonly UpdateAction[],
  second: readonly UpdateAction[],
): readonly UpdateAction[] | undefined {
  const changed = new Set(first.map(({ path }) => path[0]));
  let kept = first;
  for (const action of second) {
    if (action.kind === 'set' && operandAttributes(action.to).some((name) => changed.has(name)))
      return undefined;
    const [name] = action.path;
    if (!changed.has(name)) continue;
    if (action.path.length > 1 || action.kind === 'add' || action.kind === 'delete') return undefined;
    kept = kept.filter(({ path }) => path[0] !== name);
  }
  return [...kept, ...second];
}

function operandAttributes(operand: UpdateOperand): readonly string[] {
  switch (operand.kind) {
    case 'value':
      return [];
    case 'path':
      return [operand.path[0]];
    case 'ifNotExists':
      return [operand.path[0], ...operandAttributes(operand.otherwise)];
    case 'plus':
    case 'minus':
    case 'listAppend':
      return [...operandAttributes(operand.left), ...operandAttributes(operand.right)];
  }
}

function distinct(conditions: readonly WriteCondition[]): readonly WriteCondition[] {
  return [...new Map(conditions.map((condition) => [JSON.stringify(condition), condition])).values()];
}
