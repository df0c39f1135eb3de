import { type ColumnDef, isWholeItem } from '../../catalog/table-def.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { type ColumnLookup, isValidPath } from './document-place.ts';
import type { PlanExpression } from './plan-json.ts';

/**
 * The path of an attribute, or of a part of one, that an expression reads as DynamoDB stores it: a column in DynamoDB's
 * JSON, or a JSON pointer into it such as `/M/city`.
 */
export function resolveStoredPath(
  expression: PlanExpression | undefined,
  lookup: ColumnLookup,
): DocumentPath | undefined {
  if (expression?.type === 'OPERATOR_CAST') return resolveStoredPath(expression.child, lookup);
  const whole = resolveStoredColumn(expression, lookup);
  if (whole !== undefined) return isWholeItem(whole) ? undefined : whole.path;
  const [attribute, pointer, ...more] = expression?.children ?? [];
  const steps = parsePointer(pointer?.value?.value);
  if (expression?.name !== 'json_extract' || steps === undefined || more.length > 0) return undefined;
  const column = resolveStoredColumn(attribute, lookup);
  if (column === undefined) return undefined;
  const [first, ...rest] = isWholeItem(column) ? steps : [...column.path, ...steps];
  const path: DocumentPath | undefined = typeof first === 'string' ? [first, ...rest] : undefined;
  return path !== undefined && isValidPath(path) ? path : undefined;
}

/** The column in DynamoDB's JSON that an expression is. */
export function resolveStoredColumn(
  expression: PlanExpression | undefined,
  lookup: ColumnLookup,
): ColumnDef | undefined {
  if (expression?.type === 'OPERATOR_CAST') return resolveStoredColumn(expression.child, lookup);
  if (expression?.type !== 'BOUND_REF' || expression.index === undefined) return undefined;
  const column = lookup(expression.index);
  return column?.stored === true ? column : undefined;
}

/** `/M/lines/L/0` as `lines`, 0. */
function parsePointer(pointer: unknown): readonly (string | number)[] | undefined {
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) return undefined;
  const parts = pointer.slice(1).split('/');
  const steps: (string | number)[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const step = (parts[at + 1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
    if (parts[at] !== 'M' && parts[at] !== 'L') return undefined;
    steps.push(parts[at] === 'L' ? Number(step) : step);
  }
  return steps;
}
