import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { itemBytes, valueBytes } from '../../dynamo/item-size.ts';
import { buildTransactionRequest, type ItemWrite } from '../../dynamo/write/item-write.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { checkWrite } from '../../dynamo/lint/lint-writes.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import { describeItem, extractKey } from '../write/item-key.ts';
import type {
  OpenTransaction,
  PendingWrite,
  PlannedWrite,
  TransactionStatement,
  TransactionBuffer,
} from '../exec/transaction-block.ts';
import { toItemsByTable, type Overlay } from '../exec/overlay.ts';
import { applyActions } from '../write/apply-actions.ts';
import { withoutPendingColumns } from './pending-columns.ts';
import { combineOnBase, combineWrites, toPendingWrite } from './pending-write.ts';
import { unchangedConditions } from '../write/item-conditions.ts';

/** Creates a transaction, whose writes are kept in memory until COMMIT. */
export function openTransaction(readOnly: boolean): OpenTransaction {
  let planned: ReadonlyMap<string, PlannedWrite> = new Map();
  /** Items as they were read for a write, by which writes are combined that DynamoDB would have to compute. */
  const read = new Map<string, AttributeMap>();
  let savepoints: readonly Savepoint[] = [];
  let count = 0;
  let running = 0;
  let ended = false;
  let failure: OpenTransaction['failure'];

  const add = (
    write: ItemWrite,
    table: TableDef,
    statement: TransactionStatement,
  ): 'added' | { readonly item: AttributeMap | undefined } => {
    if (ended)
      throw new DriverError(
        'SQL_NO_TRANSACTION',
        `${formatStatement(statement)}: the transaction has already ended`,
      );
    const key = write.kind === 'put' ? extractKey(write.item, table) : write.key;
    const identity = identify(table, key);
    const before = planned.get(identity);
    const next = before === undefined ? toPendingWrite(write) : combine(before, write, read.get(identity));
    if (next === 'refused') return { item: before?.after.kind === 'item' ? before.after.item : undefined };
    if (next === undefined || (before !== undefined && !isAccepted(next.write, table)))
      throw dependsError(before, statement, table, key);
    assertAcceptable(next.write, table);
    const statements = [...(before?.statements ?? []), statement].filter(
      (each, i, all) => all.indexOf(each) === i,
    );
    const stored = withoutPendingColumns(table);
    planned = new Map([...planned, [identity, { ...next, table: stored, key, statements }]]);
    checkLimits([...planned.values()], statement);
    return 'added';
  };

  const createBuffer = (statement: TransactionStatement): TransactionBuffer => {
    const before = planned;
    const earlier = toOverlay([...before.values()], statement, read);
    const writers = new Map<string, TransactionBuffer>();
    const create = (seen: () => ReadonlyMap<string, PlannedWrite>): TransactionBuffer => {
      const buffer: TransactionBuffer = {
        write(write, table, { returned, base }) {
          const key = write.kind === 'put' ? extractKey(write.item, table) : write.key;
          const identity = identify(table, key);
          const writer = writers.get(identity);
          if (writer !== undefined && writer !== buffer && !isInsert(write)) throw twiceError(table, key);
          writers.set(identity, buffer);
          const guarded =
            returned === 'NONE' || write.kind === 'put' ? write : requireUnchanged(write, base, table);
          const image = returned === 'NONE' ? undefined : predictImage(write, returned, base, statement);
          const outcome = add(guarded, table, statement);
          return outcome === 'added'
            ? { kind: 'done', item: image, response: {} }
            : { kind: 'refused', item: outcome.item, uncertain: false };
        },
        currentItem(key, item, table) {
          const identity = identify(table, key);
          const pending = seen().get(identity);
          if (item !== undefined) read.set(identity, item);
          if (pending === undefined) return item;
          const current = applyPending(pending, item);
          if (current === 'unknown') throw dependsError(pending, statement, table, key);
          return current;
        },
        listKeys: ({ name }) =>
          [...seen().values()].filter(({ table }) => table.name === name).map(({ key }) => key),
        earlier,
        createPart: () => create(() => before),
      };
      return buffer;
    };
    return create(() => planned);
  };

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
    beginStatement(about) {
      count += 1;
      const statement = { number: count, ...about };
      return { statement, buffer: createBuffer(statement) };
    },
    enter() {
      if (ended) throw new DriverError('SQL_NO_TRANSACTION', 'the transaction has already ended');
      running += 1;
    },
    leave() {
      running -= 1;
    },
    fail(statement, error) {
      failure ??= { statement, error };
    },
    savepoint(name) {
      savepoints = [...savepoints, { name, planned }];
    },
    rollbackTo(name) {
      const at = savepoints.findLastIndex((each) => each.name === name);
      const savepoint = savepoints[at];
      if (savepoint === undefined) return false;
      savepoints = savepoints.slice(0, at + 1);
      planned = savepoint.planned;
      failure = undefined;
      return true;
    },
    release(name) {
      const at = savepoints.findLastIndex((each) => each.name === name);
      if (at >= 0) savepoints = savepoints.slice(0, at);
      return at >= 0;
    },
    end() {
      ended = true;
    },
  };
}

