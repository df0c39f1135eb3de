import { DriverError } from '../../../core/errors.ts';
import { positionAt } from '../positions.ts';
import type { Token } from '../scan.ts';
import type { Located } from './table-statement.ts';

const NUMBER = /^\d/;

/** Reads a statement token by token. What is not there is a syntax error at its place. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  /** The one-based position of the token that is read next. */
  get position(): number {
    return positionAt(this.#text, this.#next?.start ?? this.#text.length);
  }

  get isAtEnd(): boolean {
    return this.#next === undefined;
  }

  /** Takes these words, if they come next. */
  accept(words: string): boolean {
    if (!this.isNext(words)) return false;
    this.#at += words.split(' ').length;
    return true;
  }

  /** Whether these words or signs come next. */
  isNext(words: string): boolean {
    return words.split(' ').every((word, i) => this.#tokens[this.#at + i]?.text.toLowerCase() === word);
  }

  expect(words: string, meaning?: string): void {
    if (!this.accept(words)) throw this.unexpected(meaning ?? words.toUpperCase());
  }

  /** A name: in double quotes as it is, else in lower case. */
  readName(what: string): Located<string> {
    const { position } = this;
    const token = this.#next;
    if (token === undefined || token.kind !== 'word') throw this.unexpected(what);
    this.#at += 1;
    return { value: nameOf(token.text), position };
  }

  /** A name and what it is qualified with. */
  readQualifiedName(what: string): readonly Located<string>[] {
    const parts = [this.readName(what)];
    while (this.accept('.')) parts.push(this.readName(what));
    return parts;
  }

  /** What stands in parentheses, parted by commas. */
  readList<T>(read: () => T): readonly T[] {
    this.expect('(', '"("');
    const items = [read()];
    while (this.accept(',')) items.push(read());
    this.expect(')', '"," or ")"');
    return items;
  }

  /** A value of an option: a text, a number or a word. */
  value(what: string): string {
    const sign = this.accept('-') ? '-' : '';
    const token = this.#next;
    if (token === undefined || (sign !== '' && !NUMBER.test(token.text))) throw this.unexpected(what);
    const { text, kind } = token;
    const isText = text.startsWith("'");
    if (!isText && kind !== 'word' && kind !== 'reserved' && !NUMBER.test(text)) throw this.unexpected(what);
    this.#at += 1;
    if (isText) return text.slice(1, -1).replaceAll("''", "'");
    return kind === 'word' ? nameOf(text) : `${sign}${text}`;
  }

  readInteger(what: string): number {
    const text = this.#next?.text ?? '';
    if (!/^\d+$/.test(text)) throw this.unexpected(what);
    this.#at += 1;
    return Number(text);
  }

  /** What was found does not fit. */
  unexpected(what: string): DriverError {
    const found = this.#next === undefined ? 'the end of the statement' : `"${this.#next.text}"`;
    return this.error('SQL_SYNTAX', `Expected ${what}, found ${found}.`);
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

function nameOf(text: string): string {
  if (text.startsWith('"')) return text.slice(1, -1).replaceAll('""', '"');
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
