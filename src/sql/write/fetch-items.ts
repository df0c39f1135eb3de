import type { TableDef } from '../../catalog/table-def.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { readItems } from '../exec/read-items.ts';
import type { StatementScope } from './statement-scope.ts';

/**
 * Reads whole items consistently, in the order of the keys and without those that do not exist. In a transaction they are as
 * its earlier statements have left them.
 */
export async function fetchItems(
  keys: readonly Key[],
  table: TableDef,
  { context, stats, signal }: Pick<StatementScope, 'context' | 'stats' | 'signal'>,
): Promise<readonly AttributeMap[]> {
  const byKey = await readItems(keys, table, context, stats, signal);
  const { buffer: transaction } = context;
  return keys
    .map((key) => {
      const item = byKey.get(keyIdentity(key));
      return transaction === undefined ? item : transaction.currentItem(key, item, table);
    })
    .filter((item) => item !== undefined);
}