interface Savepoint {
  readonly name: string;
  /** The writes before it. */
  readonly planned: ReadonlyMap<string, PlannedWrite>;
}

function combine(
  first: PlannedWrite,
  second: ItemWrite,
  base: AttributeMap | undefined,
): PendingWrite | 'refused' | undefined {
  return combineWrites(first, second) ?? (base && combineOnBase(first, second, base));
}

/** The item after the pending write; `unknown` where DynamoDB would refuse the write. */
function applyPending(
  { after, write, key }: PlannedWrite,
  item: AttributeMap | undefined,
): AttributeMap | undefined | 'unknown' {
  switch (after.kind) {
    case 'unchanged':
      return item;
    case 'deleted':
      return undefined;
    case 'item':
      return after.item;
    case 'updated': {
      const createsItem = !write.conditions.some(({ kind }) => kind === 'exists');
      const base = item ?? (createsItem ? key : undefined);
      return base && (applyActions(base, after.actions) ?? 'unknown');
    }
  }
}

/** The writes as reads see them; undefined if nothing is written. */
function toOverlay(
  writes: readonly PlannedWrite[],
  statement: TransactionStatement,
  read: Map<string, AttributeMap>,
): Overlay | undefined {
  const changing = writes.filter(({ after }) => after.kind !== 'unchanged');
  if (changing.length === 0) return undefined;
  return toItemsByTable(
    changing.map((planned) => ({
      table: planned.table.name,
      key: planned.key,
      needsStored: planned.after.kind === 'updated',
      item(stored) {
        if (stored !== undefined) read.set(identify(planned.table, planned.key), stored);
        const item = applyPending(planned, stored);
        if (item === 'unknown') throw dependsError(planned, statement, planned.table, planned.key);
        return item;
      },
    })),
  );
}

const MAX_STATEMENT_CHARACTERS = 40;

/** A statement in messages: `statement 2 (UPDATE accounts SET …)`. */
export function formatStatement({ number, text }: TransactionStatement): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  const start =
    line.length <= MAX_STATEMENT_CHARACTERS
      ? line
      : `${line.slice(0, MAX_STATEMENT_CHARACTERS).replace(/\s\S*$/, '')} …`;
  return `statement ${number} (${start})`;
}

function identify({ name }: TableDef, key: Key): string {
  return `${name} ${keyIdentity(key)}`;
}

function requireUnchanged(write: ItemWrite, base: AttributeMap | undefined, table: TableDef): ItemWrite {
  const attribute = table.key.partition[0]?.name ?? '';
  // UPSERT creates an item that did not exist when it was read.
  const unchanged =
    base === undefined ? ([{ kind: 'absent', attribute }] as const) : unchangedConditions(base, table);
  const conditions = [...write.conditions, ...unchanged];
  return {
    ...write,
    conditions: [...new Map(conditions.map((each) => [JSON.stringify(each), each])).values()],
  };
}

