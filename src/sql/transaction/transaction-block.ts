import type { OpenTransaction } from './open-transaction.ts';

/** Where the statements of a connection, or of the handle of one transaction, stand. */
export interface TransactionBlock {
  /** The transaction that they are part of; undefined: each stands alone. */
  open: OpenTransaction | undefined;
  /** Who ends it: the statements COMMIT and ROLLBACK, or the function that it was begun for. */
  readonly endedBy: 'statements' | 'function';
}

/** A connection's, which begins outside a transaction. */
export function transactionBlock(): TransactionBlock {
  return { open: undefined, endedBy: 'statements' };
}
