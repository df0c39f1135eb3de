import { isWholeItem, type ColumnDef, type SqlType } from '../../catalog/table-def.ts';
import type { Comparison, DocumentPath, Literal, Predicate } from '../../dynamo/expression/predicate.ts';
import { storedAttributeType } from '../types/column-types.ts';
import { stripMark, stripMarks } from '../types/document-marks.ts';
import { describePredicate } from './describe-predicate.ts';
import {
  castIsTrue,
  compareArrayLength,
  documentEquals,
  compareCast,
  comparePlace,
  placeHasElement,
  placeHasKey,
  placeHasMember,
  placeIsNull,
  textTest,
} from './document-conditions.ts';
import { type ColumnLookup, type DocumentPlace, resolvePlace, wholeColumn } from './document-place.ts';
import { compareScalar, type DocumentScalar, resolveScalar } from './document-scalars.ts';
import { toColumnLiteral, toDecimalText } from './literals.ts';
import type { PlanExpression, PlanFilter, PlanType, PlanValue } from './plan-json.ts';
import { joinAnd, joinOr, superset, exact, type Pushdown } from './pushdown.ts';
import {
  compareStoredSize,
  resolveStoredSize,
  type StoredSize,
  storedExists,
  storedTest,
} from './stored-conditions.ts';
import type { Condition } from './table-read.ts';
import { compareTime, isTimeColumn, resolveTime, type TimeSubject } from './time-conditions.ts';

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

/** Translates the filter that DuckDB pushed into the scan of one column. */
export function toFilterConditions(filter: PlanFilter, column: ColumnDef): Condition[] {
  switch (filter.filter_type) {
    case 'CONJUNCTION_AND':
      return (filter.child_filters ?? []).flatMap((child) => toFilterConditions(child, column));
    case 'OPTIONAL_FILTER':
      // An optional filter repeats a condition that a LOGICAL_FILTER above the scan still checks.
      return [];
    default:
      return [
        ...splitCondition(
          toCondition(
            toFilterPushdown(filter, column),
            filter.expr ? describeExpression(filter.expr, () => column) : column.name,
          ),
        ),
      ];
  }
}

/** Translates an expression that must be true, split at AND; `lookup` resolves its references. */
export function toConditions(expression: PlanExpression, lookup: ColumnLookup): readonly Condition[] {
  if (expression.type === 'CONJUNCTION_AND') {
    return (expression.children ?? []).flatMap((child) => toConditions(child, lookup));
  }
  return splitCondition(
    toCondition(toPushdown(expression, lookup, false), describeExpression(expression, lookup)),
  );
}

function toCondition(pushed: Pushdown | undefined, description: string): Condition {
  return pushed === undefined
    ? { text: description, predicate: undefined, exact: false }
    : { ...pushed, text: pushed.exact ? describePredicate(pushed.predicate) : description };
}

/** Splits an exact translation at AND: each part may become a part of a key condition. */
function splitCondition(condition: Condition): readonly Condition[] {
  const { predicate, exact: isExact } = condition;
  return isExact && predicate?.kind === 'and'
    ? predicate.of.map((part) => ({ text: describePredicate(part), predicate: part, exact: true }))
    : [condition];
}

function toFilterPushdown(filter: PlanFilter, column: ColumnDef): Pushdown | undefined {
  const parts = (): (Pushdown | undefined)[] =>
    (filter.child_filters ?? []).map((child) => toFilterPushdown(child, column));
  switch (filter.filter_type) {
    case 'CONSTANT_COMPARISON': {
      const op = COMPARISONS.get(filter.comparison_type ?? '');
      return op === undefined || filter.constant === undefined
        ? undefined
        : compare(columnSubject(column), op, filter.constant);
    }
    case 'IS_NULL':
    case 'IS_NOT_NULL': {
      const expectNull = filter.filter_type === 'IS_NULL';
      if (column.stored === true) return storedExists(COLUMN, () => column, !expectNull);
      return isNull({ kind: 'column', column }, expectNull);
    }
    case 'IN_FILTER':
      return undefined;
    case 'CONJUNCTION_OR':
      return joinOr(parts());
    case 'CONJUNCTION_AND':
      return joinAnd(parts());
    case 'STRUCT_EXTRACT':
      // Numbers of any digits are compared by a part of their structs.
      return column.type.kind === 'number' && filter.child_filter !== undefined
        ? toFilterPushdown(filter.child_filter, column)
        : undefined;
    case 'EXPRESSION_FILTER':
      // In the filter of one column, reference 0 is that column.
      return filter.expr === undefined ? undefined : toPushdown(filter.expr, () => column, false);
    default:
      return undefined;
  }
}

