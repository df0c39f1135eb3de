/** The least text behind all that begin with a prefix, in the order of bytes; undefined where there is none. */
export function nextPrefix(prefix: string): string | undefined {
  const characters = Array.from(prefix);
  const last = characters.pop()?.codePointAt(0);
  if (last === undefined || last === LAST_CODE_POINT) return undefined;
  // Surrogates are no characters of their own.
  const next = last + 1 === 0xd800 ? 0xe000 : last + 1;
  return characters.join('') + String.fromCodePoint(next);
}

const LAST_CODE_POINT = 0x10ffff;
