import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCallerIdentity } from '../../aws/sts.ts';
import { signIn, type SignIn } from '../../database/sign-in.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { chooseRegion, dynamodbEndpoint, stsEndpoint } from '../../aws/endpoints.ts';
import type { ConnectionOptions } from '../../connstring/connection-options.ts';
import type { Options } from '../../connstring/properties.ts';
import { redact } from '../../connstring/redact.ts';
import { parseConnection } from '../../connstring/resolve.ts';
import { anySignal } from '../../core/async/abort.ts';
import { maskKeyId } from '../../core/credentials.ts';
import { getErrorMessage } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Ports } from '../../core/ports.ts';
import { createClient, type DynamoClient } from '../../dynamo/transport/client.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { monotonicClock } from '../../dynamo/transport/clock.ts';
import type { Exchange } from '../../dynamo/transport/observed-transport.ts';
import { createSharedLimits } from '../../dynamo/transport/shared-limits.ts';
import { openEngine, type Engine } from '../../sql/engine/engine.ts';
import { createCardinalityFeedback } from '../../sql/plan/cardinality-feedback.ts';
import { createPlanner } from '../../sql/plan/planner.ts';
import type { ExecutionContext } from '../../sql/exec/context.ts';
import { samplingMeter } from '../../sql/exec/sampling-budget.ts';
import { transactionBlock } from '../../sql/exec/transaction-block.ts';
import type { Connection, Identity } from '../../session/connection.ts';
import { openLog } from '../../database/log.ts';
import { type HostOptions, resolvePorts } from './process-ports.ts';
import { ignoredTypes } from '../../database/ignored-types.ts';
import { schemaStoreFor } from '../../database/schema-store.ts';
import { sessionFacts } from '../../database/session-facts.ts';
import { createSession } from '../../session/session.ts';

export interface ConnectOptions extends HostOptions {
  readonly signal?: AbortSignal;
}

const CATALOG_TTL_MS = 10 * 60_000;
/** Never fires. */
const nobodyCancels = anySignal();

/**
 * Opens a connection from a connection string or an object of the same properties. Sends nothing until the first
 * statement, unless ConnectOnOpen is set.
 */
export async function connect(
  input: string | ConnectionOptions,
  options: ConnectOptions = {},
): Promise<Connection> {
  const ports = resolvePorts(options);
  const { options: properties, warnings } = await parseConnection(input, ports);
  for (const warning of warnings) ports.warn(warning);
  if (ports.env('NODE_TLS_REJECT_UNAUTHORIZED') === '0')
    ports.warn(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on this connection, whose certificates are checked: SSLServerCert names one to trust',
    );
  const log = await openLog(properties, ports);
  log?.write(1, 'session', `opens ${redact(input)}`);
  const { identity, region } = await enter(properties, ports).catch(async (error: unknown) => {
    log?.write(1, 'session', `sign-in failed: ${getErrorMessage(error)}`);
    await log?.close();
    throw error;
  });
  const client = clientFor(properties, identity, region, log);
  const context = contextFor(properties, client, region, ports);
  const connection = createSession({
    context,
    description: redact(input),
    folders: ports.folders,
    log,
    whoami: (signal) => whoAmI(properties, identity, region, signal),
    close() {
      client.close();
      identity.close();
    },
  });
  try {
    if (properties.connectOnOpen) await client.listTables(options.signal);
    if (properties.generateSchemaFiles === 'OnStart') await connection.schemas.export();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function enter(
  properties: Options,
  ports: Ports,
): Promise<{ readonly identity: SignIn; readonly region: string }> {
  const identity = await signIn(properties, ports);
  return { identity, region: chooseRegion(properties, identity) };
}

/** The client of DynamoDB that these options and this sign-in make. */
export function clientFor(properties: Options, identity: SignIn, region: string, log?: Log): DynamoClient {
  const endpoint = dynamodbEndpoint(properties, region) ?? identity.endpointUrl;
  return createClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: (signal) => identity.source(signal ?? nobodyCancels),
    renew: (expired, signal) => identity.renew(expired, signal ?? nobodyCancels),
    maxRetries: properties.maximumRequestRetries,
    ...(properties.retryWaitTime === undefined ? {} : { retryBaseMs: properties.retryWaitTime }),
    retryJitter: properties.retryJitter,
    recoveryMs: properties.maxRecoverySeconds * 1000,
    timeoutMs: properties.timeout * 1000,
    dispatcher: identity.network.dispatcher,
    ...(log?.wants(3, 'dynamo') && { observe: (exchange: Exchange) => logExchange(log, exchange) }),
  });
}

