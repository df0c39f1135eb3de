import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';

/** In characters. */
export const MAX_CONNECTION_STRING_LENGTH = 1 << 20;

/** One `Key=Value` of the string. */
export interface PropertyToken {
  /** As written. */
  readonly key: string;
  /** One-based position of the key's first character. */
  readonly position: number;
  /** A secret unless the key is known to be public. */
  readonly value: string | Secret;
  /** How to write the value if what follows belongs to it; absent for a quoted value. */
  readonly repair?: string;
}

/** Whether the value of a key, as written, is known not to be a secret. */
export type IsPublic = (key: string) => boolean;

/**
 * Splits `Key=Value;Key=Value`. Errors report positions and never quote the input, which may be part of a password whose
 * `;` was not quoted.
 */
export function tokenize(text: string, isPublic: IsPublic, start = 0): readonly PropertyToken[] {
  if (text.length > MAX_CONNECTION_STRING_LENGTH) {
    throw new DriverError(
      'CONN_SYNTAX',
      `connection string exceeds ${MAX_CONNECTION_STRING_LENGTH} characters`,
    );
  }
  const tokens: PropertyToken[] = [];
  for (
    let at = skip(text, start, BLANKS_AND_SEMICOLONS);
    at < text.length;
    at = skip(text, at, BLANKS_AND_SEMICOLONS)
  ) {
    const keyAt = at;
    const equals = text.indexOf('=', keyAt);
    const semicolon = text.indexOf(';', keyAt);
    if (equals < 0 || (semicolon >= 0 && semicolon < equals)) {
      throw connectionSyntaxError('expected Key=Value, found no "="', keyAt, tokens.at(-1));
    }
    const key = text.slice(keyAt, equals).trim();
    if (key === '') throw connectionSyntaxError('expected a key before "="', keyAt, tokens.at(-1));
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

/** The index after the match of a sticky pattern. */
function skip(text: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  pattern.test(text);
  return pattern.lastIndex;
}

const REPAIR = { repair: 'a value that contains ";" must be quoted' };

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
    if (close < 0) throw connectionSyntaxError(`unterminated quoted value, expected ${closing}`, from);
    value += text.slice(at, close);
    if (text[close + 1] !== closing) {
      const end = skip(text, close + 1, BLANKS);
      if (end < text.length && text[end] !== ';') {
        const doubled = `write ${closing} twice inside a quoted value`;
        throw connectionSyntaxError(
          `expected ";" after the quoted value of ${displayKey(key)}; ${doubled}`,
          end,
        );
      }
      return { value, end, isQuoted: true };
    }
    value += closing;
    at = close + 2;
  }
}

/** The key for messages, unless it does not look like one. */
export function displayKey(key: string): string {
  return /^[A-Za-z][\w ]{0,31}$/.test(key) ? key : 'the property';
}

/** A hint that the input may be the rest of the unquoted secret before it; empty if that cannot be. */
export function formatUnquotedHint(before: PropertyToken | undefined): string {
  const isOpen = before?.value instanceof Secret && before.repair !== undefined;
  return isOpen
    ? `; if it is part of the value of ${displayKey(before.key)}, note that ${before.repair}`
    : '';
}

/** An error at a zero-based index, with a hint about the token before it. */
export function connectionSyntaxError(problem: string, at: number, before?: PropertyToken): DriverError {
  const hint = formatUnquotedHint(before);
  return new DriverError(
    'CONN_SYNTAX',
    `syntax error in connection string at character ${at + 1}: ${problem}${hint}`,
    {
      position: at + 1,
    },
  );
}
