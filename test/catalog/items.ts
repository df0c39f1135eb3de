import fc from 'fast-check';
import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { expandExponent, trimFraction } from '../../src/sql/types/number-value.ts';
import { dynamoNumber } from './numbers.ts';

const base64 = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('base64'));

/** Names that have made trouble elsewhere: dots, blanks, quotes, reserved words, emoji, and what objects inherit. */
export const attributeName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'id',
    'Id',
    'a',
    'a.b',
    'b',
    'select',
    'weird "name"',
    'né 🐟',
    '$item',
    'constructor',
    '__proto__',
  ),
  fc.string({ minLength: 1, maxLength: 5 }),
);

/** The same digits for equal numbers, which a set may not contain twice. */
function toCanonical(digits: string): string {
  const plain = trimFraction(expandExponent(digits));
  return /[1-9]/.test(plain) ? plain.replace(/^(-?)0+(?=\d)/, '$1') : '0';
}

/** Values of every type, nested to a small depth. */
export const attributeValue: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ S: fc.string() }),
    fc.record({ N: dynamoNumber }),
    fc.record({ B: base64 }),
    fc.record({ BOOL: fc.boolean() }),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.record({ SS: fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 3 }) }),
    fc.record({ NS: fc.uniqueArray(dynamoNumber, { minLength: 1, maxLength: 3, selector: toCanonical }) }),
    fc.record({ BS: fc.uniqueArray(base64, { minLength: 1, maxLength: 3 }) }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({ M: mapOf(tie('value')) }),
  ),
})).value;

export const item: fc.Arbitrary<AttributeMap> = mapOf(attributeValue);

/** As a parser makes them, so that `__proto__` is a name like any other. */
function mapOf(value: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeMap> {
  return fc
    .array(fc.tuple(attributeName, value), { maxLength: 5 })
    .map((entries) => Object.fromEntries(entries));
}
