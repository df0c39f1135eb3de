import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import type { AccessPath } from '../../dynamo/read/access-path.ts';
import type { Predicate } from '../../dynamo/expression/predicate.ts';
import type { IndexHint } from '../bind/relation.ts';
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
  /** What the access path was chosen from; absent where no other path was proposed. */
  readonly considered?: Considered;
}

/** What was weighed for one read. EXPLAIN shows why the losers lost. */
export interface Considered {
  /** Every path that could serve, with its filter and order, the chosen one included. */
  readonly paths: readonly TableRead[];
  /** Indexes whose key would serve but that may lack items of the result, with the reason. */
  readonly unsafe: ReadonlyMap<string, string>;
}

/** The read before planning: a Scan of the whole table whose conditions are all residual. */
export function asFullScan({ fetchBack: _fetchBack, ...read }: TableRead): TableRead {
  return { ...read, access: toScanPath(read.table), keyed: [], filter: [], residual: read.conditions };
}

/** The Scan of a whole table, or of the index that a relation stands for. */
export function toScanPath(table: TableDef): Extract<AccessPath, { kind: 'Scan' }> {
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

/** One step of planning a read. Rules never see what another rule made of a competing path. */
export type PushdownRule = AccessRule | ReadRule;

/** Proposes access paths; which of them serves, the costs of all proposals decide. */
export interface AccessRule {
  readonly kind: 'access';
  readonly name: string;
  /** `read` is a full Scan. The path to prefer comes first: it is chosen where several cost the same. */
  propose(read: TableRead, settings: PlanSettings): readonly Proposal[];
}

export type Proposal =
  | { readonly kind: 'path'; readonly read: TableRead }
  /** An index that the conditions fit, but that may lack items of the result. */
  | { readonly kind: 'unsafe'; readonly index: string; readonly reason: string };

/**
 * Adds to a read whose access path stands: with `finish` to every candidate, before their costs are compared; with `chosen`
 * to the chosen read alone, as it changes no cost. Returns undefined where it has nothing to add.
 */
export interface ReadRule {
  readonly kind: 'finish' | 'chosen';
  readonly name: string;
  apply(read: TableRead, settings: PlanSettings): TableRead | undefined;
}
