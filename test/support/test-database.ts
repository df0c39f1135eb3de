import { createAbortController } from '../../src/core/async/abort.ts';
import { createCatalog, type CatalogOptions } from '../../src/catalog/catalog.ts';
import type { TableDef } from '../../src/catalog/table-def.ts';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { createClient, type DynamoClient } from '../../src/dynamo/transport/client.ts';
import { createSharedLimits, type SharedLimits } from '../../src/dynamo/transport/shared-limits.ts';
import { connect } from '../../src/index.ts';
import type { Connection } from '../../src/session/connection.ts';
import { createSession } from '../../src/session/session.ts';
import type {
  DatabaseContext,
  FileAccess,
  SessionContext,
  StatementSettings,
} from '../../src/sql/exec/context.ts';
import { openEngine } from '../../src/sql/engine/engine.ts';
import { createPlanner } from '../../src/sql/plan/planner.ts';
import type { PushdownRule } from '../../src/sql/plan/table-read.ts';
import { startDynalite } from '../doubles/dynalite.ts';

const KEYS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' };

const CATALOG: CatalogOptions = {
  rowScanDepth: 1000,
  typeDetection: 'RowScan',
  flattenObjects: false,
  flattenArrays: 0,
  separator: '.',
  numberMode: 'Auto',
  cacheTtlMs: 3_600_000,
  now: () => 0,
};

type TableInput = Parameters<DynamoClient['createTable']>[0];
type KeyType = 'S' | 'N' | 'B';

/** The key attributes with their types: `['pk:S']`, `['pk:S', 'sk:N']`. */
export type KeySpec = readonly [partition: string, sort?: string];

export interface IndexSpec {
  readonly name: string;
  readonly key: KeySpec;
  readonly local?: true;
  /** `ALL` by default; a list is `INCLUDE`. */
  readonly projection?: 'ALL' | 'KEYS_ONLY' | readonly string[];
}

export interface TableSpec {
  readonly name: string;
  readonly key: KeySpec;
  readonly indexes?: readonly IndexSpec[];
  readonly items: readonly AttributeMap[];
}

/** Values that replace those of the emulator's DescribeTable. */
export interface DescribeOverrides {
  readonly sizeBytes?: number;
  /** Provisioned read capacity units per second. */
  readonly readCapacity?: number;
}

/** An emulated DynamoDB and its connections. */
export interface TestDatabase extends AsyncDisposable {
  readonly client: DynamoClient;
  readonly endpoint: string;
  /** Returns the connection string, with additional properties. */
  string(properties?: string): string;
  /** Opens a connection as users do. It is closed with the database. */
  open(properties?: string): Promise<Connection>;
  /** Opens a connection whose planner has only these rules. */
  withRules(
    rules: readonly PushdownRule[],
    described?: DescribeOverrides,
    overrides?: SessionOverrides,
  ): Connection;
  add(table: TableSpec): Promise<void>;
  /** Describes the table as the catalog infers it from the items. */
  describe(table: string, options?: Partial<CatalogOptions>): Promise<TableDef>;
  close(): Promise<void>;
}

