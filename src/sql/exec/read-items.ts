import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import { readPages } from '../../dynamo/read/reader.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { StatementContext } from './context.ts';

/** Reads whole items consistently, as DynamoDB has them; by the identities of their keys. */
export async function readItems(
  keys: readonly Key[],
  table: TableDef,
  { session, settings }: Pick<StatementContext, 'session' | 'settings'>,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, AttributeMap>> {
  const byKey = new Map<string, AttributeMap>();
  const names = Object.keys(keys[0] ?? {});
  if (keys.length === 0) return byKey;
  const request = {
    table: table.name,
    access: { kind: 'BatchGetItem', keys },
    filter: [],
    consistent: true,
  } as const;
  const options = { stats, concurrency: settings.threads, ...(signal && { signal }) };
  for await (const page of readPages(session.database.client, request, options)) {
    const items: readonly AttributeMap[] = page.parsed ?? JSON.parse(page.items.toString());
    for (const item of items) byKey.set(keyIdentity(pickKey(item, names)), item);
  }
  return byKey;
}

/** The attributes of an item's key. */
export function pickKey(item: AttributeMap, names: readonly string[]): Key {
  const key: Record<string, Key[string]> = {};
  for (const name of names) {
    const value = item[name];
    if (value !== undefined && ('S' in value || 'N' in value || 'B' in value)) key[name] = value;
  }
  return key;
}
