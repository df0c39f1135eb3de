/** A name as DuckDB reads it, whatever characters it holds. Always quoted: DuckDB reserves more words than PostgreSQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as DuckDB reads it: a backslash stands for itself. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
