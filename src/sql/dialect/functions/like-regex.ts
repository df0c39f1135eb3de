import { raise } from './raise.ts';

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alpha', 'A-Za-z'],
  ['digit', '0-9'],
  ['alnum', 'A-Za-z0-9'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
  ['space', '\\s'],
  ['blank', ' \\t'],
  ['punct', '!-\\/:-@\\[-`\\{-~'],
  ['xdigit', '0-9A-Fa-f'],
  ['word', '\\w'],
  ['cntrl', '\\0-\\x1f\\x7f'],
  ['graph', '!-~'],
  ['print', ' -~'],
]);

/** Escapes that JavaScript spells differently. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['A', '(?<![^])'],
  ['Z', '(?![^])'],
  ['m', '\\b(?=\\w)'],
  ['M', '\\b(?<=\\w)'],
  ['y', '\\b'],
  ['Y', '\\B'],
  ['a', '\\x07'],
  ['e', '\\x1b'],
]);

const SAME = /[dswDSWntrvf\d]/;
const SYNTAX = /[\\^$.*+?()[\]{}|/]/;

/** The regular expression of `like_regex`, with the flags of XQuery. */
export function compileLikeRegex(pattern: string, flags: string): RegExp {
  const unknown = /[^imsxq]/.exec(flags)?.[0];
  if (unknown !== undefined)
    return raise('SQL_SYNTAX', `Unrecognized flag character "${unknown}" in LIKE_REGEX predicate.`);
  const isLiteral = flags.includes('q');
  if (flags.includes('x') && !isLiteral)
    return raise('SQL_NOT_SUPPORTED', 'XQuery "x" flag (expanded regular expressions) is not implemented');
  const embedded = isLiteral ? undefined : /^\(\?([ci]+)\)/.exec(pattern);
  const ignoresCase = embedded?.[1]?.at(-1) === undefined ? flags.includes('i') : embedded[1].endsWith('i');
  const [lines, all] = [!isLiteral && flags.includes('m'), !isLiteral && flags.includes('s')];
  const options = `u${ignoresCase ? 'i' : ''}${lines ? 'm' : ''}${all ? 's' : ''}`;
  const source = pattern.slice(embedded?.[0].length ?? 0);
  try {
    return new RegExp(isLiteral ? escapeAll(source) : translate(source, all), options);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return raise('SQL_REGULAR_EXPRESSION', `invalid regular expression: ${pattern}`);
  }
}

const MAX_CACHED = 100;
const cache = new Map<string, RegExp>();

/** The groups of each match, or of the first one without `g`, as a JSON array of arrays; the whole match if there are no groups. */
export function matchGroups(text: string, pattern: string, flags: string): string {
  const found = [...text.matchAll(compileGlobal(pattern, flags.includes('i')))];
  const matches = flags.includes('g') ? found : found.slice(0, 1);
  return JSON.stringify(
    matches.map(([whole, ...groups]) =>
      groups.length === 0 ? [whole] : groups.map((group: string | undefined) => group ?? null),
    ),
  );
}

/** In functions a dot matches a line break, too. */
function compileGlobal(pattern: string, ignoresCase: boolean): RegExp {
  const key = `${String(ignoresCase)} ${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size >= MAX_CACHED) cache.clear();
  const regex = compileLikeRegex(pattern, ignoresCase ? 'is' : 's');
  const global = new RegExp(regex, `${regex.flags}g`);
  cache.set(key, global);
  return global;
}

function escapeAll(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

const PIECE =
  /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|(.))|\[(\^?)(\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]|\{\d+(?:,\d*)?\}|[^]/gsu;

/** Unless `all`, a negated set does not match a line break, as the dot does not. */
function translate(pattern: string, all: boolean): string {
  return pattern.replace(
    PIECE,
    (piece: string, x?: string, u?: string, escaped?: string, negated?: string, set?: string) => {
      const code = x ?? u;
      if (code !== undefined) return `\\u{${code}}`;
      if (escaped !== undefined) return translateEscape(escaped);
      if (set !== undefined)
        return negated === '^' ? `[^${translateSet(set)}${all ? '' : '\\n'}]` : `[${translateSet(set)}]`;
      // A brace that begins no quantifier stands for itself.
      return /^[{}\]]$/.test(piece) ? `\\${piece}` : piece;
    },
  );
}

function translateEscape(character: string): string {
  if (SAME.test(character)) return `\\${character}`;
  return ESCAPES.get(character) ?? (SYNTAX.test(character) ? `\\${character}` : character);
}

function translateSet(set: string): string {
  return set
    .replace(/^\]/, '\\]')
    .replace(/\[:(\w+):\]|\\(.)|[[/]/gsu, (piece: string, name?: string, escaped?: string) =>
      name !== undefined
        ? (CLASSES.get(name) ?? raise('SQL_REGULAR_EXPRESSION', `invalid regular expression: ${piece}`))
        : escaped !== undefined
          ? SAME.test(escaped) || /[\\\]^[-]/.test(escaped)
            ? `\\${escaped}`
            : escaped
          : `\\${piece}`,
    );
}
