import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';

/** The longest connection string that is read, in characters. */
export const MAX_LENGTH = 1 << 20;

/** One `Key=Value` as it stands in the string. */
export interface Token {
  /** As written. */
  readonly key: string;
  /** One-based place of the key's first character. */
  readonly position: number;
  /** Secret unless the key is known to be none. */
  readonly value: string | Secret;
  /** What to do with the value where what follows it turns out to belong to it; none for a quoted one. */
  readonly repair?: string;
}

/** Whether a key, as written, is known to hold no secret. */
export type IsPublic = (key: string) => boolean;

/**
 * Reads `Key=Value;Key=Value`. Messages tell places, never text: what stands in the wrong place may be half a
 * password whose `;` was not quoted.
 */
export function tokenize(text: string, isPublic: IsPublic, start = 0): readonly Token[] {
  if (text.length > MAX_LENGTH) {
    throw new DriverError('CONN_SYNTAX', `The connection string is longer than ${MAX_LENGTH} characters`);
  }
  const tokens: Token[] = [];
  for (
    let at = skip(text, start, BLANKS_AND_SEMICOLONS);
    at < text.length;
    at = skip(text, at, BLANKS_AND_SEMICOLONS)
  ) {
    const keyAt = at;
    const equals = text.indexOf('=', keyAt);
    const semicolon = text.indexOf(';', keyAt);
    if (equals < 0 || (semicolon >= 0 && semicolon < equals)) {
      throw syntax('expected Key=Value, found no "=" before the next ";" or the end', keyAt, tokens.at(-1));
    }
    const key = text.slice(keyAt, equals).trim();
    if (key === '') throw syntax('expected a key before "="', keyAt, tokens.at(-1));
    const { value, end, isQuoted } = readValue(text, skip(text, equals + 1, BLANKS), key);
    tokens.push({
      key,
      position: keyAt + 1,
      value: isPublic(key) ? value : new Secret(value),
      ...(isQuoted ? {} : REPAIR),
    });
    at = end;
  }
  return tokens;
}

const BLANKS = /\s*/y;
const BLANKS_AND_SEMICOLONS = /[\s;]*/y;

/** The place after whatever the sticky pattern takes. */
function skip(text: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  pattern.test(text);
  return pattern.lastIndex;
}

const REPAIR = { repair: 'a value that holds ";" must be quoted' };

const CLOSING: ReadonlyMap<string, string> = new Map([
  ["'", "'"],
  ['"', '"'],
  ['{', '}'],
]);

function readValue(
  text: string,
  from: number,
  key: string,
): { value: string; end: number; isQuoted: boolean } {
  const closing = CLOSING.get(text.charAt(from));
  if (closing === undefined) {
    const semicolon = text.indexOf(';', from);
    const end = semicolon < 0 ? text.length : semicolon;
    return { value: text.slice(from, end).trim(), end, isQuoted: false };
  }
  let value = '';
  for (let at = from + 1; ;) {
    const close = text.indexOf(closing, at);
    if (close < 0)
      throw syntax(`the value that starts with ${text.charAt(from)} has no closing ${closing}`, from);
    value += text.slice(at, close);
    if (text[close + 1] !== closing) {
      const end = skip(text, close + 1, BLANKS);
      if (end < text.length && text[end] !== ';') {
        const doubled = `a ${closing} inside it is written twice`;
        throw syntax(`expected ";" after the quoted value of ${shownKey(key)}; ${doubled}`, end);
      }
      return { value, end, isQuoted: true };
    }
    value += closing;
    at = close + 2;
  }
}

/** A key is shown only where it looks like one. */
export function shownKey(key: string): string {
  return /^[A-Za-z][\w ]{0,31}$/.test(key) ? key : 'the property';
}

/** What to say where text may be the rest of the secret before it; empty where it cannot be. */
export function mayBelongTo(before: Token | undefined): string {
  const isOpen = before?.value instanceof Secret && before.repair !== undefined;
  return isOpen ? `; if it belongs to the value of ${shownKey(before.key)}: ${before.repair}` : '';
}

function syntax(problem: string, at: number, before?: Token): DriverError {
  const hint = mayBelongTo(before);
  return new DriverError('CONN_SYNTAX', `Character ${at + 1} of the connection string: ${problem}${hint}`, {
    position: at + 1,
  });
}
