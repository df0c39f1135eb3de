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
import { type JsonNode, formatMarkedJsonb, parseMarkedJson } from '../../types/json-text.ts';
import {
  type Arithmetic,
  type JsonPath,
  parseJsonPath,
  type PathComparison,
  type PathNode,
  type PathStep,
} from './json-path-syntax.ts';
import { raise } from './raise.ts';

/** The items at a SQL/JSON path, as a JSON array. `variables` is an object, or empty. */
export function followPath(document: string, path: string, variables: string): string {
  return suppress(false, () => formatMarkedJsonb(evaluate(document, path, variables))) ?? '[]';
}

/** Whether there is an item at a path. With `silent`, as in `@?`, an error in the document is NULL. */
export function pathExists(
  document: string,
  path: string,
  variables: string,
  silent: boolean,
): boolean | null {
  return suppress(silent, () => evaluate(document, path, variables).length > 0);
}

/** The result of a path that is a predicate. With `silent`, as in `@@`, an error in the document is NULL. */
export function pathMatches(
  document: string,
  path: string,
  variables: string,
  silent: boolean,
): boolean | null {
  return suppress(silent, () => {
    const [only, ...more] = evaluate(document, path, variables);
    return more.length === 0 && (typeof only === 'boolean' || only === null)
      ? only
      : fail('single boolean result is expected');
  });
}

/** An error in the document, which some operators suppress. */
class PathError extends Error {}

function fail(message: string): never {
  throw new PathError(message);
}

function suppress<T>(silent: boolean, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    return silent ? null : raise('SQL_BAD_ARGUMENT', error.message);
  }
}

/** The path of the last call: it is the same in all rows, unless it is computed. */
let parsed: { readonly text: string; readonly path: JsonPath } | undefined;

function evaluate(document: string, text: string, variables: string): readonly JsonNode[] {
  const path = parsed?.text === text ? parsed.path : parseJsonPath(text);
  parsed = { text, path };
  const root = parseMarkedJson(document);
  const values = variables === '' ? undefined : parseMarkedJson(variables);
  return listItems(path.root, {
    strict: path.strict,
    root,
    current: root,
    size: 0,
    variables: values instanceof Map ? values : new Map<string, JsonNode>(),
  });
}

interface Scope {
  readonly strict: boolean;
  readonly root: JsonNode;
  /** What `@` is. */
  readonly current: JsonNode;
  /** The length of the array whose positions are evaluated. */
  readonly size: number;
  readonly variables: ReadonlyMap<string, JsonNode>;
}

