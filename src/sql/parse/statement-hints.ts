import { DriverError } from '../../core/errors.ts';
import { scan, type Token } from './scan.ts';
import { STATEMENT_OPTIONS, type StatementOption, type StatementOptionName } from './statement-options.ts';

type Options = typeof STATEMENT_OPTIONS;

type HintName = {
  [N in StatementOptionName]: Options[N] extends { readonly hint: object } ? N : never;
}[StatementOptionName];

/** The options in the comment after SELECT, such as `CONSISTENT MAX_RCU(50)`. */
export type StatementHints = {
  readonly [N in HintName]?: Options[N] extends { readonly type: { readonly kind: 'boolean' } }
    ? true
    : number;
};

interface Hint {
  readonly name: string;
  /** Undefined: the hint has no value. */
  readonly example: number | undefined;
}

const HINTS: ReadonlyMap<string, Hint> = new Map(
  Object.entries<StatementOption>(STATEMENT_OPTIONS).flatMap(([name, { hint }]) =>
    hint === undefined ? [] : [[hint.keyword, { name, example: hint.example }] as const],
  ),
);

/** Parses the comment after SELECT, which stands at `position`. */
export function parseStatementHints(comment: string, position: number): StatementHints {
  const tokens = scan(comment.slice(3, -2)) ?? [];
  let hints: StatementHints = {};
  for (let at = 0; at < tokens.length;) {
    const hint = HINTS.get(tokens[at]?.text.toUpperCase() ?? '');
    const value = hint?.example === undefined ? true : numberAfter(tokens, at);
    if (hint === undefined || value === undefined || hint.name in hints)
      throw invalidStatementHint(comment, position);
    hints = { ...hints, [hint.name]: value };
    at += value === true ? 1 : 4;
  }
  if (tokens.length === 0) throw invalidStatementHint(comment, position);
  return hints;
}

/** The number of `keyword(number)`. */
function numberAfter(tokens: readonly Token[], at: number): number | undefined {
  const [open, value, close] = tokens.slice(at + 1, at + 4);
  const isNumber = open?.text === '(' && close?.text === ')' && /^\d+(?:\.\d+)?$/.test(value?.text ?? '');
  return isNumber ? Number(value?.text) : undefined;
}

function invalidStatementHint(comment: string, position: number): DriverError {
  const examples = [...HINTS].map(([keyword, { example }]) =>
    example === undefined ? keyword : `${keyword}(${example})`,
  );
  return new DriverError('SQL_SYNTAX', `unrecognized hint after SELECT: ${comment}`, {
    position,
    remedy: `Write SELECT /*+ ${examples.join(' ')} */, each at most once. Hints for indexes follow a table in FROM.`,
  });
}
