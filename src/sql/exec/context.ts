import type { DataFiles } from '../../core/ports.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import type { DynamoClient } from '../../dynamo/transport/client.ts';
import type { Clock } from '../../dynamo/transport/clock.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { SharedLimits } from '../../dynamo/transport/shared-limits.ts';
import type { DecimalStyle } from '../types/value.ts';
import type { Engine } from '../engine/engine.ts';
import type { PlanSettings, TableRead } from '../plan/table-read.ts';
import type { Planner } from '../plan/planner.ts';
import type { SessionFacts } from '../system/system-table.ts';
import type { SessionZone } from './session-zone.ts';
import type { Overlay } from './overlay.ts';
import type { TransactionBlock, TransactionBuffer } from './transaction-block.ts';

/** Files, and engines that may touch one of them. */
export interface FileAccess {
  readonly disk: DataFiles;
  /** Opens an engine for one statement that may read and write this file. */
  readonly engine: (path: string) => Promise<Engine>;
  readonly clock: Clock;
}

/** How far a statement of many rows has got. */
export interface Progress {
  readonly rows: number;
  /** Bytes of the file on disk. */
  readonly bytes: number;
  /** Undefined where the end is not known. */
  readonly totalBytes: number | undefined;
  readonly writeCapacity: number;
}

/** What all sessions of one set of credentials share. */
export interface DatabaseContext {
  readonly client: DynamoClient;
  /** Statements use their own `catalog`, which charges samples to their budgets. */
  readonly sharedCatalog: Catalog;
  readonly planner: Planner;
  /** Opened with the first statement that needs it. */
  readonly engine: () => Promise<Engine>;
  /** Replaces an engine that has failed for good; the next statement opens another. */
  readonly discardEngine: (engine: Engine) => void;
  /** Concurrency and rate limits per table and index. */
  readonly limits: SharedLimits;
}

/** What a session has used so far, and what it was warned of. */
export interface SessionUsage {
  /** Read capacity units that its statements have consumed. */
  readCapacity: number;
  readonly warnedOf: Set<string>;
}

/** What the statements of one conversation share. */
export interface SessionContext {
  readonly database: DatabaseContext;
  /** The settings of statements that set nothing themselves. */
  readonly defaults: StatementSettings;
  /** Statements that write are refused. */
  readonly readOnly: boolean;
  /** INSERT replaces items, 25 per request, without looking at existing ones. */
  readonly batchWrites: boolean;
  /** Maximum read capacity units for all statements together; undefined: no limit. */
  readonly maxSessionRcu: number | undefined;
  readonly usage: SessionUsage;
  readonly zone: SessionZone;
  /** What COPY may do with files; undefined where it may not touch any. */
  readonly files: FileAccess | undefined;
  /** What system tables show of the connection. */
  readonly facts: SessionFacts;
  readonly warn: (message: string) => void;
  /** Like `warn`, for messages that are not warnings. */
  readonly notice: (message: string) => void;
}

/** What a single statement may set for itself. */
export interface StatementSettings extends PlanSettings {
  readonly decimals: DecimalStyle;
  /** Maximum number of items that one request evaluates; undefined: DynamoDB's own limit. */
  readonly pageSize: number | undefined;
  /** Whether a statement may read a whole table. */
  readonly fullScan: 'Allow' | 'Warn' | 'Deny';
  /** Maximum read capacity units per statement; undefined: no limit. */
  readonly maxRcu: number | undefined;
  /** The percentage of a table's or index's read capacity at whose rate it is read. */
  readonly capacityPercent: number | undefined;
  /** Milliseconds that a statement may run; 0: no limit. */
  readonly timeoutMs: number;
  /** -1: all. */
  readonly maxRows: number;
  /** Maximum write capacity units per statement; undefined: no limit. */
  readonly maxWcu: number | undefined;
  /** What happens when an item is modified between its read and its write. */
  readonly onConflict: 'Retry' | 'Skip' | 'Error';
  /** What happens when `SELECT *` meets attributes that sampling did not see and that cannot be added to its rows. */
  readonly unknownAttributes: 'Warn' | 'Error' | 'Ignore';
  /** The statement is PartiQL and goes to DynamoDB unchanged. */
  readonly passthrough: boolean;
}

