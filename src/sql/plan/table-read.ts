import type { TimeZone } from '../../core/time-zone.ts';
import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import type { AccessPath } from '../../dynamo/read/access-path.ts';
import type { Predicate } from '../../dynamo/expression/predicate.ts';
import type { IndexHint } from '../bind/relation.ts';
import type { CardinalityFeedback } from './cardinality-feedback.ts';

/**
 * A condition that DuckDB pushed down to one scan. `predicate` is its translation for DynamoDB, undefined if there is
 * none. `exact` if both hold for the same items, so that DuckDB need not check again.
 */
export interface Condition {
  /** The condition in SQL notation, for EXPLAIN. */
  readonly text: string;
  readonly predicate: Predicate | undefined;
  readonly exact: boolean;
}

/**
 * One read of one table. It begins as a Scan whose conditions are all residual, and rules move conditions out. On the
 * engine path DuckDB checks every original condition again, so a rule may widen the set of rows but never narrow it.
 */
export interface TableRead {
  /** The stub's name in the statement: `r0`, `r1` … */
  readonly alias: string;
  readonly table: TableDef;
  readonly access: AccessPath;
  /**
   * The index is read for keys only, and the items are fetched by them; if there are too many, the table is scanned
   * instead. Conditions on the index entry are checked again on the item, which may have changed since.
   */
  readonly fetchBack?: true;
  /** The statement's index hint. */
  readonly hint?: IndexHint;
  /** All conditions of this scan, whether pushed down or not. */
  readonly conditions: readonly Condition[];
  /** The conditions in the key condition. */
  readonly keyed: readonly Condition[];
  readonly filter: readonly Condition[];
  /** The conditions that DuckDB must still check. */
  readonly residual: readonly Condition[];
  /** The columns that the statement needs, in the table's order. */
  readonly columns: readonly ColumnDef[];
  /** The number of rows that are enough, if nothing is residual and the order is met. */
  readonly limit?: number;
  /** The requested order; the rule that meets it moves it to `sorted`. */
  readonly order?: readonly OrderTerm[];
  /** The order in which the read returns its rows. */
  readonly sorted?: readonly OrderTerm[];
  /**
   * The size of the first page. The statement may need only these rows, or more, so the page size doubles until DuckDB
   * has enough.
   */
  readonly firstPage?: number;
  /** Only the number of items matters. */
  readonly countOnly?: true;
  /** Its keys may come from another read. */
  readonly keysFrom?: KeySource;
  /** The paths that the access path was chosen from; absent if there was just one. */
  readonly considered?: Considered;
}

/** The paths considered for one read, for EXPLAIN to show why the others lost. */
export interface Considered {
  /** All candidates with their filter and order, including the chosen one. */
  readonly paths: readonly TableRead[];
  /** Indexes whose key matches but that may lack items of the result, with the reason. */
  readonly unsafe: ReadonlyMap<string, string>;
}

/** The read before planning: a Scan of the whole table whose conditions are all residual. */
export function asFullScan({ fetchBack: _fetchBack, ...read }: TableRead): TableRead {
  return { ...read, access: toScanPath(read.table), keyed: [], filter: [], residual: read.conditions };
}

/** The Scan of a whole table, or of the index or segment that a relation stands for. */
export function toScanPath({ through, segment }: TableDef): Extract<AccessPath, { kind: 'Scan' }> {
  return {
    kind: 'Scan',
    segments: segment?.count ?? 1,
    ...(segment !== undefined && { segment: segment.index }),
    ...(through !== undefined && { index: through }),
  };
}

/** One column of ORDER BY. */
export interface OrderTerm {
  readonly column: ColumnDef;
  readonly descending: boolean;
}

/**
 * Another read whose values can become this read's keys once they are known, which is cheaper than a Scan if they are
 * few.
 */
export interface KeySource {
  readonly alias: string;
  readonly column: ColumnDef;
  /** The attribute of this read's table that equals the column. */
  readonly attribute: ColumnDef;
}

/** The settings of the session that planning depends on. */
export interface PlanSettings {
  readonly autoDetectIndex: boolean;
  readonly consistentReads: boolean;
  readonly threads: number;
  /** The tables some of whose items the statement sees in another state: the engine must check all conditions on them. */
  readonly overlaid?: readonly string[] | undefined;
  /** The session's time zone, in which dates are computed. */
  readonly timeZone?: TimeZone;
  /** The cardinalities that earlier Queries have returned. */
  readonly feedback?: CardinalityFeedback | undefined;
}

/** One step of planning a read. Rules never see what another rule made of a competing path. */
export type PushdownRule = AccessRule | ReadRule;

/** Proposes access paths. The costs of all proposals decide which one is chosen. */
export interface AccessRule {
  readonly kind: 'access';
  readonly name: string;
  /** `read` is a full Scan. The preferred path comes first: it wins if several cost the same. */
  propose(read: TableRead, settings: PlanSettings): readonly Proposal[];
}

export type Proposal =
  | { readonly kind: 'path'; readonly read: TableRead }
  /** An index whose key matches the conditions, but that may lack items of the result. */
  | { readonly kind: 'unsafe'; readonly index: string; readonly reason: string };

/**
 * Adds to a read with a given access path: with `finish` to every candidate, before costs are compared; with `chosen`
 * only to the chosen read, without affecting its cost. Returns undefined if there is nothing to add.
 */
export interface ReadRule {
  readonly kind: 'finish' | 'chosen';
  readonly name: string;
  apply(read: TableRead, settings: PlanSettings): TableRead | undefined;
}