/** In the filter of one column, reference 0 is that column. */
const COLUMN: PlanExpression = { expression_class: 'BOUND_REF', type: 'BOUND_REF', index: 0 };

/** A pushdown that holds wherever the expression is TRUE, or FALSE if `negated`. */
function toPushdown(
  expression: PlanExpression,
  lookup: ColumnLookup,
  negated: boolean,
): Pushdown | undefined {
  const children = expression.children ?? [];
  switch (expression.type) {
    case 'CONJUNCTION_AND':
    case 'CONJUNCTION_OR': {
      const parts = children.map((child) => toPushdown(child, lookup, negated));
      return (expression.type === 'CONJUNCTION_AND') === negated ? joinOr(parts) : joinAnd(parts);
    }
    case 'OPERATOR_NOT':
      return children[0] && toPushdown(children[0], lookup, !negated);
    case 'OPERATOR_IS_NULL':
    case 'OPERATOR_IS_NOT_NULL': {
      const expectNull = (expression.type === 'OPERATOR_IS_NULL') !== negated;
      const stored = storedExists(children[0], lookup, !expectNull);
      if (stored !== undefined) return stored;
      const subject = resolveSubject(children[0], lookup);
      return subject && isNull(subject, expectNull);
    }
    case 'OPERATOR_COALESCE':
      return orFalse(children, lookup, negated);
    case 'VALUE_CONSTANT':
      return constantTest(expression.value, negated);
    case 'BOUND_REF':
    case 'OPERATOR_CAST':
      return isTrue(resolveSubject(expression, lookup), !negated);
    case 'CASE_EXPR':
      return negated ? undefined : hasKey(expression, lookup);
    case 'COMPARE_IN':
    case 'COMPARE_NOT_IN': {
      const [subject, ...values] = children;
      const isIn = (expression.type === 'COMPARE_IN') !== negated;
      const each = values.map((value) => comparison(subject, value, isIn ? '=' : '<>', lookup));
      return isIn ? joinOr(each) : joinAnd(each);
    }
    case 'COMPARE_BETWEEN': {
      const { input, lower, upper } = expression;
      const low = expression.lower_inclusive === false ? '>' : '>=';
      const high = expression.upper_inclusive === false ? '<' : '<=';
      const bounds = [
        comparison(input, lower, low, lookup, negated),
        comparison(input, upper, high, lookup, negated),
      ];
      return negated ? joinOr(bounds) : joinAnd(bounds);
    }
    case 'COMPARE_DISTINCT_FROM':
    case 'COMPARE_NOT_DISTINCT_FROM':
      return distinctFrom(expression, lookup, (expression.type === 'COMPARE_DISTINCT_FROM') !== negated);
    case 'BOUND_FUNCTION':
      return functionTest(expression, lookup, negated);
    default: {
      const op = COMPARISONS.get(expression.type);
      return op && comparison(expression.left, expression.right, op, lookup, negated);
    }
  }
}

/** `coalesce(test, false)`, with which a function of DynamoDB is false where its attribute has no value. */
function orFalse(
  [test, otherwise, ...more]: readonly PlanExpression[],
  lookup: ColumnLookup,
  negated: boolean,
): Pushdown | undefined {
  if (test === undefined || otherwise?.value?.value !== false || more.length > 0) return undefined;
  const pushed = toPushdown(test, lookup, negated);
  if (!negated) return pushed;
  const subject = test.type === 'BOUND_FUNCTION' ? resolveSubject(test.children?.[0], lookup) : undefined;
  return subject && joinOr([pushed, isNull(subject, true)]);
}

/** NULL is neither TRUE nor FALSE. A constant that always holds adds no condition. */
function constantTest(constant: PlanValue | undefined, negated: boolean): Pushdown | undefined {
  const isNever = constant?.is_null === true || constant?.value === negated;
  return isNever ? exact({ kind: 'never' }) : undefined;
}

function comparison(
  left: PlanExpression | undefined,
  right: PlanExpression | undefined,
  op: Comparison,
  lookup: ColumnLookup,
  negated = false,
): Pushdown | undefined {
  const effective = negated ? NEGATED[op] : op;
  const subject = resolveSubject(left, lookup);
  if (subject !== undefined && right?.value !== undefined) return compare(subject, effective, right.value);
  const swapped = resolveSubject(right, lookup);
  return swapped !== undefined && left?.value !== undefined
    ? compare(swapped, SWAPPED[effective], left.value)
    : undefined;
}

