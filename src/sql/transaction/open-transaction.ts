import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { itemBytes, valueBytes } from '../../dynamo/item-size.ts';
import { transactionRequest, type ItemWrite } from '../../dynamo/write/item-write.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { checkWrite } from '../../dynamo/lint/lint-writes.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import { keyOf, keyText } from '../write/item-of.ts';
import type { OpenTransaction, PlannedWrite, TransactionStatement } from '../exec/transaction-block.ts';
import type { TransactionBuffer } from '../exec/write-options.ts';
import { applyActions } from '../write/apply-actions.ts';
import { combined, pendingWrite } from './pending-write.ts';
import { unchangedItem } from '../write/unchanged-item.ts';

/** Begins a transaction. */
export function openTransaction(readOnly: boolean): OpenTransaction {
  const planned = new Map<string, PlannedWrite>();
  let count = 0;
  let running = 0;
  let ended = false;
  let failure: OpenTransaction['failure'];

  const add = (
    write: ItemWrite,
    table: TableDef,
    statement: TransactionStatement,
  ): 'taken' | { readonly item: AttributeMap | undefined } => {
    if (ended) throw new DriverError('SQL_NO_TRANSACTION', `${called(statement)}: the transaction is over.`);
    const key = write.kind === 'put' ? keyOf(write.item, table) : write.key;
    const identity = identityOf(table, key);
    const before = planned.get(identity);
    const next = before === undefined ? pendingWrite(write) : combined(before, write);
    if (next === 'refused') return { item: before?.after.kind === 'item' ? before.after.item : undefined };
    if (next === undefined || (before !== undefined && !isTaken(next.write, table)))
      throw twice(before, statement, table, key);
    checkOne(next.write, table);
    const by = [...(before?.by ?? []), statement].filter((each, i, all) => all.indexOf(each) === i);
    planned.set(identity, { ...next, table, key, by });
    checkAll([...planned.values()], statement);
    return 'taken';
  };

  const sinkOf = (statement: TransactionStatement): TransactionBuffer => ({
    write(write, table, { returned, base }) {
      const guarded = returned === 'NONE' || write.kind === 'put' ? write : withUnchanged(write, base, table);
      const image = returned === 'NONE' ? undefined : imageOf(write, returned, base, statement);
      const outcome = add(guarded, table, statement);
      return outcome === 'taken'
        ? { kind: 'done', item: image, answer: {} }
        : { kind: 'refused', item: outcome.item, uncertain: false };
    },
    itemNow(key, item, table) {
      const before = planned.get(identityOf(table, key));
      switch (before?.after.kind) {
        case undefined:
        case 'asItWas':
          return item;
        case 'gone':
          return undefined;
        case 'item':
          return before.after.item;
        case 'changed': {
          const makesItem = !before.write.conditions.some(({ kind }) => kind === 'exists');
          const base = item ?? (makesItem ? key : undefined);
          const changed = base && applyActions(base, before.after.actions);
          if (base !== undefined && changed === undefined) throw twice(before, statement, table, key);
          return changed;
        }
      }
    },
    keysOf: ({ name }) =>
      [...planned.values()].filter(({ table }) => table.name === name).map(({ key }) => key),
  });

  return {
    readOnly,
    get failure() {
      return failure;
    },
    get running() {
      return running;
    },
    get writes() {
      return [...planned.values()];
    },
    begin(about) {
      count += 1;
      const statement = { number: count, ...about };
      return { statement, sink: sinkOf(statement) };
    },
    enter() {
      if (ended) throw new DriverError('SQL_NO_TRANSACTION', 'The transaction is over.');
      running += 1;
    },
    leave() {
      running -= 1;
    },
    fail(statement, error) {
      failure ??= { statement, error };
    },
    end() {
      ended = true;
    },
  };
}

const FIRST_WORDS = 40;

/** `Statement 2 (UPDATE accounts SET …)` */
export function called({ number, text }: TransactionStatement): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  const words = line.length <= FIRST_WORDS ? line : `${line.slice(0, FIRST_WORDS).replace(/\s\S*$/, '')} …`;
  return `Statement ${number} (${words})`;
}

