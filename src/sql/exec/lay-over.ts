import { type KeyAttribute, keyAttributes } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { OverlaidItem } from './overlay.ts';
import { pickKey } from './read-items.ts';

/**
 * The pages of a read with the overlaid items in place of the stored ones. They need not meet the read's conditions,
 * because the engine checks all of them again.
 */
export async function* layOver(
  overlaid: readonly OverlaidItem[],
  read: TableRead,
  readStored: (read: TableRead) => AsyncGenerator<Page>,
  readNeeded: () => Promise<ReadonlyMap<string, AttributeMap>>,
): AsyncGenerator<Page> {
  const names = Object.keys(overlaid[0]?.key ?? {});
  const replaced = new Set(overlaid.map(({ key }) => keyIdentity(key)));
  for await (const page of readStored(asCompleteRead(read, names))) {
    const items: readonly AttributeMap[] = page.parsed ?? JSON.parse(page.items.toString());
    const kept = items.filter((item) => !replaced.has(keyIdentity(pickKey(item, names))));
    yield kept.length === items.length ? page : { ...page, ...toItems(kept) };
  }
  const stored = await readNeeded();
  const indexKey = findIndexKey(read);
  const items = overlaid
    .map((each) => each.item(stored.get(keyIdentity(each.key))))
    .filter((item) => item !== undefined)
    .filter((item) => indexKey.every(({ name, type }) => hasType(item[name], type)));
  if (items.length > 0) yield { ...toItems(items), scannedCount: 0, consumed: [] };
}

/** The read without a limit, and with the key by which its items are told apart. */
function asCompleteRead(
  { limit: _limit, firstPage: _firstPage, ...read }: TableRead,
  key: readonly string[],
) {
  const keyColumns = read.table.columns.filter(
    ({ path, hidden }) => path.length === 1 && key.includes(path[0]) && hidden !== true,
  );
  return { ...read, columns: [...new Set([...read.columns, ...keyColumns])] };
}

/** The key of the index that a statement names, whose entries are the only rows. */
function findIndexKey({ table, hint, access }: TableRead): readonly KeyAttribute[] {
  const used = hint?.kind === 'only' && 'index' in access ? access.index : undefined;
  const name = table.through ?? used;
  const index = table.indexes.find((each) => each.name === name);
  return index === undefined ? [] : keyAttributes(index.key);
}

function hasType(value: AttributeValue | undefined, type: KeyAttribute['type']): boolean {
  return value !== undefined && type in value;
}

function toItems(items: readonly AttributeMap[]): Pick<Page, 'items' | 'parsed' | 'count'> {
  return { items: Buffer.from(JSON.stringify(items)), parsed: items, count: items.length };
}
