import { scan } from './scan.ts';

/** Replaces `json` as a format of COPY. With its quotes it has the same length, so that positions do not change. */
export const JSON_FORMAT_PLACEHOLDER = 'js';

/** PostgreSQL's grammar reserves FORMAT JSON for its JSON constructors, so it rejects COPY … (FORMAT json). */
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
