import fc from 'fast-check';
import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constantFrom('', '"', '\\', 'N', '{"N":"1"}', '\u{1F600}'),
);
const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 6 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));

/** Numbers as DynamoDB writes them: up to 38 digits, plain or with an exponent. */
export const numbers: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map(String),
  fc
    .tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: 1, max: 4 }))
    .map(([n, scale]) => (n / 10 ** scale).toFixed(scale)),
  fc.constantFrom('0', '1E+2', '1E-7', '0.1', '12345678901234567890.123456789012345678', '1E+20'),
);

/** Any value that an item may hold, nested at most three deep. */
export const attributeValues: fc.Arbitrary<AttributeValue> = fc.letrec<{
  value: AttributeValue;
  scalar: AttributeValue;
}>((tie) => ({
  scalar: fc.oneof(
    text.map((S) => ({ S })),
    numbers.map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    base64.map((B) => ({ B })),
  ),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    tie('scalar'),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc
      .dictionary(fc.oneof(text, fc.constantFrom('S', 'N', 'M', '__proto__', 'a.b', "it's")), tie('value'), {
        maxKeys: 3,
      })
      .map((M) => ({ M })),
    fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
    fc.uniqueArray(numbers, { minLength: 1, maxLength: 3 }).map((NS) => ({ NS })),
  ),
})).value;

/** Items with some of these attributes, each of any type. */
export function itemsWith(names: readonly string[]): fc.Arbitrary<AttributeMap> {
  return fc.record(Object.fromEntries(names.map((name) => [name, attributeValues])), {
    requiredKeys: [],
  }) as fc.Arbitrary<AttributeMap>;
}
