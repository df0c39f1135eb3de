import { ITEM_COLUMN, type ColumnDef, type SqlType } from '../../catalog/table-def.ts';
import type { AttributeType } from '../../dynamo/attribute-value.ts';
import type { Comparison, DocumentPath, Literal, Predicate } from '../../dynamo/predicate.ts';
import { describePredicate } from './describe-predicate.ts';
import { wireTypeOf } from '../engine/wire-type.ts';
import { digitsOf, type PlanExpression, type PlanFilter, type PlanValue } from './plan-json.ts';
import type { Condition } from './table-read.ts';

/** Finds the column behind a reference; undefined where it is none of the table's. */
export type ColumnLookup = (index: number) => ColumnDef | undefined;

const COMPARISONS = new Map<string, Comparison>([
  ['COMPARE_EQUAL', '='],
  ['COMPARE_NOTEQUAL', '<>'],
  ['COMPARE_LESSTHAN', '<'],
  ['COMPARE_LESSTHANOREQUALTO', '<='],
  ['COMPARE_GREATERTHAN', '>'],
  ['COMPARE_GREATERTHANOREQUALTO', '>='],
]);
const SWAPPED: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};
const NEGATED: Readonly<Record<Comparison, Comparison>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

/** The conditions that DuckDB pushed into the scan of one column. */
export function conditionsOfFilter(filter: PlanFilter, column: ColumnDef): Condition[] {
  switch (filter.filter_type) {
    case 'CONJUNCTION_AND':
      return (filter.child_filters ?? []).flatMap((child) => conditionsOfFilter(child, column));
    case 'OPTIONAL_FILTER':
      // A hint that repeats what a LOGICAL_FILTER above the scan still checks.
      return [];
    default:
      return [
        conditionOf(
          predicateOfFilter(filter, column),
          filter.expr ? textOf(filter.expr, () => column) : column.name,
        ),
      ];
  }
}

/** The conditions of an expression that must be true; references are resolved by `lookup`. */
export function conditionsOfExpression(expression: PlanExpression, lookup: ColumnLookup): Condition[] {
  if (expression.type === 'CONJUNCTION_AND') {
    return (expression.children ?? []).flatMap((child) => conditionsOfExpression(child, lookup));
  }
  return [conditionOf(predicateOf(expression, lookup, false), textOf(expression, lookup))];
}

function conditionOf(predicate: Predicate | undefined, fallback: string): Condition {
  return predicate === undefined
    ? { text: fallback, predicate: undefined, exact: false }
    : { text: describePredicate(predicate), predicate, exact: true };
}

function predicateOfFilter(filter: PlanFilter, column: ColumnDef): Predicate | undefined {
  switch (filter.filter_type) {
    case 'CONSTANT_COMPARISON': {
      const op = COMPARISONS.get(filter.comparison_type ?? '');
      return op === undefined || filter.constant === undefined
        ? undefined
        : compare(column, op, filter.constant);
    }
    case 'IS_NULL':
      return nullTest(column, true);
    case 'IS_NOT_NULL':
      return nullTest(column, false);
    case 'IN_FILTER':
      return undefined;
    case 'CONJUNCTION_OR':
      return combine(
        'or',
        (filter.child_filters ?? []).map((child) => predicateOfFilter(child, column)),
      );
    case 'CONJUNCTION_AND':
      return combine(
        'and',
        (filter.child_filters ?? []).map((child) => predicateOfFilter(child, column)),
      );
    case 'EXPRESSION_FILTER':
      // Inside the filter of one column that column is reference 0.
      return filter.expr === undefined ? undefined : predicateOf(filter.expr, () => column, false);
    default:
      return undefined;
  }
}

/** The predicate that holds exactly where the expression is TRUE (where it is FALSE, if negated). */
function predicateOf(
  expression: PlanExpression,
  lookup: ColumnLookup,
  negated: boolean,
): Predicate | undefined {
  const children = expression.children ?? [];
  switch (expression.type) {
    case 'CONJUNCTION_AND':
    case 'CONJUNCTION_OR': {
      const kind = (expression.type === 'CONJUNCTION_AND') === negated ? 'or' : 'and';
      return combine(
        kind,
        children.map((child) => predicateOf(child, lookup, negated)),
      );
    }
    case 'OPERATOR_NOT':
      return children[0] && predicateOf(children[0], lookup, !negated);
    case 'OPERATOR_IS_NULL':
    case 'OPERATOR_IS_NOT_NULL': {
      const column = columnOf(children[0], lookup)?.column;
      return column && nullTest(column, (expression.type === 'OPERATOR_IS_NULL') !== negated);
    }
    case 'BOUND_REF': {
      const column = columnOf(expression, lookup)?.column;
      return column?.type.kind === 'boolean' ? booleanIs(column, !negated) : undefined;
    }
    case 'COMPARE_IN':
    case 'COMPARE_NOT_IN': {
      const [subject, ...values] = children;
      const isIn = (expression.type === 'COMPARE_IN') !== negated;
      const each = values.map((value) => comparison(subject, value, isIn ? '=' : '<>', lookup));
      return combine(isIn ? 'or' : 'and', each);
    }
    case 'COMPARE_BETWEEN': {
      const low = comparison(
        expression.input,
        expression.lower,
        expression.lower_inclusive === false ? '>' : '>=',
        lookup,
        negated,
      );
      const high = comparison(
        expression.input,
        expression.upper,
        expression.upper_inclusive === false ? '<' : '<=',
        lookup,
        negated,
      );
      return combine(negated ? 'or' : 'and', [low, high]);
    }
    case 'COMPARE_DISTINCT_FROM':
    case 'COMPARE_NOT_DISTINCT_FROM':
      return distinctFrom(expression, lookup, (expression.type === 'COMPARE_DISTINCT_FROM') !== negated);
    case 'BOUND_FUNCTION':
      return functionPredicate(expression, lookup, negated);
    default: {
      const op = COMPARISONS.get(expression.type);
      return op && comparison(expression.left, expression.right, op, lookup, negated);
    }
  }
}

