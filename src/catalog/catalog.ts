import { raceAbort } from '../core/async/abort.ts';
import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { AttributeValue } from '../dynamo/attribute-value.ts';
import type { DynamoClient } from '../dynamo/transport/client.ts';
import { newReadStats, totalCapacity } from '../dynamo/read/read-stats.ts';
import { itemBytes } from '../dynamo/item-size.ts';
import { type InferredColumn, inferColumns, reinferColumn } from './columns.ts';
import { type DescribedTable, describe, type TableDescription } from './describe.ts';
import { withDottedNames } from './dotted-name.ts';
import {
  type Flattening,
  type Histogram,
  histogramOf,
  mergeHistograms,
  newHistogram,
  observe,
} from './histogram.ts';
import type { NumberMode } from './infer.ts';
import { type Sample, sampleItems, type SampleMeter } from './sample.ts';
import { declaredTable, schemaOfTable } from './schemas/declared-table.ts';
import { describesTable, type TableSchema } from './schemas/schema-file.ts';
import { createSchemaStore, type SchemaStore, type StoredSchema } from './schemas/schema-store.ts';
import type { View } from './view.ts';
import type { SqlType, TableDef } from './table-def.ts';
import { type Knowledge, newKnowledge, tableIdentity } from './knowledge.ts';
import { sketchAttributes, type ValueSketch } from './value-sketch.ts';
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
  /** Types that only columns of keys get; absent: none. */
  readonly ignoredTypes?: ReadonlySet<SqlType['kind']>;
  readonly cacheTtlMs: number;
  /** Only these are listed; others can still be named. */
  readonly tables?: readonly string[];
  /** Schemas that say what tables look like, and views; absent: none but temporary ones. */
  readonly schemas?: SchemaStore;
  /** Whether a table that was sampled gets a schema file. */
  readonly writesSchemas?: boolean;
  /** Who pays for samples where nobody else does; absent: nothing bounds them. */
  readonly paidBy?: SampleMeter;
  now(): number;
  /** One line for the person who is watching. */
  warn?(message: string): void;
  /** The same, of news that is no warning. */
  notice?(message: string): void;
}

/** What tables there are and what they look like. Remembers what it was told. */
export interface Catalog {
  tableNames(signal?: AbortSignal): Promise<readonly string[]>;
  /** By its exact name, or by the only name that differs in upper and lower case alone; `table.index` is an index. */
  table(name: string, signal?: AbortSignal, paidBy?: SampleMeter): Promise<TableDef>;
  /** The same without its columns: nothing is sampled. */
  described(name: string, signal?: AbortSignal): Promise<DescribedTable>;
  /** The real name of a table or view, for which nothing is sampled; null where there is none. */
  relationName(name: string, signal?: AbortSignal): Promise<string | null>;
  /** A table as sampling finds it now, whatever its schema file says; not remembered. */
  sampled(name: string, signal?: AbortSignal, paidBy?: SampleMeter): Promise<TableDef>;
  /** What a name means that is no table of DynamoDB but a view of one. */
  view(name: string, signal?: AbortSignal): Promise<View | undefined>;
  /** Where views and the schemas of tables are kept. */
  readonly schemas: SchemaStore;
  /**
   * A value was met that the column's type cannot hold: the table with that column widened. The same object as before
   * when the column holds such values already.
   */
  widen(table: string, column: string, evidence: AttributeValue): Promise<TableDef>;
  /** An attribute was written that the table has no column for: from now on it has one. */
  learn(table: string, attribute: string, value: AttributeValue): void;
  /**
   * Makes the next lookup describe and sample the table anew. Without a name, everything is forgotten, including what
   * writes and wider values have shown.
   */
  forget(name?: string): void;
}

/** What a sample showed of a table. */
interface Observed {
  readonly identity: string;
  readonly described: DescribedTable;
  readonly attributes: ReadonlyMap<string, Histogram>;
  readonly sketches: ReadonlyMap<string, ValueSketch>;
  readonly sampled: TableDef['sampled'];
}

type CatalogClient = Pick<DynamoClient, 'read' | 'listTables' | 'describeTable'>;

