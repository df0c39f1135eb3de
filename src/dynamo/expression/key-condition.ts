import { tokenizeExpression } from './expression-text.ts';

/** One condition of a KeyConditionExpression, with placeholders. */
export interface KeyTerm {
  readonly name: string;
  readonly op: '=' | '<' | '<=' | '>' | '>=' | 'BETWEEN' | 'begins_with';
  readonly values: readonly string[];
}

const COMPARISONS = new Set<string | undefined>(['=', '<', '<=', '>', '>=']);

/** Parses a KeyConditionExpression; undefined if DynamoDB does not support it. */
export function parseKeyCondition(text: string): readonly KeyTerm[] | undefined {
  const tokens = tokenizeExpression(text);
  const terms: KeyTerm[] = [];
  let at = 0;
  const take = (...expected: readonly string[]): boolean => {
    const found = expected.every((token, offset) => tokens[at + offset] === token);
    if (found) at += expected.length;
    return found;
  };
  const placeholder = (mark: '#' | ':'): string | undefined => {
    const token = tokens[at];
    if (token?.startsWith(mark) !== true) return undefined;
    at += 1;
    return token;
  };
  const term = (): KeyTerm | undefined => {
    if (take('begins_with', '(')) {
      const name = placeholder('#');
      const prefix = take(',') ? placeholder(':') : undefined;
      if (name === undefined || prefix === undefined || !take(')')) return undefined;
      return { name, op: 'begins_with', values: [prefix] };
    }
    const name = placeholder('#');
    if (name === undefined) return undefined;
    if (take('BETWEEN')) {
      const low = placeholder(':');
      const high = take('AND') ? placeholder(':') : undefined;
      return low === undefined || high === undefined
        ? undefined
        : { name, op: 'BETWEEN', values: [low, high] };
    }
    const op = tokens[at];
    if (!isComparison(op)) return undefined;
    at += 1;
    const value = placeholder(':');
    return value === undefined ? undefined : { name, op, values: [value] };
  };
  do {
    const next = term();
    if (next === undefined) return undefined;
    terms.push(next);
  } while (take('AND'));
  return at === tokens.length ? terms : undefined;
}

function isComparison(op: string | undefined): op is '=' | '<' | '<=' | '>' | '>=' {
  return COMPARISONS.has(op);
}
