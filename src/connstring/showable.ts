const MASK = '***';

/**
 * A value that is no secret as it may be shown. It may still hold one: an address with user and password in it, or a
 * `Password=…` that a forgotten `;` made part of the value before it.
 */
export function showable(value: string): string {
  return value
    .replaceAll(/\p{C}/gu, ' ')
    .replaceAll(/\/\/[^/@\s]*@/g, `//${MASK}@`)
    .replace(/((?:password|passcode|secret|token|key|cert|assertion)\w*\s*=).*$/i, `$1${MASK}`);
}
