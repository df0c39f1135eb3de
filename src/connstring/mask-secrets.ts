const MASK = '***';

/**
 * Masks secrets inside a value that is not itself secret: credentials in a URL, or a `Password=…` that a missing `;` made
 * part of the value before it.
 */
export function maskEmbeddedSecrets(value: string): string {
  return value
    .replaceAll(/\p{C}/gu, ' ')
    .replaceAll(/\/\/[^/@\s]*@/g, `//${MASK}@`)
    .replace(/((?:password|passcode|secret|token|key|cert|assertion)\w*\s*=).*$/i, `$1${MASK}`);
}
