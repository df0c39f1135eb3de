import type { Node, OnConflictClause } from 'libpg-query';
import { type TableDef, keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { UpdateAction } from '../../dynamo/write/item-write.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { InsertKind } from '../parse/insert-kind.ts';
import { getStringValue } from '../parse/tree.ts';
import type { WriteTarget } from './write-target.ts';
import type { ItemImage, NeededImages } from './item-image.ts';
import { describeItem, duplicateKeyError, extractKey } from './item-key.ts';
import { fetchItems } from './fetch-items.ts';
import { createConflictUpdate, type ConflictUpdate } from './on-conflict.ts';
import type { StatementScope } from './statement-scope.ts';
import type { WriteResult } from './write-item.ts';
import { writeWithImages } from './write-with-images.ts';

/** What happens to a row whose key already exists. */
export type OnConflict =
  | { readonly kind: 'error' }
  | { readonly kind: 'nothing' }
  /** REPLACE: the row replaces the item. */
  | { readonly kind: 'replace' }
  /** UPSERT: the row's attributes are set, and the item keeps its others. */
  | { readonly kind: 'merge'; readonly targets: readonly WriteTarget[] }
  | { readonly kind: 'update'; readonly update: ConflictUpdate };

export function resolveOnConflict(
  verb: InsertKind,
  clause: OnConflictClause | undefined,
  targets: readonly WriteTarget[],
  table: TableDef,
  alias: string,
  scope: StatementScope,
): OnConflict {
  const position = scope.parsed.position(clause?.infer?.location ?? clause?.location ?? 0);
  if (verb !== 'insert' && clause !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', `ON CONFLICT cannot be used with ${verb.toUpperCase()}`, {
      position,
      remedy: 'Write INSERT ... ON CONFLICT, or leave out ON CONFLICT.',
    });
  if (verb === 'upsert') return { kind: 'merge', targets: assertWholeAttributes(targets) };
  if (verb === 'replace') return { kind: 'replace' };
  if (clause === undefined) return { kind: 'error' };
  const named = (clause.infer?.indexElems ?? []).map(readElementName);
  const key = keyNames(table.key);
  const isKey =
    named.length === key.length &&
    key.every((attribute) => named.some((name) => isSameName(name, attribute)));
  if (named.length > 0 && !isKey)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `there is no unique or exclusion constraint matching the ON CONFLICT specification: only the key (${key.join(', ')}) of "${table.name}" is unique`,
      { position },
    );
  if (clause.action === 'ONCONFLICT_NOTHING') return { kind: 'nothing' };
  return { kind: 'update', update: createConflictUpdate(clause, table, alias, scope) };
}

function assertWholeAttributes(targets: readonly WriteTarget[]): readonly WriteTarget[] {
  const nested = targets.find(({ path }) => path.length > 1);
  if (nested !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `UPSERT sets whole attributes and cannot set "${nested.label}"`,
      { remedy: 'Use UPDATE, or INSERT ... ON CONFLICT DO UPDATE SET.' },
    );
  return targets;
}

function readElementName(node: Node): string {
  return 'IndexElem' in node ? (node.IndexElem.name ?? '') : (getStringValue(node) ?? '');
}

function isSameName(name: string, attribute: string): boolean {
  return name === attribute || name === attribute.toLowerCase();
}

/** How often a row is tried whose item is created and deleted concurrently. */
const MAX_ATTEMPTS = 10;

/** Writes one row as `onConflict` says; returns the item's images, or undefined if nothing was written. */
export async function putItem(
  item: AttributeMap,
  onConflict: OnConflict,
  table: TableDef,
  scope: StatementScope,
  writes: WriteStats,
  needed: 'NONE' | 'ALL_NEW' | 'BOTH',
): Promise<ItemImage | undefined> {
  const { context, signal } = scope;
  if (onConflict.kind === 'merge') {
    const merge = toMerge(item, onConflict.targets, table);
    const base = await readBase(item, needed, table, scope);
    const merged = await writeWithImages(merge, needed, table, context, writes, signal, base);
    const image = merged.item ?? item;
    return { item: image, new: image, old: merged.kind === 'done' ? merged.old : undefined };
  }
  const attribute = table.key.partition[0]?.name ?? '';
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const conditions = onConflict.kind === 'replace' ? [] : ([{ kind: 'absent', attribute }] as const);
    const put = { kind: 'put', table: table.name, item, conditions } as const;
    const conflict = await findExisting(item, onConflict, table, scope);
    // Only REPLACE has an image before a put.
    const before = onConflict.kind === 'replace' && needed === 'BOTH' ? needed : 'NONE';
    const base = await readBase(item, before, table, scope);
    const result = conflict ?? (await writeWithImages(put, before, table, context, writes, signal, base));
    if (result.kind === 'done') return { item, new: item, old: result.old };
    switch (onConflict.kind) {
      case 'error':
      case 'replace':
        throw duplicateKeyError(item, table);
      case 'nothing':
        return undefined;
      case 'update': {
        // DynamoDB returns the item with a failed condition; some emulators do not.
        const [read] =
          result.item === undefined ? await fetchItems([extractKey(item, table)], table, scope) : [];
        const existing = result.item ?? read;
        const updated = existing && (await onConflict.update(item, existing, writes, needed));
        if (updated?.kind === 'done') return updated.image;
      }
    }
  }
  throw new DriverError(
    'EXEC_CONFLICT',
    `gave up after ${MAX_ATTEMPTS} attempts: the item ${describeItem(item, table)} was created and deleted concurrently`,
  );
}

/** The item as the transaction sees it, if the statement needs an image that DynamoDB would return only at COMMIT. */
async function readBase(
  item: AttributeMap,
  needed: NeededImages,
  table: TableDef,
  scope: StatementScope,
): Promise<AttributeMap | undefined> {
  if (scope.context.buffer === undefined || needed === 'NONE') return undefined;
  const [base] = await fetchItems([extractKey(item, table)], table, scope);
  return base;
}

/** In a transaction a failed put would only show at COMMIT and fail everything, so the existing item is read first. */
async function findExisting(
  item: AttributeMap,
  { kind }: OnConflict,
  table: TableDef,
  scope: StatementScope,
): Promise<WriteResult | undefined> {
  if (scope.context.buffer === undefined || (kind !== 'nothing' && kind !== 'update')) return undefined;
  const [existing] = await fetchItems([extractKey(item, table)], table, scope);
  return existing && { kind: 'refused', item: existing };
}

/** Sets the row's attributes and removes those that are DEFAULT; creates the item if it does not exist. */
function toMerge(item: AttributeMap, targets: readonly WriteTarget[], table: TableDef) {
  const key = extractKey(item, table);
  const set = Object.entries(item)
    .filter(([name]) => !Object.hasOwn(key, name))
    .map(([name, value]): UpdateAction => ({ kind: 'set', path: [name], to: { kind: 'value', value } }));
  const remove = targets
    .filter(({ whole, path }) => !whole && !Object.hasOwn(item, path[0]))
    .map(({ path }): UpdateAction => ({ kind: 'remove', path }));
  return { kind: 'update', table: table.name, key, actions: [...set, ...remove], conditions: [] } as const;
}
