/** The elements of a PostgreSQL array literal of one dimension, `{a,"b c",NULL}`; undefined where it is none. */
export function parseArrayLiteral(literal: string): (string | null)[] | undefined {
  const text = literal.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const inside = text.slice(1, -1);
  if (inside.trim() === '') return [];
  const items: (string | null)[] = [];
  const item = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]*[^",{}\\\s]))\s*(,|$)/sy;
  for (;;) {
    const found = item.exec(inside);
    if (found === null) return undefined;
    const [, quoted, plain, separator] = found;
    items.push(
      quoted === undefined
        ? plain?.toLowerCase() === 'null'
          ? null
          : (plain ?? '')
        : quoted.replace(/\\(.)/gs, '$1'),
    );
    if (separator === '') return items;
  }
}

/** Elements as PostgreSQL prints an array: `{a,"b c",NULL}`. Arrays inside are printed already. */
export function arrayText(items: readonly (string | null)[], nested = false): string {
  return `{${items.map((item) => (item === null ? 'NULL' : nested ? item : quotedElement(item))).join(',')}}`;
}

function quotedElement(text: string): string {
  return text === '' || /[{}",\\\s]/.test(text) || text.toLowerCase() === 'null'
    ? `"${text.replace(/["\\]/g, '\\$&')}"`
    : text;
}
