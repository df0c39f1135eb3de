import { DriverError } from '../../core/errors.ts';
import { isRowTooLong, rowTooLongError, splitLines } from './file-text.ts';
import { findObjectEnd, type JsonText, toJsonTexts } from './json-values.ts';

/**
 * The items of a file in DynamoDB's JSON format, before parsing: one object per line as in an export, objects that span lines,
 * an array of them, or the pages that the AWS CLI prints for scan and query. `onPage` is called for each page.
 */
export async function* readDynamoJson(
  chunks: AsyncIterable<string>,
  path: string,
  onPage: (page: ScannedPage) => void,
): AsyncGenerator<readonly JsonText[]> {
  const text = new LeadingText(chunks[Symbol.asyncIterator](), path);
  if (await text.startsWithLine()) {
    let before = 0;
    for await (const lines of splitLines(text.rest(), path)) {
      yield toJsonTexts(lines, before);
      before += lines.length;
    }
    return;
  }
  yield* new DynamoJsonReader(text.rest(), path, onPage).read();
}

/** A page of a scan or query in a file. */
export interface ScannedPage {
  /** Whether DynamoDB, or the AWS CLI, had more items. */
  readonly isCut: boolean;
}

/** The chunks of a file, of which the first may be looked at before they are read. */
class LeadingText {
  readonly #chunks: AsyncIterator<string>;
  readonly #path: string;
  #head = '';

  constructor(chunks: AsyncIterator<string>, path: string) {
    this.#chunks = chunks;
    this.#path = path;
  }

  /** Whether the first line is not the beginning of an array, of a page, or of an object that spans lines. */
  async startsWithLine(): Promise<boolean> {
    let line: string | undefined;
    while ((line = firstLine(this.#head)) === undefined) {
      if (isRowTooLong(this.#head.length)) throw rowTooLongError(this.#path, 1);
      const next = await this.#chunks.next();
      if (next.done === true) line = this.#head.trim();
      else this.#head += next.value;
      // An array or a page may be one long line.
      if (MAY_BE_ARRAY_OR_PAGE.test(this.#head)) return false;
      if (line !== undefined) break;
    }
    return !line.startsWith('{') || findObjectEnd(line, 0) === line.length;
  }

  async *rest(): AsyncGenerator<string> {
    yield this.#head;
    yield* { [Symbol.asyncIterator]: () => this.#chunks };
  }
}

const BLANK = /^\s*/;

/** The first line that is not blank; undefined if the text ends before it does. */
function firstLine(text: string): string | undefined {
  const start = BLANK.exec(text)?.[0].length ?? 0;
  const end = text.indexOf('\n', start);
  return end < 0 ? undefined : text.slice(start, end).trimEnd();
}

/** The members of a page of the AWS CLI, of an SDK or of the API. An item may have attributes of these names. */
const PAGE_MEMBERS =
  'Items|Count|ScannedCount|ConsumedCapacity|LastEvaluatedKey|NextToken|ResponseMetadata|\\$metadata';
const MAY_BE_ARRAY_OR_PAGE = new RegExp(`^\\s*(?:\\[|\\{\\s*"(?:${PAGE_MEMBERS})"\\s*:)`);
const PAGE_START = new RegExp(`\\{\\s*"(?:${PAGE_MEMBERS})"\\s*:`, 'y');
const MEMBER = /\s*,?\s*("(?:[^"\\]|\\.)*")\s*:\s*(?=[^\s])/y;
const SCALAR = /(?:"(?:[^"\\]|\\.)*"|[^\s,\]}"]+)(?=[\s,\]}])/y;
const BETWEEN = /[\s,]*/y;

/** Where the reader is: between values, in an array of items, or between the members of a page. */
type Place = 'values' | 'array' | 'items' | 'page';

class DynamoJsonReader {
  readonly #chunks: AsyncIterable<string>;
  readonly #path: string;
  readonly #onPage: (page: ScannedPage) => void;
  #text = '';
  #at = 0;
  #line = 1;
  #place: Place = 'values';
  /** Where the current page is. */
  #outer: Place = 'values';
  #isCut = false;

  constructor(chunks: AsyncIterable<string>, path: string, onPage: (page: ScannedPage) => void) {
    this.#chunks = chunks;
    this.#path = path;
    this.#onPage = onPage;
  }