function listItems(node: PathNode, scope: Scope): readonly JsonNode[] {
  switch (node.kind) {
    case 'root':
      return [scope.root];
    case 'current':
      return [scope.current];
    case 'last':
      return [{ number: String(scope.size - 1) }];
    case 'literal':
      return [node.value];
    case 'variable': {
      const value = scope.variables.get(node.name);
      return [
        value === undefined
          ? raise('SQL_BAD_ARGUMENT', `could not find jsonpath variable "${node.name}"`)
          : value,
      ];
    }
    case 'step':
      return takeStep(listItems(node.of, scope), node.step, scope);
    case 'sign':
      return unwrapAll(listItems(node.of, scope), scope).map((item) => {
        const value =
          toExact(item) ?? fail(`operand of unary jsonpath operator ${node.operator} is not a numeric value`);
        return toNumber(node.operator === '-' ? negateExact(value) : value);
      });
    case 'arithmetic': {
      const operand = (side: 'left' | 'right'): ExactNumber => {
        const [only, ...more] = unwrapAll(listItems(node[side], scope), scope);
        const value = only === undefined || more.length > 0 ? undefined : toExact(only);
        return (
          value ?? fail(`${side} operand of jsonpath operator ${node.operator} is not a single numeric value`)
        );
      };
      return [toNumber(calculate(node.operator, operand('left'), operand('right')))];
    }
    case 'compare':
    case 'and':
    case 'or':
    case 'not':
    case 'exists':
    case 'isUnknown':
    case 'startsWith':
    case 'likeRegex':
      return [test(node, scope) ?? null];
  }
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
      if (typeof right !== 'string' && right.unscaled === 0n) return fail('division by zero');
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
      return orUnknown(() => listItems(node.of, scope).length > 0);
    case 'compare':
      return some(node.left, scope, (left) =>
        some(node.right, scope, (right) => compare(node.operator, left, right)),
      );
    case 'startsWith':
      return some(node.of, scope, (item) =>
        some(node.prefix, scope, (prefix) => {
          const [whole, part] = [getText(item), getText(prefix)];
          return whole === undefined || part === undefined ? undefined : whole.startsWith(part);
        }),
      );
    case 'likeRegex':
      return some(node.of, scope, (item) => {
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
    case 'arithmetic': {
      const [only] = listItems(node, scope);
      return typeof only === 'boolean' ? only : undefined;
    }
  }
}

/** Whether a test holds for some item. In strict mode an unknown result prevails, in lax mode a true one. */
function some(
  node: PathNode,
  scope: Scope,
  holds: (item: JsonNode) => boolean | undefined,
): boolean | undefined {
  return orUnknown(() => {
    const results = unwrapAll(listItems(node, scope), scope).map(holds);
    if (scope.strict && results.includes(undefined)) return undefined;
    return results.includes(true) ? true : results.includes(undefined) ? undefined : false;
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

function compare(operator: PathComparison, left: JsonNode, right: JsonNode): boolean | undefined {
  if (left === null || right === null)
    return left === right ? ['==', '<=', '>='].includes(operator) : operator === '!=';
  const order = orderScalars(left, right);
  if (order === undefined) return undefined;
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Undefined for values of different types, arrays and objects. */
function orderScalars(left: JsonNode, right: JsonNode): number | undefined {
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const [a, b] = [getDigits(left), getDigits(right)];
  if (a !== undefined && b !== undefined) return compareNumbers(a, b);
  const [one, other] = [getText(left), getText(right)];
  return one === undefined || other === undefined
    ? undefined
    : Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function takeStep(from: readonly JsonNode[], step: PathStep, scope: Scope): readonly JsonNode[] {
  switch (step.kind) {
    case 'key':
      return unwrapAll(from, scope).flatMap((item) => {
        if (!(item instanceof Map))
          return scope.strict ? fail('jsonpath member accessor can only be applied to an object') : [];
        const value = item.get(step.key);
        if (value !== undefined) return [value];
        return scope.strict ? fail(`JSON object does not contain key "${step.key}"`) : [];
      });
    case 'keys':
      return unwrapAll(from, scope).flatMap((item) => {
        if (item instanceof Map) return [...item.values()];
        return scope.strict ? fail('jsonpath wildcard member accessor can only be applied to an object') : [];
      });
    case 'items':
      return from.flatMap((item) => toArray(item, scope));
    case 'positions':
      return from.flatMap((item) => takePositions(toArray(item, scope), step.ranges, scope));
    case 'levels':
      return from.flatMap((item) => listLevels(item, 0, step));
    case 'filter':
      return unwrapAll(from, scope).filter(
        (item) => test(step.condition, { ...scope, current: item }) === true,
      );
    case 'method':
      return applyMethod(from, step.name, scope);
  }
}

/** In lax mode a value is an array of itself. */
function toArray(item: JsonNode, { strict }: Scope): readonly JsonNode[] {
  if (Array.isArray(item)) return item;
  return strict ? fail('jsonpath array accessor can only be applied to an array') : [item];
}

/** In lax mode arrays are replaced by their elements. */
function unwrapAll(items: readonly JsonNode[], { strict }: Scope): readonly JsonNode[] {
  return strict ? items : items.flatMap((item): readonly JsonNode[] => (Array.isArray(item) ? item : [item]));
}

function takePositions(
  array: readonly JsonNode[],
  ranges: Extract<PathStep, { kind: 'positions' }>['ranges'],
  scope: Scope,
): readonly JsonNode[] {
  const within = { ...scope, size: array.length };
  const position = (node: PathNode): number => {
    const [only, ...more] = listItems(node, within);
    const digits = only === undefined || more.length > 0 ? undefined : getDigits(only);
    return digits === undefined
      ? fail('jsonpath array subscript is not a single numeric value')
      : Math.trunc(Number(digits));
  };
  return ranges.flatMap(([first, second]) => {
    const [from, to] = [position(first), position(second)];
    if (scope.strict && (from < 0 || from > to || to >= array.length))
      return fail('jsonpath array subscript is out of bounds');
    return array.slice(Math.max(from, 0), Math.max(to + 1, 0));
  });
}

function listLevels(
  item: JsonNode,
  level: number,
  step: { readonly from: number; readonly to: number },
): JsonNode[] {
  const own = level >= step.from && level <= step.to ? [item] : [];
  if (level >= step.to) return own;
  const inner: readonly JsonNode[] =
    item instanceof Map ? [...item.values()] : Array.isArray(item) ? item : [];
  return [...own, ...inner.flatMap((each) => listLevels(each, level + 1, step))];
}

function applyMethod(from: readonly JsonNode[], name: string, scope: Scope): readonly JsonNode[] {
  if (name === 'type') return from.map(nameType);
  if (name === 'size') return from.map((item) => ({ number: String(toArray(item, scope).length) }));
  const items = unwrapAll(from, scope);
  if (name === 'keyvalue')
    return items.flatMap((item, id) =>
      item instanceof Map
        ? [...item].map(
            ([key, value]): JsonNode =>
              new Map<string, JsonNode>([
                ['id', { number: String(id) }],
                ['key', key],
                ['value', value],
              ]),
          )
        : fail('jsonpath item method .keyvalue() can only be applied to an object'),
    );
  return items.map((item) => {
    const value = toExact(item) ?? (name === 'double' ? parseExactNumber(getText(item) ?? '') : undefined);
    if (value === undefined)
      return fail(`jsonpath item method .${name}() can only be applied to a numeric value`);
    switch (name) {
      case 'abs':
        return toNumber(absoluteExact(value));
      case 'floor':
        return toNumber(floorExact(value));
      case 'ceiling':
        return toNumber(ceilExact(value));
      default:
        return { number: String(Number(formatExactNumber(value))) };
    }
  });
}

function nameType(item: JsonNode): string {
  if (item === null) return 'null';
  if (typeof item === 'boolean') return 'boolean';
  if (item instanceof Map) return 'object';
  if (Array.isArray(item)) return 'array';
  return getDigits(item) === undefined ? 'string' : 'number';
}

/** The digits of a number, which may be a marked string. */
function getDigits(item: JsonNode): string | undefined {
  if (typeof item === 'string') {
    const mark = parseMark(item);
    return mark !== undefined && isNumberMark(mark.kind) ? mark.content : undefined;
  }
  return item !== null && typeof item === 'object' && 'number' in item ? item.number : undefined;
}

function getText(item: JsonNode): string | undefined {
  if (typeof item !== 'string') return undefined;
  const mark = parseMark(item);
  if (mark === undefined) return unescapeMarks(item);
  return isNumberMark(mark.kind) ? undefined : mark.content;
}

function toExact(item: JsonNode): ExactNumber | undefined {
  const digits = getDigits(item);
  return digits === undefined ? undefined : parseExactNumber(digits);
}

function toNumber(value: ExactNumber): JsonNode {
  return { number: formatExactNumber(value) };
}
