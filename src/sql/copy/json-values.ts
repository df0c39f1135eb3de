import { DriverError } from '../../core/errors.ts';
import { isTooLong, linesOf, tooLong } from './texts.ts';

/** A JSON value of a file, as it stands there. */
export interface JsonRow {
  readonly line: number;
  readonly text: string;
}

/** The lines of a file that holds an object on each; blank ones are passed over. */
export async function* jsonLines(
  texts: AsyncIterable<string>,
  path: string,
): AsyncGenerator<readonly JsonRow[]> {
  let before = 0;
  for await (const lines of linesOf(texts, path)) {
    const first = before + 1;
    before += lines.length;
    yield lines.map((text, i) => ({ line: first + i, text })).filter(({ text }) => text.trim() !== '');
  }
}

const STRUCTURE = /["\\{}[\]\n]/g;
const BETWEEN = new Set([',', '[', ']', ' ', '\t', '\r', '\n', '\ufeff']);

/** The objects of a file, whether they are elements of one array or stand one after another. */
export async function* jsonObjects(
  texts: AsyncIterable<string>,
  path: string,
): AsyncGenerator<readonly JsonRow[]> {
  let text = '';
  let line = 1;
  for await (const more of texts) {
    text += more;
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
          `${path}, line ${line}: ${JSON.stringify(text.slice(at, at + 20))} stands where an object should begin.`,
        );
      const end = endOfObject(text, at);
      if (end === undefined) break;
      const object = text.slice(at, end);
      yield [{ line, text: object }];
      line += object.split('\n').length - 1;
      at = end;
    }
    text = text.slice(at);
    if (isTooLong(text.length)) throw tooLong(path, line);
  }
  if (text !== '')
    throw new DriverError('FILE_FORMAT', `${path}, line ${line}: an object begins there and never ends.`);
}

/** The place after the object that begins there; undefined where the text ends before. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  STRUCTURE.lastIndex = start;
  for (let found = STRUCTURE.exec(text); found !== null; found = STRUCTURE.exec(text)) {
    const [character] = found;
    if (inString) {
      if (character === '\\') STRUCTURE.lastIndex += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return found.index + 1;
    }
  }
  return undefined;
}
