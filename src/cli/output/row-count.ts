const grouped = new Intl.NumberFormat('en-US');

/** psql's footer: `(3 rows)`, or `(3 rows, cut off at MaxRows=3)`. */
export function formatRowCount(rows: number, isCut = false): string {
  return `(${formatCount(rows, 'row')}${isCut ? `, cut off at MaxRows=${rows}` : ''})`;
}

/** `1 row`, `12,345 rows`. */
export function formatCount(count: number, noun: string): string {
  return `${grouped.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
