import type { Catalog } from '../../catalog/catalog.ts';
import { type ColumnDef, ITEM_COLUMN, isWholeItem, type TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { ItemImage } from './item-image.ts';

/** The members of an item in memory that hold its images and the columns of other relations. */
const MEMBERS = {
  row: '$row',
  old: '$old row',
  new: '$new row',
  source: '$source row',
  action: '$merge action',
} as const;

/** The hidden column that holds `"$item"` of an item with images. */
export const ROW_COLUMN = MEMBERS.row;

/** The hidden column that holds merge_action(). */
export const ACTION_COLUMN = MEMBERS.action;

/** The hidden column that holds a column of an image. */
export function toImageName(image: 'old' | 'new', column: string): string {
  return `$${image} ${column}`;
}

/** The hidden column that holds a column of another relation. */
export function toSourceName(position: number): string {
  return `$source ${position}`;
}

/** The place of a column of another relation in an item. */
export function toSourcePath(position: number): ColumnDef['path'] {
  return [MEMBERS.source, toSourceMember(position)];
}

export function toSourceMember(position: number): string {
  return `c${position}`;
}

/** Items in memory with their images as members. */
export function toImageItems(images: readonly ItemImage[]): readonly AttributeMap[] {
  return images.map(({ item, old, new: after, source, action }) => ({
    ...item,
    [MEMBERS.row]: { M: item },
    ...(old && { [MEMBERS.old]: { M: old } }),
    ...(after && { [MEMBERS.new]: { M: after } }),
    ...(source && Object.keys(source).length > 0 && { [MEMBERS.source]: { M: source } }),
    ...(action !== undefined && { [MEMBERS.action]: { S: action } }),
  }));
}

/** A catalog in which a table has hidden columns for the images of its items, and for columns of other relations. */
export function withImageColumns(catalog: Catalog, name: string, sources: readonly ColumnDef[]): Catalog {
  const extended = new WeakMap<TableDef, TableDef>();
  const extend = (table: TableDef): TableDef => {
    if (table.name !== name || table.child !== undefined || table.through !== undefined) return table;
    const known = extended.get(table);
    if (known !== undefined) return known;
    const more = [...table.columns.flatMap(toImageColumns), ...sources, ACTION];
    const whole = { ...table, columns: [...table.columns, ...more] };
    extended.set(table, whole);
    return whole;
  };
  return {
    ...catalog,
    table: async (...args) => extend(await catalog.table(...args)),
    widen: async (table, column, evidence) =>
      extend(await catalog.widen(table, column.replace(/^\$(?:old|new) /, ''), evidence)),
  };
}

const ACTION: ColumnDef = {
  name: ACTION_COLUMN,
  path: [MEMBERS.action],
  type: { kind: 'text' },
  seen: {},
  presence: 1,
  hidden: true,
};

function toImageColumns(column: ColumnDef): readonly ColumnDef[] {
  const isWhole = isWholeItem(column);
  if (column.hidden === true && !isWhole) return [];
  const images = (['old', 'new'] as const).map((image): ColumnDef => ({
    ...column,
    name: toImageName(image, column.name),
    path: isWhole ? [MEMBERS[image]] : [MEMBERS[image], ...column.path],
    hidden: true,
  }));
  return column.name === ITEM_COLUMN && isWhole
    ? [...images, { ...column, name: ROW_COLUMN, path: [MEMBERS.row] }]
    : images;
}