/** Starts an emulator in this process, or uses one that is running. */
export async function startTestDatabase(running?: {
  readonly endpoint: string;
  close(): Promise<void>;
}): Promise<TestDatabase> {
  const server = running ?? (await startDynalite());
  const client = createClient({
    region: 'us-east-1',
    endpoint: server.endpoint,
    credentials: async () => KEYS,
    maxRetries: 3,
    retryBaseMs: 5,
    timeoutMs: 30_000,
  });
  const opened: Connection[] = [];
  const string = (properties = ''): string =>
    `AWSAccessKey=${KEYS.accessKeyId};AWSSecretKey=${KEYS.secretAccessKey};AWSRegion=us-east-1;Endpoint=${server.endpoint};${properties}`;
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((connection) => connection.close()));
    client.close();
    await server.close();
  };
  return {
    client,
    endpoint: server.endpoint,
    string,
    async open(properties) {
      const connection = await connect(string(properties));
      opened.push(connection);
      return connection;
    },
    withRules(rules, described, overrides) {
      const context = createTestDatabaseContext(client, rules, described, overrides);
      const connection = createSession({
        session: createTestSession(context, overrides),
        description: '',
        whoami: () => Promise.reject(new Error('no identity')),
        statements: new Map(),
        closing: createAbortController(),
        close: () => context.close(),
      });
      opened.push(connection);
      return connection;
    },
    async add({ items, ...definition }) {
      await client.createTable(toCreateTableInput(definition));
      await client.putItems(definition.name, items);
    },
    describe: (table, options) => createCatalog(client, { ...CATALOG, ...options }).table(table),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function overrideDescribe(
  client: DynamoClient,
  { sizeBytes, readCapacity }: DescribeOverrides,
): DynamoClient {
  return {
    ...client,
    async describeTable(name, signal) {
      const described = await client.describeTable(name, signal);
      return (
        described && {
          ...described,
          ...(sizeBytes !== undefined && { TableSizeBytes: sizeBytes }),
          ...(readCapacity !== undefined && { ProvisionedThroughput: { ReadCapacityUnits: readCapacity } }),
        }
      );
    },
  };
}

/** What a test changes in a session with default options. */
export interface SessionOverrides {
  readonly settings?: Partial<StatementSettings>;
  readonly engine?: DatabaseContext['engine'];
  readonly limits?: SharedLimits;
  readonly files?: FileAccess;
  readonly catalog?: Partial<CatalogOptions>;
}

/** Creates a database over this client whose planner has only these rules. */
export function createTestDatabaseContext(
  client: DynamoClient,
  rules: readonly PushdownRule[],
  described: DescribeOverrides = {},
  { engine, limits = createSharedLimits(), catalog = {} }: SessionOverrides = {},
): DatabaseContext & { close(): Promise<void> } {
  const planner = createPlanner(rules);
  let opened: ReturnType<typeof openEngine> | undefined;
  return {
    client,
    sharedCatalog: createCatalog(overrideDescribe(client, described), { ...CATALOG, ...catalog }),
    planner,
    engine: engine ?? (() => (opened ??= openEngine({}))),
    discardEngine: () => undefined,
    limits,
    async close() {
      await planner.close();
      (await opened)?.close();
    },
  };
}

/** The settings of a connection string without any. */
export const DEFAULT_SETTINGS: StatementSettings = {
  autoDetectIndex: true,
  consistentReads: false,
  threads: 2,
  decimals: 'auto',
  pageSize: undefined,
  fullScan: 'Allow',
  maxRcu: undefined,
  capacityPercent: undefined,
  timeoutMs: 0,
  maxRows: -1,
  maxWcu: undefined,
  onConflict: 'Retry',
  unknownAttributes: 'Warn',
  passthrough: false,
};

/** Creates a session over a database. Its warnings are discarded. */
export function createTestSession(
  database: DatabaseContext,
  { settings, files }: Pick<SessionOverrides, 'settings' | 'files'> = {},
): SessionContext {
  return {
    database,
    defaults: { ...DEFAULT_SETTINGS, ...settings },
    readOnly: false,
    batchWrites: false,
    maxSessionRcu: undefined,
    zone: { initial: undefined, current: undefined },
    usage: { readCapacity: 0, warnedOf: new Set() },
    files,
    facts: { properties: [], version: '0', source: 'test', browsableSchemas: undefined },
    warn: () => undefined,
    notice: () => undefined,
  };
}

function toCreateTableInput({ name, key, indexes = [] }: Omit<TableSpec, 'items'>): TableInput {
  const keys = [key, ...indexes.map((index) => index.key)].flat();
  const types = new Map(keys.filter((spec) => spec !== undefined).map(parseAttribute));
  const described = (local: boolean) =>
    indexes
      .filter((index) => (index.local === true) === local)
      .map((index) => ({
        IndexName: index.name,
        KeySchema: toKeySchema(index.key),
        Projection: toProjection(index.projection),
      }));
  const [global, local] = [described(false), described(true)];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: toKeySchema(key),
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
  };
}

function toKeySchema([partition, sort]: KeySpec): NonNullable<TableInput['KeySchema']> {
  return [
    { AttributeName: parseAttribute(partition)[0], KeyType: 'HASH' },
    ...(sort === undefined ? [] : [{ AttributeName: parseAttribute(sort)[0], KeyType: 'RANGE' as const }]),
  ];
}

function toProjection(projection: IndexSpec['projection'] = 'ALL') {
  return typeof projection === 'string'
    ? { ProjectionType: projection }
    : { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...projection] };
}

function parseAttribute(spec: string): readonly [string, KeyType] {
  const [name = '', type] = spec.split(/:(?=[SNB]$)/);
  if (type !== 'S' && type !== 'N' && type !== 'B')
    throw new TypeError(`expected a key attribute as name:S, got ${spec}`);
  return [name, type];
}
