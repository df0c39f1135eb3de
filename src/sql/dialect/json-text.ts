import type { Value } from '../value.ts';

/** A document as text: `json` without blanks, `jsonb` in its normal form. */
export function documentText(value: Value, type: 'json' | 'jsonb'): string {
  const [comma, colon] = type === 'jsonb' ? [', ', ': '] : [',', ':'];
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map((item: Value) => documentText(item, type)).join(comma)}]`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value instanceof Date) return JSON.stringify(value);
  const names = Object.keys(value);
  const members = Object.entries(value).map(([name, member]): [string, Value] => [name, member]);
  if (type === 'jsonb' && names.length > 1) members.sort(([a], [b]) => compareKeys(a, b));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}${colon}${documentText(member, type)}`).join(comma)}}`;
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[-+.\w]+|[[\]{}:,])/gsy;

/** JSON text in jsonb's normal form: shorter keys first, the last of equal keys, one blank after each comma and colon; digits stay as they are. */
export function normalJson(text: string): string {
  JSON.parse(text);
  const tokens = [...text.matchAll(TOKEN)].map(([, token = '']) => token);
  let at = 0;
  const next = (): string => tokens[at++] ?? '';
  const read = (): string => {
    const token = next();
    if (token === '[') return `[${[...items(']')].join(', ')}]`;
    if (token === '{') return `{${[...members()].join(', ')}}`;
    return token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : plainNumber(token);
  };
  function* items(end: string): Generator<string> {
    while (tokens[at] !== end) {
      yield read();
      if (tokens[at] === ',') at++;
    }
    at++;
  }
  function members(): string[] {
    const found = new Map<string, string>();
    while (tokens[at] !== '}') {
      const key: string = JSON.parse(next());
      at++;
      found.delete(key);
      found.set(key, read());
      if (tokens[at] === ',') at++;
    }
    at++;
    return [...found]
      .sort(([a], [b]) => compareKeys(a, b))
      .map(([key, value]) => `${JSON.stringify(key)}: ${value}`);
  }
  return read();
}

/** jsonb keeps numbers as numeric: `1e2` is `100`. */
function plainNumber(token: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?[eE]([-+]?\d+)$/.exec(token);
  if (found === null) return token;
  const [, sign = '', whole = '', fraction = '', power = '0'] = found;
  const digits = whole + fraction;
  const point = whole.length + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  const all = digits.padEnd(point, '0').replace(/^0+(?=\d)/, '');
  const after = digits.slice(point);
  return `${sign}${after === '' ? all : `${all.slice(0, all.length - after.length)}.${after}`}`;
}

function compareKeys(a: string, b: string): number {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length - right.length || Buffer.compare(left, right);
}
