import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { readDsn } from './dsn.ts';
import { type ConnectionObject, type Entry, toEntries, parseEntries } from './entries.ts';
import { formatIgnoredWarning } from './ignored.ts';
import { type Options, PROPERTIES, type PropertyName } from './properties.ts';
import type { PropertySpec } from './property-spec.ts';
import { readProperties, readValue } from './read-table.ts';

/** The options of a connection, and warnings for the user. */
export interface ParsedConnection {
  readonly options: Options;
  readonly warnings: readonly string[];
}

/**
 * Parses a connection string or object. `overrides` take precedence over the string, the string over its DSN, then come
 * environment variables and defaults.
 */
export async function parseConnection(
  input: string | ConnectionObject,
  ports: Ports,
  overrides: ConnectionObject = {},
): Promise<ParsedConnection> {
  if (typeof input !== 'string' && !isObject(input)) {
    throw new DriverError(
      'CONN_BAD_VALUE',
      `expected a connection string or an object of properties, got ${input === null ? 'null' : typeof input}`,
    );
  }
  const main = typeof input === 'string' ? parseEntries(input, PROPERTIES) : toEntries(input, PROPERTIES);
  const over = toEntries(overrides, PROPERTIES);
  const dsn = [...over, ...main].find((entry) => entry.name === 'dsn')?.value;
  const under = typeof dsn === 'string' ? await readDsnEntries(dsn, ports) : [];
  const entries = mergeLayers(over, main, under);
  const typed = readProperties(entries, PROPERTIES, ports);
  const explicit = new Set(entries.flatMap(({ name }) => (isPropertyName(name) ? [name] : [])));
  const options = { ...typed, ...readEnvironment(explicit, ports), explicit };
  return { options, warnings: collectWarnings(entries) };
}

async function readDsnEntries(name: string, ports: Ports): Promise<readonly Entry[]> {
  const object = await readDsn(name, ports);
  try {
    return toEntries(object, PROPERTIES);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new DriverError(error.code, `DSN ${name}: ${error.message}`, {
      cause: error.cause,
      candidates: error.candidates,
    });
  }
}

/** Takes each property from the first layer that sets it. */
function mergeLayers(...layers: readonly (readonly Entry[])[]): readonly Entry[] {
  const first = new Map<string, Entry>();
  for (const entry of layers.flat()) {
    const id = entry.name ?? `ignored ${entry.key}`;
    if (!first.has(id)) first.set(id, entry);
  }
  return [...first.values()];
}

function readEnvironment(explicit: ReadonlySet<string>, ports: Ports): Partial<Options> {
  const values: [string, unknown][] = [];
  for (const [name, spec] of Object.entries<PropertySpec>(PROPERTIES)) {
    const variable = explicit.has(name) ? undefined : spec.env?.find((v) => ports.env(v) !== undefined);
    const value = variable === undefined ? undefined : ports.env(variable);
    if (variable === undefined || value === undefined) continue;
    const entry = { name, key: spec.key, spelled: spec.key, value };
    values.push([name, readValue(entry, spec, ports, `environment variable ${variable}`)]);
  }
  return Object.fromEntries(values);
}

// For callers without TypeScript.
function isObject(input: unknown): boolean {
  return typeof input === 'object' && input !== null;
}

function isPropertyName(name: string | undefined): name is PropertyName {
  return name !== undefined && Object.hasOwn(PROPERTIES, name);
}

function collectWarnings(entries: readonly Entry[]): readonly string[] {
  const ignored = formatIgnoredWarning(entries.filter((e) => e.name === undefined).map((e) => e.key));
  return ignored === undefined ? [] : [ignored];
}
