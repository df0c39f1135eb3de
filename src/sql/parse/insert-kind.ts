import { scan } from './scan.ts';

/** What a statement that is built as INSERT does with an item that has the key already. */
export type InsertKind = 'insert' | 'replace' | 'upsert';

/** INSERT in as many characters, so that all places in the text stay what they were. */
const STAND_INS: ReadonlyMap<string, { readonly verb: InsertKind; readonly text: string }> = new Map([
  ['replace', { verb: 'replace', text: 'INSERT ' }],
  ['upsert', { verb: 'upsert', text: 'INSERT' }],
]);

/** REPLACE INTO and UPSERT INTO are not PostgreSQL's: its parser is given INSERT INTO, and the verb is kept apart. */
export function readInsertKind(sql: string): { readonly text: string; readonly verb: InsertKind } {
  const asItIs = { text: sql, verb: 'insert' } as const;
  if (!/\b(?:replace|upsert)\s/i.test(sql)) return asItIs;
  const tokens = scan(sql) ?? [];
  const at = tokens.findIndex(({ text }) => STAND_INS.has(text.toLowerCase()));
  const token = tokens[at];
  const found = token && STAND_INS.get(token.text.toLowerCase());
  const isFirst = at === 0 || /^explain$/i.test(tokens[0]?.text ?? '');
  if (found === undefined || !isFirst || !/^into$/i.test(tokens[at + 1]?.text ?? '')) return asItIs;
  return { text: sql.slice(0, token?.start) + found.text + sql.slice(token?.end), verb: found.verb };
}
