import type { TableDef } from '../../catalog/table-def.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { readPages } from '../../dynamo/read/reader.ts';
import { keyOf } from './item-of.ts';
import type { StatementScope } from './source-rows.ts';

/** Whole items as they are now, in a transaction as that has left them, in the order of their keys; those that are gone are left out. */
export async function itemsOf(
  keys: readonly Key[],
  table: TableDef,
  { context, stats, signal }: Pick<StatementScope, 'context' | 'stats' | 'signal'>,
): Promise<readonly AttributeMap[]> {
  const found = new Map<string, AttributeMap>();
  const request = {
    table: table.name,
    access: { kind: 'BatchGetItem', keys },
    filter: [],
    consistent: true,
  } as const;
  for await (const page of readPages(context.client, request, {
    stats,
    signal,
    concurrency: context.settings.threads,
  })) {
    const items: readonly AttributeMap[] = JSON.parse(page.items.toString());
    for (const item of items) found.set(keyIdentity(keyOf(item, table)), item);
  }
  const { transaction } = context.writing;
  return keys
    .map((key) => {
      const item = found.get(keyIdentity(key));
      return transaction === undefined ? item : transaction.itemNow(key, item, table);
    })
    .filter((item) => item !== undefined);
}
