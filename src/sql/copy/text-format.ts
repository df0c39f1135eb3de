import { DriverError } from '../../core/errors.ts';
import type { DelimitedRow, IsNull } from './delimited-row.ts';
import { isRowTooLong, rowTooLongError, splitLines, stripCarriageReturn } from './file-text.ts';
import type { CopyOptions } from './options.ts';

/** Splits a file in PostgreSQL's text format into rows: tab-separated fields with backslash escapes. */
export async function* readTextRows(
  chunks: AsyncIterable<string>,
  { delimiter }: CopyOptions,
  path: string,
): AsyncGenerator<readonly DelimitedRow[]> {
  let line = 0;
  let start = 0;
  let continued = '';
  for await (const lines of splitLines(chunks, path)) {
    const rows: DelimitedRow[] = [];
    try {
      for (const part of lines) {
        line += 1;
        if (continued === '') start = line;
        const text = continued + stripCarriageReturn(part);
        if (isRowTooLong(text.length)) throw rowTooLongError(path, start);
        // A line break after a backslash is part of the field.
        if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) {
          continued = `${text}\n`;
          continue;
        }
        continued = '';
        if (text === '\\.') return;
        rows.push({ line: start, text, fields: (isNull) => splitText(text, delimiter, isNull) });
      }
    } finally {
      yield rows;
    }
  }
  if (continued !== '')
    throw new DriverError('FILE_FORMAT', `${path}, line ${start}: unterminated escape at end of file`);
}

function splitText(text: string, delimiter: string, isNull: IsNull): (string | null)[] {
  const fields = text.includes('\\') ? splitEscaped(text, delimiter) : text.split(delimiter);
  return fields.map((field, at) =>
    isNull(field, false, at) ? null : field.includes('\\') ? unescapeField(field) : field,
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

function unescapeField(field: string): string {
  return field.replace(/\\(x[\da-fA-F]{1,2}|[0-7]{1,3}|[^])/g, (_match, sequence: string) => {
    if (sequence.length > 1 && sequence.startsWith('x'))
      return String.fromCharCode(Number.parseInt(sequence.slice(1), 16));
    if (/^[0-7]/.test(sequence)) return String.fromCharCode(Number.parseInt(sequence, 8) & 0xff);
    return ESCAPES.get(sequence) ?? sequence;
  });
}

const SPECIAL = /[\\\b\f\n\r\t\v]/g;
const LETTERS: ReadonlyMap<string, string> = new Map(
  [...ESCAPES].map(([letter, character]) => [character, `\\${letter}`]),
);

/** Formats a field in PostgreSQL's text format. */
export function formatTextField(text: string | null, { delimiter, null: nullText }: CopyOptions): string {
  if (text === null) return nullText;
  const escaped = text.replace(SPECIAL, (character) => LETTERS.get(character) ?? '\\\\');
  return delimiter === '\t' ? escaped : escaped.replaceAll(delimiter, `\\${delimiter}`);
}
