import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import type { AccessPath } from '../../dynamo/read/access-path.ts';
import type { Predicate } from '../../dynamo/expression/predicate.ts';
import type { IndexHint } from '../bind/index-hint.ts';
import type { CardinalityFeedback } from './cardinality-feedback.ts';

/**
 * A condition that DuckDB found for one scan. `predicate` is what DynamoDB can be asked (undefined where it cannot);
 * `exact` says that both mean the same on every item, so that DuckDB need not check again.
 */
export interface Condition {
  /** As a person would write it, for EXPLAIN. */
  readonly text: string;
  readonly predicate: Predicate | undefined;
  readonly exact: boolean;
}

/**
 * One read of one table: starts as a Scan whose conditions are all residual; rules move conditions out. DuckDB checks every original
 * condition again on the engine path, so whatever a rule does may only widen the set of rows, never narrow it.
 */
export interface TableRead {
  /** The stub's name in the statement: `r0`, `r1` … */
  readonly alias: string;
  readonly table: TableDef;
  readonly access: AccessPath;
  /**
   * The Query of the index brings keys only; the items are fetched by them, or the table is read after all where they are too
   * many. What holds of the index entry is checked again on the item, which may have changed since.
   */
  readonly fetchBack?: true;
  /** What the statement says about the table's indexes. */
  readonly hint?: IndexHint;
  /** All that the statement asks of this scan, wherever it went. */
  readonly conditions: readonly Condition[];
  /** DynamoDB evaluates these with the key condition. */
  readonly keyed: readonly Condition[];
  readonly filter: readonly Condition[];
  /** DuckDB still owes these. */
  readonly residual: readonly Condition[];
  /** What the statement needs of the table, in the table's order. */
  readonly columns: readonly ColumnDef[];
  /** So many rows are enough, if in the end nothing is residual and the order is met. */
  readonly limit?: number;
  /** Rows are wanted in this order; a rule that meets it removes it. */
  readonly order?: readonly OrderTerm[];
  /** The order that is met. */
  readonly sorted?: readonly OrderTerm[];
  /**
   * The statement may need only the first so many rows, or more: DuckDB says when there are enough. Pages start so
   * small and double.
   */
  readonly firstPage?: number;
  /** Only the number of items matters. */
  readonly countOnly?: true;
  /** Its keys may come from another read. */
  readonly keysFrom?: KeySource;
}

/** The read of everything there is: where planning begins. */
export function scanOf(table: TableDef): Extract<AccessPath, { kind: 'Scan' }> {
  return { kind: 'Scan', segments: 1, ...(table.through === undefined ? {} : { index: table.through }) };
}

/** One column of ORDER BY. */
export interface OrderTerm {
  readonly column: ColumnDef;
  readonly descending: boolean;
}

/** Another read whose values, once they are known, can be this one's keys: cheaper than a Scan if they are few. */
export interface KeySource {
  readonly alias: string;
  readonly column: ColumnDef;
  /** The attribute of this read's table that equals it. */
  readonly attribute: ColumnDef;
}

/** What rules may ask about the session. */
export interface PlanSettings {
  readonly autoDetectIndex: boolean;
  readonly consistentReads: boolean;
  readonly threads: number;
  /** What Queries of the session have met so far. */
  readonly learned?: CardinalityFeedback | undefined;
}

/** A rewrite of one read. Undefined means "nothing to do". */
export interface PushdownRule {
  readonly name: string;
  apply(read: TableRead, settings: PlanSettings): TableRead | undefined;
}
