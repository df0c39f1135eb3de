import type { ErrorCode } from '../../../core/errors.ts';
import { type Comparison, meetsComparison } from '../../../dynamo/expression/predicate.ts';
import { compareNumbers } from '../../../dynamo/key.ts';
import { isNumberMark, parseMark, unescapeMarks } from '../../types/document-marks.ts';
import {
  absoluteExact,
  addExact,
  ceilExact,
  divideExact,
  floorExact,
  moduloExact,
  multiplyExact,
  negateExact,
  subtractExact,
} from '../../types/exact-arithmetic.ts';
import { type ExactNumber, formatExactNumber, parseExactNumber } from '../../types/exact-number.ts';
import { compareKeys, type JsonNode, formatMarkedJsonb, parseMarkedJson } from '../../types/json-text.ts';
import {
  type Arithmetic,
  type JsonPath,
  MAX_LEVEL,
  parseJsonPath,
  type PathComparison,
  type PathNode,
  type PathStep,
} from './json-path-syntax.ts';
import { comparePathTimes, formatPathTime, parsePathTime, type PathTime } from './json-path-times.ts';
import { raise } from './raise.ts';

/** What a path returns. */
type Item = JsonNode | PathTime;

/**
 * The items at a SQL/JSON path, as a JSON array. `variables` is an object, or empty. With `silent` an error in the document
 * ends the array.
 */
export function followPath(document: string, path: string, variables: string, silent: boolean): string {
  const found: Item[] = [];
  suppress(silent, () => {
    for (const item of evaluate(document, path, variables)) found.push(item);
    return null;
  });
  return formatMarkedJsonb(found.map(toJson));
}

/** Whether there is an item at a path. With `silent`, as in `@?`, an error in the document is NULL. */
export function pathExists(
  document: string,
  path: string,
  variables: string,
  silent: boolean,
): boolean | null {
  return suppress(silent, () => hasItem(evaluate(document, path, variables), parsePath(path).strict));
}

/** The result of a path that is a predicate. With `silent`, as in `@@`, an error in the document is NULL. */
export function pathMatches(
  document: string,
  path: string,
  variables: string,
  silent: boolean,
): boolean | null {
  return suppress(silent, () => {
    const [only, ...more] = [...evaluate(document, path, variables)];
    return more.length === 0 && (typeof only === 'boolean' || only === null)
      ? only
      : fail('SQL_JSON_NOT_SINGLE', 'single boolean result is expected');
  });
}

/** An error in the document, which some operators suppress. */
class PathError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

function fail(code: ErrorCode, message: string): never {
  throw new PathError(code, message);
}

function suppress<T>(silent: boolean, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    return silent ? null : raise(error.code, error.message);
  }
}

/** In strict mode all items are computed, so that their errors are seen. */
function hasItem(items: Iterable<Item>, strict: boolean): boolean {
  let found = false;
  for (const _ of items) {
    found = true;
    if (!strict) break;
  }
  return found;
}

const MAX_CACHED = 100;
const cache = new Map<string, JsonPath>();

function parsePath(text: string): JsonPath {
  const known = cache.get(text);
  if (known !== undefined) return known;
  if (cache.size >= MAX_CACHED) cache.clear();
  const path = parseJsonPath(text);
  cache.set(text, path);
  return path;
}

function evaluate(document: string, text: string, variables: string): Iterable<Item> {
  const { strict, root: node } = parsePath(text);
  const values = variables === '' ? undefined : parseMarkedJson(variables);
  if (values !== undefined && !(values instanceof Map))
    return raise('SQL_BAD_ARGUMENT', '"vars" argument is not an object');
  // Only these return the members of an object, which jsonb keeps in an order of its own.
  const isOrdered = /\*|keyvalue/i.test(text);
  const read = (json: JsonNode): JsonNode => (isOrdered ? sortMembers(json) : json);
  const root = read(parseMarkedJson(document));
  return listItems(node, {
    strict,
    ignoresStructure: !strict,
    root,
    current: root,
    size: 0,
    variables: new Map([...(values ?? [])].map(([name, value]) => [name, read(value)])),
    ids: new Map([[root, 0]]),
  });
}

function sortMembers(node: JsonNode): JsonNode {
  if (node instanceof Map)
    return new Map(
      [...node].toSorted(([a], [b]) => compareKeys(a, b)).map(([key, value]) => [key, sortMembers(value)]),
    );
  return Array.isArray(node) ? node.map(sortMembers) : node;
}

