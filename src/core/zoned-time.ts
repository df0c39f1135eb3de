/**
 * Milliseconds since 1970 of a time in ISO 8601, NaN of anything else. AWS's tools write `Z`, `UTC` or an offset: without
 * one the time would be read as local.
 */
export function zonedTime(text: string): number {
  if (!/^\d{4}-\d\d-\d\dT.*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/.test(text)) return NaN;
  return Date.parse(text.replace(/(?:UTC|GMT)$/, 'Z').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}
