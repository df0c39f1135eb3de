/** The first string, in byte order, after all strings with a prefix; undefined if there is none. */
export function nextPrefix(prefix: string): string | undefined {
  const characters = Array.from(prefix);
  const last = characters.pop()?.codePointAt(0);
  if (last === undefined || last === LAST_CODE_POINT) return undefined;
  // Surrogates are not valid code points.
  const next = last + 1 === 0xd800 ? 0xe000 : last + 1;
  return characters.join('') + String.fromCodePoint(next);
}

const LAST_CODE_POINT = 0x10ffff;