interface Scope {
  readonly strict: boolean;
  /** Accessors that do not fit an item return nothing. */
  readonly ignoresStructure: boolean;
  readonly root: JsonNode;
  /** What `@` is. */
  readonly current: Item;
  /** The length of the array whose positions are evaluated. */
  readonly size: number;
  readonly variables: ReadonlyMap<string, JsonNode>;
  /** The objects that `.keyvalue()` has seen, with their numbers. */
  readonly ids: Map<Item, number>;
}

function* listItems(node: PathNode, scope: Scope): Generator<Item> {
  switch (node.kind) {
    case 'root':
      yield scope.root;
      return;
    case 'current':
      yield scope.current;
      return;
    case 'last':
      yield { number: String(scope.size - 1) };
      return;
    case 'literal':
      yield node.value;
      return;
    case 'variable': {
      const value = scope.variables.get(node.name);
      yield value === undefined
        ? raise('SQL_JSON_VARIABLE', `could not find jsonpath variable "${node.name}"`)
        : value;
      return;
    }
    case 'step': {
      const within = scope.strict && hasLevels(node.of) ? { ...scope, ignoresStructure: true } : scope;
      for (const item of listItems(node.of, scope)) yield* takeStep(item, node.step, within);
      return;
    }
    case 'sign':
      for (const item of listUnwrapped(node.of, scope)) {
        const value =
          toExact(item) ??
          fail(
            'SQL_JSON_NUMBER',
            `operand of unary jsonpath operator ${node.operator} is not a numeric value`,
          );
        yield toNumber(node.operator === '-' ? negateExact(value) : value);
      }
      return;
    case 'arithmetic': {
      const operand = (side: 'left' | 'right'): ExactNumber => {
        const [only, ...more] = [...listUnwrapped(node[side], scope)];
        const value = only === undefined || more.length > 0 ? undefined : toExact(only);
        return (
          value ??
          fail(
            'SQL_JSON_NOT_SINGLE',
            `${side} operand of jsonpath operator ${node.operator} is not a single numeric value`,
          )
        );
      };
      yield toNumber(calculate(node.operator, operand('left'), operand('right')));
      return;
    }
    case 'compare':
    case 'and':
    case 'or':
    case 'not':
    case 'exists':
    case 'isUnknown':
    case 'startsWith':
    case 'likeRegex':
      yield test(node, scope) ?? null;
  }
}

/** In strict mode, accessors after `.**` skip what they do not fit. */
function hasLevels(node: PathNode): boolean {
  return node.kind === 'step' && (node.step.kind === 'levels' || hasLevels(node.of));
}

/** In lax mode arrays are replaced by their elements. */
function* listUnwrapped(node: PathNode, scope: Scope): Generator<Item> {
  for (const item of listItems(node, scope)) yield* unwrap(item, scope);
}

function unwrap(item: Item, { strict }: Scope): readonly Item[] {
  return !strict && Array.isArray(item) ? item : [item];
}

function calculate(operator: Arithmetic, left: ExactNumber, right: ExactNumber): ExactNumber {
  switch (operator) {
    case '+':
      return addExact(left, right);
    case '-':
      return subtractExact(left, right);
    case '*':
      return multiplyExact(left, right);
    case '/':
    case '%':
      if (typeof right !== 'string' && right.unscaled === 0n)
        return fail('SQL_DIVISION_BY_ZERO', 'division by zero');
      return operator === '/' ? divideExact(left, right) : moduloExact(left, right);
  }
}

/** A predicate: true, false, or undefined for unknown. */
function test(node: PathNode, scope: Scope): boolean | undefined {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const decisive = node.kind === 'or';
      const left = test(node.left, scope);
      if (left === decisive) return decisive;
      const right = test(node.right, scope);
      if (right === decisive) return decisive;
      return left === undefined || right === undefined ? undefined : !decisive;
    }
    case 'not': {
      const inner = test(node.of, scope);
      return inner === undefined ? undefined : !inner;
    }
    case 'isUnknown':
      return test(node.of, scope) === undefined;
    case 'exists':
      return orUnknown(() => hasItem(listItems(node.of, scope), scope.strict));
    case 'compare':
      return somePair(scope, node.left, node.right, (left, right) => compare(node.operator, left, right));
    case 'startsWith':
      return somePair(scope, node.of, node.prefix, (item, prefix) => {
        const [whole, part] = [getText(item), getText(prefix)];
        return whole === undefined || part === undefined ? undefined : whole.startsWith(part);
      });
    case 'likeRegex':
      return somePair(scope, node.of, { kind: 'literal', value: null }, (item) => {
        const text = getText(item);
        return text === undefined ? undefined : node.pattern.test(text);
      });
    case 'literal':
    case 'variable':
    case 'step':
    case 'root':
    case 'current':
    case 'last':
    case 'sign':
    case 'arithmetic':
      return undefined;
  }
}

