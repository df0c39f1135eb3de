/** DynamoDB's numbers have up to 126 digits before the point, and 167 after it: 130 of the exponent, 37 of the significand. */
const FRACTION_DIGITS = 167;
const DIGITS = 294;
const OFFSET = 10n ** BigInt(DIGITS - 1);
const ORDERED = new RegExp(String.raw`^\d{${DIGITS}}$`);

/** The number as an integer: in units of the last digit that a number of DynamoDB can have. */
export function toUnits(number: string): bigint {
  const [significand = '', exponent = '0'] = number.toLowerCase().split('e');
  const [whole = '', fraction = ''] = significand.split('.');
  const zeros = FRACTION_DIGITS - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  return zeros >= 0 ? digits * 10n ** BigInt(zeros) : digits / 10n ** BigInt(-zeros);
}

/** The digits of such an integer, without an exponent and without zeros at the end. */
export function fromUnits(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(FRACTION_DIGITS + 1, '0');
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -FRACTION_DIGITS)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Text of fixed width, which compares as the numbers do. */
export function toOrderedText(units: bigint): string {
  return String(units + OFFSET).padStart(DIGITS, '0');
}

export function isOrderedText(text: string): boolean {
  return ORDERED.test(text);
}

export function fromOrderedText(text: string): string {
  return fromUnits(BigInt(text) - OFFSET);
}
