import { DriverError } from '../../core/errors.ts';
import { type Edit, positionAt } from './positions.ts';
import { scan, type Token } from './scan.ts';

/** A statement in which every parameter is `$n`. */
export interface NumberedText {
  readonly text: string;
  readonly edits: readonly Edit[];
  readonly parameterCount: number;
  /** The names of `:name` parameters, ordered by number. */
  readonly parameterNames: readonly string[];
}

type Style = '?' | '$n' | ':name';

const OPERATORS_WITH_MARK = ['?|', '?&', '?'];
const JSON_OPERATORS: ReadonlySet<string> = new Set(['?', '??', '?|', '?&', '??|', '??&', '@?']);
// Reserved keywords that are values or end one: an operator follows them.
const VALUE_WORDS: ReadonlySet<string> = new Set(
  'null true false end default user current_user session_user current_role current_catalog current_date current_time current_timestamp localtime localtimestamp'.split(
    ' ',
  ),
);
// Keywords that a value follows; they are column names if a JSON operator and a value follow instead.
const LEADING_WORDS: ReadonlySet<string> = new Set(
  'between like ilike escape by first next rows range groups zone values'.split(' '),
);

/** Rewrites `?` and `:name` as `$n`. Strings, names, comments and PostgreSQL's operators with `?` are not changed. */
export function numberParameters(sql: string): NumberedText {
  const unchanged = { text: sql, edits: [], parameterCount: 0, parameterNames: [] };
  if (!/[?:$]/.test(sql)) return unchanged;
  const tokens = scan(sql);
  if (tokens === undefined) return unchanged;

  const edits: Edit[] = [];
  const names = new Map<string, number>();
  let text = '';
  let copied = 0;
  let count = 0;
  let style: Style | undefined;

  const use = (next: Style, index: number): void => {
    if (style !== undefined && style !== next)
      throw new DriverError('SQL_PARAMETERS', `cannot mix parameter styles: found ${next} after ${style}`, {
        position: positionAt(sql, index),
      });
    style = next;
  };
  const replace = (start: number, end: number, replacement: string): void => {
    text += sql.slice(copied, start);
    edits.push({
      start: text.length,
      length: replacement.length,
      originalStart: start,
      originalLength: end - start,
    });
    text += replacement;
    copied = end;
  };
  const mark = (index: number): void => {
    use('?', index);
    replace(index, index + 1, ` $${++count} `);
  };

  let expected = true;
  const subscripts: boolean[] = [];
  for (let i = 0; ; i++) {
    const [token, next] = [tokens[i], tokens[i + 1]];
    if (token === undefined) break;
    if (token.kind === 'operator' && token.text.includes('?')) {
      expected = splitMarks(token, expected, startsValue(next), mark, replace);
    } else if (
      token.text === ':' &&
      expected &&
      next?.start === token.end &&
      isName(next) &&
      !(subscripts.at(-1) && tokens[i - 1]?.text === '[')
    ) {
      use(':name', token.start);
      const number = names.get(next.text) ?? names.size + 1;
      names.set(next.text, number);
      replace(token.start, next.end, ` $${number} `);
      expected = false;
      i++;
    } else {
      if (token.kind === 'parameter') {
        use('$n', token.start);
        count = Math.max(count, parseParameterNumber(token, sql));
      }
      // After a value, a bracket opens a subscript, in which a colon means a slice. ARRAY[ does not.
      if (token.text === '[') subscripts.push(!expected);
      if (token.text === ']') subscripts.pop();
      expected =
        token.kind === 'word' && LEADING_WORDS.has(token.text.toLowerCase())
          ? !(next !== undefined && JSON_OPERATORS.has(next.text) && startsValue(tokens[i + 2]))
          : expectsValue(token);
    }
  }
  return {
    text: text + sql.slice(copied),
    edits,
    parameterCount: Math.max(count, names.size),
    parameterNames: [...names.keys()],
  };
}

/**
 * PostgreSQL scans `=?`, `?||` or `?+?` as a single operator. Walks through such a token, calls `mark` for each
 * parameter and rewrites JDBC's `??` as the operator `?`. Returns whether a value is expected after the token.
 */
function splitMarks(
  token: Token,
  valueExpected: boolean,
  valueFollows: boolean,
  mark: (index: number) => void,
  replace: (start: number, end: number, replacement: string) => void,
): boolean {
  let expected = valueExpected;
  let at = 0;
  while (at < token.text.length) {
    const rest = token.text.slice(at);
    const start = token.start + at;
    const question = rest.indexOf('?');
    if (question < 0) return true;
    if (expected) {
      if (question === 0) {
        mark(start);
        expected = false;
      }
      at += Math.max(question, 1);
      continue;
    }
    const prefix = question === 1 && rest.startsWith('@') ? 1 : 0;
    if (question > prefix) {
      at += question;
    } else {
      const marks = rest.slice(prefix);
      const escaped = marks.startsWith('??') && (marks.length > 2 || valueFollows);
      const plain = escaped ? marks.slice(1) : marks;
      const operator =
        prefix === 1 ? '?' : (OPERATORS_WITH_MARK.find((each) => plain.startsWith(each)) ?? '?');
      if (escaped) replace(start + prefix, start + prefix + 2, '?');
      at += prefix + operator.length + (escaped ? 1 : 0);
    }
    expected = true;
  }
  return expected;
}

function parseParameterNumber(token: Token, sql: string): number {
  const number = Number(token.text.slice(1));
  if (number >= 1 && number <= 65_535) return number;
  throw new DriverError('SQL_PARAMETERS', `there is no parameter ${token.text}`, {
    position: positionAt(sql, token.start),
    remedy: 'Number parameters from $1 to $65535.',
  });
}

function isName(token: Token | undefined): token is Token {
  return (
    token !== undefined &&
    (token.kind === 'word' || token.kind === 'reserved') &&
    !token.text.startsWith('"') &&
    !token.text.includes('&')
  );
}

/** Whether a value, rather than an operator, may follow the token. */
function expectsValue(token: Token): boolean {
  switch (token.kind) {
    case 'operator':
      return true;
    case 'reserved':
      return !VALUE_WORDS.has(token.text.toLowerCase());
    case 'punctuation':
      return token.text !== ')' && token.text !== ']' && token.text !== '::';
    case 'word':
    case 'constant':
    case 'parameter':
      return false;
  }
}

function startsValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  switch (token.kind) {
    case 'constant':
    case 'parameter':
      return true;
    case 'operator':
      return token.text.startsWith('?');
    case 'punctuation':
      return token.text === '(' || token.text === ':';
    case 'reserved':
      return ['array', 'case', 'null', 'true', 'false'].includes(token.text.toLowerCase());
    case 'word':
      return ![
        'preceding',
        'following',
        'rows',
        'row',
        'is',
        'at',
        'between',
        'like',
        'ilike',
        'escape',
        'similar',
        'over',
      ].includes(token.text.toLowerCase());
  }
}