/** `a IS [NOT] DISTINCT FROM constant`: NULL counts as a value. */
function distinctFrom(
  expression: PlanExpression,
  lookup: ColumnLookup,
  distinct: boolean,
): Pushdown | undefined {
  const { left, right } = expression;
  const subject = resolveSubject(left, lookup) ?? resolveSubject(right, lookup);
  const constant = right?.value ?? left?.value;
  if (subject === undefined || constant === undefined) return undefined;
  if (constant.is_null === true) return isNull(subject, !distinct);
  const compared = compare(subject, distinct ? '<>' : '=', constant);
  return distinct ? joinOr([compared, isNull(subject, true)]) : compared;
}

const PREFIX_FUNCTIONS: ReadonlySet<string> = new Set(['prefix', 'starts_with', '^@']);

/** DuckDB rewrites LIKE to these functions where the pattern allows it. */
function functionTest(
  expression: PlanExpression,
  lookup: ColumnLookup,
  negated: boolean,
): Pushdown | undefined {
  const stored = storedTest(expression, lookup, negated);
  if (stored !== undefined) return stored;
  const [subject, argument] = expression.children ?? [];
  const text = argument?.value?.value;
  if (argument?.value?.is_null === true || typeof text !== 'string') return undefined;
  if (expression.name === 'list_contains') return negated ? undefined : listContains(subject, text, lookup);
  const literal: Literal = { type: 'S', text };
  const negation = negated ? ({ negated: true } as const) : {};
  const test = (path: DocumentPath): Predicate | undefined => {
    if (text === '') return undefined;
    if (PREFIX_FUNCTIONS.has(expression.name ?? ''))
      return { kind: 'beginsWith', path, prefix: literal, ...negation };
    return expression.name === 'contains'
      ? { kind: 'contains', path, part: literal, ...negation }
      : undefined;
  };
  const column = resolveReference(subject, lookup);
  if (column !== undefined && isText(column)) {
    const predicate = test(column.path);
    return predicate && exact(predicate);
  }
  const place = resolvePlace(subject, lookup);
  return place && textTest(place, test);
}

function columnSubject(column: ColumnDef): Subject {
  return isTimeColumn(column) ? { kind: 'time', time: { column, steps: [] } } : { kind: 'column', column };
}

/** The left side of a condition. */
type Subject =
  | { readonly kind: 'time'; readonly time: TimeSubject }
  | { readonly kind: 'column'; readonly column: ColumnDef }
  | { readonly kind: 'place'; readonly place: DocumentPlace }
  | { readonly kind: 'cast'; readonly place: DocumentPlace; readonly type: PlanType; readonly tries: boolean }
  | { readonly kind: 'scalar'; readonly scalar: DocumentScalar }
  /** A whole document, in the form in which equal documents have equal text. */
  | { readonly kind: 'document'; readonly place: DocumentPlace }
  | { readonly kind: 'size'; readonly column: ColumnDef; readonly unit: 'bytes' | 'characters' }
  | { readonly kind: 'storedSize'; readonly size: StoredSize }
  | { readonly kind: 'arrayLength'; readonly place: DocumentPlace };

function resolveSubject(expression: PlanExpression | undefined, lookup: ColumnLookup): Subject | undefined {
  if (expression === undefined) return undefined;
  const time = resolveTime(expression, lookup);
  if (time !== undefined) return { kind: 'time', time };
  const column = resolveReference(expression, lookup);
  if (column !== undefined) return { kind: 'column', column };
  const place = resolvePlace(expression, lookup);
  if (place !== undefined) return { kind: 'place', place };
  const scalar = resolveScalar(expression, lookup);
  if (scalar !== undefined) return { kind: 'scalar', scalar };
  const [argument, ...more] = expression.children ?? [];
  if (expression.type === 'OPERATOR_CAST') {
    const child = numberText(expression.child);
    const inner = resolveSubject(child, lookup);
    const type = expression.return_type;
    if (inner?.kind === 'size' || inner?.kind === 'storedSize' || inner?.kind === 'arrayLength') return inner;
    const from =
      inner?.kind === 'column'
        ? resolvePlace(child, lookup)
        : inner?.kind === 'place'
          ? inner.place
          : undefined;
    return from && type && { kind: 'cast', place: from, type, tries: expression.try_cast === true };
  }
  if (expression.type !== 'BOUND_FUNCTION' || more.length > 0) return undefined;
  const sized = resolveStoredSize(expression, lookup);
  if (sized !== undefined) return { kind: 'storedSize', size: sized };
  if (expression.name === 'pg_comparable_json') {
    const place = argument?.type === 'OPERATOR_CAST' ? resolvePlace(argument.child, lookup) : undefined;
    return place && { kind: 'document', place };
  }
  if (expression.name === 'json_array_length') {
    const of = argument?.name === 'to_json' ? argument.children?.[0] : argument;
    const array = argument === of || of?.type === 'BOUND_REF' ? resolvePlace(of, lookup) : undefined;
    return array && { kind: 'arrayLength', place: array };
  }
  const unit = SIZES.get(expression.name ?? '');
  const measured = resolveReference(argument, lookup);
  return unit && measured && (isText(measured) || measured.type.kind === 'blob')
    ? { kind: 'size', column: measured, unit }
    : undefined;
}

