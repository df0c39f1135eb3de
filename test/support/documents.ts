import fc from 'fast-check';
import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { expandExponent } from '../../src/sql/types/number-value.ts';

/** Numbers of DynamoDB, without an exponent: up to 38 digits, many of which a double cannot hold. */
export const numberArb: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map(String),
  fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.bigInt({ min: 1n, max: 10n ** 38n - 1n }),
      fc.integer({ min: -60, max: 40 }),
    )
    .map(([sign, significand, exponent]) => expandExponent(`${sign}${significand}E${exponent}`)),
);

const textArb = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', 'null', '1', 'YWJj', '{"a":1}', '\uE0DBN5', 'x\uE0DB'),
);

const binaryArb = fc
  .uint8Array({ minLength: 1, maxLength: 4 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));

const setOf = (members: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
  fc.uniqueArray(members, { minLength: 1, maxLength: 4 });

const nameArb = fc.constantFrom('a', 'b', 'aa', 'é', '10', 'a.b', 'a b');

/** Values of every type that DynamoDB has, nested: sets, binary and numbers of many digits among them. */
export const documentArb: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    textArb.map((S): AttributeValue => ({ S })),
    numberArb.map((N): AttributeValue => ({ N })),
    binaryArb.map((B): AttributeValue => ({ B })),
    fc.boolean().map((BOOL): AttributeValue => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    setOf(textArb).map((SS): AttributeValue => ({ SS })),
    setOf(numberArb).map((NS): AttributeValue => ({ NS })),
    setOf(binaryArb).map((BS): AttributeValue => ({ BS })),
    fc.array(tie('value'), { maxLength: 3 }).map((L): AttributeValue => ({ L })),
    fc.dictionary(nameArb, tie('value'), { maxKeys: 4 }).map((M): AttributeValue => ({ M })),
  ),
})).value;

/** The value as the AWS SDK takes it: bytes instead of base64. */
export function toSdkValue(value: AttributeValue): SdkValue {
  if ('B' in value) return { B: Buffer.from(value.B, 'base64') };
  if ('BS' in value) return { BS: value.BS.map((base64) => Buffer.from(base64, 'base64')) };
  if ('L' in value) return { L: value.L.map(toSdkValue) };
  if ('M' in value)
    return {
      M: Object.fromEntries(Object.entries(value.M).map(([name, member]) => [name, toSdkValue(member)])),
    };
  if ('SS' in value) return { SS: [...value.SS] };
  return 'NS' in value ? { NS: [...value.NS] } : value;
}