  async *read(): AsyncGenerator<readonly JsonText[]> {
    for await (const chunk of this.#chunks) {
      this.#text = this.#text.slice(this.#at) + chunk;
      this.#at = 0;
      const objects: JsonText[] = [];
      try {
        while (this.#step(objects));
      } finally {
        // Objects before an invalid one are loaded, too.
        if (objects.length > 0) yield objects;
      }
      if (isRowTooLong(this.#text.length - this.#at)) throw rowTooLongError(this.#path, this.#line);
    }
    if (this.#at < this.#text.length || this.#place !== 'values')
      throw new DriverError(
        'FILE_FORMAT',
        `${this.#path}, line ${this.#line}: unterminated JSON ${this.#place === 'array' ? 'array' : 'object'}`,
      );
  }

  /** Reads the next token or object; false if the text ends before it does. */
  #step(objects: JsonText[]): boolean {
    this.#skip(this.#match(BETWEEN)?.[0].length ?? 0);
    const next = this.#text[this.#at];
    if (next === undefined) return false;
    switch (this.#place) {
      case 'values':
        if (next === '[') return this.#enter('array');
        return this.#readObjectOrPage(objects, next);
      case 'array':
        if (next === ']') return this.#enter('values');
        return this.#readObjectOrPage(objects, next);
      case 'items':
        if (next === ']') return this.#enter('page');
        return this.#readObject(objects, next);
      case 'page':
        return next === '}' ? this.#endPage() : this.#readMember();
    }
  }

  #enter(place: Place): boolean {
    this.#skip(1);
    this.#place = place;
    return true;
  }

  #readObjectOrPage(objects: JsonText[], next: string): boolean {
    if (this.#match(PAGE_START) === null) return this.#readObject(objects, next);
    const isPage = this.#isPage();
    if (isPage === undefined) return false;
    if (!isPage) return this.#readObject(objects, next);
    this.#isCut = false;
    this.#outer = this.#place;
    return this.#enter('page');
  }

  #readObject(objects: JsonText[], next: string): boolean {
    if (next !== '{')
      throw new DriverError(
        'FILE_FORMAT',
        `${this.#path}, line ${this.#line}: expected a JSON object, found ${JSON.stringify(this.#text.slice(this.#at, this.#at + 20))}`,
      );
    const end = findObjectEnd(this.#text, this.#at);
    if (end === undefined) return false;
    objects.push({ line: this.#line, text: this.#text.slice(this.#at, end) });
    this.#skip(end - this.#at);
    return true;
  }

  /** Whether the object here has a member `Items` that is an array; undefined if the text ends before that is known. */
  #isPage(): boolean | undefined {
    let at = this.#at + 1;
    for (;;) {
      MEMBER.lastIndex = at;
      const name = MEMBER.exec(this.#text);
      if (name === null) return this.#text.indexOf('}', at) >= 0 ? false : undefined;
      at = MEMBER.lastIndex;
      if (name[1] === '"Items"') return this.#text[at] === '[';
      const end = this.#valueEnd(at);
      if (end === undefined) return undefined;
      at = end;
    }
  }

  #readMember(): boolean {
    const name = this.#match(MEMBER);
    if (name === null) {
      if (this.#text.length - this.#at < MAX_MEMBER_NAME) return false;
      throw new DriverError('FILE_FORMAT', `${this.#path}, line ${this.#line}: expected a member of a page`);
    }
    const start = this.#at + name[0].length;
    if (name[1] === '"Items"' && this.#text[start] === '[') {
      this.#skip(start + 1 - this.#at);
      this.#place = 'items';
      return true;
    }
    const end = this.#valueEnd(start);
    if (end === undefined) return false;
    const isEmpty = /^(?:null|\{\s*\}|"")$/.test(this.#text.slice(start, end));
    if ((name[1] === '"LastEvaluatedKey"' || name[1] === '"NextToken"') && !isEmpty) this.#isCut = true;
    this.#skip(end - this.#at);
    return true;
  }

  #endPage(): boolean {
    this.#onPage({ isCut: this.#isCut });
    return this.#enter(this.#outer);
  }

  #valueEnd(start: number): number | undefined {
    if (this.#text[start] === '{' || this.#text[start] === '[') return findObjectEnd(this.#text, start);
    SCALAR.lastIndex = start;
    return SCALAR.exec(this.#text) === null ? undefined : SCALAR.lastIndex;
  }

  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    return expression.exec(this.#text);
  }

  /** Moves on, and counts the lines. */
  #skip(length: number): void {
    const end = this.#at + length;
    for (
      let at = this.#text.indexOf('\n', this.#at);
      at >= 0 && at < end;
      at = this.#text.indexOf('\n', at + 1)
    )
      this.#line += 1;
    this.#at = end;
  }
}

const MAX_MEMBER_NAME = 1000;
