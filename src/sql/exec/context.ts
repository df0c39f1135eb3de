import type { DataFiles } from '../../core/ports.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { DynamoClient } from '../../dynamo/transport/client.ts';
import type { Clock } from '../../dynamo/transport/clock.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { SharedLimits } from '../../dynamo/transport/shared-limits.ts';
import type { DecimalStyle } from '../types/result-value.ts';
import type { Engine } from '../engine/engine.ts';
import type { PlanSettings, TableRead } from '../plan/table-read.ts';
import type { Planner } from '../plan/planner.ts';
import type { SessionFacts } from '../system/session-facts.ts';
import type { TransactionBlock } from './transaction-block.ts';
import type { WriteOptions } from './write-options.ts';

/** Files, and engines that may touch one of them. */
export interface FileAccess {
  readonly disk: DataFiles;
  /** An engine for one statement, whose file is this. */
  readonly engine: (path: string) => Promise<Engine>;
  readonly clock: Clock;
}

/** How far a statement of many rows is. */
export interface Progress {
  readonly rows: number;
  /** Of the file, as it lies on the disk. */
  readonly bytes: number;
  /** Undefined where the end is not known. */
  readonly totalBytes: number | undefined;
  readonly writeCapacity: number;
}

/** What running a statement needs of its session. */
export interface ExecutionContext {
  readonly client: DynamoClient;
  readonly catalog: Catalog;
  readonly planner: Planner;
  /** Opened with the first statement that needs it. */
  readonly engine: () => Promise<Engine>;
  readonly settings: PlanSettings;
  readonly decimals: DecimalStyle;
  /** The most items that one request evaluates; absent: as many as DynamoDB likes. */
  readonly pageSize: number | undefined;
  /** What becomes of a statement that must read a whole table. */
  readonly fullScan: 'Allow' | 'Warn' | 'Deny';
  /** The most read capacity units that one statement may consume. */
  readonly maxRcu: number | undefined;
  /** The most that all statements of the connection may consume together. */
  readonly maxConnectionRcu: number | undefined;
  /** The part of the read capacity of a table or index, in percent, at whose rate it is read. */
  readonly capacityPercent: number | undefined;
  /** Milliseconds that a statement may work; 0: any. */
  readonly statementTimeoutMs: number;
  readonly traffic: SharedLimits;
  /** What it took to learn what tables look like: budgets count it. */
  readonly sampling: ReadStats;
  /** Statements are PartiQL and go to DynamoDB as they are. */
  readonly passthrough: boolean;
  /** What system tables tell of the connection. */
  readonly facts: SessionFacts;
  readonly warn: (message: string) => void;
  /** The same, of news that is no warning. */
  readonly notice: (message: string) => void;
  readonly writing: WriteOptions;
  readonly block: TransactionBlock;
  /** Items that stand for a relation's instead of a read; undefined where it is read. */
  readonly given?: (read: TableRead) => Page | undefined;
  /** What COPY may do with files; absent where it may touch none. */
  readonly files?: FileAccess | undefined;
  /** Hears how far a statement of many rows is. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** -1: all. */
  readonly maxRows: number;
  /** Frees the planner and the engine. */
  close(): Promise<void>;
}
