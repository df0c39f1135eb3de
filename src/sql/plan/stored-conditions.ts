import { ATTRIBUTE_TYPES } from '../../dynamo/attribute-value.ts';
import type { Comparison, DocumentPath, Literal } from '../../dynamo/expression/predicate.ts';
import type { ColumnLookup } from './document-place.ts';
import type { PlanExpression } from './plan-json.ts';
import { exact, joinAnd, joinOr, type Pushdown, superset } from './pushdown.ts';
import { resolveStoredColumn, resolveStoredPath } from './stored-place.ts';

type Test = (
  path: DocumentPath,
  operands: readonly PlanExpression[],
  negation: { readonly negated?: true },
) => Pushdown | undefined;

/** DynamoDB's functions, as the planning engine knows them. They are never NULL, so NOT of them is DynamoDB's NOT. */
const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  [
    'pg_attribute_type',
    (path, [type], negation) => {
      const found = ATTRIBUTE_TYPES.find((each) => each === type?.value?.value);
      return found && exact({ kind: 'hasType', path, type: found, ...negation });
    },
  ],
  [
    'pg_stored_begins_with',
    (path, operands, { negated }) => {
      const prefix = toLiteral(operands);
      if (prefix === undefined || prefix.type === 'BOOL' || prefix.text === '') return undefined;
      const begins = exact({ kind: 'beginsWith', path, prefix, ...(negated && { negated }) });
      return negated
        ? joinOr([begins, exact({ kind: 'hasType', path, type: prefix.type, negated })])
        : begins;
    },
  ],
  [
    'pg_stored_contains',
    (path, operands, negation) => {
      const value = toLiteral(operands);
      if (value === undefined || (value.type !== 'BOOL' && value.text === '')) return undefined;
      const contains = exact({ kind: 'containsValue', path, value, ...negation });
      // Emulators do not find booleans in lists.
      return value.type === 'BOOL'
        ? joinOr([superset(contains.predicate), superset({ kind: 'hasType', path, type: 'L' })])
        : contains;
    },
  ],
]);

/** A call of one of DynamoDB's functions over a stored attribute, or NOT of it. */
export function storedTest(
  expression: PlanExpression,
  lookup: ColumnLookup,
  negated: boolean,
): Pushdown | undefined {
  const test = TESTS.get(expression.name ?? '');
  const [attribute, ...operands] = expression.children ?? [];
  const path = test && resolveStoredPath(attribute, lookup);
  if (test === undefined || path === undefined) return undefined;
  if (operands.some(({ value }) => value?.is_null === true)) return exact({ kind: 'never' });
  return test(path, operands, negated ? { negated } : {});
}

/** Whether a stored attribute exists, even as NULL. */
export function storedExists(
  expression: PlanExpression | undefined,
  lookup: ColumnLookup,
  exists: boolean,
): Pushdown | undefined {
  const path = resolveStoredPath(expression, lookup);
  return path && exact({ kind: 'attributeExists', path, ...(exists ? {} : { negated: true }) });
}

/** A stored attribute whose size an expression is. */
export interface StoredSize {
  readonly path: DocumentPath;
  /** Whether its values may be strings. */
  readonly mayBeText: boolean;
}

export function resolveStoredSize(expression: PlanExpression, lookup: ColumnLookup): StoredSize | undefined {
  if (expression.name !== 'pg_stored_size') return undefined;
  const [attribute] = expression.children ?? [];
  const path = resolveStoredPath(attribute, lookup);
  const seen = Object.keys(resolveStoredColumn(attribute, lookup)?.seen ?? {});
  return path && { path, mayBeText: seen.length === 0 || seen.includes('S') };
}

/** `ofText` compares the size of a string, which emulators measure in other units than bytes. */
export function compareStoredSize(
  { path, mayBeText }: StoredSize,
  op: Comparison,
  count: number,
  ofText: Pushdown | undefined,
): Pushdown | undefined {
  const size = exact({ kind: 'size', path, op, count });
  if (!mayBeText) return size;
  const isText = superset({ kind: 'hasType', path, type: 'S' });
  return ofText && joinOr([size, joinAnd([isText, ofText])]);
}

function toLiteral([type, text]: readonly PlanExpression[]): Literal | undefined {
  const [kind, value] = [type?.value?.value, text?.value?.value];
  if (typeof value !== 'string') return undefined;
  if (kind === 'BOOL') return { type: kind, value: value === 'true' };
  return kind === 'S' || kind === 'N' || kind === 'B' ? { type: kind, text: value } : undefined;
}
