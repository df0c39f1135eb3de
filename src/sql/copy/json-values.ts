import { DriverError } from '../../core/errors.ts';
import { isRowTooLong, splitLines, rowTooLongError } from './file-text.ts';

/** A JSON value of a file, before parsing. */
export interface JsonText {
  readonly line: number;
  readonly text: string;
}

/** The non-blank lines of a file with one object per line. */
export async function* readJsonLines(
  chunks: AsyncIterable<string>,
  path: string,
): AsyncGenerator<readonly JsonText[]> {
  let before = 0;
  for await (const lines of splitLines(chunks, path)) {
    yield toJsonTexts(lines, before);
    before += lines.length;
  }
}

/** The lines that are not blank; `before`: the number of lines before them. */
export function toJsonTexts(lines: readonly string[], before: number): readonly JsonText[] {
  return lines.map((text, i) => ({ line: before + 1 + i, text })).filter(({ text }) => text.trim() !== '');
}

const STRUCTURE = /["\\{}[\]\n]/g;
const BETWEEN = new Set([',', '[', ']', ' ', '\t', '\r', '\n', '\ufeff']);

/** The objects of a file, either the elements of one array or a sequence. */
export async function* readJsonObjects(
  chunks: AsyncIterable<string>,
  path: string,
): AsyncGenerator<readonly JsonText[]> {
  let text = '';
  let line = 1;
  for await (const chunk of chunks) {
    text += chunk;
    let at = 0;
    for (;;) {
      while (at < text.length && BETWEEN.has(text[at] ?? '')) {
        if (text[at] === '\n') line += 1;
        at += 1;
      }
      if (at === text.length) break;
      if (text[at] !== '{')
        throw new DriverError(
          'FILE_FORMAT',
          `${path}, line ${line}: expected a JSON object, found ${JSON.stringify(text.slice(at, at + 20))}`,
        );
      const end = findObjectEnd(text, at);
      if (end === undefined) break;
      const object = text.slice(at, end);
      yield [{ line, text: object }];
      line += object.split('\n').length - 1;
      at = end;
    }
    text = text.slice(at);
    if (isRowTooLong(text.length)) throw rowTooLongError(path, line);
  }
  if (text !== '') throw new DriverError('FILE_FORMAT', `${path}, line ${line}: unterminated JSON object`);
}

/** The end of the object or array that starts at `start`; undefined if the text ends before. */
export function findObjectEnd(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  STRUCTURE.lastIndex = start;
  for (let match = STRUCTURE.exec(text); match !== null; match = STRUCTURE.exec(text)) {
    const [character] = match;
    if (inString) {
      if (character === '\\') STRUCTURE.lastIndex += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return match.index + 1;
    }
  }
  return undefined;
}
