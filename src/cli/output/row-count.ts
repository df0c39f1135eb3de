const grouped = new Intl.NumberFormat('en-US');

/** `(3 rows)`, as psql closes a table. */
export function rowCount(rows: number): string {
  return `(${countOf(rows, 'row')})`;
}

/** `1 row`, `12,345 rows`. */
export function countOf(count: number, noun: string): string {
  return `${grouped.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
