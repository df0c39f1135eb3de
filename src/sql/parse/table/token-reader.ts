import { DriverError } from '../../../core/errors.ts';
import { positionAt } from '../positions.ts';
import { parseIdentifier, type Token } from '../scan.ts';
import type { Located } from './table-statement.ts';
import { isTableSchema } from '../../types/table-schema.ts';

/** Reads the name of a table. A dot is part of the name, unless it follows the schema of all tables. */
export function readTableName(reader: TokenReader): Located<string> {
  return toTableName(reader.readQualifiedName('a table name'));
}

/** Joins the parts of a table name, without the schema. */
export function toTableName(parts: readonly Located<string>[]): Located<string> {
  const [first, ...rest] = parts.map((part) => part.value);
  const hasSchema = first !== undefined && rest.length > 0 && isTableSchema(first);
  return { value: (hasSchema ? rest : [first ?? '', ...rest]).join('.'), position: parts[0]?.position ?? 1 };
}

/** Reads `[WAIT | NOWAIT]`. */
export function readWait(reader: TokenReader): boolean {
  const waits = !reader.accept('nowait');
  if (waits) reader.accept('wait');
  return waits;
}

const NUMBER = /^\d/;

/** Reads a statement token by token. Throws a syntax error at the first token that does not match. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  /** The one-based position of the next token. */
  get position(): number {
    return positionAt(this.#text, this.#next?.start ?? this.#text.length);
  }

  get isAtEnd(): boolean {
    return this.#next === undefined;
  }

  /** Takes these keywords or symbols, separated by spaces, if they are next. */
  accept(keywords: string): boolean {
    if (!this.isNext(keywords)) return false;
    this.#at += keywords.split(' ').length;
    return true;
  }

  /** Whether these keywords or symbols are next. */
  isNext(keywords: string): boolean {
    return keywords
      .split(' ')
      .every((keyword, i) => this.#tokens[this.#at + i]?.text.toLowerCase() === keyword);
  }

  expect(keywords: string, description?: string): void {
    if (!this.accept(keywords)) throw this.unexpected(description ?? keywords.toUpperCase());
  }

  /** Reads an identifier. */
  readName(what: string): Located<string> {
    const { position } = this;
    const token = this.#next;
    if (token === undefined || token.kind !== 'word') throw this.unexpected(what);
    this.#at += 1;
    return { value: parseIdentifier(token.text), position };
  }

  /** Reads identifiers separated by dots. */
  readQualifiedName(what: string): readonly Located<string>[] {
    const parts = [this.readName(what)];
    while (this.accept('.')) parts.push(this.readName(what));
    return parts;
  }

  /** Reads a list in parentheses, separated by commas. */
  readList<T>(read: () => T): readonly T[] {
    this.expect('(', '"("');
    const items = [read()];
    while (this.accept(',')) items.push(read());
    this.expect(')', '"," or ")"');
    return items;
  }

  /** Reads the value of an option: a string, a number or a keyword. */
  readValue(what: string): string {
    const sign = this.accept('-') ? '-' : '';
    const token = this.#next;
    if (token === undefined || (sign !== '' && !NUMBER.test(token.text))) throw this.unexpected(what);
    const { text, kind } = token;
    const isString = text.startsWith("'");
    if (!isString && kind !== 'word' && kind !== 'reserved' && !NUMBER.test(text))
      throw this.unexpected(what);
    this.#at += 1;
    if (isString) return text.slice(1, -1).replaceAll("''", "'");
    return kind === 'word' ? parseIdentifier(text) : `${sign}${text}`;
  }

  /** Reads all tokens but `keywords` at the end. Returns their text at its position, so that positions in it are right. */
  readRest(keywords: readonly string[]): { readonly text: string; readonly ending: string | undefined } {
    const ending = keywords.find((each) => {
      const words = each.split(' ');
      const last = this.#tokens.slice(Math.max(this.#at, this.#tokens.length - words.length));
      return last.map(({ text }) => text.toLowerCase()).join(' ') === each;
    });
    const count = this.#tokens.length - (ending?.split(' ').length ?? 0);
    const [first, last] = [this.#next, this.#tokens[count - 1]];
    if (first === undefined || last === undefined || count <= this.#at) throw this.unexpected('a query');
    this.#at = this.#tokens.length;
    const before = this.#text.slice(0, first.start).replaceAll(/[^\n]/gu, ' ');
    return { text: before + this.#text.slice(first.start, last.end), ending };
  }

  readInteger(what: string): number {
    const text = this.#next?.text ?? '';
    if (!/^\d+$/.test(text)) throw this.unexpected(what);
    this.#at += 1;
    return Number(text);
  }

  /** The syntax error for a next token that is not what was expected. */
  unexpected(expected: string): DriverError {
    const place = this.#next === undefined ? 'end of input' : `or near "${this.#next.text}"`;
    return this.error('SQL_SYNTAX', `syntax error at ${place}: expected ${expected}`);
  }

  error(
    code: 'SQL_SYNTAX' | 'SQL_NOT_SUPPORTED' | 'SQL_TABLE_DEFINITION',
    message: string,
    remedy?: string,
  ): DriverError {
    return new DriverError(code, message, {
      position: this.position,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }

  get #next(): Token | undefined {
    return this.#tokens[this.#at];
  }
}
