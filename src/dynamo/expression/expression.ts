import type { KeyRange } from '../read/access-path.ts';
import type { AttributeType } from '../attribute-value.ts';
import { measureExpression } from './expression-text.ts';
import { LIMITS } from '../lint/limits.ts';
import { toLiteralValue } from './literal-value.ts';
import type { Comparison, DocumentPath, Literal, Predicate } from './predicate.ts';
import { newPlaceholders, type Placeholders } from './placeholders.ts';

const NEVER = { kind: 'never' } as const satisfies Predicate;
const AND = ' AND ';

/** The expression that holds where all conditions do; undefined where there are none. */
export function buildFilterExpression(
  filter: readonly Predicate[],
  symbols: Placeholders,
): string | undefined {
  return filter.length === 0
    ? undefined
    : joinWithAnd(filter.map((part) => buildCondition(part, symbols))).text;
}

/** One condition, as it stands between others that AND joins. */
export function buildConjunct(predicate: Predicate, symbols: Placeholders): string {
  return parenthesize('AND', buildCondition(predicate, symbols));
}

export function buildKeyCondition({ equals, sort }: KeyRange, symbols: Placeholders): string {
  const conditions = Object.entries(equals).map(
    ([name, value]) => `${symbols.path([name])} = ${symbols.value(value)}`,
  );
  if (sort !== undefined) conditions.push(buildSortCondition(sort, symbols));
  return conditions.join(AND);
}

/** Undefined where everything is to come back. Of two paths where one leads through the other, the shorter stays. */
export function buildProjectionExpression(
  paths: readonly DocumentPath[],
  symbols: Placeholders,
): string | undefined {
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
      return simplifyEmptyPart(predicate.path, predicate.prefix, predicate.negated) ?? predicate;
    case 'contains':
      return simplifyEmptyPart(predicate.path, predicate.part, predicate.negated) ?? predicate;
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
  const symbols = newPlaceholders();
  const fits: Predicate[] = [];
  const over: Predicate[] = [];
  let bytes = 0;
  let operators = 0;
  let variableBytes = 0;
  for (const predicate of predicates) {
    const simple = simplify(predicate);
    const text = simple === undefined ? '' : buildConjunct(simple, symbols);
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

/** A text, and the word that holds it together: AND binds tighter than OR, and NOT, here only before functions, than both. */
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

/** In parentheses where the word outside would tear it apart. */
function parenthesize(outside: 'AND' | 'OR', { text, by }: Clause): string {
  return outside === 'AND' && by === 'OR' ? `(${text})` : text;
}

function buildCondition(predicate: Predicate, symbols: Placeholders): Clause {
  const isType = (path: DocumentPath, type: AttributeType): string =>
    `attribute_type(${symbols.path(path)}, ${symbols.value({ S: type })})`;
  const isPresent = (path: DocumentPath): readonly string[] => [
    `attribute_exists(${symbols.path(path)})`,
    `NOT ${isType(path, 'NULL')}`,
  ];

  switch (predicate.kind) {
    case 'compare': {
      const { path, op } = predicate;
      const text = `${symbols.path(path)} ${op} ${symbols.value(toLiteralValue(predicate.value))}`;
      // To DynamoDB, what is missing differs from every value.
      return op === '<>' ? joinWithAnd([...isPresent(path), text]) : { text };
    }
    case 'in': {
      const operands = [...new Set(predicate.values.map((value) => symbols.value(toLiteralValue(value))))];
      const path = symbols.path(predicate.path);
      const lists: string[] = [];
      for (let at = 0; at < operands.length; at += LIMITS.inOperands.max) {
        lists.push(`${path} IN (${operands.slice(at, at + LIMITS.inOperands.max).join(', ')})`);
      }
      return joinWithOr(lists);
    }
    case 'beginsWith': {
      const { path, prefix } = predicate;
      const text = `begins_with(${symbols.path(path)}, ${symbols.value(toLiteralValue(prefix))})`;
      return predicate.negated ? joinWithAnd([isType(path, prefix.type), `NOT ${text}`]) : { text };
    }
    case 'contains': {
      // Of a set or list, contains would ask for a member.
      const { path, part } = predicate;
      const text = `contains(${symbols.path(path)}, ${symbols.value(toLiteralValue(part))})`;
      return joinWithAnd([isType(path, part.type), predicate.negated ? `NOT ${text}` : text]);
    }
    case 'isNull':
      return joinWithOr([
        `attribute_not_exists(${symbols.path(predicate.path)})`,
        isType(predicate.path, 'NULL'),
      ]);
    case 'isNotNull':
      return joinWithAnd(isPresent(predicate.path));
    case 'hasType':
      return { text: isType(predicate.path, predicate.type) };
    case 'otherType':
      return joinWithAnd([...isPresent(predicate.path), `NOT ${isType(predicate.path, predicate.type)}`]);
    case 'hasMember': {
      // Of text and binary, contains would ask for a part.
      const { path, value } = predicate;
      const text = `contains(${symbols.path(path)}, ${symbols.value(toLiteralValue(value))})`;
      return value.type === 'N' ? { text } : joinWithAnd([text, `NOT ${isType(path, value.type)}`]);
    }
    case 'size': {
      const test = (op: Comparison): string =>
        `size(${symbols.path(predicate.path)}) ${op} ${symbols.value({ N: String(predicate.count) })}`;
      // What has no size differs from every number.
      return predicate.op === '<>' ? joinWithOr([test('<'), test('>')]) : { text: test(predicate.op) };
    }
    case 'and':
      return joinWithAnd(predicate.of.map((part) => buildCondition(part, symbols)));
    case 'or':
      return joinWithOr(predicate.of.map((part) => buildCondition(part, symbols)));
    case 'never': {
      const path = symbols.path(['never']);
      return joinWithAnd([`attribute_exists(${path})`, `attribute_not_exists(${path})`]);
    }
  }
}

function buildSortCondition(
  { attribute, condition }: NonNullable<KeyRange['sort']>,
  symbols: Placeholders,
): string {
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

function simplifyEmptyPart(
  path: DocumentPath,
  part: Literal,
  negated: true | undefined,
): Predicate | undefined {
  if (part.type === 'BOOL' || part.text !== '') return undefined;
  return negated ? NEVER : { kind: 'hasType', path, type: part.type };
}
