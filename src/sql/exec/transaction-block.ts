import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { ItemWrite, UpdateAction, ReturnValues } from '../../dynamo/write/item-write.ts';
import type { WriteOutcome } from '../../dynamo/write/write.ts';
import type { Overlay } from './overlay.ts';

/** Collects the writes of a statement until COMMIT. */
export interface TransactionBuffer {
  /** `base`: the item as it was read, if the write returns an image; it must be unchanged at COMMIT. */
  write(
    write: ItemWrite,
    table: TableDef,
    options: { readonly returned: ReturnValues; readonly base: AttributeMap | undefined },
  ): WriteOutcome;
  /** The item as the transaction has changed it so far, starting from the stored one. */
  currentItem(key: Key, item: AttributeMap | undefined, table: TableDef): AttributeMap | undefined;
  /** The keys of the items that the transaction writes or checks. */
  listKeys(table: TableDef): readonly Key[];
  /** What the statements before this one have written, laid over what this one reads. */
  readonly earlier: Overlay | undefined;
  /**
   * The buffer of a part of the statement, such as a CTE that writes. As in PostgreSQL, no part sees what the others
   * write, and no item may be changed by two of them.
   */
  createPart(): TransactionBuffer;
}

/** The one write of an item that a transaction will make, and the item after it. */
export interface PendingWrite {
  readonly write: ItemWrite;
  readonly after:
    | { readonly kind: 'item'; readonly item: AttributeMap }
    | { readonly kind: 'deleted' }
    /** Only the update's actions are known. */
    | { readonly kind: 'updated'; readonly actions: readonly UpdateAction[] }
    | { readonly kind: 'unchanged' };
}

/** A statement of a transaction: messages show its number and the start of its text. */
export interface TransactionStatement {
  readonly number: number;
  readonly text: string;
  /** An INSERT that read the item first, and would not have written over an existing one. */
  readonly looksFirst: boolean;
}

/** A write that waits for COMMIT, and the statements that it combines. */
export interface PlannedWrite extends PendingWrite {
  readonly table: TableDef;
  readonly key: Key;
  readonly statements: readonly TransactionStatement[];
}

/** A transaction between BEGIN and COMMIT. Its writes are buffered, and sent in one request. */
export interface OpenTransaction {
  readonly readOnly: boolean;
  /** The failure after which only ROLLBACK is possible. */
  readonly failure: { readonly statement: TransactionStatement; readonly error: unknown } | undefined;
  /** Calls that have not ended. */
  readonly running: number;
  readonly writes: readonly PlannedWrite[];
  /** Begins its next statement, whose writes go to the buffer. */
  beginStatement(about: Omit<TransactionStatement, 'number'>): {
    readonly statement: TransactionStatement;
    readonly buffer: TransactionBuffer;
  };
  enter(): void;
  leave(): void;
  fail(statement: TransactionStatement, error: unknown): void;
  /** Marks a point to which ROLLBACK TO returns. Several may have one name: the last one counts. */
  savepoint(name: string): void;
  /** Forgets the writes, the failure and the savepoints after the savepoint. False: no savepoint has the name. */
  rollbackTo(name: string): boolean;
  /** Removes the savepoint and those after it, and keeps the writes. False: no savepoint has the name. */
  release(name: string): boolean;
  /** Ends it: later writes are refused. */
  end(): void;
}

/** The transaction state of a connection, or of the handle of one transaction. */
export interface TransactionBlock {
  /** The transaction that statements are part of; undefined: each is its own. */
  open: OpenTransaction | undefined;
  /** Whether COMMIT and ROLLBACK end it, or the return of the function that it was begun for. */
  readonly endedBy: 'statements' | 'function';
}

/** The state of a new connection, outside a transaction. */
export function createTransactionBlock(): TransactionBlock {
  return { open: undefined, endedBy: 'statements' };
}
