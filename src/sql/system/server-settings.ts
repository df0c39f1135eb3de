import { OWNER_NAME, TABLE_SCHEMA } from '../types/table-schema.ts';

/** A setting of a PostgreSQL server, for programs that read it. */
export interface ServerSetting {
  readonly name: string;
  readonly value: string;
  readonly doc: string;
  /** SET accepts any value and has no effect. */
  readonly isIgnored?: true;
  /** SET changes it for the session: `value` is only the default. */
  readonly isOfSession?: true;
}

/** The version of PostgreSQL that programs see. */
export const SERVER_VERSION = '15.0';

/** The settings that programs read when they connect. */
export const SERVER_SETTINGS: readonly ServerSetting[] = [
  { name: 'application_name', value: '', doc: 'The name of the application.', isIgnored: true },
  { name: 'bytea_output', value: 'hex', doc: 'The output format of bytea.' },
  { name: 'client_encoding', value: 'UTF8', doc: 'The encoding of statements and results.' },
  {
    name: 'client_min_messages',
    value: 'notice',
    doc: 'The lowest level of messages that are sent.',
    isIgnored: true,
  },
  { name: 'DateStyle', value: 'ISO, MDY', doc: 'The output format of dates.' },
  { name: 'default_transaction_isolation', value: 'read committed', doc: 'The isolation of transactions.' },
  {
    name: 'extra_float_digits',
    value: '1',
    doc: 'Doubles are formatted with all their digits.',
    isIgnored: true,
  },
  { name: 'integer_datetimes', value: 'on', doc: 'Times are integers of microseconds.' },
  { name: 'IntervalStyle', value: 'postgres', doc: 'The output format of intervals.' },
  { name: 'is_superuser', value: 'off', doc: 'IAM policies control access.' },
  { name: 'lc_collate', value: 'C', doc: 'Strings are compared byte by byte.' },
  { name: 'lc_ctype', value: 'C', doc: 'The classification of characters.' },
  { name: 'max_identifier_length', value: '255', doc: 'The maximum length of a table name, in bytes.' },
  { name: 'max_index_keys', value: '8', doc: 'The maximum number of attributes in an index key.' },
  { name: 'search_path', value: TABLE_SCHEMA, doc: 'The schema of unqualified names.' },
  { name: 'server_encoding', value: 'UTF8', doc: 'The encoding of strings in DynamoDB.' },
  { name: 'server_version', value: SERVER_VERSION, doc: 'The version of PostgreSQL that programs see.' },
  { name: 'server_version_num', value: '150000', doc: 'The version of PostgreSQL as a number.' },
  { name: 'session_authorization', value: OWNER_NAME, doc: 'The role that owns all objects.' },
  {
    name: 'standard_conforming_strings',
    value: 'on',
    doc: 'A backslash in a string constant is an ordinary character.',
  },
  {
    name: 'TimeZone',
    value: 'UTC',
    doc: 'The time zone in which timestamps are read and printed.',
    isOfSession: true,
  },
  { name: 'transaction_isolation', value: 'read committed', doc: 'The isolation of transactions.' },
];

const BY_NAME: ReadonlyMap<string, ServerSetting> = new Map(
  SERVER_SETTINGS.map((setting) => [setting.name.toLowerCase(), setting]),
);

/** The names of the settings for which SET has no effect. */
export const IGNORED_SETTINGS: readonly string[] = SERVER_SETTINGS.filter(
  ({ isIgnored }) => isIgnored === true,
).map(({ name }) => name);

/** Finds a setting by its name, in any case. */
export function findServerSetting(name: string): ServerSetting | undefined {
  return BY_NAME.get(name.toLowerCase());
}
