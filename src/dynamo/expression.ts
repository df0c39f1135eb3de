import type { KeyRange } from './access-path.ts';
import type { AttributeType, AttributeValue } from './attribute-value.ts';
import { measure } from './expression-text.ts';
import { LIMITS } from './limits.ts';
import type { Comparison, DocumentPath, Literal, Predicate } from './predicate.ts';
import { newSymbols, type Symbols } from './symbols.ts';

const NEVER = { kind: 'never' } as const satisfies Predicate;
const AND = ' AND ';
const OR = ' OR ';

/** The expression that holds where all conditions do; undefined where there are none. */
export function filterExpression(filter: readonly Predicate[], symbols: Symbols): string | undefined {
  return filter.length === 0 ? undefined : filter.map((part) => condition(part, symbols)).join(AND);
}

export function keyConditionExpression({ equals, sort }: KeyRange, symbols: Symbols): string {
  const conditions = Object.entries(equals).map(
    ([name, value]) => `${symbols.path([name])} = ${symbols.value(value)}`,
  );
  if (sort !== undefined) conditions.push(sortCondition(sort, symbols));
  return conditions.join(AND);
}

/** Undefined where everything is to come back. Of two paths where one leads through the other, the shorter stays. */
export function projectionExpression(paths: readonly DocumentPath[], symbols: Symbols): string | undefined {
  const asked = new Map(paths.map((path) => [JSON.stringify(path), path]));
  const kept = [...asked.values()].filter(
    (path) => !path.some((_step, length) => length > 0 && asked.has(JSON.stringify(path.slice(0, length)))),
  );
  return kept.length === 0 ? undefined : kept.map((path) => symbols.path(path)).join(', ');
}

/**
 * The same condition without what is certain: an OR loses its impossible branches, an empty prefix or part means
 * any text. Undefined where it holds for every item.
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
      return anyText(predicate.path, predicate.prefix, predicate.negated) ?? predicate;
    case 'contains':
      return anyText(predicate.path, predicate.part, predicate.negated) ?? predicate;
    case 'compare':
    case 'isNull':
    case 'isNotNull':
    case 'hasType':
    case 'otherType':
    case 'hasMember':
    case 'size':
    case 'never':
      return predicate;
  }
}

/** All of them simplified; a single `never` where they cannot hold together. */
export function simplifyAll(predicates: readonly Predicate[]): readonly Predicate[] {
  const kept = predicates.map(simplify).filter((predicate) => predicate !== undefined);
  return kept.some(({ kind }) => kind === 'never') ? [NEVER] : kept;
}

/** Which conditions DynamoDB can take together, first come first served, each whole or not at all. */
export function splitByLimits(predicates: readonly Predicate[]): {
  readonly fits: readonly Predicate[];
  readonly over: readonly Predicate[];
} {
  const symbols = newSymbols();
  const fits: Predicate[] = [];
  const over: Predicate[] = [];
  let bytes = 0;
  let operators = 0;
  let variableBytes = 0;
  for (const predicate of predicates) {
    const simple = simplify(predicate);
    const text = simple === undefined ? '' : condition(simple, symbols);
    const size = measure(text);
    const nextBytes = bytes + (bytes === 0 ? 0 : AND.length) + size.bytes;
    const nextOperators = operators + (operators === 0 ? 0 : 1) + size.operators;
    const nextVariables = variableBytes + Buffer.byteLength(JSON.stringify(predicate));
    if (
      nextBytes > LIMITS.expressionBytes.most ||
      nextOperators > LIMITS.operators.most ||
      nextVariables > LIMITS.variablesBytes.most ||
      size.depth > LIMITS.nesting.most
    ) {
      over.push(predicate);
    } else {
      fits.push(predicate);
      [bytes, operators, variableBytes] = [nextBytes, nextOperators, nextVariables];
    }
  }
  return { fits, over };
}

