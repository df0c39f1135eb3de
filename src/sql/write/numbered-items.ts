import type { Node } from 'libpg-query';
import type { Catalog } from '../../catalog/catalog.ts';
import { type ColumnDef, ITEM_COLUMN, isWholeItem, type TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { column } from '../dialect/build.ts';
import { getStringValues, mapInside, mapNodes } from '../parse/tree.ts';

/** The members of a numbered item, and the hidden columns that hold them. */
const MEMBERS = { position: '$position', item: '$numbered item' } as const;

/** Whether the engine returns one row per item in the order of the items: not where it joins subqueries. */
export function keepsOrder(targets: readonly Node[]): boolean {
  return targets.every((target) => {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    return value !== undefined && 'ColumnRef' in value;
  });
}

/** Items that know their position and, if the expressions refer to `"$item"`, what they were without it. */
export function numberItems(
  items: readonly AttributeMap[],
  targets: readonly Node[],
): readonly AttributeMap[] {
  const needsItem = JSON.stringify(targets).includes(JSON.stringify(ITEM_COLUMN));
  return items.map((item, i) => ({
    ...item,
    [MEMBERS.position]: { N: String(i) },
    ...(needsItem && { [MEMBERS.item]: { M: item } }),
  }));
}

/** The expressions over numbered items, and the position after them. */
export function toNumberedTargets(targets: readonly Node[], alias: string): readonly Node[] {
  return [
    ...renameItemColumn(targets, alias, MEMBERS.item),
    { ResTarget: { val: column(alias, MEMBERS.position) } },
  ];
}

/** The expressions with another column for `"$item"`, since items in memory may have members that are not attributes. */
export function renameItemColumn(targets: readonly Node[], alias: string, to: string): readonly Node[] {
  const change = (node: Node): Node => {
    if (!('ColumnRef' in node)) return mapInside(node, change);
    const fields = getStringValues(node.ColumnRef.fields);
    const isOwn = fields.length === 1 || (fields.length === 2 && fields[0] === alias);
    return isOwn && fields.at(-1) === ITEM_COLUMN ? column(alias, to) : node;
  };
  return targets.map((target): Node => {
    if (!('ResTarget' in target)) return target;
    const { val, name } = target.ResTarget;
    const value = mapNodes(val, change);
    if (value === val || value === undefined) return target;
    return { ResTarget: { ...target.ResTarget, name: name ?? ITEM_COLUMN, val: value } };
  });
}

/** A catalog in which a table has the hidden columns of numbered items. */
export function withNumberColumns(catalog: Catalog, name: string): Catalog {
  const extended = new WeakMap<TableDef, TableDef>();
  const extend = (table: TableDef): TableDef => {
    if (table.name !== name || table.child !== undefined || table.through !== undefined) return table;
    const known = extended.get(table);
    if (known !== undefined) return known;
    const items = table.columns
      .filter((each) => isWholeItem(each) && each.name === ITEM_COLUMN)
      .map((each): ColumnDef => ({ ...each, name: MEMBERS.item, path: [MEMBERS.item] }));
    const whole = { ...table, columns: [...table.columns, POSITION, ...items] };
    extended.set(table, whole);
    return whole;
  };
  return {
    ...catalog,
    table: async (...args) => extend(await catalog.table(...args)),
    widen: async (...args) => extend(await catalog.widen(...args)),
  };
}

const POSITION: ColumnDef = {
  name: MEMBERS.position,
  path: [MEMBERS.position],
  type: { kind: 'bigint' },
  seen: { N: 1 },
  presence: 1,
  hidden: true,
};
