import { raceAbort } from '../core/async/abort.ts';
import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { AttributeValue } from '../dynamo/attribute-value.ts';
import type { DynamoClient } from '../dynamo/transport/client.ts';
import { newReadStats, totalCapacity } from '../dynamo/read/read-stats.ts';
import { itemBytes } from '../dynamo/item-size.ts';
import { type InferredColumn, inferTableColumns, reinferColumn } from './columns.ts';
import { type DescribedTable, parseTableDescription, type TableDescription } from './describe.ts';
import { withDottedNames } from './dotted-name.ts';
import {
  type Flattening,
  type Histogram,
  buildHistograms,
  mergeHistograms,
  newHistogram,
  observe,
} from './histogram.ts';
import type { NumberMode } from './infer.ts';
import { type Sample, sampleItems, type SamplingBudget } from './sample.ts';
import { type DeclaredKeys, toTableDescription } from './schemas/declared-keys.ts';
import { toDeclaredTable, toTableSchema } from './schemas/declared-table.ts';
import { type DeclaredColumn, isTableDescription, type TableSchema } from './schemas/schema-file.ts';
import { createSchemaStore, type SchemaStore, type StoredSchema } from './schemas/schema-store.ts';
import { withNamedColumns } from './named-columns.ts';
import { parseTypeTags } from './type-tags.ts';
import { withDeclaredAttributes, withDeclaredType } from './with-declared-types.ts';
import type { View } from './view.ts';
import type { SqlType, TableDef } from './table-def.ts';
import { sketchAttributes, type ValueSketch } from './value-sketch.ts';
import { matchTableName, unknownTableError } from './table-name.ts';

/** What statements have revealed about a table beyond its sample. */
export interface Knowledge {
  /** Identifies the table, see `getTableIdentity`. */
  readonly identity: string;
  /** Incremented with each observed attribute value. */
  version: number;
  /** Written attributes that no sampled item has, by attribute name. */
  readonly attributes: Map<string, Histogram>;
  /** Values that did not fit their column's type, by column name. */
  readonly wider: Map<string, Histogram>;
  /** Columns that statements named and that no value was seen of. */
  readonly named: Set<string>;
}

export function newKnowledge(identity: string): Knowledge {
  return { identity, version: 0, attributes: new Map(), wider: new Map(), named: new Set() };
}

/** Distinguishes a table from a later one of the same name. */
export function getTableIdentity({ TableId, CreationDateTime }: TableDescription): string {
  return TableId ?? String(CreationDateTime?.getTime());
}

export interface CatalogOptions {
  /** Number of items to sample per table. */
  readonly rowScanDepth: number;
  /** `None`: tables are not sampled, so that only keys are columns. */
  readonly typeDetection: 'RowScan' | 'None';
  readonly flattenObjects: boolean;
  readonly flattenArrays: number;
  readonly separator: string;
  readonly numberMode: NumberMode;
  /** Whether strings that are dates become columns of dates and timestamps. Default: false. */
  readonly detectDates?: boolean;
  /** Types that only key columns get; default: none. */
  readonly ignoredTypes?: ReadonlySet<SqlType['kind']>;
  /** What names are that no sampled item has: errors, or columns that are NULL until an item has a value. Default: Error. */
  readonly unknownColumns?: 'Error' | 'Null';
  readonly cacheTtlMs: number;
  /** The tables to list; others can still be named. Default: all. */
  readonly tables?: readonly string[];
  /** Schemas of tables, and views; default: temporary ones. */
  readonly schemas?: SchemaStore;
  /** Whether sampled tables get a schema file. */
  readonly writesSchemas?: boolean;
  /** Lists the tags of a table, by its ARN; undefined where that is not allowed. Default: tables have no tags. */
  listTags?(arn: string): Promise<ReadonlyMap<string, string> | undefined>;
  /** Pays for samples of callers without a budget; default: no limit. */
  readonly samplingBudget?: SamplingBudget;
  now(): number;
  /** Reports a warning. */
  warn?(message: string): void;
  /** Reports a message that is not a warning. */
  notice?(message: string): void;
}

