import { DriverError } from '../../core/errors.ts';
import { scan, type Token } from './scan.ts';

/** What a statement asks for itself, in a comment behind SELECT: `CONSISTENT MAX_RCU(50)`. */
export interface StatementHints {
  readonly consistent?: true;
  readonly maxRcu?: number;
  readonly capacityPercent?: number;
  readonly pageSize?: number;
}

const NUMBERS: ReadonlyMap<string, Exclude<keyof StatementHints, 'consistent'>> = new Map([
  ['max_rcu', 'maxRcu'],
  ['capacity_percent', 'capacityPercent'],
  ['page_size', 'pageSize'],
]);

/** Reads such a comment; `position` is where it stands. */
export function statementHints(comment: string, position: number): StatementHints {
  const tokens = scan(comment.slice(3, -2)) ?? [];
  let hints: StatementHints = {};
  for (let at = 0; at < tokens.length;) {
    const word = tokens[at]?.text.toLowerCase() ?? '';
    const number = NUMBERS.get(word);
    const value = number && numberAfter(tokens, at);
    const isKnown = word === 'consistent' || value !== undefined;
    if (!isKnown || (number ?? 'consistent') in hints) throw wrong(comment, position);
    hints = { ...hints, ...(number ? { [number]: value } : { consistent: true as const }) };
    at += number ? 4 : 1;
  }
  if (tokens.length === 0) throw wrong(comment, position);
  return hints;
}

/** The number of `word(number)`. */
function numberAfter(tokens: readonly Token[], at: number): number | undefined {
  const [open, value, close] = tokens.slice(at + 1, at + 4);
  const isNumber = open?.text === '(' && close?.text === ')' && /^\d+(?:\.\d+)?$/.test(value?.text ?? '');
  return isNumber ? Number(value?.text) : undefined;
}

function wrong(comment: string, position: number): DriverError {
  return new DriverError('SQL_SYNTAX', `Found the hint ${comment}, which is none behind SELECT.`, {
    position,
    remedy:
      'Write SELECT /*+ CONSISTENT MAX_RCU(50) CAPACITY_PERCENT(20) PAGE_SIZE(100) */, each at most once; hints for indexes stand behind a table in FROM.',
  });
}
