import { toConditions } from './conditions.ts';
import { describePredicate } from './describe-predicate.ts';
import { compareArrayLength, placeHasMember } from './document-conditions.ts';
import { type ColumnLookup, type DocumentPlace, resolvePlace } from './document-place.ts';
import { toDecimalText } from './literals.ts';
import type { PlanExpression, PlanNode } from './plan-json.ts';
import { joinAnd, joinOr, type Pushdown } from './pushdown.ts';
import { substitute } from './substitute.ts';
import type { Condition } from './table-read.ts';

/** A list that an UNNEST expands, with the output columns of its elements and their positions, which count from 1. */
interface List {
  readonly document: PlanExpression;
  readonly place: DocumentPlace;
  readonly element: number;
  readonly position: number;
}

/**
 * Derives conditions on items from conditions on the elements of their lists: some element meets them or, if its
 * position is known, that element. They only narrow the read, as the engine checks the elements. `width` is the number
 * of columns that the UNNEST receives from below.
 */
export function elementConditions(
  unnest: PlanNode,
  width: number,
  above: readonly PlanExpression[],
  lookup: ColumnLookup,
): readonly Condition[] {
  const found = findLists(unnest, width, lookup).flatMap((list) => {
    const position = above.map((each) => findPosition(each, list)).find((each) => each !== undefined);
    return above.flatMap((each) =>
      position === undefined
        ? toElementConditions(toMembership(each, list))
        : conditionsAt(each, list, position, lookup),
    );
  });
  return found.filter(({ predicate }) => predicate !== undefined).map((each) => ({ ...each, exact: false }));
}

function findLists(unnest: PlanNode, width: number, lookup: ColumnLookup): readonly List[] {
  const unnested = (unnest.expressions ?? []).map((each) => each.child);
  const positions = unnested.map((each) =>
    each?.name === 'generate_series' ? findSeriesDocument(each) : undefined,
  );
  return unnested.flatMap((each, i): readonly List[] => {
    const document = findListDocument(each);
    const place = resolvePlace(document, lookup);
    if (document === undefined || place === undefined) return [];
    const position = positions.findIndex((over) => over !== undefined && isSame(over, document));
    return [{ document, place, element: width + i, position: position < 0 ? -1 : width + position }];
  });
}

/** The document of `generate_subscripts(list, 1)`, which the engine expands to a series. */
function findSeriesDocument({ children = [] }: PlanExpression): PlanExpression | undefined {
  const [from, to] = children;
  return from?.value?.value === 1 && to?.name === 'array_length'
    ? findListDocument(to.children?.[0])
    : undefined;
}

function findListDocument(list: PlanExpression | undefined): PlanExpression | undefined {
  const [document, shape] = list?.name === 'from_json' ? (list.children ?? []) : [];
  return shape?.value?.value === '["JSON"]' ? document : undefined;
}

function isSame(a: PlanExpression, b: PlanExpression): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function refersTo(expression: PlanExpression | undefined, index: number): boolean {
  return expression?.type === 'BOUND_REF' && expression.index === index;
}

/** The position, counted from 1, that a condition requires. */
function findPosition({ type, left, right }: PlanExpression, { position }: List): number | undefined {
  if (type !== 'COMPARE_EQUAL') return undefined;
  const constant = refersTo(left, position) ? right : refersTo(right, position) ? left : undefined;
  const at = Number(constant?.value && toDecimalText(constant.value));
  return Number.isSafeInteger(at) && at > 0 ? at : undefined;
}

function conditionsAt(
  expression: PlanExpression,
  list: List,
  position: number,
  lookup: ColumnLookup,
): readonly Condition[] {
  if (findPosition(expression, list) !== undefined)
    return toElementConditions(compareArrayLength(list.place, '>=', position));
  const there = substitute(expression, (index) =>
    index === list.element ? elementAt(list.document, position - 1) : undefined,
  );
  return there === undefined ? [] : toConditions(there, lookup);
}

function toElementConditions(pushed: Pushdown | undefined): readonly Condition[] {
  return pushed === undefined ? [] : [{ ...pushed, text: describePredicate(pushed.predicate) }];
}

function elementAt(document: PlanExpression, position: number): PlanExpression {
  const at: PlanExpression = {
    expression_class: 'BOUND_CONSTANT',
    type: 'VALUE_CONSTANT',
    value: { type: { id: 'BIGINT' }, value: position },
  };
  return {
    expression_class: 'BOUND_FUNCTION',
    type: 'BOUND_FUNCTION',
    name: 'json_extract',
    children: [document, at],
  };
}

/** Tests whether some element has one of the compared values. */
function toMembership(expression: PlanExpression, list: List): Pushdown | undefined {
  const { type, left, right, children = [] } = expression;
  switch (type) {
    case 'CONJUNCTION_OR':
      return joinOr(children.map((each) => toMembership(each, list)));
    case 'CONJUNCTION_AND':
      return joinAnd(children.map((each) => toMembership(each, list)));
    case 'COMPARE_IN': {
      const [value, ...constants] = children;
      return joinOr(constants.map((constant) => toMemberTest(value, constant, list)));
    }
    case 'COMPARE_EQUAL':
      return toMemberTest(left, right, list) ?? toMemberTest(right, left, list);
    default:
      return undefined;
  }
}

function toMemberTest(
  value: PlanExpression | undefined,
  constant: PlanExpression | undefined,
  { element, place }: List,
): Pushdown | undefined {
  if (constant?.value === undefined || constant.value.is_null === true) return undefined;
  const number = elementNumber(value);
  const text = number ?? value;
  const [document, path] = text?.name === 'json_extract_string' ? (text.children ?? []) : [];
  if (!refersTo(document, element) || path?.value?.value !== '$') return undefined;
  const expected = number === undefined ? constant.value.value : toDecimalText(constant.value);
  return typeof expected === 'string' ? placeHasMember(place, expected) : undefined;
}

/** The string that a numeric column is parsed from. */
function elementNumber(value: PlanExpression | undefined): PlanExpression | undefined {
  if (value?.type === 'OPERATOR_CAST') return elementNumber(value.child);
  return value?.name === 'pg_element_number' ? value.children?.[0] : undefined;
}
