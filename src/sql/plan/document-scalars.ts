import type { Comparison, Literal } from '../../dynamo/expression/predicate.ts';
import { formatExactNumber } from '../types/exact-number.ts';
import { decodeNumberKey } from '../types/number-key.ts';
import { type ColumnLookup, type DocumentPlace, resolvePlace } from './document-place.ts';
import { isDynamoNumber } from './literals.ts';
import type { PlanExpression, PlanValue } from './plan-json.ts';
import { exact, joinOr, type Pushdown, superset } from './pushdown.ts';

/** The numbers or the strings at a place; NULL where the value there has another type. */
export interface DocumentScalar {
  readonly place: DocumentPlace;
  readonly type: 'N' | 'S';
}

/** The functions that end the CASE of pg_json_number_key and pg_json_string. */
const TYPES: ReadonlyMap<string | undefined, DocumentScalar['type']> = new Map([
  ['pg_document_number_key', 'N'],
  ['pg_document_string', 'S'],
]);

/** Resolves what a document is compared as by its order. */
export function resolveScalar(expression: PlanExpression, lookup: ColumnLookup): DocumentScalar | undefined {
  const general = expression.type === 'CASE_EXPR' ? expression.else_expr : undefined;
  const type = TYPES.get(general?.name);
  const [text] = general?.children ?? [];
  const place = type && resolvePlace(text?.type === 'OPERATOR_CAST' ? text.child : text, lookup);
  return type && place && { place, type };
}

/** Compares the numbers or strings at a place with a constant. DynamoDB compares only values of one type, too. */
export function compareScalar(
  { place, type }: DocumentScalar,
  op: Comparison,
  constant: PlanValue,
): Pushdown | undefined {
  if (constant.is_null === true) return exact({ kind: 'never' });
  const [path, ...others] = place.paths;
  if (path === undefined || others.length > 0 || place.inSets.length > 0) return undefined;
  // The plan omits the value of an empty string.
  const value = toLiteral(type, constant.value ?? '');
  if (value === undefined) return superset({ kind: 'hasType', path, type });
  const compared = { kind: 'compare', path, op, value } as const;
  // Binary is a string in documents.
  return type === 'N'
    ? exact(compared)
    : joinOr([superset(compared), superset({ kind: 'hasType', path, type: 'B' })]);
}

function toLiteral(type: DocumentScalar['type'], constant: unknown): Literal | undefined {
  if (typeof constant !== 'string') return undefined;
  if (type === 'S') return { type, text: constant };
  const digits = formatExactNumber(decodeNumberKey(constant));
  return isDynamoNumber(digits) ? { type, text: digits } : undefined;
}
