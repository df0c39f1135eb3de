import { DriverError } from '../../core/errors.ts';
import type { DelimitedRow, IsNull } from './delimited-row.ts';
import { isRowTooLong, rowTooLongError, splitLines, stripCarriageReturn } from './file-text.ts';
import type { CopyOptions } from './options.ts';

/**
 * Splits a CSV file into rows by PostgreSQL's rules: a field may be partly quoted, and may contain line breaks. Yields batches;
 * rows before one that cannot be read are still yielded.
 */
export async function* readCsvRows(
  chunks: AsyncIterable<string>,
  options: CopyOptions,
  path: string,
): AsyncGenerator<readonly DelimitedRow[]> {
  const { quote, delimiter } = options;
  let line = 0;
  let start = 0;
  let parts: string[] = [];
  let length = 0;
  let inside = false;
  for await (const lines of splitLines(chunks, path)) {
    const rows: DelimitedRow[] = [];
    try {
      for (const part of lines) {
        line += 1;
        if (!inside) {
          if (!part.includes(quote)) {
            const text = stripCarriageReturn(part);
            rows.push({ line, text, fields: (isNull) => splitPlain(text, delimiter, isNull) });
            continue;
          }
          start = line;
          parts = [];
          length = 0;
        }
        parts.push(part);
        length += part.length;
        inside = endsInside(part, options, inside);
        if (isRowTooLong(length)) throw rowTooLongError(path, start);
        if (inside) continue;
        const text = stripCarriageReturn(parts.join('\n'));
        rows.push({ line: start, text, fields: (isNull) => splitQuoted(text, options, isNull) });
      }
    } finally {
      yield rows;
    }
  }
  if (inside) throw new DriverError('FILE_FORMAT', `${path}, line ${start}: unterminated CSV quoted field`);
}

function splitPlain(text: string, delimiter: string, isNull: IsNull): (string | null)[] {
  return text.split(delimiter).map((field, at) => (isNull(field, false, at) ? null : field));
}

function endsInside(text: string, { quote, escape }: CopyOptions, inside: boolean): boolean {
  let isQuoted = inside;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === escape && escape !== quote && isEscaped(text[at + 1], quote, escape))
      at += 1;
    // A doubled quote closes and reopens the field, so it needs no special case.
    else if (character === quote) isQuoted = !isQuoted;
  }
  return isQuoted;
}

function isEscaped(next: string | undefined, quote: string, escape: string): boolean {
  return next === quote || next === escape;
}

function splitQuoted(
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

/** Formats a field as CSV, quoted if necessary or if `force` is set. */
export function formatCsvField(
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
