/** A part of a LIKE pattern: literal text or a wildcard. */
export type LikePiece =
  | { readonly text: string; readonly wildcard?: never }
  | { readonly wildcard: '%' | '_'; readonly text?: never };

/** Splits a pattern and resolves its escapes. Returns undefined if the pattern or the escape is invalid. */
export function parseLikePattern(pattern: string, escape: string): readonly LikePiece[] | undefined {
  if (Array.from(escape).length > 1) return undefined;
  const pieces: LikePiece[] = [];
  let text = '';
  const endText = (): void => {
    if (text !== '') pieces.push({ text });
    text = '';
  };
  const characters = Array.from(pattern).values();
  for (const character of characters) {
    if (character === escape) {
      const { value, done } = characters.next();
      if (done === true) return undefined;
      text += value;
    } else if (character === '%' || character === '_') {
      endText();
      pieces.push({ wildcard: character });
    } else text += character;
  }
  endText();
  return pieces;
}
