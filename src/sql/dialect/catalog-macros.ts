import { TYPE_NAMES, TYPES } from '../types/types.ts';
import { SERVER_SETTINGS, SERVER_VERSION } from '../system/server-settings.ts';
import { OWNER_NAME, TABLE_SCHEMA } from '../types/table-schema.ts';
import type { Macro } from './macro.ts';

const WHY = 'DuckDB has no such function, or answers from its own catalog.';
const NO_TEXT = 'CAST(NULL AS VARCHAR)';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const choice = (subject: string, pairs: Iterable<readonly [string, string]>, otherwise: string): string =>
  `CASE ${subject} ${[...pairs].map(([when, then]) => `WHEN ${when} THEN ${quoted(then)}`).join(' ')} ELSE ${otherwise} END`;

const setting = (otherwise: string): string =>
  choice(
    'lower(s)',
    SERVER_SETTINGS.map(({ name, value }) => [quoted(name.toLowerCase()), value]),
    otherwise,
  );

const UNKNOWN = `error('[SQL_UNKNOWN_SETTING] unrecognized configuration parameter "' || s || '"')`;

/** The length of a string, or the digits of a numeric, of a type's modifier. */
const FORMATTED_MODIFIER =
  `CASE WHEN modifier IS NULL OR modifier < 4 THEN '' ` +
  `WHEN CAST(type AS BIGINT) IN (${TYPES['character varying'].oid}, ${TYPES.character.oid}) THEN '(' || (modifier - 4) || ')' ` +
  `WHEN CAST(type AS BIGINT) = ${TYPES.numeric.oid} THEN '(' || ((modifier - 4) // 65536) || ',' || ((modifier - 4) % 65536) || ')' ELSE '' END`;

/** Functions about the catalog and the server whose results do not depend on the tables. */
export const CATALOG_MACROS: readonly Macro[] = [
  { name: 'pg_backend_pid', forms: [['', '1']], why: 'A driver has no server process.' },
  {
    name: 'version',
    forms: [['', quoted(`PostgreSQL ${SERVER_VERSION} (DynaDBC)`)]],
    why: 'DuckDB returns its own version.',
  },
  {
    name: 'current_setting',
    forms: [
      ['s', setting(UNKNOWN)],
      ['s, missing_ok', setting(`CASE WHEN missing_ok THEN ${NO_TEXT} ELSE ${UNKNOWN} END`)],
    ],
    why: WHY,
  },
  {
    name: 'current_schemas',
    forms: [
      [
        'implicit',
        `CASE WHEN implicit THEN ['pg_catalog', ${quoted(TABLE_SCHEMA)}] ELSE [${quoted(TABLE_SCHEMA)}] END`,
      ],
    ],
    why: WHY,
  },
  {
    name: 'format_type',
    forms: [
      [
        'type, modifier',
        `${choice(
          'CAST(type AS BIGINT)',
          TYPE_NAMES.map((name) => [String(TYPES[name].oid), name]),
          NO_TEXT,
        )} || ${FORMATTED_MODIFIER}`,
      ],
    ],
    why: WHY,
  },
  { name: 'pg_get_userbyid', forms: [['role', quoted(OWNER_NAME)]], why: WHY },
  {
    name: 'pg_encoding_to_char',
    forms: [['encoding', "CASE encoding WHEN 6 THEN 'UTF8' ELSE '' END"]],
    why: WHY,
  },
  {
    name: 'pg_get_expr',
    forms: [
      ['expression, relation', NO_TEXT],
      ['expression, relation, pretty', NO_TEXT],
    ],
    why: WHY,
  },
  { name: 'pg_get_partkeydef', forms: [['relation', NO_TEXT]], why: WHY },
  { name: 'pg_get_serial_sequence', forms: [['relation, field', NO_TEXT]], why: WHY },
  {
    name: 'numbered',
    internal: true,
    forms: [['list', "list_transform(CAST(list AS BIGINT[]), lambda x, n: {'x': x, 'n': n})"]],
    why: 'Produces the rows of _pg_expandarray, with which clients number the columns of keys.',
  },
  { name: 'pg_is_in_recovery', forms: [['', 'false']], why: WHY },
];
