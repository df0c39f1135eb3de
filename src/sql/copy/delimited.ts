import { DriverError } from '../../core/errors.ts';
import type { CopyOptions } from './options.ts';
import { isTooLong, linesOf, tooLong, withoutReturn } from './texts.ts';

/** Whether a field stands for NULL. */
export type IsNull = (text: string, quoted: boolean, at: number) => boolean;

/** A row of a file of fields. */
export interface DelimitedRow {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
  fields(isNull: IsNull): (string | null)[];
}

/**
 * The rows of a CSV file, as PostgreSQL reads them: a field may be quoted in part, and hold line ends. They come some at a
 * time, those before one that cannot be read as well.
 */
export async function* csvRows(
  texts: AsyncIterable<string>,
  options: CopyOptions,
  path: string,
): AsyncGenerator<readonly DelimitedRow[]> {
  const { quote, delimiter } = options;
  let line = 0;
  let start = 0;
  let parts: string[] = [];
  let length = 0;
  let inside = false;
  for await (const lines of linesOf(texts, path)) {
    const rows: DelimitedRow[] = [];
    try {
      for (const part of lines) {
        line += 1;
        if (!inside) {
          if (!part.includes(quote)) {
            const text = withoutReturn(part);
            rows.push({ line, text, fields: (isNull) => plainFields(text, delimiter, isNull) });
            continue;
          }
          start = line;
          parts = [];
          length = 0;
        }
        parts.push(part);
        length += part.length;
        inside = endsInside(part, options, inside);
        if (isTooLong(length)) throw tooLong(path, start);
        if (inside) continue;
        const text = withoutReturn(parts.join('\n'));
        rows.push({ line: start, text, fields: (isNull) => quotedFields(text, options, isNull) });
      }
    } finally {
      yield rows;
    }
  }
  if (inside)
    throw new DriverError('FILE_FORMAT', `${path}, line ${start}: a quote begins there and never ends.`);
}

function plainFields(text: string, delimiter: string, isNull: IsNull): (string | null)[] {
  return text.split(delimiter).map((field, at) => (isNull(field, false, at) ? null : field));
}

function endsInside(text: string, { quote, escape }: CopyOptions, inside: boolean): boolean {
  let now = inside;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (now && character === escape && escape !== quote && isEscaped(text[at + 1], quote, escape)) at += 1;
    // A doubled quote leaves things as they are.
    else if (character === quote) now = !now;
  }
  return now;
}

function isEscaped(next: string | undefined, quote: string, escape: string): boolean {
  return next === quote || next === escape;
}

function quotedFields(
  text: string,
  { delimiter, quote, escape }: CopyOptions,
  isNull: IsNull,
): (string | null)[] {
  const fields: (string | null)[] = [];
  let field = '';
  let quoted = false;
  let inside = false;
  const end = (): void => {
    fields.push(isNull(field, quoted, fields.length) ? null : field);
    field = '';
    quoted = false;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (inside && character === escape && isEscaped(text[at + 1], quote, escape)) {
      at += 1;
      field += text[at] ?? '';
    } else if (character === quote) {
      inside = !inside;
      quoted = true;
    } else if (character === delimiter && !inside) end();
    else field += character;
  }
  end();
  return fields;
}

/** The rows of a file in PostgreSQL's text format: fields between tabs, with backslashes before what is special. */
export async function* textRows(
  texts: AsyncIterable<string>,
  { delimiter }: CopyOptions,
  path: string,
): AsyncGenerator<readonly DelimitedRow[]> {
  let line = 0;
  let start = 0;
  let held = '';
  for await (const lines of linesOf(texts, path)) {
    const rows: DelimitedRow[] = [];
    try {
      for (const part of lines) {
        line += 1;
        if (held === '') start = line;
        const text = held + withoutReturn(part);
        if (isTooLong(text.length)) throw tooLong(path, start);
        // A line feed after a backslash belongs to the field.
        if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) {
          held = `${text}\n`;
          continue;
        }
        held = '';
        if (text === '\\.') return;
        rows.push({ line: start, text, fields: (isNull) => escapedFields(text, delimiter, isNull) });
      }
    } finally {
      yield rows;
    }
  }
  if (held !== '') throw new DriverError('FILE_FORMAT', `${path}, line ${start}: a backslash ends the file.`);
}

function escapedFields(text: string, delimiter: string, isNull: IsNull): (string | null)[] {
  const fields = text.includes('\\') ? splitEscaped(text, delimiter) : text.split(delimiter);
  return fields.map((field, at) =>
    isNull(field, false, at) ? null : field.includes('\\') ? unescaped(field) : field,
  );
}

function splitEscaped(text: string, delimiter: string): string[] {
  const fields: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === delimiter) {
      fields.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...fields, text.slice(start)];
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

function unescaped(field: string): string {
  return field.replace(/\\(x[\da-fA-F]{1,2}|[0-7]{1,3}|[^])/g, (_whole, what: string) => {
    if (what.length > 1 && what.startsWith('x'))
      return String.fromCharCode(Number.parseInt(what.slice(1), 16));
    if (/^[0-7]/.test(what)) return String.fromCharCode(Number.parseInt(what, 8) & 0xff);
    return ESCAPES.get(what) ?? what;
  });
}

/** A field of CSV, quoted where it must be. */
export function csvField(
  text: string | null,
  { delimiter, quote, escape, null: nullText }: CopyOptions,
  force: boolean,
): string {
  if (text === null) return nullText;
  const isPlain =
    !force &&
    text !== nullText &&
    text !== '\\.' &&
    !text.includes(delimiter) &&
    !text.includes(quote) &&
    !text.includes('\n') &&
    !text.includes('\r');
  if (isPlain) return text;
  const inner =
    escape === quote
      ? text.replaceAll(quote, quote + quote)
      : text.replaceAll(escape, escape + escape).replaceAll(quote, escape + quote);
  return quote + inner + quote;
}

const SPECIAL = /[\\\b\f\n\r\t\v]/g;
const LETTERS: ReadonlyMap<string, string> = new Map(
  [...ESCAPES].map(([letter, character]) => [character, `\\${letter}`]),
);

/** A field of PostgreSQL's text format. */
export function textField(text: string | null, { delimiter, null: nullText }: CopyOptions): string {
  if (text === null) return nullText;
  const escaped = text.replace(SPECIAL, (character) => LETTERS.get(character) ?? '\\\\');
  return delimiter === '\t' ? escaped : escaped.replaceAll(delimiter, `\\${delimiter}`);
}
