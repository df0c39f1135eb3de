const MAX_CHARS = 200;

/** Text from a server as one line for display: truncated, and without control characters. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 10 * MAX_CHARS)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS - 1)}…` : line;
}

/** Appends the text of a server to a message, if there is any. */
export function formatDetail(detail: string): string {
  return detail === '' ? '' : `: ${detail}`;
}