function condition(predicate: Predicate, symbols: Symbols): string {
  const isType = (path: DocumentPath, type: AttributeType): string =>
    `attribute_type(${symbols.path(path)}, ${symbols.value({ S: type })})`;
  const present = (path: DocumentPath): string =>
    `attribute_exists(${symbols.path(path)}) AND NOT ${isType(path, 'NULL')}`;

  switch (predicate.kind) {
    case 'compare': {
      const { path, op } = predicate;
      const comparison = `${symbols.path(path)} ${op} ${symbols.value(valueOf(predicate.value))}`;
      // To DynamoDB, what is missing differs from every value.
      return op === '<>' ? `(${present(path)} AND ${comparison})` : comparison;
    }
    case 'in': {
      const operands = [...new Set(predicate.values.map((value) => symbols.value(valueOf(value))))];
      const path = symbols.path(predicate.path);
      const lists: string[] = [];
      for (let at = 0; at < operands.length; at += LIMITS.inOperands.most) {
        lists.push(`${path} IN (${operands.slice(at, at + LIMITS.inOperands.most).join(', ')})`);
      }
      return lists.length === 1 ? lists.join() : `(${lists.join(OR)})`;
    }
    case 'beginsWith': {
      const { path, prefix } = predicate;
      const test = `begins_with(${symbols.path(path)}, ${symbols.value(valueOf(prefix))})`;
      return predicate.negated ? `(${isType(path, prefix.type)} AND NOT ${test})` : test;
    }
    case 'contains': {
      // Of a set or list, contains would ask for a member.
      const { path, part } = predicate;
      const test = `contains(${symbols.path(path)}, ${symbols.value(valueOf(part))})`;
      return `(${isType(path, part.type)} AND ${predicate.negated ? 'NOT ' : ''}${test})`;
    }
    case 'isNull':
      return `(attribute_not_exists(${symbols.path(predicate.path)}) OR ${isType(predicate.path, 'NULL')})`;
    case 'isNotNull':
      return `(${present(predicate.path)})`;
    case 'hasType':
      return isType(predicate.path, predicate.type);
    case 'otherType':
      return `(${present(predicate.path)} AND NOT ${isType(predicate.path, predicate.type)})`;
    case 'hasMember': {
      // Of text and binary, contains would ask for a part.
      const { path, value } = predicate;
      const test = `contains(${symbols.path(path)}, ${symbols.value(valueOf(value))})`;
      return value.type === 'N' ? test : `(${test} AND NOT ${isType(path, value.type)})`;
    }
    case 'size': {
      const test = (op: Comparison): string =>
        `size(${symbols.path(predicate.path)}) ${op} ${symbols.value({ N: String(predicate.count) })}`;
      // What has no size differs from every number.
      return predicate.op === '<>' ? `(${test('<')} OR ${test('>')})` : test(predicate.op);
    }
    case 'and':
      return `(${predicate.of.map((part) => condition(part, symbols)).join(AND)})`;
    case 'or':
      return `(${predicate.of.map((part) => condition(part, symbols)).join(OR)})`;
    case 'never': {
      const path = symbols.path(['never']);
      return `(attribute_exists(${path}) AND attribute_not_exists(${path}))`;
    }
  }
}

function sortCondition({ attribute, condition }: NonNullable<KeyRange['sort']>, symbols: Symbols): string {
  const path = symbols.path([attribute]);
  switch (condition.kind) {
    case 'compare':
      return `${path} ${condition.op} ${symbols.value(condition.value)}`;
    case 'between':
      return `${path} BETWEEN ${symbols.value(condition.low)} AND ${symbols.value(condition.high)}`;
    case 'beginsWith':
      return `begins_with(${path}, ${symbols.value(condition.prefix)})`;
  }
}

function anyText(path: DocumentPath, part: Literal, negated: true | undefined): Predicate | undefined {
  if (part.type === 'BOOL' || part.text !== '') return undefined;
  return negated ? NEVER : { kind: 'hasType', path, type: part.type };
}

function valueOf(literal: Literal): AttributeValue {
  switch (literal.type) {
    case 'S':
      return { S: literal.text };
    case 'N':
      return { N: literal.text };
    case 'B':
      return { B: literal.text };
    case 'BOOL':
      return { BOOL: literal.value };
  }
}
