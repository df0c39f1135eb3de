const grouped = new Intl.NumberFormat('en-US');

/** `(3 rows)`, as psql closes a table; `(3 rows, cut off at MaxRows=3)` where there are more. */
export function rowCount(rows: number, isCut = false): string {
  return `(${countOf(rows, 'row')}${isCut ? `, cut off at MaxRows=${rows}` : ''})`;
}

/** `1 row`, `12,345 rows`. */
export function countOf(count: number, noun: string): string {
  return `${grouped.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
