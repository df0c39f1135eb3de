import stringWidth from 'string-width';

const ASCII = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The width of a string in terminal columns. */
export function displayWidth(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** Cuts a string to a width, with an ellipsis. */
export function truncateToWidth(text: string, width: number): string {
  // A visible column takes at most sixteen code units, so the rest of a long document can be skipped.
  const head = text.length > width * 16 ? text.slice(0, width * 16) : text;
  if (head === text && displayWidth(text) <= width) return text;
  let used = 0;
  let kept = '';
  for (const { segment } of graphemes.segment(head)) {
    const columns = displayWidth(segment);
    if (used + columns > width - 1) break;
    used += columns;
    kept += segment;
  }
  return `${kept}…`;
}

/** Pads a string with spaces to a width. */
export function pad(text: string, width: number, side: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'left' ? spaces + text : text + spaces;
}
