import type { Edit } from './positions.ts';
import { parseIdentifier, scan } from './scan.ts';

// PostgreSQL's parser truncates names to 63 bytes; DynamoDB allows longer ones.
const MAX_NAME_BYTES = 63;
// A code unit takes up to three bytes of UTF-8, so shorter names cannot exceed the limit.
const MAYBE_LONG = /"[^"]{22}|[\w$\u0080-\uffff]{22}/;

/** A statement whose long names were replaced by short ones. */
export interface ShortenedText {
  readonly text: string;
  readonly edits: readonly Edit[];
  /** Puts the long names back into a parse tree or an error message. */
  readonly restore: <T>(parsed: T) => T;
}

/** Replaces names that the parser would truncate. */
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
    names.set(short, parseIdentifier(token.text));
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
    restore: createRestore(new RegExp(`${prefix}\\d+`, 'g'), names),
  };
}

function createRestore(pattern: RegExp, names: ReadonlyMap<string, string>): <T>(parsed: T) => T {
  const restore = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(pattern, (short) => names.get(short) ?? short);
    if (Array.isArray(value)) return value.map(restore);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, restore(inside)]));
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only strings change, so the shape stays
  return <T>(parsed: T) => restore(parsed) as T;
}
