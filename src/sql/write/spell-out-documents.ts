import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import type { WriteCondition } from '../../dynamo/write/item-write.ts';
import { findValue } from '../engine/fits.ts';
import { isSameValue } from './same-value.ts';

/** Whether one of the conditions compares a whole map or list. */
export function comparesDocuments(conditions: readonly WriteCondition[]): boolean {
  return conditions.some(
    (condition) => condition.kind === 'unchanged' && isDocument(condition.value ?? { NULL: true }),
  );
}

/** Whether the item has every value that the conditions say is unchanged. */
export function isUnchanged(conditions: readonly WriteCondition[], item: AttributeMap): boolean {
  return conditions.every((condition) => {
    if (condition.kind !== 'unchanged') return true;
    const current = findValue(item, condition.path);
    return current === undefined || condition.value === undefined
      ? current === condition.value
      : isSameValue(current, condition.value);
  });
}

/**
 * The same conditions without comparing whole maps and lists: their type, their size and each member are compared instead.
 * DynamoDB considers both equal; some emulators never find two documents equal.
 */
export function spellOutDocuments(conditions: readonly WriteCondition[]): readonly WriteCondition[] {
  return conditions.flatMap((condition) =>
    condition.kind === 'unchanged' && condition.value !== undefined
      ? spellOut(condition.path, condition.value)
      : [condition],
  );
}

function spellOut(path: DocumentPath, value: AttributeValue): readonly WriteCondition[] {
  if ('M' in value) {
    const members = Object.entries(value.M);
    return [
      { kind: 'hasType', path, type: 'M' },
      { kind: 'size', path, op: '=', count: members.length },
      ...members.flatMap(([name, member]) => spellOut([...path, name], member)),
    ];
  }
  if ('L' in value)
    return [
      { kind: 'hasType', path, type: 'L' },
      { kind: 'size', path, op: '=', count: value.L.length },
      ...value.L.flatMap((element, index) => spellOut([...path, index], element)),
    ];
  return [{ kind: 'unchanged', path, value }];
}

function isDocument(value: AttributeValue): boolean {
  return 'M' in value || 'L' in value;
}
