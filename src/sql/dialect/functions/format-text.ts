import { raise } from './raise.ts';

const PLACEHOLDER = /%(?:%|(?:(\d+)\$)?(-)?(\d+)?([sIL])|(.?))/gs;

/** format(): `%s`, `%I` and `%L` with positions and widths. The arguments are a JSON array of strings. */
export function formatText(pattern: string, argumentsJson: string): string {
  const args: readonly (string | null)[] = JSON.parse(argumentsJson);
  let next = 0;
  return pattern.replace(
    PLACEHOLDER,
    (whole, position?: string, left?: string, width?: string, kind?: string, unknown?: string) => {
      if (whole === '%%') return '%';
      if (kind === undefined)
        raise('SQL_BAD_ARGUMENT', `unrecognized format() type specifier "${unknown ?? ''}"`);
      if (position !== undefined) next = Number(position) - 1;
      const value = args[next++];
      if (value === undefined) raise('SQL_BAD_ARGUMENT', 'too few arguments for format()');
      const text =
        kind === 's'
          ? (value ?? '')
          : kind === 'L'
            ? value === null
              ? 'NULL'
              : quoteLiteral(value)
            : value === null
              ? raise('SQL_BAD_ARGUMENT', 'null values cannot be formatted as an SQL identifier')
              : quoteIdent(value);
      return left === undefined ? text.padStart(Number(width ?? 0)) : text.padEnd(Number(width ?? 0));
    },
  );
}

// PostgreSQL's reserved key words, which quote_ident quotes (appendix C of its manual: those not allowed as a column name).
export const RESERVED: ReadonlySet<string> = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check coalesce ' +
    'collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp ' +
    'current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full grant ' +
    'greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join lateral leading least left like limit ' +
    'localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay ' +
    'placing position precision primary real references returning right row select session_user setof similar smallint some substring symmetric table ' +
    'tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where window with ' +
    'xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable'
  ).split(' '),
);

export function quoteIdent(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}
