import { elementType, isDocumentType } from '../../sql/types/types.ts';
import type { Value } from '../../sql/types/value.ts';
import { formatBase64, formatIsoTimestamp, formatJson } from './json-text.ts';

/** Formats a value for tables and CSV; undefined for NULL. Documents are compact JSON. */
export function formatCell(value: Value, type: string): string | undefined {
  if (value === null) return undefined;
  if (isDocumentType(type) || elementType(type) !== undefined) return formatJson(value, type);
  if (typeof value === 'string') return value;
  if (value instanceof Date) return formatIsoTimestamp(value);
  if (value instanceof Uint8Array) return formatBase64(value);
  return typeof value === 'object' ? formatJson(value, type) : String(value);
}
