/** A name as a quoted identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as a literal. */
export function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
