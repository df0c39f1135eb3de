/** Parses RFC 4180; an unquoted empty field is null. Shares no code with the formatter. */
export function readCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    let field: string | null = null;
    if (text[at] === '"') {
      field = '';
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (at >= text.length) throw new Error('A quoted field does not end.');
        if (text[at] === '"') at++;
        field += text[at];
      }
      at++;
    } else {
      const end = /,|\r\n/.exec(text.slice(at))?.index ?? text.length - at;
      if (end > 0) field = text.slice(at, at + end);
      at += end;
    }
    row.push(field);
    if (text[at] === ',') {
      at++;
      continue;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`Expected a line end at ${at}.`);
    at += 2;
    rows.push(row);
    row = [];
  }
  return rows;
}
