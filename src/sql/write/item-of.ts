import { type TableDef, keyAttributes } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { attributeOf } from './attribute-of.ts';
import type { WriteTarget } from './destination.ts';
import { setMember } from './json-attribute.ts';
import type { StoredInput } from './stored-input.ts';

/** The item that a row is. */
export function itemOf(
  row: readonly StoredInput[],
  targets: readonly WriteTarget[],
  table: TableDef,
): AttributeMap {
  const item: MutableMap = {};
  for (const [i, value] of row.entries()) {
    const target = targets[i];
    if (target === undefined) continue;
    if (target.whole) Object.assign(item, wholeItem(value));
    else {
      const attribute = attributeOf(value, target);
      if (attribute !== undefined) place(item, target, attribute);
    }
  }
  for (const { name } of keyAttributes(table.key))
    if (!Object.hasOwn(item, name))
      throw new DriverError('SQL_NOT_NULL', `${name} is part of the table's key and needs a value.`);
  return item;
}

/** Throws where two targets are one place, or one lies within the other. */
export function placesOf(targets: readonly WriteTarget[]): void {
  const seen = targets.map(({ path }) => JSON.stringify(path).slice(0, -1));
  for (const [i, path] of seen.entries()) {
    const other = seen.findIndex((each, j) => j !== i && (each === path || each.startsWith(`${path},`)));
    if (other >= 0)
      throw new DriverError(
        'SQL_SYNTAX',
        seen[other] === path
          ? `${targets[i]?.label} is given twice.`
          : `${targets[i]?.label} and ${targets[other]?.label} overlap.`,
      );
  }
}

/** An item's key. */
export function keyOf(item: AttributeMap, table: TableDef): Key {
  const key: Record<string, Key[string]> = {};
  for (const { name } of keyAttributes(table.key)) {
    const value = item[name];
    if (value === undefined || !('S' in value || 'N' in value || 'B' in value))
      throw new DriverError('SQL_NOT_NULL', `${name} is part of the table's key and needs a value.`);
    key[name] = value;
  }
  return key;
}

/** An item's key for messages: `id 'A17', line 3`. */
export function keyText(item: AttributeMap, table: TableDef): string {
  return Object.entries(keyOf(item, table))
    .map(
      ([name, value]) => `${name} ${'N' in value ? value.N : 'S' in value ? `'${value.S}'` : `'${value.B}'`}`,
    )
    .join(', ');
}

type MutableMap = Record<string, AttributeValue>;

function wholeItem(value: StoredInput): AttributeMap {
  const whole = attributeOf(value, { label: 'The item', key: undefined, seen: { M: 1 } });
  if (whole === undefined || !('M' in whole))
    throw new DriverError('SQL_BAD_VALUE', 'A whole item is a JSON object.');
  return whole.M;
}

/** Puts a value at a path, making the maps on the way. */
function place(item: MutableMap, { path, label }: WriteTarget, value: AttributeValue): void {
  if (path.length === 1) {
    setMember(item, path[0], value);
    return;
  }
  let inside: MutableMap = item;
  for (const [i, step] of path.slice(0, -1).entries()) {
    const name = String(step);
    if (typeof path[i + 1] === 'number')
      throw new DriverError('SQL_NOT_SUPPORTED', `${label}: a new item's list is given as a whole.`);
    const next = inside[name];
    const members: MutableMap = next !== undefined && 'M' in next ? { ...next.M } : {};
    setMember(inside, name, { M: members });
    inside = members;
  }
  setMember(inside, String(path.at(-1)), value);
}
