import { lintProfiles } from '../profiles/lint-profiles.ts';
import { readProfileFiles } from '../profiles/profile-files.ts';
import { type SignIn, signIn } from '../database/sign-in.ts';
import { getCallerIdentity } from '../aws/sts.ts';
import {
  resolveRegion,
  resolveDynamodbEndpoint,
  isLocalEndpoint,
  resolveStsEndpoint,
} from '../aws/endpoints.ts';
import type { Options } from '../connstring/properties.ts';
import { redact } from '../connstring/redact.ts';
import { dnsSuffix } from '../aws/regions.ts';
import { type ParsedConnection, parseConnection } from '../connstring/resolve.ts';
import { type Credentials, maskKeyId } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { createDatabaseClient } from '../database/dynamodb-client.ts';
import { type HostOptions, resolvePorts } from '../host/node/process-ports.ts';
import { openSchemaStore } from '../database/schema-store.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';
import { checkNetwork } from './network.ts';

export interface DiagnoseOptions extends HostOptions {
  /** The table to describe; absent: the first that ListTables names. */
  readonly table?: string | undefined;
  readonly signal?: AbortSignal;
}

/** Walks through a sign-in step by step, reporting what works, what fails and how to fix it. */
export async function* diagnose(text: string, options: DiagnoseOptions = {}): AsyncGenerator<Finding, void> {
  const { signal = new AbortController().signal } = options;
  const hostPorts = resolvePorts(options);
  const warnings: string[] = [];
  const ports: Ports = { ...hostPorts, warn: (message) => void warnings.push(message) };
  const drainWarnings = (): readonly Finding[] =>
    warnings.splice(0).map((message) => warning('properties', message));

  const resolved = await attempt(() => parseConnection(text, ports));
  if ('error' in resolved) return yield failed('connection string', resolved.error);
  yield ok('connection string', redact(text) === '' ? 'empty: all defaults' : redact(text));
  yield* resolved.value.warnings.map((message) => warning('properties', message));

  const opened = await attempt(() => prepareSignIn(resolved.value, ports));
  yield* drainWarnings();
  if ('error' in opened) yield failed('properties', opened.error);
  else yield ok('properties', `AuthScheme ${opened.value.identity.scheme}, Region ${opened.value.region}`);
  yield* await checkFiles(resolved.value.options, ports);
  yield* await checkSchemas(resolved.value.options, ports);
  if ('error' in opened) return;

  const { identity } = opened.value;
  try {
    yield* await checkNetwork(serviceAddresses(opened.value), networkPorts(identity, ports), signal);
    const credentials = await attempt(() => identity.source(signal));
    yield* drainWarnings();
    signal.throwIfAborted();
    if ('error' in credentials) return yield failed('credentials', credentials.error);
    yield ok('credentials', describeCredentials(credentials.value, identity, ports));
    yield await checkIdentity(opened.value, credentials.value, signal);
    yield* checkTables(opened.value, options.table, signal);
  } finally {
    identity.close();
  }
}

interface PreparedSignIn {
  readonly identity: SignIn;
  readonly region: string;
  readonly properties: Options;
}

async function prepareSignIn({ options }: ParsedConnection, ports: Ports): Promise<PreparedSignIn> {
  // A diagnosis reports the first failure instead of waiting for retries.
  const properties = { ...options, maximumRequestRetries: 1 };
  const identity = await signIn(properties, ports);
  return { identity, region: resolveRegion(properties, identity), properties };
}

/** The same proxy and TLS settings as the connection. */
function networkPorts({ network }: SignIn, ports: Ports): Parameters<typeof checkNetwork>[1] {
  return { now: () => ports.now(), network };
}

async function checkFiles(options: Options, ports: Ports): Promise<readonly Finding[]> {
  const read = await attempt(() => readProfileFiles(options, ports));
  if ('error' in read) return [failed('AWS files', read.error)];
  const files = read.value;
  const existing = [
    ...(files.exists.credentials ? [files.credentialsFile] : []),
    ...(files.exists.config ? [files.configFile] : []),
  ];
  if (existing.length === 0) {
    return [skipped('AWS files', `neither ${files.credentialsFile} nor ${files.configFile} exists`)];
  }
  const names = [...files.profiles.keys()];
  const profiles = names.length === 0 ? 'no profiles' : `profiles ${names.slice(0, 20).join(', ')}`;
  return [
    ok('AWS files', `${existing.join(' and ')}: ${profiles}`),
    ...lintProfiles(files, options, ports).map(({ what, why }) => warning('AWS files', `${what}: ${why}`)),
  ];
}

