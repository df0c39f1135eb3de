import { formatExactNumber, parseExactNumber } from '../../types/exact-number.ts';

/** A token of a SQL/JSON path. Strings, names and variables have no escapes any more. */
export interface PathToken {
  readonly kind: 'string' | 'number' | 'variable' | 'word' | 'symbol';
  readonly text: string;
}

const BLANKS = String.raw`(?:\s|/\*[^]*?\*/)*`;
const STRING = String.raw`"(?:[^"\\]|\\.)*"`;
const NUMBER = String.raw`(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}_\d.])`;
/** A character of a name. */
const NAME = String.raw`[^\s?%$.[\]{}()|&!=<>@#,*:+/"\\\-]|\\.`;
const SYMBOL = String.raw`\*\*|==|!=|<>|<=|>=|&&|\|\||[@.[\](){}*+\-/%<>!?,]`;
const TOKEN = new RegExp(
  `${BLANKS}(?:(${STRING})|(${NUMBER})|(\\$(?:(?:${NAME})+|${STRING})?)|((?!\\d)(?:${NAME})+)|(${SYMBOL}))`,
  'suy',
);
const BLANK = new RegExp(`^${BLANKS}$`);

/** Undefined if the path has something else. */
export function tokenizePath(path: string): readonly PathToken[] | undefined {
  const tokens: PathToken[] = [];
  TOKEN.lastIndex = 0;
  while (!BLANK.test(path.slice(TOKEN.lastIndex))) {
    const match = TOKEN.exec(path);
    if (match === null) return undefined;
    const [, string, number, variable, word, symbol = ''] = match;
    if (string !== undefined) tokens.push({ kind: 'string', text: unescape(string.slice(1, -1)) });
    else if (number !== undefined) tokens.push({ kind: 'number', text: normalizeNumber(number) });
    else if (variable !== undefined)
      tokens.push({ kind: 'variable', text: unescape(variable.slice(1).replace(/^"|"$/g, '')) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: unescape(word) });
    else tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

function unescape(text: string): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]{1,6})\}|(.))/gsu,
    (_, x?: string, u?: string, braced?: string, character = '') => {
      const code = x ?? u ?? braced;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return ESCAPES.get(character) ?? character;
    },
  );
}

function normalizeNumber(digits: string): string {
  const value = parseExactNumber(digits.replace(/\.(?=$|[eE])/, ''));
  return value === undefined ? digits : formatExactNumber(value);
}
