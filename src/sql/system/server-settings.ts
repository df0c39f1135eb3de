import { OWNER_NAME, TABLE_SCHEMA } from '../types/table-schema.ts';

/** A setting of the server that this is, for programs that ask. */
export interface ServerSetting {
  readonly name: string;
  readonly value: string;
  readonly doc: string;
  /** Setting it to anything changes nothing, so that it may be. */
  readonly isIgnored?: true;
}

/** The version of PostgreSQL whose SQL this is. */
export const SERVER_VERSION = '15.0';

/** The settings that programs ask for when they connect. */
export const SERVER_SETTINGS: readonly ServerSetting[] = [
  { name: 'application_name', value: '', doc: 'What the program calls itself.', isIgnored: true },
  { name: 'bytea_output', value: 'hex', doc: 'How bytes are written as text.' },
  { name: 'client_encoding', value: 'UTF8', doc: 'The encoding of statements and results.' },
  { name: 'client_min_messages', value: 'notice', doc: 'Which messages are sent.', isIgnored: true },
  { name: 'DateStyle', value: 'ISO, MDY', doc: 'How dates are written.' },
  { name: 'default_transaction_isolation', value: 'read committed', doc: 'The isolation of transactions.' },
  {
    name: 'extra_float_digits',
    value: '1',
    doc: 'Doubles are written with all their digits.',
    isIgnored: true,
  },
  { name: 'integer_datetimes', value: 'on', doc: 'Times are counted in microseconds.' },
  { name: 'IntervalStyle', value: 'postgres', doc: 'How intervals are written.' },
  { name: 'is_superuser', value: 'off', doc: 'IAM says who may do what.' },
  { name: 'lc_collate', value: 'C', doc: 'Text is compared byte by byte.' },
  { name: 'lc_ctype', value: 'C', doc: 'How letters are told from other characters.' },
  { name: 'max_identifier_length', value: '255', doc: 'Bytes of the longest name of a table.' },
  { name: 'max_index_keys', value: '8', doc: 'Attributes of an index key.' },
  { name: 'search_path', value: TABLE_SCHEMA, doc: 'The schema of names that have none.' },
  { name: 'server_encoding', value: 'UTF8', doc: 'The encoding of text in DynamoDB.' },
  { name: 'server_version', value: SERVER_VERSION, doc: 'The PostgreSQL whose SQL this is.' },
  { name: 'server_version_num', value: '150000', doc: 'The same as a number.' },
  { name: 'session_authorization', value: OWNER_NAME, doc: 'Whom everything belongs to.' },
  { name: 'standard_conforming_strings', value: 'on', doc: 'A backslash in quotes is a backslash.' },
  { name: 'TimeZone', value: 'UTC', doc: 'The time zone of times without one.' },
  { name: 'transaction_isolation', value: 'read committed', doc: 'The isolation of transactions.' },
];

const BY_NAME: ReadonlyMap<string, ServerSetting> = new Map(
  SERVER_SETTINGS.map((setting) => [setting.name.toLowerCase(), setting]),
);

/** The names of those that may be set to anything, since nothing depends on them. */
export const IGNORED_SETTINGS: readonly string[] = SERVER_SETTINGS.filter(
  ({ isIgnored }) => isIgnored === true,
).map(({ name }) => name);

/** The setting of this name, in whatever case it is written. */
export function findServerSetting(name: string): ServerSetting | undefined {
  return BY_NAME.get(name.toLowerCase());
}
