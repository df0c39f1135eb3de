import { lintProfiles } from '../profiles/lint-profiles.ts';
import { readProfileFiles } from '../profiles/profile-files.ts';
import { type SignIn, signIn } from '../database/sign-in.ts';
import { getCallerIdentity } from '../aws/sts.ts';
import { chooseRegion, dynamodbEndpoint, isOnThisMachine, stsEndpoint } from '../aws/endpoints.ts';
import type { Options } from '../connstring/properties.ts';
import { redact } from '../connstring/redact.ts';
import { dnsSuffix } from '../aws/regions.ts';
import { type Resolved, parseConnection } from '../connstring/resolve.ts';
import { type Credentials, maskKeyId } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { clientFor } from '../host/node/connect.ts';
import { type Embedding, portsOf } from '../host/node/process-ports.ts';
import { schemaStoreFor } from '../database/schema-store.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';
import { checkNetwork } from './network.ts';

export interface DiagnoseOptions extends Embedding {
  /** The table to describe; absent: the first that ListTables names. */
  readonly table?: string | undefined;
  readonly signal?: AbortSignal;
}

/** Walks a sign-in step by step and tells of each what is well, and what is wrong and what to do about it. */
export async function* diagnose(text: string, options: DiagnoseOptions = {}): AsyncGenerator<Finding, void> {
  const { signal = new AbortController().signal } = options;
  const world = portsOf(options);
  const warnings: string[] = [];
  const ports: Ports = { ...world, warn: (message) => void warnings.push(message) };
  const told = (): readonly Finding[] => warnings.splice(0).map((message) => warning('properties', message));

  const resolved = await caught(() => parseConnection(text, ports));
  if ('error' in resolved) return yield failed('connection string', resolved.error);
  yield ok('connection string', redact(text) === '' ? 'empty: everything by default' : redact(text));
  yield* resolved.value.warnings.map((message) => warning('properties', message));

  const opened = await caught(() => open(resolved.value, ports));
  yield* told();
  if ('error' in opened) yield failed('properties', opened.error);
  else yield ok('properties', `AuthScheme ${opened.value.way.scheme}, Region ${opened.value.region}`);
  yield* await checkFiles(resolved.value.options, ports);
  yield* await checkSchemas(resolved.value.options, ports);
  if ('error' in opened) return;

  const { way } = opened.value;
  try {
    yield* await checkNetwork(addresses(opened.value), worldOf(way, ports), signal);
    const credentials = await caught(() => way.source(signal));
    yield* told();
    signal.throwIfAborted();
    if ('error' in credentials) return yield failed('credentials', credentials.error);
    yield ok('credentials', described(credentials.value, way, ports));
    yield await checkIdentity(opened.value, credentials.value, signal);
    yield* checkTables(opened.value, options.table, signal);
  } finally {
    way.close();
  }
}

interface Opened {
  readonly way: SignIn;
  readonly region: string;
  readonly properties: Options;
}

async function open({ options }: Resolved, ports: Ports): Promise<Opened> {
  // Who waits for a diagnosis wants to hear of the first failure.
  const properties = { ...options, maximumRequestRetries: 1 };
  const way = await signIn(properties, ports);
  return { way, region: chooseRegion(properties, way), properties };
}

/** The network as the connection itself has it. */
function worldOf({ network }: SignIn, ports: Ports): Parameters<typeof checkNetwork>[1] {
  return { now: () => ports.now(), network };
}

async function checkFiles(options: Options, ports: Ports): Promise<readonly Finding[]> {
  const read = await caught(() => readProfileFiles(options, ports));
  if ('error' in read) return [failed('AWS files', read.error)];
  const files = read.value;
  const there = [
    ...(files.found.credentials ? [files.credentialsFile] : []),
    ...(files.found.config ? [files.configFile] : []),
  ];
  if (there.length === 0) {
    return [skipped('AWS files', `there is neither ${files.credentialsFile} nor ${files.configFile}`)];
  }
  const names = [...files.profiles.keys()];
  const profiles = names.length === 0 ? 'no profile' : `profiles ${names.slice(0, 20).join(', ')}`;
  return [
    ok('AWS files', `${there.join(' and ')}: ${profiles}`),
    ...lintProfiles(files, options, ports).map(({ what, why }) => warning('AWS files', `${what}: ${why}`)),
  ];
}

