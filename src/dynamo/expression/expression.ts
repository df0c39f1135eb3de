import type { KeyRange } from '../read/access-path.ts';
import type { AttributeType } from '../attribute-value.ts';
import { measureExpression } from './expression-text.ts';
import { LIMITS } from '../lint/limits.ts';
import {
  toLiteralValue,
  type Comparison,
  type DocumentPath,
  type Literal,
  type Predicate,
} from './predicate.ts';
import { newPlaceholders, type Placeholders } from './placeholders.ts';

const NEVER = { kind: 'never' } as const satisfies Predicate;
const AND = ' AND ';

/** Joins the conditions with AND; undefined if there are none. */
export function buildFilterExpression(
  filter: readonly Predicate[],
  placeholders: Placeholders,
): string | undefined {
  return filter.length === 0
    ? undefined
    : joinWithAnd(filter.map((part) => buildCondition(part, placeholders))).text;
}

/** Builds a condition that can be an operand of AND. */
export function buildConjunct(predicate: Predicate, placeholders: Placeholders): string {
  return parenthesize('AND', buildCondition(predicate, placeholders));
}

export function buildKeyCondition({ equals, sort }: KeyRange, placeholders: Placeholders): string {
  const conditions = Object.entries(equals).map(
    ([name, value]) => `${placeholders.path([name])} = ${placeholders.value(value)}`,
  );
  if (sort !== undefined) conditions.push(buildSortCondition(sort, placeholders));
  return conditions.join(AND);
}

/** Undefined for no paths. Paths within another path are dropped, because DynamoDB rejects overlapping paths. */
export function buildProjectionExpression(
  paths: readonly DocumentPath[],
  placeholders: Placeholders,
): string | undefined {
  const byText = new Map(paths.map((path) => [JSON.stringify(path), path]));
  const kept = [...byText.values()].filter(
    (path) => !path.some((_step, length) => length > 0 && byText.has(JSON.stringify(path.slice(0, length)))),
  );
  return kept.length === 0 ? undefined : kept.map((path) => placeholders.path(path)).join(', ');
}

/**
 * Removes constant parts of a condition: branches of OR that no item meets, and empty prefixes and substrings, which only test the
 * type. Undefined if every item meets the condition.
 */
export function simplify(predicate: Predicate): Predicate | undefined {
  switch (predicate.kind) {
    case 'and': {
      const of = simplifyAll(predicate.of);
      return of.length > 1 ? { kind: 'and', of } : of[0];
    }
    case 'or': {
      const branches = predicate.of.map(simplify);
      if (branches.includes(undefined)) return undefined;
      const of = branches.filter((branch) => branch !== undefined && branch.kind !== 'never');
      return of.length > 1
        ? { kind: 'or', of: of.filter((branch) => branch !== undefined) }
        : (of[0] ?? NEVER);
    }
    case 'in':
      return predicate.values.length === 0 ? NEVER : predicate;
    case 'beginsWith':
      return simplifyEmptyPart(predicate.path, predicate.prefix, predicate.negated) ?? predicate;
    case 'contains':
      return simplifyEmptyPart(predicate.path, predicate.part, predicate.negated) ?? predicate;
    case 'compare':
    case 'isNull':
    case 'isNotNull':
    case 'attributeExists':
    case 'hasType':
    case 'containsValue':
    case 'otherType':
    case 'hasMember':
    case 'size':
    case 'never':
      return predicate;
  }
}

/** Simplifies conditions that are joined by AND; a single `never` if no item meets them. */
export function simplifyAll(predicates: readonly Predicate[]): readonly Predicate[] {
  const kept = predicates.map(simplify).filter((predicate) => predicate !== undefined);
  return kept.some(({ kind }) => kind === 'never') ? [NEVER] : kept;
}

/** Selects the conditions that fit into DynamoDB's limits together, in order. */
export function splitByLimits(predicates: readonly Predicate[]): {
  readonly fits: readonly Predicate[];
  readonly over: readonly Predicate[];
} {
  const placeholders = newPlaceholders();
  const fits: Predicate[] = [];
  const over: Predicate[] = [];
  let bytes = 0;
  let operators = 0;
  let variableBytes = 0;
  for (const predicate of predicates) {
    const simple = simplify(predicate);
    const text = simple === undefined ? '' : buildConjunct(simple, placeholders);
    const size = measureExpression(text);
    const nextBytes = bytes + (bytes === 0 ? 0 : AND.length) + size.bytes;
    const nextOperators = operators + (operators === 0 ? 0 : 1) + size.operators;
    const nextVariables = variableBytes + Buffer.byteLength(JSON.stringify(predicate));
    if (
      nextBytes > LIMITS.expressionBytes.max ||
      nextOperators > LIMITS.operators.max ||
      nextVariables > LIMITS.variablesBytes.max ||
      size.depth > LIMITS.nesting.max
    ) {
      over.push(predicate);
    } else {
      fits.push(predicate);
      [bytes, operators, variableBytes] = [nextBytes, nextOperators, nextVariables];
    }
  }
  return { fits, over };
}

/** An expression and its outermost operator. AND binds tighter than OR; NOT is used only before functions. */
interface Clause {
  readonly text: string;
  readonly by?: 'AND' | 'OR';
}

function joinWithAnd(parts: readonly (Clause | string)[]): Clause {
  return joinClauses('AND', parts);
}

function joinWithOr(parts: readonly (Clause | string)[]): Clause {
  return joinClauses('OR', parts);
}

