import type { AttributeType } from '../../dynamo/attribute-value.ts';
import type { Comparison, DocumentPath, Literal, Predicate } from '../../dynamo/expression/predicate.ts';
import { stripMark } from '../types/document-marks.ts';
import { type JsonNode, parseJson } from '../types/json-text.ts';
import type { DocumentPlace } from './document-place.ts';
import { isDynamoNumber, isNumber, toDecimalText } from './literals.ts';
import { adjacentNumbers } from './number-neighbours.ts';
import type { PlanType, PlanValue } from './plan-json.ts';
import { joinAnd, joinOr, superset, exact, type Pushdown } from './pushdown.ts';

const SETS = ['SS', 'NS', 'BS'] as const satisfies readonly AttributeType[];
/** Integers that documents print in exactly this notation. */
const PRINTED_AS_WRITTEN = /^(?:0|-?[1-9]\d{0,14})$/;

/** Compares the printed value at a place with a constant. */
export function comparePlace(
  place: DocumentPlace,
  op: Comparison,
  constant: PlanValue,
): Pushdown | undefined {
  const text = constant.value;
  if (constant.is_null === true) return exact({ kind: 'never' });
  if (typeof text !== 'string') return undefined;
  if (place.as === 'json') return op === '=' ? jsonEquals(place, text) : undefined;
  if (op === '=') return placeEquals(place, text);
  return atEveryPath(place, (path) => {
    const compared: Predicate = { kind: 'compare', path, op, value: { type: 'S', text } };
    return op === '<>'
      ? { predicate: compared, exact: textEquals(path, text)?.predicate.kind === 'compare' }
      : joinOr([superset(compared), superset({ kind: 'otherType', path, type: 'S' })]);
  });
}

/** Tests whether the value at a place IS [NOT] NULL. */
export function placeIsNull(place: DocumentPlace, isNull: boolean): Pushdown | undefined {
  const onlyText = place.as === 'text' && place.paths.length === 1 && place.inSets.length === 0;
  if (isNull)
    return joinAnd(place.paths.map((path) => ({ predicate: { kind: 'isNull', path }, exact: onlyText })));
  return atEveryPath(place, (path) =>
    place.as === 'text'
      ? exact({ kind: 'isNotNull', path })
      : joinOr([exact({ kind: 'isNotNull', path }), exact({ kind: 'hasType', path, type: 'NULL' })]),
  );
}

/** Compares the value at a place, cast to a type, with a constant of that type. */
export function compareCast(
  place: DocumentPlace,
  type: PlanType,
  op: Comparison,
  constant: PlanValue,
): Pushdown | undefined {
  if (constant.is_null === true) return exact({ kind: 'never' });
  if (type.id === 'VARCHAR')
    return place.as === 'text' ? comparePlace(place, op, constant) : isPresent(place);
  if (type.id === 'BOOLEAN' && typeof constant.value === 'boolean' && (op === '=' || op === '<>'))
    return castIsTrue(place, constant.value === (op === '='));
  const digits = constant.type.id === type.id ? toDecimalText(constant) : undefined;
  const around = digits === undefined ? undefined : adjacentNumbers(digits, type);
  if (digits === undefined || around === undefined || op === '<>') return isPresent(place);
  // A cast rounds, so the original value may be slightly out of the range of its result.
  const low = op === '>' ? digits : op === '>=' || op === '=' ? around.before : undefined;
  const high = op === '<' ? digits : op === '<=' || op === '=' ? around.after : undefined;
  if (![low, high].every((bound) => bound === undefined || isDynamoNumber(bound))) return isPresent(place);
  return atEveryPath(place, (path) => {
    const bound = (than: '<' | '>', text: string | undefined): Pushdown[] =>
      text === undefined ? [] : [superset({ kind: 'compare', path, op: than, value: { type: 'N', text } })];
    return orAnotherType(joinAnd([...bound('>', low), ...bound('<', high)]), path, 'N');
  });
}

/** Tests whether the value at a place, cast to boolean, is TRUE (or FALSE). */
export function castIsTrue(place: DocumentPlace, expected: boolean): Pushdown | undefined {
  return atEveryPath(place, (path) =>
    orAnotherType(
      superset({ kind: 'compare', path, op: '=', value: { type: 'BOOL', value: expected } }),
      path,
      'BOOL',
    ),
  );
}