/** The image for RETURNING: of the item as it was read, or of one that the write creates. */
function predictImage(
  write: ItemWrite,
  returned: 'ALL_OLD' | 'ALL_NEW',
  base: AttributeMap | undefined,
  statement: TransactionStatement,
): AttributeMap | undefined {
  if (write.kind === 'put' || write.kind === 'check') return undefined;
  if (returned === 'ALL_OLD' && base !== undefined) return base;
  const image = write.kind === 'update' ? applyActions(base ?? write.key, write.actions) : undefined;
  if (image === undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${formatStatement(statement)}: RETURNING needs values that DynamoDB computes at COMMIT`,
      { remedy: 'Leave out RETURNING, or read the item after COMMIT.' },
    );
  return image;
}

/** An INSERT, which fails where another part has inserted the item, and may follow the DELETE of another part. */
function isInsert({ kind, conditions }: ItemWrite): boolean {
  return kind === 'put' && conditions.some((condition) => condition.kind === 'absent');
}

function twiceError(table: TableDef, key: Key): DriverError {
  return new DriverError(
    'SQL_NOT_SUPPORTED',
    `two parts of the statement change the item ${describeItem(key, table)}`,
    { remedy: 'Change the item in one part of the statement, or run two statements.' },
  );
}

function dependsError(
  before: PlannedWrite | undefined,
  statement: TransactionStatement,
  table: TableDef,
  key: Key,
): DriverError {
  const first = before?.statements.find((each) => each !== statement);
  const others = before?.statements.filter((each) => each !== statement).map(formatStatement);
  return new DriverError(
    'SQL_NOT_SUPPORTED',
    first === undefined
      ? `${formatStatement(statement)} writes the item ${describeItem(key, table)} twice in ways that cannot be combined; DynamoDB allows one write per item in a transaction`
      : `${formatStatement(statement)} depends on the earlier write to the item ${describeItem(key, table)} in ${others?.join(' and ')}; DynamoDB allows one write per item in a transaction`,
    { remedy: 'Make both changes with one statement, or in two transactions.' },
  );
}

/** Whether DynamoDB accepts the combination of two writes. */
function isAccepted(write: ItemWrite, table: TableDef): boolean {
  try {
    assertAcceptable(write, table);
    return true;
  } catch (error) {
    if (error instanceof DriverError && error.code === 'DYNAMO_LIMIT') return false;
    throw error;
  }
}

function assertAcceptable(write: ItemWrite, table: TableDef): void {
  checkWrite(buildTransactionRequest([write], ''), new Map([[table.name, table.key]]));
}

function checkLimits(writes: readonly PlannedWrite[], statement: TransactionStatement): void {
  const { transactItems: items, transactBytes: bytes } = LIMITS;
  if (writes.length > items.max)
    throw new DriverError(
      'DYNAMO_LIMIT',
      `${formatStatement(statement)} exceeds the limit of ${items.max} writes in a transaction`,
      { remedy: 'Commit more often, or write without a transaction.' },
    );
  const total = writes.reduce((sum, { write }) => sum + estimateBytes(write), 0);
  if (total > bytes.max)
    throw new DriverError(
      'DYNAMO_LIMIT',
      `${formatStatement(statement)} exceeds the limit of ${bytes.max} bytes in a transaction (${total} bytes)`,
      { remedy: 'Commit more often, or write without a transaction.' },
    );
}

/** The known size of a write before it is sent. */
function estimateBytes(write: ItemWrite): number {
  if (write.kind === 'put') return itemBytes(write.item);
  const assigned = write.kind !== 'update' ? [] : write.actions.flatMap(assignedValues);
  return itemBytes(write.key) + assigned.reduce((sum, value) => sum + valueBytes(value), 0);
}

function assignedValues(action: Extract<ItemWrite, { kind: 'update' }>['actions'][number]) {
  if (action.kind === 'remove') return [];
  if (action.kind !== 'set') return [action.value];
  return action.to.kind === 'value' ? [action.to.value] : [];
}