function joinClauses(by: 'AND' | 'OR', parts: readonly (Clause | string)[]): Clause {
  const clauses = parts.map((part) => (typeof part === 'string' ? { text: part } : part));
  const [only, second] = clauses;
  return only !== undefined && second === undefined
    ? only
    : { text: clauses.map((clause) => parenthesize(by, clause)).join(` ${by} `), by };
}

/** Adds parentheses if the outer operator binds tighter. */
function parenthesize(outside: 'AND' | 'OR', { text, by }: Clause): string {
  return outside === 'AND' && by === 'OR' ? `(${text})` : text;
}

function buildCondition(predicate: Predicate, placeholders: Placeholders): Clause {
  const isType = (path: DocumentPath, type: AttributeType): string =>
    `attribute_type(${placeholders.path(path)}, ${placeholders.value({ S: type })})`;
  const isPresent = (path: DocumentPath): readonly string[] => [
    `attribute_exists(${placeholders.path(path)})`,
    `NOT ${isType(path, 'NULL')}`,
  ];

  switch (predicate.kind) {
    case 'compare': {
      const { path, op } = predicate;
      const text = `${placeholders.path(path)} ${op} ${placeholders.value(toLiteralValue(predicate.value))}`;
      // In DynamoDB a missing attribute is different from every value.
      return op === '<>' ? joinWithAnd([...isPresent(path), text]) : { text };
    }
    case 'in': {
      const operands = [
        ...new Set(predicate.values.map((value) => placeholders.value(toLiteralValue(value)))),
      ];
      const path = placeholders.path(predicate.path);
      const lists: string[] = [];
      for (let at = 0; at < operands.length; at += LIMITS.inOperands.max) {
        lists.push(`${path} IN (${operands.slice(at, at + LIMITS.inOperands.max).join(', ')})`);
      }
      return joinWithOr(lists);
    }
    case 'beginsWith': {
      const { path, prefix } = predicate;
      const text = `begins_with(${placeholders.path(path)}, ${placeholders.value(toLiteralValue(prefix))})`;
      return predicate.negated ? joinWithAnd([isType(path, prefix.type), `NOT ${text}`]) : { text };
    }
    case 'contains': {
      // For a set or list, contains would test for an element.
      const { path, part } = predicate;
      const text = `contains(${placeholders.path(path)}, ${placeholders.value(toLiteralValue(part))})`;
      return joinWithAnd([isType(path, part.type), predicate.negated ? `NOT ${text}` : text]);
    }
    case 'isNull':
      return joinWithOr([
        `attribute_not_exists(${placeholders.path(predicate.path)})`,
        isType(predicate.path, 'NULL'),
      ]);
    case 'isNotNull':
      return joinWithAnd(isPresent(predicate.path));
    case 'attributeExists': {
      const name = predicate.negated ? 'attribute_not_exists' : 'attribute_exists';
      return { text: `${name}(${placeholders.path(predicate.path)})` };
    }
    case 'hasType':
      return { text: `${predicate.negated ? 'NOT ' : ''}${isType(predicate.path, predicate.type)}` };
    case 'containsValue': {
      const { path, value, negated } = predicate;
      const operands = `${placeholders.path(path)}, ${placeholders.value(toLiteralValue(value))}`;
      return { text: `${negated ? 'NOT ' : ''}contains(${operands})` };
    }
    case 'otherType':
      return joinWithAnd([...isPresent(predicate.path), `NOT ${isType(predicate.path, predicate.type)}`]);
    case 'hasMember': {
      // For strings and binary, contains would test for a substring.
      const { path, value } = predicate;
      const text = `contains(${placeholders.path(path)}, ${placeholders.value(toLiteralValue(value))})`;
      return value.type === 'N' ? { text } : joinWithAnd([text, `NOT ${isType(path, value.type)}`]);
    }
    case 'size': {
      const test = (op: Comparison): string =>
        `size(${placeholders.path(predicate.path)}) ${op} ${placeholders.value({ N: String(predicate.count) })}`;
      // In DynamoDB a value without a size is different from every number.
      return predicate.op === '<>' ? joinWithOr([test('<'), test('>')]) : { text: test(predicate.op) };
    }
    case 'and':
      return joinWithAnd(predicate.of.map((part) => buildCondition(part, placeholders)));
    case 'or':
      return joinWithOr(predicate.of.map((part) => buildCondition(part, placeholders)));
    case 'never': {
      const path = placeholders.path(['never']);
      return joinWithAnd([`attribute_exists(${path})`, `attribute_not_exists(${path})`]);
    }
  }
}

function buildSortCondition(
  { attribute, condition }: NonNullable<KeyRange['sort']>,
  placeholders: Placeholders,
): string {
  const path = placeholders.path([attribute]);
  switch (condition.kind) {
    case 'compare':
      return `${path} ${condition.op} ${placeholders.value(condition.value)}`;
    case 'between':
      return `${path} BETWEEN ${placeholders.value(condition.low)} AND ${placeholders.value(condition.high)}`;
    case 'beginsWith':
      return `begins_with(${path}, ${placeholders.value(condition.prefix)})`;
  }
}

function simplifyEmptyPart(
  path: DocumentPath,
  part: Literal,
  negated: true | undefined,
): Predicate | undefined {
  if (part.type === 'BOOL' || part.text !== '') return undefined;
  return negated ? NEVER : { kind: 'hasType', path, type: part.type };
}
