import { abandonable } from '../core/abandonable.ts';
import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { AttributeValue } from '../dynamo/attribute-value.ts';
import type { DynamoClient } from '../dynamo/client.ts';
import { newReadStats, totalCapacity } from '../dynamo/read-stats.ts';
import { type InferredColumn, inferColumns, reinferColumn } from './columns.ts';
import { describe, type TableDescription } from './describe.ts';
import {
  type Flattening,
  type Histogram,
  histogramOf,
  mergeHistograms,
  newHistogram,
  observe,
} from './histogram.ts';
import type { NumberMode } from './infer.ts';
import { sampleItems } from './sample.ts';
import type { TableDef } from './table-def.ts';
import { matchTableName, unknownTable } from './table-name.ts';

export interface CatalogOptions {
  /** How many items of a table are sampled for its columns. */
  readonly rowScanDepth: number;
  /** `None`: nothing is sampled, only keys are columns. */
  readonly typeDetection: 'RowScan' | 'None';
  readonly flattenObjects: boolean;
  readonly flattenArrays: number;
  readonly separator: string;
  readonly numberMode: NumberMode;
  readonly cacheTtlMs: number;
  /** Only these are listed; others can still be named. */
  readonly tables?: readonly string[];
  now(): number;
  /** One line for the person who is watching. */
  warn?(message: string): void;
}

/** What tables there are and what they look like. Remembers what it was told. */
export interface Catalog {
  tableNames(signal?: AbortSignal): Promise<readonly string[]>;
  /** By its exact name, or by the only name that differs in upper and lower case alone. */
  table(name: string, signal?: AbortSignal): Promise<TableDef>;
  /**
   * A value was met that the column's type cannot hold: the table with that column widened. The same object as before
   * when the column holds such values already.
   */
  widen(table: string, column: string, evidence: AttributeValue): Promise<TableDef>;
  /** Forgets one table, or all there is. */
  forget(name?: string): void;
}

type CatalogClient = Pick<DynamoClient, 'read' | 'listTables' | 'describeTable'>;

interface Entry {
  readonly table: TableDef;
  readonly columns: readonly InferredColumn[];
  /** What sampling did not see, by column name; outlives the sample. */
  readonly learned: ReadonlyMap<string, Histogram>;
  readonly expiresAt: number;
}

/** How long a list of names is believed. */
const NAMES_TTL_MS = 30_000;
/** An ARN names a table of another account. */
const TABLE_NAME = /^(?:[\w.-]{3,255}|arn:\S+)$/;
const READABLE = new Set(['ACTIVE', 'UPDATING']);
const WHOLE_VALUES: Flattening = { objects: false, arrays: 0 };

