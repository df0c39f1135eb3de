import type { AttributeType } from '../../dynamo/attribute-value.ts';
import type { Comparison, DocumentPath, Literal, Predicate } from '../../dynamo/expression/predicate.ts';
import type { DocumentPlace } from './document-place.ts';
import { isDynamoNumber, isNumber, toDecimalText } from './literals.ts';
import { adjacentNumbers } from './number-neighbours.ts';
import type { PlanType, PlanValue } from './plan-json.ts';
import { allOf, anyOf, superset, exact, type Pushdown } from './pushdown.ts';

const SETS = ['SS', 'NS', 'BS'] as const satisfies readonly AttributeType[];
/** Integers that a document prints as they are written here. */
const PRINTED_AS_WRITTEN = /^(?:0|-?[1-9]\d{0,14})$/;

/** The place compared with a constant, in the way in which documents are printed. */
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
      : anyOf([superset(compared), superset({ kind: 'otherType', path, type: 'S' })]);
  });
}

/** The place IS [NOT] NULL. */
export function placeIsNull(place: DocumentPlace, isNull: boolean): Pushdown | undefined {
  const onlyText = place.as === 'text' && place.paths.length === 1 && place.inSets.length === 0;
  if (isNull)
    return allOf(place.paths.map((path) => ({ predicate: { kind: 'isNull', path }, exact: onlyText })));
  return atEveryPath(place, (path) =>
    place.as === 'text'
      ? exact({ kind: 'isNotNull', path })
      : anyOf([exact({ kind: 'isNotNull', path }), exact({ kind: 'hasType', path, type: 'NULL' })]),
  );
}

/** The place, cast to a type, compared with a constant of that type. */
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
  // A cast rounds: what it makes greater than a value is greater than that value, or than the one before.
  const low = op === '>' ? digits : op === '>=' || op === '=' ? around.before : undefined;
  const high = op === '<' ? digits : op === '<=' || op === '=' ? around.after : undefined;
  if (![low, high].every((bound) => bound === undefined || isDynamoNumber(bound))) return isPresent(place);
  return atEveryPath(place, (path) => {
    const bound = (than: '<' | '>', text: string | undefined): Pushdown[] =>
      text === undefined ? [] : [superset({ kind: 'compare', path, op: than, value: { type: 'N', text } })];
    return orAnotherType(allOf([...bound('>', low), ...bound('<', high)]), path, 'N');
  });
}

/** The place, cast to boolean, is TRUE (or FALSE). */
export function castIsTrue(place: DocumentPlace, wanted: boolean): Pushdown | undefined {
  return atEveryPath(place, (path) =>
    orAnotherType(
      superset({ kind: 'compare', path, op: '=', value: { type: 'BOOL', value: wanted } }),
      path,
      'BOOL',
    ),
  );
}

/** A test that only text can be asked, such as `begins_with`; what is no text may pass. */
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

/** The array at the place has an element that prints as this text. */
export function placeHasMember(place: DocumentPlace, text: string): Pushdown | undefined {
  return atEveryPath(place, (path) =>
    anyOf([
      ...membersPrintedAs(path, text),
      // Emulators find no booleans in lists, and nothing finds documents whose members are in another order.
      ...(/^(?:[[{]|true$|false$)/.test(text) ? [superset({ kind: 'hasType', path, type: 'L' })] : []),
    ]),
  );
}

/** The same of the element as JSON writes it. */
export function placeHasElement(place: DocumentPlace, json: string): Pushdown | undefined {
  const text = json.startsWith('"') ? jsonString(json) : json;
  return text === undefined ? undefined : placeHasMember(place, text);
}

/** The place is a map with this key, or an array that holds this text. */
export function placeHasKey(place: DocumentPlace, key: string): Pushdown | undefined {
  const inside: DocumentPlace = {
    paths: place.paths.map((path): DocumentPath => [...path, key]),
    inSets: [],
    as: 'json',
  };
  return key === '' ? undefined : anyOf([placeIsNull(inside, false), placeHasMember(place, key)]);
}

/** The number of elements at the place compared with a number; what is no array has none. */
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

/** The place holds something. */
function isPresent(place: DocumentPlace): Pushdown | undefined {
  return atEveryPath(place, (path) => superset({ kind: 'isNotNull', path }));
}

/** What holds at the place: at one of its paths, or in the set whose member it may be. */
function atEveryPath(
  place: DocumentPlace,
  at: (path: DocumentPath) => Pushdown | undefined,
  inSets: () => readonly Pushdown[] = () =>
    place.inSets.flatMap((path) => SETS.map((type) => superset({ kind: 'hasType', path, type }))),
): Pushdown | undefined {
  return anyOf([...place.paths.map(at), ...inSets()]);
}

function orAnotherType(
  pushed: Pushdown | undefined,
  path: DocumentPath,
  type: AttributeType,
): Pushdown | undefined {
  return anyOf([pushed, superset({ kind: 'otherType', path, type })]);
}

function jsonEquals(place: DocumentPlace, json: string): Pushdown | undefined {
  const [, string, other = ''] = /^\s*(?:(".*")|(.*?))\s*$/s.exec(json) ?? [];
  const text = string === undefined ? other : jsonString(string);
  if (text === undefined) return undefined;
  if (other === 'null') return placeIsNull(place, false);
  const found = placeEquals(place, text);
  return found && superset(found.predicate);
}

/** The text that JSON writes so; undefined where it is no JSON. */
function jsonString(written: string): string | undefined {
  try {
    return String(JSON.parse(written));
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

/** What prints as this text. */
function textEquals(path: DocumentPath, text: string): Pushdown | undefined {
  const scalars = valuesPrintedAs(text).map((value): Pushdown => ({
    predicate: { kind: 'compare', path, op: '=', value },
    exact: value.type !== 'N' || PRINTED_AS_WRITTEN.test(text),
  }));
  const types = typesPrintedLike(text).map((type) => superset({ kind: 'hasType', path, type }));
  return anyOf([...scalars, ...types]);
}

function membersPrintedAs(path: DocumentPath, text: string): readonly Pushdown[] {
  return valuesPrintedAs(text).flatMap((value) =>
    value.type === 'BOOL' ? [] : [superset({ kind: 'hasMember', path, value })],
  );
}

/** Values of every type that a document may print as this text; of the numbers some that it prints otherwise. */
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

/** Types some of whose values a document may print as this text, beyond those of `valuesPrintedAs`. */
function typesPrintedLike(text: string): readonly AttributeType[] {
  if (text === '') return ['B'];
  if (text.startsWith('{')) return ['M'];
  if (text.startsWith('[')) return ['L', ...SETS];
  return isNumber(text) && !isDynamoNumber(text) ? ['N'] : [];
}