/** A test for strings only, such as `begins_with`; values of other types pass it. */
export function textTest(
  place: DocumentPlace,
  test: (path: DocumentPath) => Predicate | undefined,
): Pushdown | undefined {
  return place.as === 'text'
    ? atEveryPath(place, (path) => {
        const predicate = test(path);
        return orAnotherType(predicate && superset(predicate), path, 'S');
      })
    : undefined;
}

/** Tests whether the array at a place has an element that prints as this string. */
export function placeHasMember(place: DocumentPlace, text: string): Pushdown | undefined {
  return atEveryPath(place, (path) =>
    joinOr([
      ...membersPrintedAs(path, text),
      // Emulators do not find booleans in lists, and documents with reordered members cannot be found at all.
      ...(/^(?:[[{]|true$|false$)/.test(text) ? [superset({ kind: 'hasType', path, type: 'L' })] : []),
    ]),
  );
}

/** The same for an element in JSON notation. */
export function placeHasElement(place: DocumentPlace, json: string): Pushdown | undefined {
  const text = json.startsWith('"') ? jsonString(json) : json;
  return text === undefined ? undefined : placeHasMember(place, text);
}

/** Tests whether the place is a map with this key or an array that contains this string. */
export function placeHasKey(place: DocumentPlace, key: string): Pushdown | undefined {
  const inside: DocumentPlace = {
    paths: place.paths.map((path): DocumentPath => [...path, key]),
    inSets: [],
    as: 'json',
  };
  return key === ''
    ? undefined
    : joinOr([placeIsNull(inside, false), placeHasMember(place, key), isString(place, key)]);
}

function isString(place: DocumentPlace, text: string): Pushdown | undefined {
  return atEveryPath(place, (path) =>
    superset({ kind: 'compare', path, op: '=', value: { type: 'S', text } }),
  );
}

/** Compares the number of elements of an array; other values have no elements. */
export function compareArrayLength(
  place: DocumentPlace,
  op: Comparison,
  count: number,
): Pushdown | undefined {
  return atEveryPath(place, (path) => {
    const size = superset({ kind: 'size', path, op, count });
    return compareCounts(0, op, count) ? orAnotherType(size, path, 'L') : size;
  });
}

function compareCounts(left: number, op: Comparison, right: number): boolean {
  switch (op) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** The conditions that are sent for one document, at most. */
const MAX_CONDITIONS = 40;
/** Deeper members are left to the engine. */
const MAX_DEPTH = 16;

/** Compares the document at a place with a constant document, given as JSON inside DuckDB. */
export function documentEquals(place: DocumentPlace, json: string): Pushdown | undefined {
  const node = readDocument(json);
  if (node === undefined || place.inSets.length > 0) return undefined;
  const found = atEveryPath(place, (path) => nodeEquals(path, node));
  return found && countConditions(node) * place.paths.length <= MAX_CONDITIONS
    ? superset(found.predicate)
    : undefined;
}

function readDocument(json: string): JsonNode | undefined {
  try {
    return parseJson(json);
  } catch {
    return undefined;
  }
}

function countConditions(node: JsonNode): number {
  if (node instanceof Map)
    return [...node.values()].reduce((sum, member) => sum + countConditions(member), 2);
  return Array.isArray(node) ? 1 + node.length * 3 : 3;
}

/**
 * The size and the members of a map, the size and the elements of a list or set. DynamoDB also compares whole documents, but
 * some emulators never find two of them equal.
 */
function nodeEquals(path: DocumentPath, node: JsonNode): Pushdown | undefined {
  if (node instanceof Map) {
    const members = [...node].map(([name, member]) =>
      name === '' || path.length > MAX_DEPTH ? undefined : nodeEquals([...path, name], member),
    );
    return joinAnd([
      superset({ kind: 'hasType', path, type: 'M' }),
      superset({ kind: 'size', path, op: '=', count: node.size }),
      ...members.filter((member) => member !== undefined),
    ]);
  }
  if (Array.isArray(node)) {
    const elements = node.map((element) =>
      typeof element === 'string' ? joinOr(membersPrintedAs(path, element)) : undefined,
    );
    return joinAnd([
      superset({ kind: 'size', path, op: '=', count: node.length }),
      ...elements.filter((element) => element !== undefined),
    ]);
  }
  if (node === null) return superset({ kind: 'hasType', path, type: 'NULL' });
  if (typeof node === 'boolean') return textEquals(path, node ? 'true' : 'false');
  const text = typeof node === 'object' && 'number' in node ? node.number : node;
  const found = typeof text === 'string' ? textEquals(path, text) : undefined;
  return found && superset(found.predicate);
}

/** Tests whether there is a value at the place. */
function isPresent(place: DocumentPlace): Pushdown | undefined {
  return atEveryPath(place, (path) => superset({ kind: 'isNotNull', path }));
}

/** Applies a test to each path of a place, and accepts sets whose members the place may be. */
function atEveryPath(
  place: DocumentPlace,
  at: (path: DocumentPath) => Pushdown | undefined,
  inSets: () => readonly Pushdown[] = () =>
    place.inSets.flatMap((path) => SETS.map((type) => superset({ kind: 'hasType', path, type }))),
): Pushdown | undefined {
  return joinOr([...place.paths.map(at), ...inSets()]);
}

function orAnotherType(
  pushed: Pushdown | undefined,
  path: DocumentPath,
  type: AttributeType,
): Pushdown | undefined {
  return joinOr([pushed, superset({ kind: 'otherType', path, type })]);
}

function jsonEquals(place: DocumentPlace, json: string): Pushdown | undefined {
  const [, string, other = ''] = /^\s*(?:(".*")|(.*?))\s*$/s.exec(json) ?? [];
  const text = string === undefined ? other : jsonString(string);
  if (text === undefined) return undefined;
  if (other === 'null') return placeIsNull(place, false);
  const found = placeEquals(place, text);
  return found && superset(found.predicate);
}

/** Decodes a JSON string of a document inside DuckDB, or the digits of a marked number; undefined if it is invalid. */
function jsonString(written: string): string | undefined {
  try {
    return stripMark(String(JSON.parse(written)));
  } catch {
    return undefined;
  }
}

function placeEquals(place: DocumentPlace, text: string): Pushdown | undefined {
  return atEveryPath(
    place,
    (path) => textEquals(path, text),
    () => place.inSets.flatMap((path) => membersPrintedAs(path, text)),
  );
}

/** Tests whether the value at a path prints as this string. */
function textEquals(path: DocumentPath, text: string): Pushdown | undefined {
  const scalars = valuesPrintedAs(text).map((value): Pushdown => ({
    predicate: { kind: 'compare', path, op: '=', value },
    exact: value.type !== 'N' || PRINTED_AS_WRITTEN.test(text),
  }));
  const types = typesPrintedLike(text).map((type) => superset({ kind: 'hasType', path, type }));
  return joinOr([...scalars, ...types]);
}

function membersPrintedAs(path: DocumentPath, text: string): readonly Pushdown[] {
  return valuesPrintedAs(text).flatMap((value) =>
    value.type === 'BOOL' ? [] : [superset({ kind: 'hasMember', path, value })],
  );
}

/** Values of every type that a document may print as this string, and numbers in other notations of the same value. */
function valuesPrintedAs(text: string): readonly Literal[] {
  return [
    { type: 'S', text },
    ...(isDynamoNumber(text) ? [{ type: 'N' as const, text }] : []),
    ...(text === 'true' || text === 'false' ? [{ type: 'BOOL' as const, value: text === 'true' }] : []),
    ...(text !== '' && Buffer.from(text, 'base64').toString('base64') === text
      ? [{ type: 'B' as const, text }]
      : []),
  ];
}

/** Types with other values that a document may print as this string, besides those of `valuesPrintedAs`. */
function typesPrintedLike(text: string): readonly AttributeType[] {
  if (text === '') return ['B'];
  if (text.startsWith('{')) return ['M'];
  if (text.startsWith('[')) return ['L', ...SETS];
  return isNumber(text) && !isDynamoNumber(text) ? ['N'] : [];
}
