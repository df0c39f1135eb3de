import type { AccessPath, KeyRange } from '../../dynamo/read/access-path.ts';
import type { TableRead } from './table-read.ts';

type Query = Extract<AccessPath, { readonly kind: 'Query' }>;

/**
 * Describes a read in one line: `GetItem orders(customer_id, order_id)`, `Query orders.by_status(status)`, `Scan
 * readings in 4 segments`.
 */
export function describeAccess(read: Pick<TableRead, 'table' | 'access' | 'fetchBack'>): string {
  const { access, table } = read;
  const fetched = read.fetchBack ? `, then BatchGetItem ${table.name}` : '';
  switch (access.kind) {
    case 'GetItem':
      return `GetItem ${table.name}(${Object.keys(access.key).join(', ')})`;
    case 'BatchGetItem':
      return `BatchGetItem ${table.name}(${Object.keys(access.keys[0] ?? {}).join(', ')}) of ${access.keys.length} keys${access.ordered ? ' in order' : ''}`;
    case 'Query': {
      const place = access.index === undefined ? table.name : `${table.name}.${access.index}`;
      const many = access.ranges.length === 1 ? '' : ` of ${access.ranges.length} ranges`;
      return `Query ${place}(${listRangeAttributes(access.ranges[0]).join(', ')})${access.descending === true ? ' descending' : ''}${many}${formatRangeOrder(access.rangeOrder)}${fetched}`;
    }
    case 'Scan': {
      const place = access.index === undefined ? table.name : `${table.name}.${access.index}`;
      if (access.segment !== undefined)
        return `Scan ${place}, segment ${access.segment} of ${access.segments}${fetched}`;
      return `Scan ${place}${access.segments === 1 ? '' : ` in ${access.segments} segments`}${fetched}`;
    }
    case 'Empty':
      return `No request for ${table.name}: no item can match`;
  }
}

function formatRangeOrder(order: Query['rangeOrder']): string {
  if (order === undefined) return '';
  if (order === 'sequence') return ', one after the other';
  return `, merged by ${order.map(({ attribute, descending }) => `${attribute}${descending ? ' descending' : ''}`).join(', ')}`;
}

function listRangeAttributes(range: KeyRange | undefined): readonly string[] {
  return [...Object.keys(range?.equals ?? {}), ...(range?.sort ? [range.sort.attribute] : [])];
}
