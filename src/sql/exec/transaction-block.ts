import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { ItemWrite, UpdateAction } from '../../dynamo/write/item-write.ts';
import type { TransactionBuffer } from './transaction-buffer.ts';

/** The one write of an item that a transaction will make, and how it leaves the item. */
export interface PendingWrite {
  readonly write: ItemWrite;
  readonly after:
    | { readonly kind: 'item'; readonly item: AttributeMap }
    | { readonly kind: 'deleted' }
    /** The update's actions are all that is known. */
    | { readonly kind: 'updated'; readonly actions: readonly UpdateAction[] }
    | { readonly kind: 'unchanged' };
}

/** A statement of a transaction: messages show its number and the start of its text. */
export interface TransactionStatement {
  readonly number: number;
  readonly text: string;
  /** An INSERT that reads what is there, and would not have been sent for an item that is. */
  readonly looksFirst: boolean;
}

/** A write that waits for COMMIT, and the statements that it is made of. */
export interface PlannedWrite extends PendingWrite {
  readonly table: TableDef;
  readonly key: Key;
  readonly statements: readonly TransactionStatement[];
}

/** A transaction between BEGIN and COMMIT. Its writes are kept here: DynamoDB learns of them all at once. */
export interface OpenTransaction {
  readonly readOnly: boolean;
  /** Why nothing but ROLLBACK is possible. */
  readonly failure: { readonly statement: TransactionStatement; readonly error: unknown } | undefined;
  /** Calls that have begun and are not over. */
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
  /** From now on it takes no writes. */
  end(): void;
}

/** Where the statements of a connection, or of the handle of one transaction, stand. */
export interface TransactionBlock {
  /** The transaction that they are part of; undefined: each stands alone. */
  open: OpenTransaction | undefined;
  /** Who ends it: the statements COMMIT and ROLLBACK, or the function that it was begun for. */
  readonly endedBy: 'statements' | 'function';
}

/** A connection's, which begins outside a transaction. */
export function createTransactionBlock(): TransactionBlock {
  return { open: undefined, endedBy: 'statements' };
}
