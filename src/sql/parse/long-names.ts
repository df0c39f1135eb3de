import type { Edit } from './positions.ts';
import { scan } from './scan.ts';

// PostgreSQL's parser cuts names to 63 bytes; DynamoDB has longer ones.
const MAX_NAME_BYTES = 63;
/** A unit of a JavaScript string has at most three bytes of UTF-8. */
const MAYBE_LONG = /"[^"]{22}|[\w$\u0080-\uffff]{22}/;

/** A text whose long names have short ones in their place. */
export interface ShortenedText {
  readonly text: string;
  readonly edits: readonly Edit[];
  /** What was parsed, or a message about it, with the long names back. */
  readonly restore: <T>(parsed: T) => T;
}

/** Replaces names that the parser would cut. */
export function shortenNames(sql: string): ShortenedText {
  const unchanged: ShortenedText = { text: sql, edits: [], restore: (parsed) => parsed };
  if (!MAYBE_LONG.test(sql)) return unchanged;
  let prefix = '\ue100';
  while (sql.includes(prefix)) prefix += '\ue100';

  const edits: Edit[] = [];
  const names = new Map<string, string>();
  let text = '';
  let copied = 0;
  for (const token of scan(sql) ?? []) {
    if (token.kind !== 'word' || Buffer.byteLength(token.text) <= MAX_NAME_BYTES) continue;
    const short = `${prefix}${names.size}`;
    names.set(short, nameOf(token.text));
    text += sql.slice(copied, token.start);
    edits.push({
      start: text.length,
      length: short.length + 2,
      originalStart: token.start,
      originalLength: token.end - token.start,
    });
    text += `"${short}"`;
    copied = token.end;
  }
  if (names.size === 0) return unchanged;
  return {
    text: text + sql.slice(copied),
    edits,
    restore: restorer(new RegExp(`${prefix}\\d+`, 'g'), names),
  };
}

function nameOf(token: string): string {
  if (token.startsWith('"')) return token.slice(1, -1).replaceAll('""', '"');
  return token.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function restorer(pattern: RegExp, names: ReadonlyMap<string, string>): <T>(parsed: T) => T {
  const restored = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(pattern, (short) => names.get(short) ?? short);
    if (Array.isArray(value)) return value.map(restored);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, restored(inside)]));
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only text changes, so the shape stays
  return <T>(parsed: T) => restored(parsed) as T;
}