/** Joins predicates, folding what can never hold; several equalities of one path become an IN. */
function combine(kind: 'and' | 'or', parts: readonly (Predicate | undefined)[]): Predicate | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length || known.length === 0) return undefined;
  const flat = known.flatMap((part) => (part.kind === kind ? part.of : [part]));
  const possible = flat.filter((part) => part.kind !== 'never');
  if (possible.length === 0 || (kind === 'and' && possible.length < flat.length)) return { kind: 'never' };
  if (possible.length === 1) return possible[0];
  return (kind === 'or' ? asIn(possible) : undefined) ?? { kind, of: possible };
}

function asIn(parts: readonly Predicate[]): Predicate | undefined {
  const values: Literal[] = [];
  let path: DocumentPath | undefined;
  for (const part of parts) {
    if (part.kind !== 'compare' || part.op !== '=') return undefined;
    if (path !== undefined && !samePath(path, part.path)) return undefined;
    path = part.path;
    values.push(part.value);
  }
  if (path === undefined) return undefined;
  const booleans = new Set(values.map((value) => (value.type === 'BOOL' ? value.value : undefined)));
  if (booleans.has(true) && booleans.has(false)) return { kind: 'hasType', path, type: 'BOOL' };
  return { kind: 'in', path, values };
}

function samePath(a: DocumentPath, b: DocumentPath): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i]);
}

function comparison(
  left: PlanExpression | undefined,
  right: PlanExpression | undefined,
  op: Comparison,
  lookup: ColumnLookup,
  negated = false,
): Predicate | undefined {
  const wanted = negated ? NEGATED[op] : op;
  const column = columnOf(left, lookup);
  if (column !== undefined && right?.value !== undefined) return compare(column.column, wanted, right.value);
  const swapped = columnOf(right, lookup);
  if (swapped !== undefined && left?.value !== undefined)
    return compare(swapped.column, SWAPPED[wanted], left.value);
  return undefined;
}

/** `a IS [NOT] DISTINCT FROM constant`: NULL counts as a value. */
function distinctFrom(
  expression: PlanExpression,
  lookup: ColumnLookup,
  distinct: boolean,
): Predicate | undefined {
  const { left, right } = expression;
  const subject = columnOf(left, lookup) ?? columnOf(right, lookup);
  const constant = right?.value ?? left?.value;
  if (subject === undefined || constant === undefined) return undefined;
  if (constant.is_null === true) return nullTest(subject.column, !distinct);
  const compared = compare(subject.column, distinct ? '<>' : '=', constant);
  if (compared === undefined) return undefined;
  return distinct ? combine('or', [compared, nullTest(subject.column, true)]) : compared;
}

const PREFIX_FUNCTIONS: ReadonlySet<string> = new Set(['prefix', 'starts_with', '^@']);

/** DuckDB has turned LIKE into these where the pattern allows it. */
function functionPredicate(
  expression: PlanExpression,
  lookup: ColumnLookup,
  negated: boolean,
): Predicate | undefined {
  const [subject, argument] = expression.children ?? [];
  const column = columnOf(subject, lookup)?.column;
  const text = argument?.value?.value;
  if (
    column === undefined ||
    !isText(column) ||
    argument?.value?.is_null === true ||
    typeof text !== 'string'
  )
    return undefined;
  const literal: Literal = { type: 'S', text };
  const negation = negated ? ({ negated: true } as const) : {};
  if (text === '') return undefined;
  if (PREFIX_FUNCTIONS.has(expression.name ?? '')) {
    return { kind: 'beginsWith', path: column.path, prefix: literal, ...negation };
  }
  return expression.name === 'contains'
    ? { kind: 'contains', path: column.path, part: literal, ...negation }
    : undefined;
}