/** Whether a test holds for some pair of items. In strict mode an unknown result prevails, in lax mode a true one. */
function somePair(
  scope: Scope,
  left: PathNode,
  right: PathNode,
  holds: (left: Item, right: Item) => boolean | undefined,
): boolean | undefined {
  return orUnknown(() => {
    const [firsts, seconds] = [[...listUnwrapped(left, scope)], [...listUnwrapped(right, scope)]];
    let [isTrue, isUnknown] = [false, false];
    for (const first of firsts)
      for (const second of seconds) {
        const result = holds(first, second);
        if (result === undefined && scope.strict) return undefined;
        if (result === true && !scope.strict) return true;
        isTrue ||= result === true;
        isUnknown ||= result === undefined;
      }
    return isTrue ? true : isUnknown ? undefined : false;
  });
}

function orUnknown(work: () => boolean | undefined): boolean | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}

const SQL_OPERATORS: Readonly<Record<PathComparison, Comparison>> = {
  '==': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

function compare(operator: PathComparison, left: Item, right: Item): boolean | undefined {
  if (left === null || right === null)
    return left === right ? ['==', '<=', '>='].includes(operator) : operator === '!=';
  const order = orderScalars(left, right);
  return order === undefined ? undefined : meetsComparison(order, SQL_OPERATORS[operator]);
}

/** Undefined for values of different types, arrays and objects. */
function orderScalars(left: Item, right: Item): number | undefined {
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (isTime(left) && isTime(right)) return comparePathTimes(left, right);
  const [a, b] = [getDigits(left), getDigits(right)];
  if (a !== undefined && b !== undefined) return compareNumbers(a, b);
  const [one, other] = [getText(left), getText(right)];
  if (one === undefined || other === undefined) return undefined;
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function* takeStep(item: Item, step: PathStep, scope: Scope): Generator<Item> {
  switch (step.kind) {
    case 'key':
      for (const each of unwrap(item, scope)) yield* takeMember(each, step.key, scope);
      return;
    case 'keys':
      for (const each of unwrap(item, scope))
        if (each instanceof Map) yield* each.values();
        else if (!scope.ignoresStructure)
          fail('SQL_JSON_OBJECT', 'jsonpath wildcard member accessor can only be applied to an object');
      return;
    case 'items':
      yield* toArray(item, scope) ?? [];
      return;
    case 'positions':
      yield* takePositions(toArray(item, scope) ?? [], step.ranges, scope);
      return;
    case 'levels':
      yield* listLevels(item, 0, step);
      return;
    case 'filter':
      for (const each of unwrap(item, scope))
        if (test(step.condition, { ...scope, current: each }) === true) yield each;
      return;
    case 'method':
      yield* applyMethod(item, step.name, scope);
      return;
    case 'datetime':
      for (const each of unwrap(item, scope)) yield readTime(each, step.template);
  }
}

function takeMember(item: Item, key: string, { ignoresStructure }: Scope): readonly Item[] {
  if (!(item instanceof Map))
    return ignoresStructure
      ? []
      : fail('SQL_JSON_MEMBER', 'jsonpath member accessor can only be applied to an object');
  const value: JsonNode | undefined = item.get(key);
  if (value !== undefined) return [value];
  return ignoresStructure ? [] : fail('SQL_JSON_MEMBER', `JSON object does not contain key "${key}"`);
}

/** In lax mode a value is an array of itself. */
function toArray(item: Item, { strict, ignoresStructure }: Scope): readonly Item[] | undefined {
  if (Array.isArray(item)) return item;
  if (!strict) return [item];
  return ignoresStructure
    ? undefined
    : fail('SQL_JSON_ARRAY', 'jsonpath array accessor can only be applied to an array');
}

function* takePositions(
  array: readonly Item[],
  ranges: Extract<PathStep, { kind: 'positions' }>['ranges'],
  scope: Scope,
): Generator<Item> {
  const within = { ...scope, size: array.length };
  const position = (node: PathNode): number => {
    const [only, ...more] = [...listItems(node, within)];
    const digits = only === undefined || more.length > 0 ? undefined : getDigits(only);
    return digits === undefined
      ? fail('SQL_JSON_SUBSCRIPT', 'jsonpath array subscript is not a single numeric value')
      : Math.trunc(Number(digits));
  };
  for (const [first, second] of ranges) {
    const [from, to] = [position(first), position(second)];
    if (!scope.ignoresStructure && (from < 0 || from > to || to >= array.length))
      fail('SQL_JSON_SUBSCRIPT', 'jsonpath array subscript is out of bounds');
    yield* array.slice(Math.max(from, 0), Math.max(to + 1, 0));
  }
}

function* listLevels(
  item: Item,
  level: number,
  step: { readonly from: number; readonly to: number },
): Generator<Item> {
  const isInner = Array.isArray(item) || item instanceof Map;
  if (level > step.to) return;
  if (level >= step.from || (step.from === MAX_LEVEL && step.to === MAX_LEVEL && !isInner)) yield item;
  if (Array.isArray(item) || item instanceof Map)
    for (const each of item.values()) yield* listLevels(each, level + 1, step);
}

function* applyMethod(item: Item, name: string, scope: Scope): Generator<Item> {
  if (name === 'type') {
    yield nameType(item);
    return;
  }
  if (name === 'size') {
    if (Array.isArray(item) || !scope.strict) yield { number: String(Array.isArray(item) ? item.length : 1) };
    else if (!scope.ignoresStructure)
      fail('SQL_JSON_ARRAY', 'jsonpath item method .size() can only be applied to an array');
    return;
  }
  for (const each of unwrap(item, scope))
    if (name === 'keyvalue') yield* listKeyValues(each, scope);
    else yield applyNumericMethod(each, name);
}

function listKeyValues(item: Item, { ids }: Scope): readonly JsonNode[] {
  if (!(item instanceof Map))
    return fail('SQL_JSON_OBJECT', 'jsonpath item method .keyvalue() can only be applied to an object');
  const id = ids.get(item) ?? ids.size;
  ids.set(item, id);
  return [...item].map(
    ([key, value]) =>
      new Map<string, JsonNode>([
        ['id', { number: String(id) }],
        ['key', key],
        ['value', value],
      ]),
  );
}

function applyNumericMethod(item: Item, name: string): JsonNode {
  const value = toExact(item) ?? (name === 'double' ? parseExactNumber(getText(item) ?? '') : undefined);
  if (value === undefined)
    return fail(
      'SQL_JSON_NOT_NUMERIC',
      `jsonpath item method .${name}() can only be applied to a ${name === 'double' ? 'string or numeric' : 'numeric'} value`,
    );
  switch (name) {
    case 'abs':
      return toNumber(absoluteExact(value));
    case 'floor':
      return toNumber(floorExact(value));
    case 'ceiling':
      return toNumber(ceilExact(value));
    default:
      return toDouble(value);
  }
}

function toDouble(value: ExactNumber): JsonNode {
  const double = Number(formatExactNumber(value));
  return Number.isFinite(double)
    ? { number: String(double) }
    : fail(
        'SQL_JSON_NOT_NUMERIC',
        'numeric argument of jsonpath item method .double() is out of range for type double precision',
      );
}

function readTime(item: Item, template: string | undefined): PathTime {
  const text = getText(item);
  if (text === undefined)
    return fail('SQL_JSON_DATETIME', 'jsonpath item method .datetime() can only be applied to a string');
  return (
    parsePathTime(text, template) ??
    (template === undefined
      ? fail('SQL_JSON_DATETIME', `datetime format is not recognized: "${text}"`)
      : fail('SQL_BAD_DATETIME', `invalid value "${text}" for the template "${template}"`))
  );
}

function isTime(item: Item): item is PathTime {
  return item !== null && typeof item === 'object' && 'time' in item;
}

function toJson(item: Item): JsonNode {
  return isTime(item) ? formatPathTime(item) : item;
}

function nameType(item: Item): string {
  if (item === null) return 'null';
  if (typeof item === 'boolean') return 'boolean';
  if (isTime(item)) return item.time;
  if (item instanceof Map) return 'object';
  if (Array.isArray(item)) return 'array';
  return getDigits(item) === undefined ? 'string' : 'number';
}

/** The digits of a number, which may be a marked string. */
function getDigits(item: Item): string | undefined {
  if (typeof item === 'string') {
    const mark = parseMark(item);
    return mark !== undefined && isNumberMark(mark.kind) ? mark.content : undefined;
  }
  return item !== null && typeof item === 'object' && 'number' in item ? item.number : undefined;
}

function getText(item: Item): string | undefined {
  if (typeof item !== 'string') return undefined;
  const mark = parseMark(item);
  if (mark === undefined) return unescapeMarks(item);
  return isNumberMark(mark.kind) ? undefined : mark.content;
}

function toExact(item: Item): ExactNumber | undefined {
  const digits = getDigits(item);
  return digits === undefined ? undefined : parseExactNumber(digits);
}

function toNumber(value: ExactNumber): JsonNode {
  return { number: formatExactNumber(value) };
}