function logExchange(log: Log, exchange: Exchange): void {
  const { operation, outcome, succeeded, bytes, elapsedMs, body } = exchange;
  log.write(3, 'dynamo', `${operation}: ${outcome}, ${bytes} bytes, ${elapsedMs.toFixed(1)} ms`);
  log.write(succeeded ? 5 : 4, 'dynamo', `${operation} ${body}`);
}

function contextFor(
  properties: Options,
  client: DynamoClient,
  region: string,
  ports: Ports,
): ExecutionContext {
  let engine: Promise<Engine> | undefined;
  const planner = createPlanner();
  const engineOptions = {
    ...(properties.memoryLimit === undefined ? {} : { memoryLimit: properties.memoryLimit }),
    tempDirectory: properties.tempDirectory ?? join(tmpdir(), 'dynadbc'),
  };
  const budgets = {
    maxRcu: undefined,
    maxConnectionRcu: properties.maxConnectionRcu,
    capacityPercent: properties.capacityPercent,
    traffic: createSharedLimits(),
    sampling: newReadStats(),
  };
  return {
    client,
    catalog: createCatalog(client, {
      paidBy: samplingMeter(budgets),
      rowScanDepth: properties.rowScanDepth,
      typeDetection: properties.typeDetectionScheme,
      flattenObjects: properties.flattenObjects,
      flattenArrays: properties.flattenArrays,
      separator: properties.separatorCharacter,
      numberMode: properties.numberMode,
      cacheTtlMs: CATALOG_TTL_MS,
      ...(properties.tables === undefined ? {} : { tables: properties.tables }),
      ignoredTypes: ignoredTypes(properties.ignoreTypes ?? []),
      schemas: schemaStoreFor(properties, ports),
      writesSchemas: properties.generateSchemaFiles !== 'Never',
      now: () => ports.now(),
      warn: (message) => ports.warn(message),
      notice: (message) => ports.notice?.(message),
    }),
    planner,
    engine: () => (engine ??= openEngine(engineOptions)),
    files:
      properties.allowFiles && ports.dataFiles !== undefined
        ? {
            disk: ports.dataFiles,
            engine: (file) => openEngine({ ...engineOptions, file }),
            clock: monotonicClock,
          }
        : undefined,
    settings: {
      autoDetectIndex: properties.autoDetectIndex,
      consistentReads: properties.useConsistentReads,
      threads: properties.threadCount,
      learned: createCardinalityFeedback(),
    },
    decimals: properties.numberMode === 'Decimal' ? 'digits' : 'auto',
    pageSize: properties.pageSize,
    fullScan: properties.fullScan,
    ...budgets,
    maxRcu: properties.maxRcu,
    statementTimeoutMs: properties.statementTimeout * 1000,
    passthrough: properties.queryPassthrough,
    facts: sessionFacts(properties, dynamodbEndpoint(properties, region) ?? region),
    warn: (message) => ports.warn(message),
    notice: (message) => ports.notice?.(message),
    maxRows: properties.maxRows,
    writing: {
      readOnly: properties.readOnly,
      batches: properties.useBatchWriteItemOperation,
      onConflict: properties.onConflict,
      maxWcu: properties.maxWcu,
      transaction: undefined,
    },
    block: transactionBlock(),
    async close() {
      await planner.close();
      (await engine)?.close();
    },
  };
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
    endpoint: stsEndpoint(properties, region),
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
