import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { readDsn } from './dsn.ts';
import { type ConnectionObject, type Entry, entriesOfObject, entriesOfText } from './entries.ts';
import { ignoredWarning } from './ignored.ts';
import { type Options, PROPERTIES, type PropertyName } from './properties.ts';
import type { PropertySpec } from './property-spec.ts';
import { readTable, readValue } from './read-table.ts';

/** A connection that was read, and what should be said about it. */
export interface Resolved {
  readonly options: Options;
  readonly warnings: readonly string[];
}

/**
 * Reads a connection string or object: `overrides` come before the string, the string before its DSN, then environment
 * variables, then defaults.
 */
export async function parseConnection(
  input: string | ConnectionObject,
  ports: Ports,
  overrides: ConnectionObject = {},
): Promise<Resolved> {
  if (typeof input !== 'string' && !isObject(input)) {
    throw new DriverError(
      'CONN_BAD_VALUE',
      'A connection is given as a string or as an object of properties',
    );
  }
  const own =
    typeof input === 'string' ? entriesOfText(input, PROPERTIES) : entriesOfObject(input, PROPERTIES);
  const over = entriesOfObject(overrides, PROPERTIES);
  const dsn = [...over, ...own].find((entry) => entry.name === 'dsn')?.value;
  const under = typeof dsn === 'string' ? await entriesOfDsn(dsn, ports) : [];
  const entries = layered(over, own, under);
  const typed = readTable(entries, PROPERTIES, ports);
  const given = new Set(entries.flatMap(({ name }) => (isPropertyName(name) ? [name] : [])));
  const options = { ...typed, ...fromEnvironment(given, ports), given };
  return { options, warnings: warningsOf(entries) };
}

async function entriesOfDsn(name: string, ports: Ports): Promise<readonly Entry[]> {
  const object = await readDsn(name, ports);
  try {
    return entriesOfObject(object, PROPERTIES);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new DriverError(error.code, `DSN ${name}: ${error.message}`, {
      cause: error.cause,
      candidates: error.candidates,
    });
  }
}

/** The first layer that has a property gives it. */
function layered(...layers: readonly (readonly Entry[])[]): readonly Entry[] {
  const first = new Map<string, Entry>();
  for (const entry of layers.flat()) {
    const id = entry.name ?? `ignored ${entry.key}`;
    if (!first.has(id)) first.set(id, entry);
  }
  return [...first.values()];
}

function fromEnvironment(given: ReadonlySet<string>, ports: Ports): Partial<Options> {
  const values: [string, unknown][] = [];
  for (const [name, spec] of Object.entries<PropertySpec>(PROPERTIES)) {
    const variable = given.has(name) ? undefined : spec.env?.find((v) => ports.env(v) !== undefined);
    const value = variable === undefined ? undefined : ports.env(variable);
    if (variable === undefined || value === undefined) continue;
    const entry = { name, key: spec.key, spelled: spec.key, value };
    values.push([name, readValue(entry, spec, ports, `environment variable ${variable}`)]);
  }
  return Object.fromEntries(values);
}

// For callers without types.
function isObject(input: unknown): boolean {
  return typeof input === 'object' && input !== null;
}

function isPropertyName(name: string | undefined): name is PropertyName {
  return name !== undefined && Object.hasOwn(PROPERTIES, name);
}

function warningsOf(entries: readonly Entry[]): readonly string[] {
  const ignored = ignoredWarning(entries.filter((e) => e.name === undefined).map((e) => e.key));
  return ignored === undefined ? [] : [ignored];
}