interface Entry {
  readonly table: TableDef;
  /** What declares its columns; undefined where they were sampled. */
  readonly declared: TableSchema | undefined;
  readonly columns: readonly InferredColumn[];
  /** What its columns were inferred from; undefined where they are declared. */
  readonly observed: Observed | undefined;
  /** The version of the knowledge that its columns were inferred with. */
  readonly knowledge: number;
  readonly expiresAt: number;
  /** This budget ended its sample early: not good enough for who has more. */
  readonly cut?: number;
}

/** How long a list of names is believed. */
const NAMES_TTL_MS = 30_000;
/** An ARN names a table of another account. */
const TABLE_NAME = /^(?:[\w.-]{3,255}|arn:\S+)$/;
const READABLE = new Set(['ACTIVE', 'UPDATING']);
/** Of one table, so that a table with data in its attributes' names does not fill the memory. */
const MAX_LEARNED_ATTRIBUTES = 1000;
const NO_SAMPLE: Sample = { items: [], whole: false };
const WHOLE_VALUES: Flattening = { objects: false, arrays: 0 };

export function createCatalog(client: CatalogClient, options: CatalogOptions): Catalog {
  const schemas = options.schemas ?? createSchemaStore({ now: () => options.now() });
  const entries = new Map<string, Entry>();
  const realNames = new Map<string, string>();
  /** By real name; outlives samples, but not the table. */
  const knowledge = new Map<string, Knowledge>();
  const underWay = new Map<string, Promise<TableDef>>();
  let entities = new WeakMap<TableSchema, { readonly table: TableDef; readonly expiresAt: number }>();
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

  function fresh(
    name: string,
    stored: readonly StoredSchema[],
    paidBy: SampleMeter | undefined,
  ): TableDef | undefined {
    const entry = entries.get(realNames.get(name) ?? name);
    if (entry === undefined || entry.expiresAt <= options.now()) return undefined;
    if (entry.cut !== undefined && (paidBy?.budget() ?? Infinity) > entry.cut) return undefined;
    if (schemas.failureOf(entry.table.name) !== undefined) return undefined;
    if (schemaFor(entry.table.name, stored)?.schema !== entry.declared) return undefined;
    return upToDate(entry).table;
  }

  /** The entry with columns for the attributes that were written since its columns were inferred. */
  function upToDate(entry: Entry): Entry {
    const known = knowledge.get(entry.table.name);
    if (entry.observed === undefined || (known?.version ?? 0) === entry.knowledge) return entry;
    const updated = { ...entry, ...inferTable(entry.observed, known) };
    entries.set(entry.table.name, updated);
    return updated;
  }

  function inferTable(
    observed: Observed,
    known: Knowledge | undefined,
  ): Pick<Entry, 'table' | 'columns' | 'observed' | 'knowledge'> {
    const { described, sketches, sampled } = observed;
    const attributes = new Map([...(known?.attributes ?? []), ...observed.attributes]);
    const columns = inferColumns(described, attributes, sampled.items, options).map((inferred) => {
      const column = withSketch(inferred, sketches);
      const wider = known?.wider.get(column.column.name);
      return wider === undefined
        ? column
        : reinferColumn(column, mergeHistograms(column.histogram, wider), options);
    });
    return {
      table: { ...described, columns: columns.map(({ column }) => column), sampled },
      columns,
      observed,
      knowledge: known?.version ?? 0,
    };
  }

  /** What is known of a table beyond its sample: nothing where it was created anew. */
  function recall(name: string, identity: string): Knowledge | undefined {
    const known = knowledge.get(name);
    if (known === undefined || known.identity === identity) return known;
    knowledge.delete(name);
    return undefined;
  }

  function remember(name: string, { identity }: Observed): Knowledge {
    const known = recall(name, identity) ?? newKnowledge(identity);
    knowledge.set(name, known);
    return known;
  }

  async function load(name: string, paidBy: SampleMeter | undefined): Promise<TableDef> {
    const running = underWay.get(name);
    if (running === undefined) return startLoading(name, paidBy);
    try {
      return await running;
    } catch (error) {
      // The budget of another statement, not of this one.
      if (!(error instanceof DriverError) || error.code !== 'EXEC_CAPACITY') throw error;
      return load(name, paidBy);
    }
  }

  function startLoading(name: string, paidBy: SampleMeter | undefined): Promise<TableDef> {
    const started = find(name).then(async ([realName, description]) => {
      const entry = await readEntry(realName, description, paidBy);
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

  async function readEntry(
    name: string,
    description: TableDescription,
    paidBy: SampleMeter | undefined,
  ): Promise<Entry> {
    const described = describe(name, description);
    const own = schemaFor(name, await schemas.all());
    const failure = schemas.failureOf(name);
    if (failure !== undefined) throw failure;
    if (own !== undefined) return declaredEntry(described, own.schema, own.file);
    const entry = await sampledEntry(described, tableIdentity(description), paidBy);
    if (options.writesSchemas !== true || entry.cut !== undefined || entry.table.sampled.items === 0)
      return entry;
    const file = await schemas.save(schemaOfTable(entry.table), false);
    options.notice?.(`Wrote the schema of "${name}" to ${file}`);
    // The file says the same, and is read when the table is met next.
    return { ...entry, expiresAt: options.now() };
  }

  function declaredEntry(described: DescribedTable, declared: TableSchema, file: string | undefined): Entry {
    return {
      table: declaredTable(described, declared, file),
      declared,
      columns: [],
      observed: undefined,
      knowledge: 0,
      expiresAt: expiryOf(described),
    };
  }

  function expiryOf({ status }: DescribedTable): number {
    return options.now() + (READABLE.has(status) ? options.cacheTtlMs : 0);
  }

  async function sampledEntry(
    described: DescribedTable,
    identity: string,
    paidBy: SampleMeter | undefined,
  ): Promise<Entry> {
    const { name } = described;
    const stats = newReadStats();
    const readable = options.typeDetection === 'RowScan' && READABLE.has(described.status);
    const { items, whole, cut } = readable ? await sample() : NO_SAMPLE;
    if (cut !== undefined)
      options.warn?.(
        `"${name}" was sampled with ${items.length} items only, as far as half of MaxRCU or MaxConnectionRCU goes: columns may be missing`,
      );
    const observed: Observed = {
      identity,
      described,
      attributes: histogramOf(items, { objects: options.flattenObjects, arrays: options.flattenArrays }),
      sketches: sketchAttributes(items),
      sampled: {
        items: items.length,
        readCapacity: totalCapacity(stats),
        ...(items.length > 0 && { bytes: items.reduce((sum, item) => sum + itemBytes(item), 0) }),
        ...(whole && { whole: true as const }),
      },
    };
    return {
      ...inferTable(observed, recall(name, identity)),
      declared: undefined,
      expiresAt: expiryOf(described),
      ...(cut !== undefined && { cut }),
    };

    async function sample(): Promise<Sample> {
      try {
        return await sampleItems(client, described, { depth: options.rowScanDepth, stats, paidBy });
      } catch (error) {
        // Whoever may only get and query items can still use the keys and "$item".
        if (!isDenied(error)) throw error;
        options.warn?.(`Table "${name}" may not be scanned, so only its keys are known as columns`);
        return NO_SAMPLE;
      }
    }
  }

  const described = async (name: string, signal?: AbortSignal): Promise<DescribedTable> => {
    const entry = entries.get(realNames.get(name) ?? name);
    if (entry !== undefined && entry.expiresAt > options.now()) return entry.table;
    const [realName, description] = await raceAbort(find(name), signal);
    return describe(realName, description);
  };

  return {
    tableNames: async (signal) => raceAbort(listNames(), signal),
    schemas,
    table: withDottedNames(
      async (name, signal, paidBy = options.paidBy) =>
        fresh(name, schemas.known() ?? (await schemas.all()), paidBy) ??
        raceAbort(load(name, paidBy), signal),
    ),
    described,
    async relationName(name, signal) {
      const stored = await schemas.find(name);
      if (stored !== undefined && !describesTable(stored.schema)) return stored.schema.name;
      try {
        return (await described(name, signal)).name;
      } catch (error) {
        if (!(error instanceof DriverError) || error.code !== 'CATALOG_UNKNOWN_TABLE') throw error;
        return null;
      }
    },
    async sampled(name, signal, paidBy = options.paidBy) {
      const [realName, description] = await raceAbort(find(name), signal);
      return (
        await raceAbort(
          sampledEntry(describe(realName, description), tableIdentity(description), paidBy),
          signal,
        )
      ).table;
    },
    async view(name, signal) {
      const stored = await schemas.find(name);
      if (stored === undefined || describesTable(stored.schema)) return undefined;
      const { schema, file } = stored;
      if (schema.kind === 'view') return { ...schema, file };
      const known = entities.get(schema);
      if (known !== undefined && known.expiresAt > options.now())
        return { kind: 'entity', name: schema.name, where: schema.where, table: known.table, file };
      const [realName, description] = await raceAbort(find(schema.table), signal);
      const described = describe(realName, description);
      const table = declaredTable(described, schema, file);
      entities.set(schema, { table, expiresAt: expiryOf(described) });
      return { kind: 'entity', name: schema.name, where: schema.where, table, file };
    },
    async widen(tableName, columnName, evidence) {
      const name = realNames.get(tableName) ?? tableName;
      const entry = entries.get(name);
      if (entry === undefined) return load(tableName, options.paidBy);
      const column = entry.columns.find((known) => known.column.name === columnName);
      if (column === undefined) return entry.table;

      const met = newHistogram();
      observe(met, evidence, WHOLE_VALUES);
      const wider = reinferColumn(column, mergeHistograms(column.histogram, met), options);
      const columns = entry.columns.map((known) => (known === column ? wider : known));
      if (entry.observed === undefined) return entry.table;
      const { wider: knownWider } = remember(name, entry.observed);
      knownWider.set(columnName, mergeHistograms(knownWider.get(columnName) ?? newHistogram(), met));
      const table =
        wider.column === column.column
          ? entry.table
          : { ...entry.table, columns: columns.map((known) => known.column) };
      entries.set(name, { ...entry, table, columns });
      return table;
    },
    learn(tableName, attribute, value) {
      const name = realNames.get(tableName) ?? tableName;
      const observed = entries.get(name)?.observed;
      if (observed === undefined || observed.attributes.has(attribute) || options.typeDetection === 'None')
        return;
      const known = remember(name, observed);
      const histogram = known.attributes.get(attribute) ?? newHistogram();
      if (histogram.present === 0 && known.attributes.size >= MAX_LEARNED_ATTRIBUTES) return;
      observe(histogram, value, { objects: options.flattenObjects, arrays: options.flattenArrays });
      known.attributes.set(attribute, histogram);
      known.version += 1;
    },
    forget(name) {
      names = undefined;
      entities = new WeakMap();
      if (name === undefined) {
        entries.clear();
        realNames.clear();
        underWay.clear();
        knowledge.clear();
        return;
      }
      // `table.part` means a part of a table where no table has the whole name.
      for (const each of prefixesAtDots(name)) {
        entries.delete(realNames.get(each) ?? each);
        realNames.delete(each);
        underWay.delete(each);
      }
    },
  };
}

function* prefixesAtDots(name: string): Generator<string> {
  yield name;
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1))
    yield name.slice(0, dot);
}

/** The schema that gives a table its columns. */
function schemaFor(
  table: string,
  stored: readonly StoredSchema[],
): { readonly schema: TableSchema; readonly file: string | undefined } | undefined {
  for (const { schema, file } of stored)
    if (schema.kind === 'table' && describesTable(schema) && schema.table === table) return { schema, file };
  return undefined;
}

/** Beside the type that was inferred, what the values were like. */
function withSketch(known: InferredColumn, sketches: ReadonlyMap<string, ValueSketch>): InferredColumn {
  const { column } = known;
  const values = column.path.length === 1 ? sketches.get(column.path[0]) : undefined;
  return values === undefined ? known : { ...known, column: { ...column, values } };
}

function isDenied(error: unknown): error is DriverError {
  return error instanceof DriverError && error.code === 'AUTH_DENIED';
}
