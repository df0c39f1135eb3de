import type { Value } from '../../sql/types/value.ts';
import { isDocument } from './column-kind.ts';
import { base64, dateText, jsonText } from './json-text.ts';

/** A value as plain text, for tables and CSV; undefined for NULL. Documents are compact JSON. */
export function cellText(value: Value, type: string): string | undefined {
  if (value === null) return undefined;
  if (isDocument(type)) return jsonText(value, type);
  if (typeof value === 'string') return value;
  if (value instanceof Date) return dateText(value);
  if (value instanceof Uint8Array) return base64(value);
  return typeof value === 'object' ? jsonText(value, type) : String(value);
}
