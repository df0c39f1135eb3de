import { scan } from './scan.ts';

/** What stands for `json` as a format of COPY, in as many characters, so that all places in the text stay what they were. */
export const JSON_FORMAT_PLACEHOLDER = 'js';

/** PostgreSQL's grammar keeps FORMAT before JSON for its JSON constructors, and so refuses COPY … (FORMAT json). */
export function replaceJsonFormat(sql: string): string {
  if (!/\bformat\s+json\b/i.test(sql) || !/\bcopy\b/i.test(sql)) return sql;
  const tokens = scan(sql) ?? [];
  if (!/^copy$/i.test(tokens[0]?.text ?? '')) return sql;
  const at = tokens.findIndex(
    ({ text }, i) =>
      /^format$/i.test(text) &&
      /^json$/i.test(tokens[i + 1]?.text ?? '') &&
      /^[(,]$/.test(tokens[i - 1]?.text ?? ''),
  );
  const json = tokens[at + 1];
  return at < 0 || json === undefined
    ? sql
    : `${sql.slice(0, json.start)}'${JSON_FORMAT_PLACEHOLDER}'${sql.slice(json.end)}`;
}