/** Child tables parse their numbers from strings and fail on other strings, as a cast does. */
function numberText(expression: PlanExpression | undefined): PlanExpression | undefined {
  return expression?.name === 'pg_element_number' ? expression.children?.[0] : expression;
}

const SIZES: ReadonlyMap<string, 'bytes' | 'characters'> = new Map([
  ['length', 'characters'],
  ['len', 'characters'],
  ['char_length', 'characters'],
  ['character_length', 'characters'],
  ['strlen', 'bytes'],
  ['octet_length', 'bytes'],
]);

function compare(subject: Subject, op: Comparison, value: PlanValue): Pushdown | undefined {
  if (value.is_null === true) return exact({ kind: 'never' });
  if (subject.kind === 'document')
    return op === '=' && typeof value.value === 'string'
      ? documentEquals(subject.place, value.value)
      : undefined;
  // DuckDB has computed a constant string of a document in the statement.
  const constant = typeof value.value === 'string' ? { ...value, value: stripMark(value.value) } : value;
  switch (subject.kind) {
    case 'time':
      return compareTime(subject.time, op, constant);
    case 'column': {
      const { column } = subject;
      if (column.type.kind === 'json') {
        const place = wholeColumn(column);
        return place && comparePlace(place, op, constant);
      }
      const literal = toColumnLiteral(column, constant);
      return literal && exact({ kind: 'compare', path: column.path, op, value: literal });
    }
    case 'place':
      return comparePlace(subject.place, op, constant);
    case 'scalar':
      return compareScalar(subject.scalar, op, constant);
    case 'cast':
      return compareCast(subject.place, subject.type, op, constant);
    case 'size': {
      const { column, unit } = subject;
      const count = Number(toDecimalText(constant));
      if (!Number.isSafeInteger(count)) return undefined;
      return column.type.kind === 'blob'
        ? exact({ kind: 'size', path: column.path, op, count })
        : compareTextSize(column.path, unit, op, count);
    }
    case 'storedSize': {
      const { size } = subject;
      const count = Number(toDecimalText(constant));
      return Number.isSafeInteger(count)
        ? compareStoredSize(size, op, count, compareTextSize(size.path, 'bytes', op, count))
        : undefined;
    }
    case 'arrayLength': {
      const count = Number(toDecimalText(constant));
      return Number.isSafeInteger(count) ? compareArrayLength(subject.place, op, count) : undefined;
    }
  }
}

/**
 * DynamoDB measures strings in bytes, some emulators in characters or UTF-16 units. All of them agree on these bounds.
 */
function compareTextSize(
  path: DocumentPath,
  unit: 'bytes' | 'characters',
  op: Comparison,
  count: number,
): Pushdown | undefined {
  const few = unit === 'characters' ? count : Math.ceil(count / MAX_UTF8_BYTES);
  const many = unit === 'bytes' ? count : count * MAX_UTF8_BYTES;
  const low = (): Pushdown => superset({ kind: 'size', path, op: '>=', count: few });
  const high = (): Pushdown => superset({ kind: 'size', path, op: '<=', count: many });
  switch (op) {
    case '=':
      return joinAnd([low(), high()]);
    case '<>':
      return superset({ kind: 'isNotNull', path });
    case '>':
    case '>=':
      return low();
    case '<':
    case '<=':
      return high();
  }
}

/** The maximum length of a character in UTF-8. */
const MAX_UTF8_BYTES = 4;

function isNull(subject: Subject, expectNull: boolean): Pushdown | undefined {
  switch (subject.kind) {
    case 'time':
      return exact({ kind: expectNull ? 'isNull' : 'isNotNull', path: subject.time.column.path });
    case 'column': {
      if (isWholeItem(subject.column)) return undefined;
      return exact({ kind: expectNull ? 'isNull' : 'isNotNull', path: subject.column.path });
    }
    case 'place':
      return placeIsNull(subject.place, expectNull);
    case 'cast': {
      // TRY_CAST also returns NULL for values that it cannot convert.
      if (subject.tries && expectNull) return undefined;
      const found = placeIsNull(subject.place, expectNull);
      return found && superset(found.predicate);
    }
    case 'document':
      return placeIsNull(subject.place, expectNull);
    case 'scalar':
    case 'size':
    case 'storedSize':
    case 'arrayLength':
      return undefined;
  }
}

