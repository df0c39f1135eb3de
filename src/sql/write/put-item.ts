import type { Node, OnConflictClause } from 'libpg-query';
import { type TableDef, keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { UpdateAction } from '../../dynamo/write/item-write.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { InsertKind } from '../parse/insert-kind.ts';
import { textOf } from '../parse/tree.ts';
import type { WriteTarget } from './destination.ts';
import { keyOf, keyText } from './item-of.ts';
import { itemsOf } from './items-of.ts';
import { conflictUpdate, type ConflictUpdate } from './on-conflict.ts';
import type { StatementScope } from './source-rows.ts';
import { writeItem, type WriteResult } from './write-item.ts';

/** What becomes of a row whose key an item has already. */
export type OnConflict =
  | { readonly kind: 'error' }
  | { readonly kind: 'nothing' }
  /** REPLACE: it takes the item's place. */
  | { readonly kind: 'replace' }
  /** UPSERT: its attributes take the place of the item's, which keeps its others. */
  | { readonly kind: 'merge'; readonly targets: readonly WriteTarget[] }
  | { readonly kind: 'update'; readonly update: ConflictUpdate };

export function conflictOf(
  verb: InsertKind,
  clause: OnConflictClause | undefined,
  targets: readonly WriteTarget[],
  table: TableDef,
  alias: string,
  reading: StatementScope,
): OnConflict {
  const position = reading.parsed.position(clause?.infer?.location ?? clause?.location ?? 0);
  if (verb !== 'insert' && clause !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${verb.toUpperCase()} says what becomes of an item that is there; ON CONFLICT goes with INSERT.`,
      { position },
    );
  if (verb === 'upsert') return { kind: 'merge', targets: wholeAttributes(targets) };
  if (verb === 'replace') return { kind: 'replace' };
  if (clause === undefined) return { kind: 'error' };
  const named = (clause.infer?.indexElems ?? []).map(elementName);
  const key = keyNames(table.key);
  const isKey =
    named.length === key.length && key.every((attribute) => named.some((name) => sameName(name, attribute)));
  if (named.length > 0 && !isKey)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `ON CONFLICT (${named.join(', ')}): only the table's key (${key.join(', ')}) is unique.`,
      { position },
    );
  if (clause.action === 'ONCONFLICT_NOTHING') return { kind: 'nothing' };
  return { kind: 'update', update: conflictUpdate(clause, table, alias, reading) };
}

function wholeAttributes(targets: readonly WriteTarget[]): readonly WriteTarget[] {
  const within = targets.find(({ path }) => path.length > 1);
  if (within !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `UPSERT sets whole attributes, and ${within.label} lies within one.`,
      { remedy: 'Write UPDATE, or INSERT … ON CONFLICT DO UPDATE SET.' },
    );
  return targets;
}

function elementName(node: Node): string {
  return 'IndexElem' in node ? (node.IndexElem.name ?? '') : (textOf(node) ?? '');
}

function sameName(written: string, attribute: string): boolean {
  return written === attribute || written === attribute.toLowerCase();
}

/** How often an item that comes and goes is tried. */
const MOST_ROUNDS = 10;

/** Puts one item; gives its image where it is asked for, or undefined where nothing was written. */
export async function putItem(
  item: AttributeMap,
  onConflict: OnConflict,
  table: TableDef,
  reading: StatementScope,
  writes: WriteStats,
  wanted: boolean,
): Promise<AttributeMap | undefined> {
  const { context, signal } = reading;
  if (onConflict.kind === 'merge') {
    const merge = mergeOf(item, onConflict.targets, table);
    const { item: image } = await writeItem(
      merge,
      wanted ? 'ALL_NEW' : 'NONE',
      table,
      context,
      writes,
      signal,
    );
    return image ?? item;
  }
  const attribute = table.key.partition[0]?.name ?? '';
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const conditions = onConflict.kind === 'replace' ? [] : ([{ kind: 'absent', attribute }] as const);
    const put = { kind: 'put', table: table.name, item, conditions } as const;
    const found = await lookFirst(item, onConflict, table, reading);
    const result = found ?? (await writeItem(put, 'NONE', table, context, writes, signal));
    if (result.kind === 'done') return item;
    switch (onConflict.kind) {
      case 'error':
      case 'replace':
        throw new DriverError(
          'SQL_UNIQUE',
          `${table.name} has an item with the key ${keyText(item, table)} already.`,
        );
      case 'nothing':
        return undefined;
      case 'update': {
        // A refusal brings the item along, though not with every emulator.
        const [read] = result.item === undefined ? await itemsOf([keyOf(item, table)], table, reading) : [];
        const existing = result.item ?? read;
        const updated = existing && (await onConflict.update(item, existing, writes));
        if (updated?.kind === 'done') return updated.item;
      }
    }
  }
  throw new DriverError(
    'EXEC_CONFLICT',
    `The item with the key ${keyText(item, table)} was made and deleted by others again and again.`,
  );
}

/** In a transaction the refusal of a put would come at COMMIT, for all: what is there is looked at first. */
async function lookFirst(
  item: AttributeMap,
  { kind }: OnConflict,
  table: TableDef,
  reading: StatementScope,
): Promise<WriteResult | undefined> {
  if (reading.context.writing.transaction === undefined || (kind !== 'nothing' && kind !== 'update'))
    return undefined;
  const [found] = await itemsOf([keyOf(item, table)], table, reading);
  return found && { kind: 'refused', item: found };
}

/** Sets the row's attributes, and removes those for which it has DEFAULT; makes the item where there is none. */
function mergeOf(item: AttributeMap, targets: readonly WriteTarget[], table: TableDef) {
  const key = keyOf(item, table);
  const set = Object.entries(item)
    .filter(([name]) => !Object.hasOwn(key, name))
    .map(([name, value]): UpdateAction => ({ kind: 'set', path: [name], to: { kind: 'value', value } }));
  const remove = targets
    .filter(({ whole, path }) => !whole && !Object.hasOwn(item, path[0]))
    .map(({ path }): UpdateAction => ({ kind: 'remove', path }));
  return { kind: 'update', table: table.name, key, actions: [...set, ...remove], conditions: [] } as const;
}