/** The tables and views of a database, cached. */
export interface Catalog {
  tableNames(signal?: AbortSignal): Promise<readonly string[]>;
  /** The table of this name, or else the only one whose name differs in case alone; `table.index` is an index. */
  table(name: string, signal?: AbortSignal, budget?: SamplingBudget): Promise<TableDef>;
  /** The same without columns, so that nothing is sampled. */
  described(name: string, signal?: AbortSignal): Promise<DescribedTable>;
  /** The exact name of a table or view, without sampling; null if it does not exist. */
  relationName(name: string, signal?: AbortSignal): Promise<string | null>;
  /** The table with the columns of a new sample, regardless of its schema file; not cached. */
  sampled(name: string, signal?: AbortSignal, budget?: SamplingBudget): Promise<TableDef>;
  /** The view or entity of this name. */
  view(name: string, signal?: AbortSignal): Promise<View | undefined>;
  /** Views and the schemas of tables. */
  readonly schemas: SchemaStore;
  /** Set if documents keep the DynamoDB type of each value, for statements that write them. */
  readonly keepsTypes?: true;
  /** The time zone in which statements compute; absent: UTC. */
  readonly timeZone?: string;
  /**
   * Widens a column to the type that a value requires. Returns the same table object if the column has such a type
   * already.
   */
  widen(table: string, column: string, evidence: AttributeValue): Promise<TableDef>;
  /** Adds a column for an attribute that was written. */
  learn(table: string, attribute: string, value: AttributeValue): void;
  /**
   * Adds a column that a statement names and no sampled item has. Returns whether it did: UnknownColumns=Null allows it for
   * tables whose columns come from a sample.
   */
  admit(table: string, column: string): boolean;
  /**
   * Makes the next lookup describe and sample the table anew. Without a name, everything is forgotten, including what
   * writes and wider values have shown.
   */
  forget(name?: string): void;
}

/** What a sample showed of a table. */
interface Observed {
  /** The columns that the table's tags declare. */
  readonly declared: readonly DeclaredColumn[];
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
  /** The budget that ended its sample early. A larger one samples again. */
  readonly cut?: number;
}

