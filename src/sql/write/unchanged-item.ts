import { type TableDef, keyNames } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { WriteCondition } from '../../dynamo/write/item-write.ts';
import { ownValue } from './apply-actions.ts';

/** That an item still is as it was read. What DynamoDB cannot ask about is an attribute that nobody knows of. */
export function unchangedItem(item: AttributeMap, { key, columns }: TableDef): readonly WriteCondition[] {
  const own = new Set(keyNames(key));
  const known = columns.filter(({ hidden }) => hidden !== true).map(({ path }) => path[0]);
  return [
    { kind: 'exists', attribute: key.partition[0]?.name ?? '' },
    ...[...new Set([...Object.keys(item), ...known])]
      .filter((name) => !own.has(name))
      .map((name): WriteCondition => ({ kind: 'unchanged', path: [name], value: ownValue(item, name) })),
  ];
}
