import type { OptionsFor } from '../connstring/connection-options.ts';
import { type ConnectionObject, toEntries } from '../connstring/entries.ts';
import { type Options, PROPERTIES, type PropertyName } from '../connstring/properties.ts';
import type { PropertySpec } from '../connstring/property-spec.ts';
import { readValue } from '../connstring/read-table.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { STATEMENT_OPTIONS, type StatementOption } from '../sql/parse/statement-options.ts';

type StatementOptions = typeof STATEMENT_OPTIONS;

type StatementProperty = {
  [N in keyof StatementOptions]: StatementOptions[N] extends { readonly property: infer P } ? P : never;
}[keyof StatementOptions] &
  PropertyName;

/** Properties of a session that are not options of its statements. */
const CONVERSATION_PROPERTIES = [
  'autoDetectIndex',
  'threadCount',
  'timeZone',
  'readOnly',
  'useBatchWriteItemOperation',
  'maxConnectionRcu',
  'allowFiles',
  'browsableSchemas',
] as const satisfies readonly PropertyName[];

type SessionProperty = StatementProperty | (typeof CONVERSATION_PROPERTIES)[number];

/** Connection properties that a session may set for itself. */
export const SESSION_PROPERTIES: readonly string[] = [
  ...Object.values<StatementOption>(STATEMENT_OPTIONS).flatMap(({ property }) => property ?? []),
  ...CONVERSATION_PROPERTIES,
];

/** The properties of a session in their documented spelling: `{ MaxRows: 100, Readonly: true }`. */
export type SessionOptions = OptionsFor<SessionProperty>;

/** The properties of a session: the database's, with those that it sets for itself. */
export function resolveSessionProperties(
  database: Options,
  overrides: SessionOptions,
  ports: Ports,
): Options {
  const object: ConnectionObject = overrides;
  const entries = toEntries(object, PROPERTIES);
  if (entries.length === 0) return database;
  const values = entries.map((entry): [string, unknown] => {
    const { name, key } = entry;
    const spec = name === undefined ? undefined : SPECS.get(name);
    if (name === undefined || spec === undefined || !SESSION_PROPERTIES.includes(name))
      throw new DriverError('CONN_BAD_VALUE', `${key} cannot be set for a session`, {
        remedy: `Set it when the database is opened. A session can set ${sessionKeys().join(', ')}.`,
      });
    return [name, readValue(entry, spec, ports)];
  });
  const properties: Options = { ...database, ...Object.fromEntries(values) };
  if (database.readOnly && !properties.readOnly) throw looserThanDatabase('Readonly=false');
  if (!database.allowFiles && properties.allowFiles) throw looserThanDatabase('AllowFiles=true');
  return properties;
}

const SPECS: ReadonlyMap<string, PropertySpec> = new Map(Object.entries(PROPERTIES));

function sessionKeys(): readonly string[] {
  return [...SPECS].flatMap(([name, { key }]) => (SESSION_PROPERTIES.includes(name) ? [key] : []));
}

function looserThanDatabase(setting: string): DriverError {
  return new DriverError('CONN_BAD_VALUE', `${setting} would allow the session more than its database`, {
    remedy: 'Open the database with this value, and restrict its other sessions.',
  });
}