/** What a statement has done so far, which decides whether it may run again. */
export interface StatementTrace {
  /** The tables that it looked up, by the names that it used. */
  readonly lookups: { readonly name: string; readonly table: Promise<TableDef> }[];
  /** Something was written or changed, or waits for COMMIT. */
  hasWritten: boolean;
  /** DuckDB's types could not hold a number: the statement runs again with numbers of any digits. */
  exactNumbers: boolean;
}

/** What distinguishes a statement, or a part of one, from others of its session. */
interface StatementParts {
  readonly settings: StatementSettings;
  /** The catalog as the statement sees it; samples are charged to the statement. */
  readonly catalog: Catalog;
  /** What sampling tables consumed; budgets count it. */
  readonly sampling: ReadStats;
  readonly trace: StatementTrace;
  /** The transaction that the statement is part of, if any. */
  readonly block: TransactionBlock;
  /** Where writes go instead of DynamoDB, inside a transaction. */
  readonly buffer?: TransactionBuffer | undefined;
  /** Items that reads see in another state than DynamoDB has them. */
  readonly overlay?: Overlay | undefined;
  /** Called with the progress of a statement of many rows. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Rows to use for a relation instead of reading it; undefined: the relation is read. */
  readonly overrideRows?: ((read: TableRead) => Page | undefined) | undefined;
  /** The engine of a statement that must not use the database's. */
  readonly ownEngine?: Engine | undefined;
}

/** What running a statement, or a part of one, needs. */
export class StatementContext implements StatementParts {
  readonly session: SessionContext;
  readonly settings: StatementSettings;
  readonly catalog: Catalog;
  readonly sampling: ReadStats;
  readonly trace: StatementTrace;
  readonly block: TransactionBlock;
  readonly buffer: TransactionBuffer | undefined;
  readonly overlay: Overlay | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly overrideRows: ((read: TableRead) => Page | undefined) | undefined;
  readonly ownEngine: Engine | undefined;

  constructor(session: SessionContext, parts: StatementParts) {
    this.session = session;
    this.settings = parts.settings;
    this.catalog = parts.catalog;
    this.sampling = parts.sampling;
    this.trace = parts.trace;
    this.block = parts.block;
    this.buffer = parts.buffer;
    this.overlay = parts.overlay;
    this.onProgress = parts.onProgress;
    this.overrideRows = parts.overrideRows;
    this.ownEngine = parts.ownEngine;
  }

  /** A part of the same statement that differs in these. */
  derive(changes: Partial<StatementParts>): StatementContext {
    return new StatementContext(this.session, {
      settings: changes.settings ?? this.settings,
      catalog: changes.catalog ?? this.catalog,
      sampling: changes.sampling ?? this.sampling,
      trace: changes.trace ?? this.trace,
      block: changes.block ?? this.block,
      buffer: changes.buffer ?? this.buffer,
      overlay: changes.overlay ?? this.overlay,
      onProgress: changes.onProgress ?? this.onProgress,
      overrideRows: changes.overrideRows ?? this.overrideRows,
      ownEngine: changes.ownEngine ?? this.ownEngine,
    });
  }

  /** A part of the same statement that sees these items in another state than DynamoDB has them. */
  withOverlay(overlay: Overlay): StatementContext {
    return this.derive({ overlay, settings: { ...this.settings, overlaid: [...overlay.keys()] } });
  }

  /** A part of the same statement with other settings. */
  withSettings(changes: Partial<StatementSettings>): StatementContext {
    return this.derive({ settings: { ...this.settings, ...changes } });
  }
}
