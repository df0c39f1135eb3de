import { parseMark, toEngineNumber } from './document-marks.ts';
import { compareKeys, type JsonNode, parseMarkedJson } from './json-text.ts';

/** A document inside DuckDB as columns of tables have it, so that equal documents have equal text. */
export function toColumnForm(text: string): string {
  return print(parseMarkedJson(text));
}

function print(node: JsonNode): string {
  if (typeof node === 'string') {
    const mark = parseMark(node);
    return mark?.kind === 'N' ? toEngineNumber(mark.content) : JSON.stringify(node);
  }
  if (node === null || typeof node === 'boolean') return String(node);
  if ('number' in node) return toEngineNumber(node.number);
  if (!(node instanceof Map)) return Array.isArray(node) ? `[${node.map(print).join(',')}]` : '';
  const members = [...node].toSorted(([a], [b]) => compareKeys(a, b));
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${print(value)}`).join(',')}}`;
}
