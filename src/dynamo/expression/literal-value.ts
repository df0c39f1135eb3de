import type { AttributeValue, KeyValue } from '../attribute-value.ts';
import type { Literal } from './predicate.ts';

/** Converts a constant to DynamoDB's JSON format. */
export function toLiteralValue(literal: Literal): AttributeValue {
  return literal.type === 'BOOL' ? { BOOL: literal.value } : toTypedString(literal);
}

/** Converts a constant to a key value; undefined for booleans, which keys cannot have. */
export function toLiteralKey(literal: Literal): KeyValue | undefined {
  return literal.type === 'BOOL' ? undefined : toTypedString(literal);
}

function toTypedString({ type, text }: Exclude<Literal, { type: 'BOOL' }>): KeyValue {
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      return { N: text };
    case 'B':
      return { B: text };
  }
}
