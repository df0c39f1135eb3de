/**
 * Parses an ISO 8601 time with a zone (AWS tools write `Z`, `UTC` or an offset) to milliseconds since 1970; NaN for
 * anything else. A time without a zone would be parsed as local time, so it is rejected.
 */
export function parseZonedTime(value: string): number {
  if (!/^\d{4}-\d\d-\d\dT.*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/.test(value)) return NaN;
  return Date.parse(value.replace(/(?:UTC|GMT)$/, 'Z').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}
