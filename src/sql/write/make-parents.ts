import { DriverError } from '../../core/errors.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateAction, WriteCondition } from '../../dynamo/write/item-write.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { valueAt } from '../engine/fits.ts';
import { placeText } from './destination.ts';
import { operandValue, type Uncomputed } from './operand-value.ts';

/** What an update of one item does, and what the item must be like for it. */
export interface PlacedActions {
  readonly actions: readonly UpdateAction[];
  readonly conditions: readonly WriteCondition[];
}

/** The conditions under which DynamoDB can reach a place: what lies around it is a map, or a list for a position. */
export function reachable(path: DocumentPath): readonly WriteCondition[] {
  return path.length === 1 ? [] : [{ kind: 'hasType', path: around(path), type: containerOf(path.at(-1)) }];
}

/**
 * Actions as DynamoDB can do them in this item: it changes no place in a document that is not there. Missing documents, and
 * NULLs in their place, are made with what the actions put into them.
 */
export function makeParents(actions: readonly UpdateAction[], item: AttributeMap): PlacedActions {
  const kept: UpdateAction[] = [];
  const conditions: WriteCondition[] = [];
  const made = new Map<string, { readonly path: DocumentPath; readonly inside: UpdateAction[] }>();
  for (const action of actions) {
    const missing = missingAround(action.path, item);
    if (missing === undefined) {
      kept.push(action);
      conditions.push(...reachable(action.path));
      continue;
    }
    const known = made.get(JSON.stringify(missing));
    if (known === undefined) made.set(JSON.stringify(missing), { path: missing, inside: [action] });
    else known.inside.push(action);
  }
  for (const { path, inside } of made.values()) {
    conditions.push(...reachable(path), { kind: 'unchanged', path, value: valueAt(item, path) });
    const value = documentOf(path, inside, item);
    if (value !== undefined) kept.push({ kind: 'set', path, to: { kind: 'value', value } });
  }
  return { actions: kept, conditions };
}

/** The outermost document around a place that the item has not got. */
function missingAround(path: DocumentPath, item: AttributeMap): DocumentPath | undefined {
  for (let length = 1; length < path.length; length += 1) {
    const prefix = upTo(path, length);
    const value = valueAt(item, prefix);
    if (value === undefined || 'NULL' in value) return prefix;
    const type = containerOf(path[length]);
    if (!(type in value))
      throw new DriverError(
        'SQL_BAD_VALUE',
        `${placeText(prefix)} is of type ${Object.keys(value).join('')} in an item, not ${type}: ${placeText(path)} cannot be set there.`,
      );
  }
  return undefined;
}

/** What the actions make where there was nothing; undefined where they only remove. */
function documentOf(
  path: DocumentPath,
  actions: readonly UpdateAction[],
  item: AttributeMap,
): AttributeValue | undefined {
  const members = actions
    .map((action) => ({ steps: action.path.slice(path.length), value: valueOf(action, item) }))
    .toSorted((a, b) => compareSteps(a.steps, b.steps));
  return members.reduce<AttributeValue | undefined>(
    (document, { steps, value }) => (value === undefined ? document : placed(document, steps, value)),
    undefined,
  );
}

function placed(
  document: AttributeValue | undefined,
  [step, ...rest]: readonly (string | number)[],
  value: AttributeValue,
): AttributeValue {
  if (step === undefined) return value;
  // As DynamoDB does, a position beyond the end appends.
  if (typeof step === 'number') {
    const list = document !== undefined && 'L' in document ? document.L : [];
    const last = list[step];
    if (last !== undefined) return { L: list.with(step, placed(last, rest, value)) };
    return { L: [...list, placed(undefined, rest, value)] };
  }
  const map = document !== undefined && 'M' in document ? document.M : {};
  const inside = Object.hasOwn(map, step) ? map[step] : undefined;
  return { M: Object.fromEntries([...Object.entries(map), [step, placed(inside, rest, value)]]) };
}

/** What an action leaves at a place where there was nothing. */
function valueOf(action: UpdateAction, item: AttributeMap): AttributeValue | undefined {
  switch (action.kind) {
    case 'set':
      return operandValue(item, action.to, refuse);
    case 'add':
      return action.value;
    case 'remove':
    case 'delete':
      return undefined;
  }
}

function refuse({ kind }: Uncomputed): never {
  if (kind === 'listAppend') throw new DriverError('SQL_BAD_VALUE', 'list_append takes two lists.');
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    'if_not_exists(…) with + or - cannot be set in a document that the item has not got.',
    { remedy: 'Set the document itself first, or write coalesce(…).' },
  );
}

function containerOf(step: string | number | undefined): 'M' | 'L' {
  return typeof step === 'number' ? 'L' : 'M';
}

function around(path: DocumentPath): DocumentPath {
  return upTo(path, path.length - 1);
}

function upTo(path: DocumentPath, length: number): DocumentPath {
  const [first, ...rest] = path;
  return [first, ...rest.slice(0, length - 1)];
}

function compareSteps(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [i, step] of a.entries()) {
    const other = b[i];
    if (typeof step === 'number' && typeof other === 'number' && step !== other) return step - other;
  }
  return 0;
}
