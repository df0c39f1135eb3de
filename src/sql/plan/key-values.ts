import type { KeyAttribute } from '../../catalog/table-def.ts';
import type { Key, SortCondition } from '../../dynamo/read/access-path.ts';
import { compareKeyValues, distinctKeys, keyValueBytes } from '../../dynamo/key.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import type { KeyValue } from '../../dynamo/attribute-value.ts';
import {
  toLiteralKey,
  type Comparison,
  type Literal,
  type Predicate,
} from '../../dynamo/expression/predicate.ts';
import type { Condition } from './table-read.ts';

/** The first string, in byte order, after all strings with a prefix; undefined if there is none. */
export function nextPrefix(prefix: string): string | undefined {
  const characters = Array.from(prefix);
  const last = characters.pop()?.codePointAt(0);
  if (last === undefined || last === LAST_CODE_POINT) return undefined;
  // Surrogates are not valid code points.
  const next = last + 1 === 0xd800 ? 0xe000 : last + 1;
  return characters.join('') + String.fromCodePoint(next);
}

const LAST_CODE_POINT = 0x10ffff;

/** The values that an attribute is fixed to, and the condition that fixes it. */
export interface KeyEquality {
  /** Distinct, without values that are invalid as keys. */
  readonly values: readonly KeyValue[];
  readonly by: Condition;
}

/** Finds the equality or IN that fixes a key attribute to the fewest values of its type. */
export function findEquality(
  conditions: readonly Condition[],
  attribute: KeyAttribute,
  role: 'partition' | 'sort',
): KeyEquality | undefined {
  let best: KeyEquality | undefined;
  for (const by of conditions) {
    const literals = by.exact ? findEqualLiterals(by.predicate, attribute.name) : undefined;
    if (literals === undefined || literals.some((literal) => literal.type !== attribute.type)) continue;
    const values = distinct(literals.map(toKeyValue).filter((value) => canBeKey(value, role)));
    if (best === undefined || values.length < best.values.length) best = { values, by };
  }
  return best;
}

function findEqualLiterals(predicate: Predicate | undefined, name: string): readonly Literal[] | undefined {
  if (predicate?.kind === 'compare' && predicate.op === '=' && isAttribute(predicate, name))
    return [predicate.value];
  if (predicate?.kind === 'in' && isAttribute(predicate, name)) return predicate.values;
  return undefined;
}

/** A sort key condition, and the conditions that it expresses exactly. Conditions that it widens stay residual. */
export interface SortRange {
  readonly condition: SortCondition | 'never';
  readonly exact: readonly Condition[];
}

interface Bound {
  readonly value: KeyValue;
  readonly inclusive: boolean;
  readonly by: Condition;
}

/**
 * Finds the narrowest condition on a sort key attribute. DynamoDB accepts just one, and BETWEEN is the only one with
 * two bounds.
 */
export function findSortRange(
  conditions: readonly Condition[],
  attribute: KeyAttribute,
): SortRange | undefined {
  let low: Bound | undefined;
  let high: Bound | undefined;
  for (const { by, predicate } of conditions.flatMap(listConjuncts)) {
    if (
      by.exact &&
      predicate?.kind === 'beginsWith' &&
      predicate.negated !== true &&
      isAttribute(predicate, attribute.name)
    ) {
      if (predicate.prefix.type === attribute.type) {
        return { condition: { kind: 'beginsWith', prefix: toKeyValue(predicate.prefix) }, exact: [by] };
      }
    }
    if (
      predicate?.kind !== 'compare' ||
      !isAttribute(predicate, attribute.name) ||
      predicate.value.type !== attribute.type
    )
      continue;
    const value = toKeyValue(predicate.value);
    if (!canBeKey(value, 'sort')) continue;
    const bound = { value, inclusive: predicate.op.endsWith('='), by };
    if (isLower(predicate.op)) low = low && !isTighter(bound, low, 1) ? low : bound;
    if (isUpper(predicate.op)) high = high && !isTighter(bound, high, -1) ? high : bound;
  }
  if (low && high) return twoSided(low, high);
  const one = low ?? high;
  if (one === undefined) return undefined;
  const op = low ? (one.inclusive ? '>=' : '>') : one.inclusive ? '<=' : '<';
  return { condition: { kind: 'compare', op, value: one.value }, exact: onlyExact([one.by]) };
}

/** The parts of a condition that all hold. Those of an inexact one hold for more items than the condition does. */
function listConjuncts(by: Condition): readonly { readonly by: Condition; readonly predicate?: Predicate }[] {
  if (by.predicate === undefined) return [];
  return by.predicate.kind === 'and'
    ? by.predicate.of.map((predicate) => ({ by: { ...by, exact: false }, predicate }))
    : [{ by, predicate: by.predicate }];
}

function onlyExact(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter(({ exact }) => exact);
}

function twoSided(low: Bound, high: Bound): SortRange {
  const order = compareKeyValues(low.value, high.value) ?? 0;
  if (order > 0 || (order === 0 && !(low.inclusive && high.inclusive))) {
    return { condition: 'never', exact: onlyExact([low.by, high.by]) };
  }
  const prefix = findPrefix(low, high);
  if (prefix !== undefined)
    return { condition: { kind: 'beginsWith', prefix: { S: prefix } }, exact: onlyExact([low.by, high.by]) };
  const exact = onlyExact([low, high].filter((bound) => bound.inclusive).map((bound) => bound.by));
  return { condition: { kind: 'between', low: low.value, high: high.value }, exact };
}

/** DuckDB rewrites `x LIKE 'ab%'` to `x >= 'ab' AND x < 'ac'`. */
function findPrefix(low: Bound, high: Bound): string | undefined {
  if (!low.inclusive || high.inclusive || !('S' in low.value) || !('S' in high.value)) return undefined;
  const text = low.value.S;
  return high.value.S === nextPrefix(text) ? text : undefined;
}

function isTighter(candidate: Bound, current: Bound, direction: 1 | -1): boolean {
  const order = (compareKeyValues(candidate.value, current.value) ?? 0) * direction;
  return order > 0 || (order === 0 && !candidate.inclusive);
}

const isLower = (op: Comparison): boolean => op === '>' || op === '>=';
const isUpper = (op: Comparison): boolean => op === '<' || op === '<=';

function isAttribute(predicate: { readonly path: readonly (string | number)[] }, name: string): boolean {
  return predicate.path.length === 1 && predicate.path[0] === name;
}

function toKeyValue(literal: Literal): KeyValue {
  const value = toLiteralKey(literal);
  if (value === undefined) throw new TypeError('a boolean cannot be a key value');
  return value;
}

function canBeKey(value: KeyValue, role: 'partition' | 'sort'): boolean {
  const bytes = keyValueBytes(value);
  return bytes > 0 && bytes <= (role === 'partition' ? LIMITS.partitionKeyBytes : LIMITS.sortKeyBytes).max;
}

function distinct(values: readonly KeyValue[]): readonly KeyValue[] {
  if (values.length < 2) return values;
  return distinctKeys(values.map((value) => ({ value }))).flatMap(({ value }) => value ?? []);
}

/** Combines each key with each value of one more attribute. */
export function combineKeys(keys: readonly Key[], name: string, values: readonly KeyValue[]): Key[] {
  return keys.flatMap((key) => values.map((value) => ({ ...key, [name]: value })));
}