/** The column that an expression reads, also through a cast that changes no comparison (a number to a wider number). */
function columnOf(
  expression: PlanExpression | undefined,
  lookup: ColumnLookup,
): { readonly column: ColumnDef } | undefined {
  if (expression?.type === 'BOUND_REF' && expression.index !== undefined) {
    const column = lookup(expression.index);
    return column && { column };
  }
  if (expression?.type === 'OPERATOR_CAST' && expression.child !== undefined) {
    const inner = columnOf(expression.child, lookup);
    const to = expression.return_type?.id;
    if (inner !== undefined && to !== undefined && isExactWidening(inner.column.type, to)) return inner;
  }
  return undefined;
}

function isExactWidening(from: SqlType, to: string): boolean {
  switch (from.kind) {
    case 'bigint':
      return to === 'HUGEINT' || to === 'DECIMAL';
    case 'hugeint':
    case 'decimal':
      return to === 'DECIMAL';
    case 'double':
    case 'text':
    case 'boolean':
    case 'blob':
    case 'json':
      return false;
  }
}

function isText(column: ColumnDef): boolean {
  return column.type.kind === 'text' && wireTypeOf(column) === 'S';
}

function booleanIs(column: ColumnDef, value: boolean): Predicate {
  return { kind: 'compare', path: column.path, op: '=', value: { type: 'BOOL', value } };
}

function nullTest(column: ColumnDef, isNull: boolean): Predicate | undefined {
  if (column.name === ITEM_COLUMN && column.hidden === true) return undefined;
  return { kind: isNull ? 'isNull' : 'isNotNull', path: column.path };
}

function compare(column: ColumnDef, op: Comparison, constant: PlanValue): Predicate | undefined {
  if (constant.is_null === true) return { kind: 'never' };
  const literal = literalFor(column, constant);
  return literal && { kind: 'compare', path: column.path, op, value: literal };
}

/** The constant in the column's DynamoDB type; undefined where comparing there could mean something else than in SQL. */
function literalFor(column: ColumnDef, constant: PlanValue): Literal | undefined {
  const wire: AttributeType | undefined = wireTypeOf(column);
  // DynamoDB compares all digits.
  if (column.type.kind === 'double' && column.type.rounds === true) return undefined;
  switch (column.type.kind) {
    case 'text':
      return wire === 'S' && typeof constant.value === 'string' && constant.type.id === 'VARCHAR'
        ? { type: 'S', text: constant.value }
        : undefined;
    case 'bigint':
    case 'hugeint':
    case 'decimal':
    case 'double': {
      const digits = NUMERIC.has(constant.type.id) ? digitsOf(constant) : undefined;
      return digits !== undefined && isDynamoNumber(digits) ? { type: 'N', text: digits } : undefined;
    }
    case 'boolean':
      return typeof constant.value === 'boolean' ? { type: 'BOOL', value: constant.value } : undefined;
    case 'blob':
      return constant.type.id === 'BLOB' && typeof constant.value === 'string'
        ? { type: 'B', text: base64OfBlob(constant.value) }
        : undefined;
    case 'json':
      return undefined;
  }
}

const NUMERIC = new Set([
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'UHUGEINT',
  'DECIMAL',
  'DOUBLE',
  'FLOAT',
]);

/** DynamoDB takes up to 38 significant digits from 1E-130 to 9.99E+125; anything else it refuses. */
function isDynamoNumber(text: string): boolean {
  const match = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return false;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const significant = `${whole}${fraction}`.replace(/^0+/, '').replace(/0+$/, '');
  const magnitude = whole.replace(/^0+/, '').length + Number(exponent);
  return significant.length <= 38 && Math.abs(magnitude) < 125;
}

/** DuckDB prints a blob as text in which bytes that are not printable ASCII are `\xHH`. */
function base64OfBlob(printed: string): string {
  const bytes = printed.replaceAll(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('base64');
}

/** An expression that no rule understands, roughly. */
function textOf(expression: PlanExpression, lookup: ColumnLookup): string {
  const column =
    expression.type === 'BOUND_REF' && expression.index !== undefined ? lookup(expression.index) : undefined;
  if (column !== undefined) return column.name;
  if (expression.value !== undefined) return constantText(expression.value);
  const parts = [
    expression.left,
    expression.right,
    expression.child,
    expression.input,
    ...(expression.children ?? []),
  ].filter((part) => part !== undefined);
  const name =
    expression.name ?? COMPARISONS.get(expression.type) ?? expression.type.toLowerCase().replaceAll('_', ' ');
  return `${name}(${parts.map((part) => textOf(part, lookup)).join(', ')})`;
}

function constantText(constant: PlanValue): string {
  if (constant.is_null === true) return 'NULL';
  return (NUMERIC.has(constant.type.id) ? digitsOf(constant) : undefined) ?? JSON.stringify(constant.value);
}
