import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRegion, resolveDynamodbEndpoint, resolveStsEndpoint } from '../aws/endpoints.ts';
import { getCallerIdentity } from '../aws/sts.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { Options } from '../connstring/properties.ts';
import { parseByteSize } from '../core/byte-size.ts';
import { maskKeyId } from '../core/credentials.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Ports } from '../core/ports.ts';
import { monotonicClock } from '../dynamo/transport/clock.ts';
import { createSharedLimits } from '../dynamo/transport/shared-limits.ts';
import type { DatabaseContext, FileAccess } from '../sql/exec/context.ts';
import { createEnginePool } from '../sql/engine/engine-pool.ts';
import { createCardinalityFeedback, type CardinalityFeedback } from '../sql/plan/cardinality-feedback.ts';
import { createPlanner } from '../sql/plan/planner.ts';
import type { StatementCache } from '../sql/statement/prepare.ts';
import { createDatabaseClient } from './dynamodb-client.ts';
import { parseIgnoredTypes } from './ignored-types.ts';
import { openLog } from './log.ts';
import { openSchemaStore } from './schema-store.ts';
import { signIn, type SignIn } from './sign-in.ts';

/** The AWS identity of a database's statements, as STS reports it. */
export interface Identity {
  readonly scheme: string;
  readonly account: string;
  readonly arn: string;
  /** Masked: the first four and the last four characters. */
  readonly accessKeyId: string;
  readonly expiration: Date | undefined;
  /** Where the credentials came from, as a phrase. */
  readonly source: string;
}

/** One set of credentials and everything that its sessions share. */
export interface SharedDatabase {
  readonly context: DatabaseContext;
  /** The properties that sessions start from. */
  readonly properties: Options;
  readonly ports: Ports;
  readonly log: Log | undefined;
  /** The connection string with its secrets masked. */
  readonly description: string;
  /** The endpoint or Region that holds the tables. */
  readonly source: string;
  /** What Queries have read, for the planner's next estimates. */
  readonly feedback: CardinalityFeedback;
  /** Undefined where the host offers no files. */
  readonly files: FileAccess | undefined;
  /** Parsed statements by their text. */
  readonly statements: StatementCache;
  /** One controller per open session; aborting it cancels the session's statements. */
  readonly sessions: Set<AbortController>;
  readonly closed: boolean;
  whoami(signal: AbortSignal): Promise<Identity>;
  /** Cancels the statements of all sessions and frees everything. */
  close(): Promise<void>;
}

const CATALOG_TTL_MS = 10 * 60_000;

/** Signs in, without a request if the scheme allows it, and prepares what sessions share. */
export async function openSharedDatabase(
  properties: Options,
  ports: Ports,
  description: string,
): Promise<SharedDatabase> {
  const log = await openLog(properties, ports);
  log?.write(1, 'session', `opens ${description}`);
  const { identity, region } = await chooseIdentity(properties, ports).catch(async (error: unknown) => {
    log?.write(1, 'session', `sign-in failed: ${getErrorMessage(error)}`);
    await log?.close();
    throw error;
  });
  const client = createDatabaseClient(properties, identity, region, log);
  const planner = createPlanner();
  const { memoryLimit, tempDirectory = join(tmpdir(), 'dynadbc') } = properties;
  const engines = createEnginePool({
    memoryLimitBytes: memoryLimit === undefined ? undefined : parseByteSize(memoryLimit),
    tempDirectory,
  });
  const sessions = new Set<AbortController>();
  let closing: Promise<void> | undefined;
  const { dataFiles: disk } = ports;
  return {
    context: {
      client,
      sharedCatalog: createCatalog(client, {
        rowScanDepth: properties.rowScanDepth,
        typeDetection: properties.typeDetectionScheme,
        flattenObjects: properties.flattenObjects,
        flattenArrays: properties.flattenArrays,
        separator: properties.separatorCharacter,
        numberMode: properties.numberMode,
        detectDates: properties.detectDates,
        unknownColumns: properties.unknownColumns,
        cacheTtlMs: CATALOG_TTL_MS,
        ...(properties.tables === undefined ? {} : { tables: properties.tables }),
        ignoredTypes: parseIgnoredTypes(properties.ignoreTypes ?? []),
        schemas: openSchemaStore(properties, ports),
        listTags: (arn) => client.admin.listTags(arn),
        writesSchemas: properties.generateSchemaFiles !== 'Never',
        now: () => ports.now(),
        warn: (message) => ports.warn(message),
        notice: (message) => ports.notice?.(message),
      }),
      planner,
      engine: () => engines.shared(),
      discardEngine: (engine) => engines.discard(engine),
      limits: createSharedLimits(),
    },
    properties,
    ports,
    log,
    description,
    source: resolveDynamodbEndpoint(properties, region) ?? region,
    feedback: createCardinalityFeedback(),
    files: disk && {
      disk,
      engine: (file) => engines.forFile(file),
      clock: monotonicClock,
    },
    statements: new Map(),
    sessions,
    get closed() {
      return closing !== undefined;
    },
    whoami: (signal) => whoAmI(properties, identity, region, signal),
    close() {
      return (closing ??= (async () => {
        const reason = new DriverError('CONN_CLOSED', 'The connection was closed');
        for (const session of sessions) session.abort(reason);
        sessions.clear();
        await planner.close();
        await engines.close();
        client.close();
        identity.close();
        log?.write(1, 'session', 'closed');
        await log?.close();
      })());
    },
  };
}

async function chooseIdentity(
  properties: Options,
  ports: Ports,
): Promise<{ readonly identity: SignIn; readonly region: string }> {
  const identity = await signIn(properties, ports);
  return { identity, region: resolveRegion(properties, identity) };
}

async function whoAmI(
  properties: Options,
  identity: SignIn,
  region: string,
  signal: AbortSignal,
): Promise<Identity> {
  const credentials = await identity.source(signal);
  const { account, arn } = await getCallerIdentity({
    credentials,
    region,
    endpoint: resolveStsEndpoint(properties, region),
    dispatcher: identity.network.dispatcher,
    signal,
  });
  return {
    scheme: identity.scheme,
    account,
    arn,
    accessKeyId: maskKeyId(credentials.accessKeyId),
    expiration: credentials.expiration,
    source: identity.describe(),
  };
}
