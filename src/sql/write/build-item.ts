import { type TableDef, keyAttributes } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { notNullError, toAttribute } from './to-attribute.ts';
import { conformItem } from './conform-item.ts';
import type { WriteTarget } from './write-target.ts';
import { setMember } from './json-attribute.ts';
import type { StoredInput } from './stored-input.ts';

/** Builds an item from a row. Throws where a key attribute has no value. */
export function buildItem(
  row: readonly StoredInput[],
  targets: readonly WriteTarget[],
  table: TableDef,
): AttributeMap {
  const item: MutableMap = {};
  for (const [i, value] of row.entries()) {
    const target = targets[i];
    if (target === undefined) continue;
    if (target.whole) {
      const others = new Set(
        targets.flatMap(({ path, whole }) => (whole || path.length > 1 ? [] : [path[0]])),
      );
      Object.assign(item, conformItem(parseWholeItem(value), table, 'untyped', others));
    } else {
      const attribute = toAttribute(value, target);
      if (attribute !== undefined) setAtPath(item, target, attribute);
    }
  }
  for (const { name } of keyAttributes(table.key))
    if (!Object.hasOwn(item, name)) throw notNullError(name, table.name);
  return item;
}

/** Throws where two targets have the same path, or one lies within the other. */
export function assertDistinctTargets(
  targets: readonly WriteTarget[],
  duplicateMessage = (label: string): string => `column "${label}" specified more than once`,
): void {
  const paths = targets.map(({ path }) => JSON.stringify(path).slice(0, -1));
  for (const [i, path] of paths.entries()) {
    const other = paths.findIndex((each, j) => j !== i && (each === path || each.startsWith(`${path},`)));
    const label = targets[i]?.label ?? '';
    if (other >= 0)
      throw new DriverError(
        'SQL_SYNTAX',
        paths[other] === path
          ? duplicateMessage(label)
          : `columns "${label}" and "${targets[other]?.label}" overlap`,
      );
  }
}

type MutableMap = Record<string, AttributeValue>;

function parseWholeItem(value: StoredInput): AttributeMap {
  const whole = toAttribute(value, { label: '$item', key: undefined, seen: { M: 1 } });
  if (whole === undefined || !('M' in whole))
    throw new DriverError('SQL_BAD_VALUE', 'column "$item" takes a JSON object');
  return whole.M;
}

/** Sets the value at a path and creates the maps it is in. */
function setAtPath(item: MutableMap, { path, label }: WriteTarget, value: AttributeValue): void {
  if (path.length === 1) {
    setMember(item, path[0], value);
    return;
  }
  let inside: MutableMap = item;
  for (const [i, step] of path.slice(0, -1).entries()) {
    const name = String(step);
    if (typeof path[i + 1] === 'number')
      throw new DriverError('SQL_NOT_SUPPORTED', `cannot set the element "${label}" of a new item`, {
        remedy: 'Set the whole list.',
      });
    const next = inside[name];
    const members: MutableMap = next !== undefined && 'M' in next ? { ...next.M } : {};
    setMember(inside, name, { M: members });
    inside = members;
  }
  setMember(inside, String(path.at(-1)), value);
}