/** The list of tables is cached for this long. */
const NAMES_TTL_MS = 30_000;
/** An ARN refers to a table of another account. */
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
    budget: SamplingBudget | undefined,
  ): TableDef | undefined {
    const entry = entries.get(realNames.get(name) ?? name);
    if (entry === undefined || entry.expiresAt <= options.now()) return undefined;
    if (entry.cut !== undefined && (budget?.remaining() ?? Infinity) > entry.cut) return undefined;
    if (schemas.findFailure(entry.table.name) !== undefined) return undefined;
    if (findTableSchema(entry.table.name, stored)?.schema !== entry.declared) return undefined;
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
    const { described, declared, sketches, sampled } = observed;
    const attributes = withDeclaredAttributes(
      new Map([...(known?.attributes ?? []), ...observed.attributes]),
      declared,
    );
    const named = known?.named ?? new Set<string>();
    const inferred = inferTableColumns(described, attributes, sampled.items, options);
    const columns = withNamedColumns(inferred, named).map((each) => {
      const column = addSketch(withDeclaredType(each, declared), sketches);
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

  function knowledgeFor(name: string, { identity }: Observed): Knowledge {
    const known = recall(name, identity) ?? newKnowledge(identity);
    knowledge.set(name, known);
    return known;
  }

  async function load(name: string, budget: SamplingBudget | undefined): Promise<TableDef> {
    const running = underWay.get(name);
    if (running === undefined) return startLoading(name, budget);
    try {
      return await running;
    } catch (error) {
      // Another statement's budget was used up, not this one's.
      if (!(error instanceof DriverError) || error.code !== 'EXEC_CAPACITY') throw error;
      return load(name, budget);
    }
  }

  function startLoading(name: string, budget: SamplingBudget | undefined): Promise<TableDef> {
    const started = find(name).then(async ([realName, description]) => {
      const entry = await readEntry(realName, description, budget);
      // Not cached if `forget` was called in the meantime.
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

  /** Tries DescribeTable with the name as spelled first, which does not need permission to list tables. */
  async function find(name: string): Promise<readonly [string, TableDescription]> {
    let refusal: DriverError | undefined;
    if (TABLE_NAME.test(name)) {
      try {
        const description = await client.describeTable(name);
        if (description !== undefined) return [name, description];
      } catch (error) {
        // IAM denies names that no policy mentions, such as a table's name in lower case.
        if (!isDenied(error)) throw error;
        const declared = await findDeclared(name);
        if (declared !== undefined) return declared;
        refusal = error;
      }
    }
    const list = await namesInstead(name, refusal);
    const realName = matchTableName(name, list);
    if (realName === undefined)
      throw options.tables && refusal ? refusal : unknownTableError(name, nearest(name, list));
    const description = realName === name ? undefined : await client.describeTable(realName);
    if (description !== undefined) return [realName, description];
    throw refusal ?? unknownTableError(name);
  }

  /** The keys that a schema file declares, for a name that may not be described; undefined if none does. */
  async function findDeclared(name: string): Promise<readonly [string, TableDescription] | undefined> {
    const declared = await declaredKeys();
    const realName = matchTableName(name, [...declared.keys()]);
    const keys = realName === undefined ? undefined : declared.get(realName);
    if (realName === undefined || keys === undefined) return undefined;
    if (realName !== name)
      try {
        const description = await client.describeTable(realName);
        if (description !== undefined) return [realName, description];
      } catch (error) {
        if (!isDenied(error)) throw error;
      }
    return [realName, toTableDescription(realName, keys)];
  }

  /** The keys in schema files, by table. */
  async function declaredKeys(): Promise<ReadonlyMap<string, DeclaredKeys>> {
    const keys = new Map<string, DeclaredKeys>();
    for (const { schema } of await schemas.all())
      if (schema.kind === 'table' && schema.keys !== undefined) keys.set(schema.table, schema.keys);
    return keys;
  }

  /** The tables that may be listed, or else those whose keys schema files declare. */
  async function listOrDeclared(): Promise<readonly string[]> {
    try {
      return await listNames();
    } catch (error) {
      const declared = isDenied(error) ? [...(await declaredKeys()).keys()] : [];
      if (declared.length === 0) throw error;
      return declared.toSorted();
    }
  }

  async function namesInstead(name: string, refusal: DriverError | undefined): Promise<readonly string[]> {
    try {
      return await listNames();
    } catch (error) {
      if (!isDenied(error)) throw error;
      throw refusal ?? unknownTableError(name, [], error);
    }
  }

  async function readEntry(
    name: string,
    description: TableDescription,
    budget: SamplingBudget | undefined,
  ): Promise<Entry> {
    const described = parseTableDescription(name, description);
    const own = findTableSchema(name, await schemas.all());
    const failure = schemas.findFailure(name);
    if (failure !== undefined) throw failure;
    if (own !== undefined) return declaredEntry(described, own.schema, own.file);
    const entry = await sampledEntry(described, getTableIdentity(description), budget);
    if (options.writesSchemas !== true || entry.cut !== undefined || entry.table.sampled.items === 0)
      return entry;
    const file = await schemas.save(toTableSchema(entry.table), false);
    options.notice?.(`wrote the schema of "${name}" to ${file}`);
    // The next lookup reads the file, which has the same columns.
    return { ...entry, expiresAt: options.now() };
  }

  function declaredEntry(described: DescribedTable, declared: TableSchema, file: string | undefined): Entry {
    return {
      table: toDeclaredTable(described, declared, file),
      declared,
      columns: [],
      observed: undefined,
      knowledge: 0,
      expiresAt: computeExpiry(described),
    };
  }

  function computeExpiry({ status }: DescribedTable): number {
    return options.now() + (READABLE.has(status) ? options.cacheTtlMs : 0);
  }

  async function sampledEntry(
    described: DescribedTable,
    identity: string,
    budget: SamplingBudget | undefined,
  ): Promise<Entry> {
    const { name } = described;
    const stats = newReadStats();
    const warn = (message: string): void =>
      budget?.warn === undefined ? options.warn?.(message) : budget.warn(message);
    const readable = options.typeDetection === 'RowScan' && READABLE.has(described.status);
    const [{ items, whole, cut }, declared] = readable
      ? await Promise.all([sample(), readTypeTags()])
      : [NO_SAMPLE, []];
    if (cut !== undefined)
      warn(
        `"${name}" was sampled with only ${items.length} items, to stay within half of MaxRCU or MaxConnectionRCU: columns may be missing`,
      );
    const observed: Observed = {
      identity,
      described,
      declared,
      attributes: buildHistograms(items, { objects: options.flattenObjects, arrays: options.flattenArrays }),
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
      expiresAt: computeExpiry(described),
      ...(cut !== undefined && { cut }),
    };

    async function readTypeTags(): Promise<readonly DeclaredColumn[]> {
      if (described.arn === undefined) return [];
      try {
        return parseTypeTags((await options.listTags?.(described.arn)) ?? new Map());
      } catch (error) {
        if (!(error instanceof DriverError)) throw error;
        // AWS limits how often tags are listed; the rest of the table is still readable.
        warn(`could not read the tags of "${name}", which may declare types of columns: ${error.message}`);
        return [];
      }
    }

    async function sample(): Promise<Sample> {
      try {
        return await sampleItems(client, described, { depth: options.rowScanDepth, stats, budget });
      } catch (error) {
        // With permission to get and query items, statements can still use keys and "$item".
        if (!isDenied(error)) throw error;
        warn(
          `permission denied to scan "${name}": only its keys are columns; grant dynamodb:Scan, or declare its columns in a schema file`,
        );
        return NO_SAMPLE;
      }
    }
  }

  function learn(tableName: string, attribute: string, value: AttributeValue): void {
    const name = realNames.get(tableName) ?? tableName;
    const observed = entries.get(name)?.observed;
    if (observed === undefined || observed.attributes.has(attribute) || options.typeDetection === 'None')
      return;
    const known = knowledgeFor(name, observed);
    const histogram = known.attributes.get(attribute) ?? newHistogram();
    if (histogram.present === 0 && known.attributes.size >= MAX_LEARNED_ATTRIBUTES) return;
    observe(histogram, value, { objects: options.flattenObjects, arrays: options.flattenArrays });
    known.attributes.set(attribute, histogram);
    known.version += 1;
  }

  const described = async (name: string, signal?: AbortSignal): Promise<DescribedTable> => {
    const entry = entries.get(realNames.get(name) ?? name);
    if (entry !== undefined && entry.expiresAt > options.now()) return entry.table;
    const [realName, description] = await raceAbort(find(name), signal);
    return parseTableDescription(realName, description);
  };

  return {
    tableNames: async (signal) => raceAbort(listOrDeclared(), signal),
    schemas,
    table: withDottedNames(
      async (name, signal, budget = options.samplingBudget) =>
        fresh(name, schemas.cached() ?? (await schemas.all()), budget) ??
        raceAbort(load(name, budget), signal),
    ),
    described,
    async relationName(name, signal) {
      const stored = await schemas.find(name);
      if (stored !== undefined && !isTableDescription(stored.schema)) return stored.schema.name;
      try {
        return (await described(name, signal)).name;
      } catch (error) {
        if (!(error instanceof DriverError) || error.code !== 'CATALOG_UNKNOWN_TABLE') throw error;
        return null;
      }
    },
    async sampled(name, signal, budget = options.samplingBudget) {
      const [realName, description] = await raceAbort(find(name), signal);
      return (
        await raceAbort(
          sampledEntry(parseTableDescription(realName, description), getTableIdentity(description), budget),
          signal,
        )
      ).table;
    },
    async view(name, signal) {
      const stored = await schemas.find(name);
      if (stored === undefined || isTableDescription(stored.schema)) return undefined;
      const { schema, file } = stored;
      if (schema.kind === 'view') return { ...schema, file };
      const known = entities.get(schema);
      if (known !== undefined && known.expiresAt > options.now())
        return { kind: 'entity', name: schema.name, where: schema.where, table: known.table, file };
      const [realName, description] = await raceAbort(find(schema.table), signal);
      const described = parseTableDescription(realName, description);
      const table = toDeclaredTable(described, schema, file);
      entities.set(schema, { table, expiresAt: computeExpiry(described) });
      return { kind: 'entity', name: schema.name, where: schema.where, table, file };
    },
    async widen(tableName, columnName, evidence) {
      const name = realNames.get(tableName) ?? tableName;
      const entry = entries.get(name);
      if (entry === undefined) return load(tableName, options.samplingBudget);
      const column = entry.columns.find((known) => known.column.name === columnName);
      if (column === undefined) return entry.table;
      if (column.column.named === true) {
        learn(tableName, columnName, evidence);
        return upToDate(entry).table;
      }

      const met = newHistogram();
      observe(met, evidence, WHOLE_VALUES);
      const wider = reinferColumn(column, mergeHistograms(column.histogram, met), options);
      const columns = entry.columns.map((known) => (known === column ? wider : known));
      if (entry.observed === undefined) return entry.table;
      const { wider: knownWider } = knowledgeFor(name, entry.observed);
      knownWider.set(columnName, mergeHistograms(knownWider.get(columnName) ?? newHistogram(), met));
      const table =
        wider.column === column.column
          ? entry.table
          : { ...entry.table, columns: columns.map((known) => known.column) };
      entries.set(name, { ...entry, table, columns });
      return table;
    },
    learn,
    admit(tableName, column) {
      const name = realNames.get(tableName) ?? tableName;
      const observed = entries.get(name)?.observed;
      if (observed === undefined || options.unknownColumns !== 'Null') return false;
      const known = knowledgeFor(name, observed);
      if (known.named.has(column) || known.named.size >= MAX_LEARNED_ATTRIBUTES) return false;
      known.named.add(column);
      known.version += 1;
      return true;
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

/** The schema that declares a table's columns. */
function findTableSchema(
  table: string,
  stored: readonly StoredSchema[],
): { readonly schema: TableSchema; readonly file: string | undefined } | undefined {
  for (const { schema, file } of stored)
    if (schema.kind === 'table' && isTableDescription(schema) && schema.table === table)
      return { schema, file };
  return undefined;
}

/** Adds statistics of the sampled values to a top-level column. */
function addSketch(known: InferredColumn, sketches: ReadonlyMap<string, ValueSketch>): InferredColumn {
  const { column } = known;
  const values = column.path.length === 1 ? sketches.get(column.path[0]) : undefined;
  return values === undefined ? known : { ...known, column: { ...column, values } };
}

function isDenied(error: unknown): error is DriverError {
  return error instanceof DriverError && error.code === 'AUTH_DENIED';
}