function isTrue(subject: Subject | undefined, expected: boolean): Pushdown | undefined {
  if (subject?.kind === 'column' && subject.column.type.kind === 'boolean')
    return exact({
      kind: 'compare',
      path: subject.column.path,
      op: '=',
      value: { type: 'BOOL', value: expected },
    });
  return subject?.kind === 'cast' && subject.type.id === 'BOOLEAN'
    ? castIsTrue(subject.place, expected)
    : undefined;
}

/** Tests whether an array contains an element that prints as this string. */
function listContains(
  list: PlanExpression | undefined,
  text: string,
  lookup: ColumnLookup,
): Pushdown | undefined {
  const cast = list?.type === 'OPERATOR_CAST' ? list.child : undefined;
  const [array, shape] = (cast ?? list)?.name === 'from_json' ? ((cast ?? list)?.children ?? []) : [];
  if (shape?.value?.value !== (cast ? '["JSON"]' : '["VARCHAR"]')) return undefined;
  const place = resolvePlace(array, lookup);
  return place && (cast ? placeHasElement(place, text) : placeHasMember(place, text));
}

/** `document ? key` is expanded to a CASE over the keys of an object, the elements of an array, or a string. */
function hasKey({ case_checks, else_expr }: PlanExpression, lookup: ColumnLookup): Pushdown | undefined {
  const [object, array, string, ...more] = case_checks ?? [];
  const [keys, key] = object?.then_expr?.name === 'list_contains' ? (object.then_expr.children ?? []) : [];
  const isTest =
    keys?.name === 'json_keys' &&
    object?.when_expr?.left?.name === 'json_type' &&
    array?.then_expr?.name === 'list_contains' &&
    string?.then_expr?.type === 'COMPARE_EQUAL' &&
    else_expr?.type === 'CASE_EXPR';
  const place = isTest && more.length === 0 ? resolvePlace(keys?.children?.[0], lookup) : undefined;
  const text = key?.value?.value;
  return place && typeof text === 'string' ? placeHasKey(place, text) : undefined;
}

/**
 * The column that an expression reads, directly or through a cast that does not affect comparisons (to a wider number).
 */
function resolveReference(
  expression: PlanExpression | undefined,
  lookup: ColumnLookup,
): ColumnDef | undefined {
  if (expression?.type === 'BOUND_REF' && expression.index !== undefined) return lookup(expression.index);
  if (expression?.name === 'struct_extract') {
    const inner = resolveReference(expression.children?.[0], lookup);
    return inner?.type.kind === 'number' ? inner : undefined;
  }
  if (expression?.type === 'OPERATOR_CAST' && expression.child !== undefined) {
    const inner = resolveReference(expression.child, lookup);
    const to = expression.return_type?.id;
    if (inner !== undefined && to !== undefined && isExactWidening(inner.type, to)) return inner;
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
    case 'number':
    case 'double':
    case 'text':
    case 'boolean':
    case 'blob':
    case 'json':
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return false;
  }
}

function isText(column: ColumnDef): boolean {
  return column.type.kind === 'text' && storedAttributeType(column) === 'S';
}

/** An approximate rendering of an expression that cannot be pushed down. */
function describeExpression(expression: PlanExpression, lookup: ColumnLookup): string {
  const column =
    expression.type === 'BOUND_REF' && expression.index !== undefined ? lookup(expression.index) : undefined;
  if (column !== undefined) return column.name;
  if (expression.value !== undefined) return describeConstant(expression.value);
  const parts = [
    expression.left,
    expression.right,
    expression.child,
    expression.input,
    ...(expression.children ?? []),
  ].filter((part) => part !== undefined);
  const name =
    expression.name ?? COMPARISONS.get(expression.type) ?? expression.type.toLowerCase().replaceAll('_', ' ');
  return `${name}(${parts.map((part) => describeExpression(part, lookup)).join(', ')})`;
}

function describeConstant(constant: PlanValue): string {
  if (constant.is_null === true) return 'NULL';
  const { value } = constant;
  return (
    toDecimalText(constant) ??
    JSON.stringify(typeof value === 'string' ? stripMark(stripMarks(value)) : value)
  );
}
