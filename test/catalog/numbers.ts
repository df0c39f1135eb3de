import fc from 'fast-check';

/** Numbers as DynamoDB may write them: 38 digits, exponents from -130 to 125, in any notation. */
export const dynamoNumber: fc.Arbitrary<string> = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }),
      fc.bigInt({ min: 2n ** 63n - 2n, max: 2n ** 63n + 2n }),
      fc.bigInt({ min: 0n, max: 9999n }),
    ),
    fc.oneof(fc.constant(0), fc.integer({ min: -12, max: 12 }), fc.integer({ min: -130, max: 87 })),
    fc.boolean(),
  )
  .map(([negative, digits, exponent, scientific]) => {
    const sign = negative ? '-' : '';
    if (scientific) return `${sign}${digits}E${exponent < 0 ? '' : '+'}${exponent}`;
    if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
    const padded = String(digits).padStart(1 - exponent, '0');
    return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
  });

/** The number as an exact fraction: arithmetic of its own, to hold the driver's against. */
export function fractionOf(number: string): { readonly numerator: bigint; readonly denominator: bigint } {
  const [mantissa = '', power = '0'] = number.toUpperCase().split('E');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const exponent = Number(power) - fraction.length;
  const digits = BigInt(`${whole}${fraction}`.replace(/^([+-]?)$/, '$10'));
  return exponent >= 0
    ? { numerator: digits * 10n ** BigInt(exponent), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-exponent) };
}
