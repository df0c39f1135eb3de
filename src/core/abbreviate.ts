const MAX_SHOWN = 60;

/** A value as JSON for a message, shortened if it is long: strings in quotes. */
export function abbreviate(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(shorten(value)) : shorten(JSON.stringify(value));
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
