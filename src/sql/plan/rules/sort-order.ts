import type { PushdownRule } from '../table-read.ts';

/** ORDER BY the sort key within one partition is the order in which a Query answers. */
export const sortOrder: PushdownRule = {
  name: 'sort-order',
  apply(read) {
    const { access, order } = read;
    if (order === undefined || read.fetchBack) return undefined;
    if (access.kind === 'GetItem' || access.kind === 'Empty') return satisfied(read);
    if (access.kind !== 'Query' || access.ranges.length !== 1) return undefined;
    const key =
      access.index === undefined
        ? read.table.key
        : read.table.indexes.find((index) => index.name === access.index)?.key;
    const free = key?.sort.find((attribute) => access.ranges[0]?.equals[attribute.name] === undefined);
    if (free === undefined || free.name !== order.column) return undefined;
    return satisfied({ ...read, access: { ...access, ...(order.descending ? { descending: true } : {}) } });
  },
};

function satisfied<R extends { readonly order?: unknown }>(read: R): Omit<R, 'order'> {
  const { order: _, ...rest } = read;
  return rest;
}
