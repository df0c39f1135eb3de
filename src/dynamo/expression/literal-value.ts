import type { AttributeValue, KeyValue } from '../attribute-value.ts';
import type { Literal } from './predicate.ts';

/** A constant as DynamoDB's JSON writes it. */
export function literalValue(literal: Literal): AttributeValue {
  return literal.type === 'BOOL' ? { BOOL: literal.value } : keyText(literal);
}

/** A constant as a key has it; undefined for a boolean, which no key can hold. */
export function keyLiteral(literal: Literal): KeyValue | undefined {
  return literal.type === 'BOOL' ? undefined : keyText(literal);
}

function keyText({ type, text }: Exclude<Literal, { type: 'BOOL' }>): KeyValue {
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      return { N: text };
    case 'B':
      return { B: text };
  }
}
