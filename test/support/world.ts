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

/** A key in words: `['pk:S']`, `['pk:S', 'sk:N']`. */
export type KeyWords = readonly [partition: string, sort?: string];

export interface IndexWords {
  readonly name: string;
  readonly key: KeyWords;
  readonly local?: true;
  /** `ALL` unless said; a list is `INCLUDE`. */
  readonly projection?: 'ALL' | 'KEYS_ONLY' | readonly string[];
}

export interface TableWords {
  readonly name: string;
  readonly key: KeyWords;
  readonly indexes?: readonly IndexWords[];
  readonly items: readonly AttributeMap[];
}

/** What DescribeTable is to say instead of the truth. */
export interface Look {
  readonly sizeBytes?: number;
  /** Provisioned read units a second. */
  readonly readCapacity?: number;
}

/** An emulated DynamoDB, and connections to it. */
export interface World extends AsyncDisposable {
  readonly client: DynamoClient;
  readonly endpoint: string;
  /** The connection string, with further properties. */
  string(properties?: string): string;
  /** A connection as users open it; it closes with the world. */
  open(properties?: string): Promise<Connection>;
  /** A connection whose planner knows these rules only. */
  withRules(rules: readonly PushdownRule[], look?: Look, changes?: SessionChanges): Connection;
  add(table: TableWords): Promise<void>;
  /** The table as its items make it look. */
  describe(table: string): Promise<TableDef>;
  close(): Promise<void>;
}

/** Starts one in this process, or uses the emulator that runs at the endpoint. */
export async function startWorld(running?: {
  readonly endpoint: string;
  close(): Promise<void>;
}): Promise<World> {
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
    withRules(rules, look, changes) {
      const database = databaseWith(client, rules, look, changes);
      const connection = createSession({
        session: sessionWith(database, changes),
        description: '',
        whoami: () => Promise.reject(new Error('nobody')),
        statements: new Map(),
        closing: createAbortController(),
        close: () => database.close(),
      });
      opened.push(connection);
      return connection;
    },
    async add({ items, ...definition }) {
      await client.createTable(tableInput(definition));
      await client.putItems(definition.name, items);
    },
    describe: (table) => createCatalog(client, CATALOG).table(table),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function lookingAs(client: DynamoClient, { sizeBytes, readCapacity }: Look): DynamoClient {
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

/** What a test sets otherwise than a session with default options. */
export interface SessionChanges {
  readonly settings?: Partial<StatementSettings>;
  readonly engine?: DatabaseContext['engine'];
  readonly limits?: SharedLimits;
  readonly files?: FileAccess;
}

/** A database over this client whose planner knows these rules only. */
export function databaseWith(
  client: DynamoClient,
  rules: readonly PushdownRule[],
  look: Look = {},
  { engine, limits = createSharedLimits() }: SessionChanges = {},
): DatabaseContext & { close(): Promise<void> } {
  const planner = createPlanner(rules);
  let opened: ReturnType<typeof openEngine> | undefined;
  return {
    client,
    sharedCatalog: createCatalog(lookingAs(client, look), CATALOG),
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

/** The settings of a connection string that sets none. */
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
  passthrough: false,
};

/** A session over a database, which warns nobody. */
export function sessionWith(
  database: DatabaseContext,
  { settings, files }: Pick<SessionChanges, 'settings' | 'files'> = {},
): SessionContext {
  return {
    database,
    defaults: { ...DEFAULT_SETTINGS, ...settings },
    readOnly: false,
    batchWrites: false,
    maxSessionRcu: undefined,
    usage: { readCapacity: 0, warnedOf: new Set() },
    files,
    facts: { properties: [], version: '0', source: 'test', browsableSchemas: undefined },
    warn: () => undefined,
    notice: () => undefined,
  };
}

function tableInput({ name, key, indexes = [] }: Omit<TableWords, 'items'>): TableInput {
  const keys = [key, ...indexes.map((index) => index.key)].flat();
  const types = new Map(keys.filter((word) => word !== undefined).map(attributeOf));
  const described = (local: boolean) =>
    indexes
      .filter((index) => (index.local === true) === local)
      .map((index) => ({
        IndexName: index.name,
        KeySchema: schemaOf(index.key),
        Projection: projectionOf(index.projection),
      }));
  const [global, local] = [described(false), described(true)];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: schemaOf(key),
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
  };
}

function schemaOf([partition, sort]: KeyWords): NonNullable<TableInput['KeySchema']> {
  return [
    { AttributeName: attributeOf(partition)[0], KeyType: 'HASH' },
    ...(sort === undefined ? [] : [{ AttributeName: attributeOf(sort)[0], KeyType: 'RANGE' as const }]),
  ];
}

function projectionOf(projection: IndexWords['projection'] = 'ALL') {
  return typeof projection === 'string'
    ? { ProjectionType: projection }
    : { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...projection] };
}

function attributeOf(word: string): readonly [string, KeyType] {
  const [name = '', type] = word.split(/:(?=[SNB]$)/);
  if (type !== 'S' && type !== 'N' && type !== 'B')
    throw new TypeError(`A key attribute is written name:S, not ${word}`);
  return [name, type];
}