function identityOf({ name }: TableDef, key: Key): string {
  return `${name} ${keyIdentity(key)}`;
}

function withUnchanged(write: ItemWrite, base: AttributeMap | undefined, table: TableDef): ItemWrite {
  if (base === undefined) return write;
  const conditions = [...write.conditions, ...unchangedItem(base, table)];
  return {
    ...write,
    conditions: [...new Map(conditions.map((each) => [JSON.stringify(each), each])).values()],
  };
}

/** What RETURNING is about: known only if the item was read, and nothing but values is assigned. */
function imageOf(
  write: ItemWrite,
  returned: 'ALL_OLD' | 'ALL_NEW',
  base: AttributeMap | undefined,
  statement: TransactionStatement,
): AttributeMap | undefined {
  if (write.kind === 'put' || write.kind === 'check') return undefined;
  if (returned === 'ALL_OLD' && base !== undefined) return base;
  const image = base && write.kind === 'update' ? applyActions(base, write.actions) : undefined;
  if (image === undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${called(statement)}: RETURNING needs the item as it will be, which is not known before COMMIT.`,
      { remedy: 'Leave out RETURNING, or read the item after COMMIT.' },
    );
  return image;
}

function twice(
  before: PlannedWrite | undefined,
  statement: TransactionStatement,
  table: TableDef,
  key: Key,
): DriverError {
  const first = before?.by.find((each) => each !== statement);
  const others = before?.by.filter((each) => each !== statement).map(called);
  return new DriverError(
    'SQL_NOT_SUPPORTED',
    first === undefined
      ? `${called(statement)} writes the item of ${table.name} with the key ${keyText(key, table)} twice, and the two are no one write: DynamoDB writes an item once in a transaction.`
      : `${called(statement)} depends on what the transaction does to the item of ${table.name} with the key ${keyText(key, table)} before, in ${others?.join(' and ')}: DynamoDB writes an item once in a transaction.`,
    { remedy: 'Make both changes with one statement, or in two transactions.' },
  );
}

/** Whether DynamoDB takes the write that two became. */
function isTaken(write: ItemWrite, table: TableDef): boolean {
  try {
    checkOne(write, table);
    return true;
  } catch (error) {
    if (error instanceof DriverError && error.code === 'DYNAMO_LIMIT') return false;
    throw error;
  }
}

function checkOne(write: ItemWrite, table: TableDef): void {
  checkWrite(transactionRequest([write], ''), new Map([[table.name, table.key]]));
}

function checkAll(writes: readonly PlannedWrite[], statement: TransactionStatement): void {
  const { transactItems: items, transactBytes: bytes } = LIMITS;
  if (writes.length > items.most)
    throw new DriverError(
      'DYNAMO_LIMIT',
      `${called(statement)} makes more than ${items.most} writes of the transaction, and DynamoDB takes ${items.most}.`,
      { remedy: 'COMMIT more often, or write without a transaction.' },
    );
  const total = writes.reduce((sum, { write }) => sum + bytesOf(write), 0);
  if (total > bytes.most)
    throw new DriverError(
      'DYNAMO_LIMIT',
      `${called(statement)} makes ${total} bytes of the transaction, and DynamoDB takes ${bytes.most}.`,
      { remedy: 'COMMIT more often, or write without a transaction.' },
    );
}

/** What is known of a write's size before it is sent. */
function bytesOf(write: ItemWrite): number {
  if (write.kind === 'put') return itemBytes(write.item);
  const assigned = write.kind !== 'update' ? [] : write.actions.flatMap(valueOf);
  return itemBytes(write.key) + assigned.reduce((sum, value) => sum + valueBytes(value), 0);
}

function valueOf(action: Extract<ItemWrite, { kind: 'update' }>['actions'][number]) {
  if (action.kind === 'remove') return [];
  if (action.kind !== 'set') return [action.value];
  return action.to.kind === 'value' ? [action.to.value] : [];
}