export function createCatalog(client: CatalogClient, options: CatalogOptions): Catalog {
  const entries = new Map<string, Entry>();
  const realNames = new Map<string, string>();
  const underWay = new Map<string, Promise<TableDef>>();
  let names: { readonly list: Promise<readonly string[]>; readonly expiresAt: number } | undefined;

  function listNames(): Promise<readonly string[]> {
    if (options.tables !== undefined) return Promise.resolve(options.tables);
    if (names === undefined || names.expiresAt <= options.now()) {
      const list = client.listTables();
      const asked = { list, expiresAt: options.now() + Math.min(NAMES_TTL_MS, options.cacheTtlMs) };
      names = asked;
      list.catch(() => {
        if (names === asked) names = undefined;
      });
    }
    return names.list;
  }

  function fresh(name: string): TableDef | undefined {
    const entry = entries.get(realNames.get(name) ?? name);
    return entry !== undefined && entry.expiresAt > options.now() ? entry.table : undefined;
  }

  function load(name: string): Promise<TableDef> {
    const running = underWay.get(name);
    if (running !== undefined) return running;
    const started = find(name).then(async ([realName, description]) => {
      const entry = await readEntry(realName, description);
      // Forgotten meanwhile: the caller gets what it asked for, but it is not kept.
      if (underWay.get(name) === started) {
        realNames.set(name, realName);
        entries.set(realName, entry);
      }
      return entry.table;
    });
    underWay.set(name, started);
    const settled = (): void => {
      if (underWay.get(name) === started) underWay.delete(name);
    };
    started.then(settled, settled);
    return started;
  }

  /** DescribeTable by the name as it is written comes first, so that nobody needs to be allowed to list tables. */
  async function find(name: string): Promise<readonly [string, TableDescription]> {
    let refusal: DriverError | undefined;
    if (TABLE_NAME.test(name)) {
      try {
        const description = await client.describeTable(name);
        if (description !== undefined) return [name, description];
      } catch (error) {
        // IAM answers so for a name that no policy mentions, such as the right name in lower case.
        if (!isDenied(error)) throw error;
        refusal = error;
      }
    }
    const list = await namesInstead(name, refusal);
    const realName = matchTableName(name, list);
    if (realName === undefined)
      throw options.tables && refusal ? refusal : unknownTable(name, nearest(name, list));
    const description = realName === name ? undefined : await client.describeTable(realName);
    if (description !== undefined) return [realName, description];
    throw refusal ?? unknownTable(name);
  }

  async function namesInstead(name: string, refusal: DriverError | undefined): Promise<readonly string[]> {
    try {
      return await listNames();
    } catch (error) {
      if (!isDenied(error)) throw error;
      throw refusal ?? unknownTable(name, [], error);
    }
  }

  async function readEntry(name: string, description: TableDescription): Promise<Entry> {
    const described = describe(name, description);
    const stats = newReadStats();
    const readable = options.typeDetection === 'RowScan' && READABLE.has(described.status);
    const items = readable ? await sample() : [];
    const attributes = histogramOf(items, { objects: options.flattenObjects, arrays: options.flattenArrays });
    const learned = entries.get(name)?.learned ?? new Map<string, Histogram>();
    const columns = inferColumns(described, attributes, items.length, options).map((known) => {
      const more = learned.get(known.column.name);
      return more === undefined
        ? known
        : reinferColumn(known, mergeHistograms(known.histogram, more), options.numberMode);
    });
    return {
      table: {
        ...described,
        columns: columns.map((known) => known.column),
        sampled: { items: items.length, readCapacity: totalCapacity(stats) },
      },
      columns,
      learned,
      expiresAt: options.now() + (READABLE.has(described.status) ? options.cacheTtlMs : 0),
    };

    async function sample(): ReturnType<typeof sampleItems> {
      try {
        return await sampleItems(client, described, { depth: options.rowScanDepth, stats });
      } catch (error) {
        // Whoever may only get and query items can still use the keys and "$item".
        if (!isDenied(error)) throw error;
        options.warn?.(`Table "${name}" may not be scanned, so only its keys are known as columns`);
        return [];
      }
    }
  }

  return {
    tableNames: async (signal) => abandonable(listNames(), signal),
    table: async (name, signal) => fresh(name) ?? abandonable(load(name), signal),
    async widen(tableName, columnName, evidence) {
      const name = realNames.get(tableName) ?? tableName;
      const entry = entries.get(name);
      if (entry === undefined) return load(tableName);
      const column = entry.columns.find((known) => known.column.name === columnName);
      if (column === undefined) return entry.table;

      const met = newHistogram();
      observe(met, evidence, WHOLE_VALUES);
      const wider = reinferColumn(column, mergeHistograms(column.histogram, met), options.numberMode);
      if (wider === column) return entry.table;

      const columns = entry.columns.map((known) => (known === column ? wider : known));
      const learned = new Map(entry.learned);
      learned.set(columnName, mergeHistograms(entry.learned.get(columnName) ?? newHistogram(), met));
      const table = { ...entry.table, columns: columns.map((known) => known.column) };
      entries.set(name, { ...entry, table, columns, learned });
      return table;
    },
    forget(name) {
      names = undefined;
      if (name === undefined) {
        entries.clear();
        realNames.clear();
        underWay.clear();
        return;
      }
      entries.delete(realNames.get(name) ?? name);
      realNames.delete(name);
      underWay.delete(name);
    },
  };
}

function isDenied(error: unknown): error is DriverError {
  return error instanceof DriverError && error.code === 'AUTH_DENIED';
}
