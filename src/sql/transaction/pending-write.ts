import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type {
  ItemWrite,
  UpdateAction,
  UpdateOperand,
  WriteCondition,
} from '../../dynamo/write/item-write.ts';
import type { PendingWrite } from '../exec/transaction-block.ts';
import { findValue } from '../engine/fits.ts';
import { isSameValue } from '../write/same-value.ts';
import { applyActions, getOwnValue } from '../write/apply-actions.ts';

/** A write together with the state in which it leaves the item. */
export function toPendingWrite(write: ItemWrite): PendingWrite {
  switch (write.kind) {
    case 'put':
      return { write, after: { kind: 'item', item: write.item } };
    case 'delete':
      return { write, after: { kind: 'deleted' } };
    case 'update':
      return { write, after: { kind: 'updated', actions: write.actions } };
    case 'check':
      return { write, after: { kind: 'unchanged' } };
  }
}

/**
 * Combines two writes of one item into one with the same effect as both in turn. `refused`: the second fails, because it
 * inserts an item that exists after the first, or needs one that the first deletes. Undefined: no single write does the same.
 */
export function combineWrites(first: PendingWrite, second: ItemWrite): PendingWrite | 'refused' | undefined {
  const { after } = first;
  const { conditions } = first.write;
  const requiresAbsent = second.conditions.some(({ kind }) => kind === 'absent');
  const requiresItem = second.kind === 'check' || second.conditions.some(({ kind }) => kind === 'exists');
  switch (after.kind) {
    case 'unchanged':
      if (requiresAbsent) return 'refused';
      return toPendingWrite({
        ...second,
        conditions: distinctConditions([...conditions, ...second.conditions]),
      });
    case 'deleted':
      if (requiresItem) return 'refused';
      return applyAfterDelete(first, second);
    case 'item':
      if (requiresAbsent) return 'refused';
      if (
        remainingConditions(second.conditions, (name) => ({ value: getOwnValue(after.item, name) }))
          ?.length !== 0
      )
        return undefined;
      return applyToKnownItem(first, after.item, second);
    case 'updated':
      if (requiresAbsent) return 'refused';
      return applyAfterUpdate(first, after.actions, second);
  }
}

/**
 * Combines an update whose values DynamoDB computes with another write, for the item as it was read: the attributes that
 * both change get the values that they have after both, if those of the first are unchanged at COMMIT. Undefined if that
 * cannot be done, or DynamoDB would refuse one of the two.
 */
export function combineOnBase(
  first: PendingWrite,
  second: ItemWrite,
  base: AttributeMap,
): PendingWrite | undefined {
  const { write, after } = first;
  if (after.kind !== 'updated' || write.kind !== 'update') return undefined;
  const between = applyActions(base, after.actions);
  if (between === undefined) return undefined;
  const changed = [...new Set(after.actions.flatMap(actionAttributes))];
  const fixed: PendingWrite = toPendingWrite({
    ...write,
    actions: assignAttributes(changed, between, write.key),
    conditions: distinctConditions([
      ...write.conditions,
      ...changed
        .filter((name) => !Object.hasOwn(write.key, name))
        .map((name): WriteCondition => ({
          kind: 'unchanged',
          path: [name],
          value: getOwnValue(base, name),
        })),
    ]),
  });
  // What the first changes is known after it; the rest must still hold at COMMIT.
  const needed = second.conditions.filter(
    (condition) =>
      !conditionAttributes(condition).every((name) => changed.includes(name)) || !holds(condition, between),
  );
  if (second.kind !== 'update') return known(combineWrites(fixed, { ...second, conditions: needed }));
  const result = applyActions(between, second.actions);
  if (result === undefined) return undefined;
  const names = [...new Set(second.actions.map(({ path }) => path[0]))];
  // Attributes that the first leaves alone and the second refers to must be as they were read, too.
  const referenced = second.actions.flatMap(actionAttributes).filter((name) => !changed.includes(name));
  return known(
    combineWrites(fixed, {
      ...second,
      actions: assignAttributes(names, result, second.key),
      conditions: [
        ...needed,
        ...referenced
          .filter((name) => !Object.hasOwn(second.key, name))
          .map((name): WriteCondition => ({
            kind: 'unchanged',
            path: [name],
            value: getOwnValue(base, name),
          })),
      ],
    }),
  );
}

function known(combined: PendingWrite | 'refused' | undefined): PendingWrite | undefined {
  return combined === 'refused' ? undefined : combined;
}

/** The attributes that an action changes or whose values it uses. */
function actionAttributes(action: UpdateAction): readonly string[] {
  return [action.path[0], ...(action.kind === 'set' ? operandAttributes(action.to) : [])];
}