/** Checks the schema files in the Location folder; no findings without a Location. */
async function checkSchemas(options: Options, ports: Ports): Promise<readonly Finding[]> {
  const { location } = options;
  if (location === undefined) return [];
  const read = await attempt(async () => {
    const store = openSchemaStore(options, { ...ports, warn: () => undefined });
    return { broken: await store.broken(), all: await store.all() };
  });
  if ('error' in read) return [failed('schema files', read.error)];
  const { broken, all } = read.value;
  const found = ok('schema files', `${location}: ${all.length} valid`);
  return [found, ...broken.map(({ error }) => failed('schema files', error, 'warning'))];
}

function serviceAddresses({
  properties,
  identity,
  region,
}: PreparedSignIn): Parameters<typeof checkNetwork>[0] {
  const suffix = `${region}.${dnsSuffix(region)}`;
  const dynamodb =
    resolveDynamodbEndpoint(properties, region) ?? identity.endpointUrl ?? `https://dynamodb.${suffix}`;
  const sts = resolveStsEndpoint(properties, region) ?? `https://sts.${suffix}`;
  return [
    { service: 'DynamoDB', url: dynamodb },
    ...(isEmulated(properties, identity) ? [] : [{ service: 'STS' as const, url: sts }]),
  ];
}

/** DynamoDB emulators come without STS. */
function isEmulated({ endpoint, stsEndpoint: sts }: Options, identity: SignIn): boolean {
  const dynamodb = endpoint ?? identity.endpointUrl;
  return sts === undefined && dynamodb !== undefined && isLocalEndpoint(dynamodb);
}

function describeCredentials(
  { accessKeyId, expiration }: Credentials,
  identity: SignIn,
  ports: Ports,
): string {
  const minutes = expiration === undefined ? 0 : Math.round((expiration.getTime() - ports.now()) / 60_000);
  const until = expiration === undefined ? 'no expiration' : `valid for ${minutes} more minutes`;
  return `access key ${maskKeyId(accessKeyId)} (${until}) from ${identity.describe()}`;
}

async function checkIdentity(
  { properties, identity, region }: PreparedSignIn,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Finding> {
  if (isEmulated(properties, identity)) {
    return skipped('identity', 'a local emulator does not check identities');
  }
  const dispatcher = identity.network.dispatcher;
  const call = { credentials, region, endpoint: resolveStsEndpoint(properties, region), dispatcher, signal };
  const caller = await attempt(() => getCallerIdentity(call));
  signal.throwIfAborted();
  if ('value' in caller) return ok('identity', `${caller.value.arn} in account ${caller.value.account}`);
  const isUnreachable = caller.error instanceof DriverError && caller.error.code === 'CONN_NETWORK';
  return failed('identity', caller.error, isUnreachable ? 'warning' : 'problem');
}

async function* checkTables(
  { properties, identity, region }: PreparedSignIn,
  table: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Finding, void> {
  const client = createDatabaseClient(properties, identity, region);
  try {
    const names = await attempt(() => client.listTables(signal));
    signal.throwIfAborted();
    if ('value' in names)
      yield ok('DynamoDB', `ListTables is allowed: ${names.value.length} tables in ${region}`);
    else yield failed('DynamoDB', names.error, table === undefined ? 'problem' : 'warning');
    const name = table ?? ('value' in names ? names.value[0] : undefined);
    if (name === undefined) return;
    const described = await attempt(() => client.describeTable(name, signal));
    signal.throwIfAborted();
    if ('error' in described) yield failed('DynamoDB', described.error);
    else if (described.value === undefined) yield failed('DynamoDB', unknownTable(name, region));
    else yield ok('DynamoDB', `DescribeTable of "${name}" is allowed`);
  } finally {
    client.close();
  }
}

function unknownTable(name: string, region: string): DriverError {
  return new DriverError('CATALOG_UNKNOWN_TABLE', `relation "${name}" does not exist in ${region}`);
}

async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}