/** Of the folder that Location names; nothing where it names none. */
async function checkSchemas(options: Options, ports: Ports): Promise<readonly Finding[]> {
  const { location } = options;
  if (location === undefined) return [];
  const read = await caught(async () => {
    const store = schemaStoreFor(options, { ...ports, warn: () => undefined });
    return { broken: await store.broken(), all: await store.all() };
  });
  if ('error' in read) return [failed('schema files', read.error)];
  const { broken, all } = read.value;
  const found = ok('schema files', `${location}: ${all.length} that can be used`);
  return [found, ...broken.map(({ error }) => failed('schema files', error, 'warning'))];
}

function addresses({ properties, way, region }: Opened): Parameters<typeof checkNetwork>[0] {
  const suffix = `${region}.${dnsSuffix(region)}`;
  const dynamodb = dynamodbEndpoint(properties, region) ?? way.endpointUrl ?? `https://dynamodb.${suffix}`;
  const sts = stsEndpoint(properties, region) ?? `https://sts.${suffix}`;
  return [
    { service: 'DynamoDB', url: dynamodb },
    ...(isEmulated(properties, way) ? [] : [{ service: 'STS' as const, url: sts }]),
  ];
}

/** Emulators of DynamoDB come without STS. */
function isEmulated({ endpoint, stsEndpoint: sts }: Options, way: SignIn): boolean {
  const dynamodb = endpoint ?? way.endpointUrl;
  return sts === undefined && dynamodb !== undefined && isOnThisMachine(dynamodb);
}

function described({ accessKeyId, expiration }: Credentials, way: SignIn, ports: Ports): string {
  const minutes = expiration === undefined ? 0 : Math.round((expiration.getTime() - ports.now()) / 60_000);
  const until = expiration === undefined ? 'without an end' : `for ${minutes} more minutes`;
  return `access key ${maskKeyId(accessKeyId)} ${until}, from ${way.describe()}`;
}

async function checkIdentity(
  { properties, way, region }: Opened,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Finding> {
  if (isEmulated(properties, way)) {
    return skipped('identity', 'an emulator on this machine does not ask who signs in');
  }
  const dispatcher = way.network.dispatcher;
  const call = { credentials, region, endpoint: stsEndpoint(properties, region), dispatcher, signal };
  const identity = await caught(() => getCallerIdentity(call));
  signal.throwIfAborted();
  if ('value' in identity)
    return ok('identity', `${identity.value.arn} of account ${identity.value.account}`);
  const isUnreachable = identity.error instanceof DriverError && identity.error.code === 'CONN_NETWORK';
  return failed('identity', identity.error, isUnreachable ? 'warning' : 'problem');
}

async function* checkTables(
  { properties, way, region }: Opened,
  table: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Finding, void> {
  const client = clientFor(properties, way, region);
  try {
    const names = await caught(() => client.listTables(signal));
    signal.throwIfAborted();
    if ('value' in names)
      yield ok('DynamoDB', `ListTables is allowed: ${names.value.length} tables in ${region}`);
    else yield failed('DynamoDB', names.error, table === undefined ? 'problem' : 'warning');
    const name = table ?? ('value' in names ? names.value[0] : undefined);
    if (name === undefined) return;
    const described = await caught(() => client.describeTable(name, signal));
    signal.throwIfAborted();
    if ('error' in described) yield failed('DynamoDB', described.error);
    else if (described.value === undefined) yield failed('DynamoDB', noTable(name, region));
    else yield ok('DynamoDB', `DescribeTable of "${name}" is allowed`);
  } finally {
    client.close();
  }
}

function noTable(name: string, region: string): DriverError {
  return new DriverError('CATALOG_UNKNOWN_TABLE', `There is no table "${name}" in ${region}`);
}

async function caught<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}
