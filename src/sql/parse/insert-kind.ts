import { scan } from './scan.ts';

/** INSERT, REPLACE or UPSERT: what happens when an item with the same key exists. */
export type InsertKind = 'insert' | 'replace' | 'upsert';

/** The replacements have the length of the keyword, so that positions do not change. */
const KEYWORDS: ReadonlyMap<string, { readonly kind: InsertKind; readonly replacement: string }> = new Map([
  ['replace', { kind: 'replace', replacement: 'INSERT ' }],
  ['upsert', { kind: 'upsert', replacement: 'INSERT' }],
]);

/** PostgreSQL has no REPLACE INTO and UPSERT INTO, so its parser gets INSERT INTO and the kind is kept separately. */
export function readInsertKind(sql: string): { readonly text: string; readonly kind: InsertKind } {
  const unchanged = { text: sql, kind: 'insert' } as const;
  if (!/\b(?:replace|upsert)\s/i.test(sql)) return unchanged;
  const tokens = scan(sql) ?? [];
  const at = tokens.findIndex(({ text }) => KEYWORDS.has(text.toLowerCase()));
  const token = tokens[at];
  const keyword = token && KEYWORDS.get(token.text.toLowerCase());
  const isFirst = at === 0 || /^explain$/i.test(tokens[0]?.text ?? '');
  if (keyword === undefined || !isFirst || !/^into$/i.test(tokens[at + 1]?.text ?? '')) return unchanged;
  const text = sql.slice(0, token?.start) + keyword.replacement + sql.slice(token?.end);
  return { text, kind: keyword.kind };
}
