const NUMERIC = /^(?:smallint|integer|bigint|hugeint|numeric|decimal|real|double precision)\b/;

/** Whether a column of this type holds numbers: aligned to the right, and bare in JSON. */
export function isNumeric(type: string): boolean {
  return NUMERIC.test(type) && !type.endsWith('[]');
}

/** The type of a list's elements; undefined where the type is no list. */
export function elementType(type: string): string | undefined {
  return type.endsWith('[]') ? type.slice(0, -2) : undefined;
}

/** Whether a column of this type holds documents, whose text form is JSON. */
export function isDocument(type: string): boolean {
  return type === 'json' || type === 'jsonb' || type.endsWith('[]');
}