function assignAttributes(
  names: readonly string[],
  item: AttributeMap,
  key: AttributeMap,
): readonly UpdateAction[] {
  return names
    .filter((name) => !Object.hasOwn(key, name))
    .map((name): UpdateAction => {
      const value = getOwnValue(item, name);
      return value === undefined
        ? { kind: 'remove', path: [name] }
        : { kind: 'set', path: [name], to: { kind: 'value', value } };
    });
}

/** Whether a condition on a value holds for the item; false where only DynamoDB can tell. */
function holds(condition: WriteCondition, item: AttributeMap): boolean {
  const value = 'path' in condition ? findValue(item, condition.path) : undefined;
  if (condition.kind === 'unchanged') return isSameOrAbsent(value, condition.value);
  if (condition.kind === 'hasType') return value !== undefined && condition.type in value;
  if (condition.kind === 'isNotNull') return value !== undefined && !('NULL' in value);
  return condition.kind === 'exists';
}

/** A write without the `exists` condition creates the item. */
function applyAfterDelete(first: PendingWrite, second: ItemWrite): PendingWrite | undefined {
  const { conditions } = first.write;
  if (second.kind === 'put') return toPendingWrite({ ...second, conditions });
  if (second.kind !== 'update') return first;
  const item = applyActions(second.key, second.actions);
  return item && toPendingWrite({ kind: 'put', table: second.table, item, conditions });
}

function applyToKnownItem(
  first: PendingWrite,
  item: AttributeMap,
  second: ItemWrite,
): PendingWrite | undefined {
  const { write } = first;
  const { table, conditions } = write;
  switch (second.kind) {
    case 'check':
      return first;
    case 'put':
      return toPendingWrite({ ...second, conditions });
    case 'update': {
      const changed = applyActions(item, second.actions);
      return changed && toPendingWrite({ kind: 'put', table, item: changed, conditions });
    }
    case 'delete':
      // The transaction created and deleted the item, so it must not have existed before.
      return conditions.some(({ kind }) => kind === 'absent')
        ? { write: { kind: 'check', table, key: second.key, conditions }, after: { kind: 'deleted' } }
        : toPendingWrite({ ...second, conditions });
  }
}

function applyAfterUpdate(
  first: PendingWrite,
  actions: readonly UpdateAction[],
  second: ItemWrite,
): PendingWrite | undefined {
  const remaining = remainingConditions(second.conditions, (name) => attributeAfter(actions, name));
  if (remaining === undefined) return undefined;
  const conditions = distinctConditions([...first.write.conditions, ...remaining]);
  switch (second.kind) {
    case 'check':
      return { ...first, write: { ...first.write, conditions } };
    case 'put':
    case 'delete':
      return toPendingWrite({ ...second, conditions });
    case 'update': {
      const both = combineActions(actions, second.actions);
      return both && toPendingWrite({ ...second, actions: both, conditions });
    }
  }
}

/** An attribute after the first write: unchanged, a known value, or one that only DynamoDB knows. */
type Known = { readonly value: AttributeValue | undefined } | 'unchanged' | 'unknown';

function attributeAfter(actions: readonly UpdateAction[], name: string): Known {
  const assignments = actions.filter(({ path }) => path[0] === name);
  const [action, ...others] = assignments;
  if (action === undefined) return 'unchanged';
  if (others.length > 0 || action.path.length > 1) return 'unknown';
  if (action.kind === 'remove') return { value: undefined };
  return action.kind === 'set' && action.to.kind === 'value' ? { value: action.to.value } : 'unknown';
}

/** The conditions of the second write that DynamoDB must still check on the stored item; undefined if that is undecidable. */
function remainingConditions(
  conditions: readonly WriteCondition[],
  known: (name: string) => Known,
): readonly WriteCondition[] | undefined {
  const remaining: WriteCondition[] = [];
  for (const condition of conditions) {
    if (condition.kind === 'exists') continue;
    const states = conditionAttributes(condition).map(known);
    if (states.every((state) => state === 'unchanged')) remaining.push(condition);
    else {
      const [state] = states;
      if (condition.kind !== 'unchanged' || typeof state !== 'object' || condition.path.length > 1)
        return undefined;
      if (!isSameOrAbsent(state.value, condition.value)) return undefined;
    }
  }
  return remaining;
}

function isSameOrAbsent(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a === undefined || b === undefined ? a === b : isSameValue(a, b);
}

function conditionAttributes(condition: WriteCondition): readonly string[] {
  if (condition.kind === 'never') return [];
  if (condition.kind === 'and' || condition.kind === 'or') return condition.of.flatMap(conditionAttributes);
  return 'path' in condition ? [condition.path[0]] : [condition.attribute];
}

/** The actions of two consecutive updates as those of one; undefined if one update cannot express them. */
function combineActions(
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

function distinctConditions(conditions: readonly WriteCondition[]): readonly WriteCondition[] {
  return [...new Map(conditions.map((condition) => [JSON.stringify(condition), condition])).values()];
}
