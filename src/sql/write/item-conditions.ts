import { type TableDef, keyNames } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { WriteCondition } from '../../dynamo/write/item-write.ts';
import { getOwnValue } from './apply-actions.ts';

/** The item exists: UPDATE must not create one. */
export function existsConditions({ key }: TableDef): readonly WriteCondition[] {
  return [{ kind: 'exists', attribute: key.partition[0]?.name ?? '' }];
}

/** The item is unchanged since it was read. DynamoDB cannot check for new attributes that no column has the name of. */
export function unchangedConditions(item: AttributeMap, table: TableDef): readonly WriteCondition[] {
  const { key, columns } = table;
  const ownKey = new Set(keyNames(key));
  const known = columns.filter(({ hidden }) => hidden !== true).map(({ path }) => path[0]);
  return [
    ...existsConditions(table),
    ...[...new Set([...Object.keys(item), ...known])]
      .filter((name) => !ownKey.has(name))
      .map((name): WriteCondition => ({ kind: 'unchanged', path: [name], value: getOwnValue(item, name) })),
  ];
}
