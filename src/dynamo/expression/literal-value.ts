import type { AttributeValue, KeyValue } from '../attribute-value.ts';
import type { Literal } from './predicate.ts';

/** A constant as DynamoDB's JSON writes it. */
export function toLiteralValue(literal: Literal): AttributeValue {
  return literal.type === 'BOOL' ? { BOOL: literal.value } : toTypedString(literal);
}

/** A constant as a key has it; undefined for a boolean, which no key can hold. */
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
