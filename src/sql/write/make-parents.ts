import { DriverError } from '../../core/errors.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateAction, WriteCondition } from '../../dynamo/write/item-write.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { findValue } from '../engine/fits.ts';
import { formatPath } from './write-target.ts';
import { evaluateOperand, type UncomputableOperand } from './evaluate-operand.ts';

/** The actions of an update, and the conditions on the item under which they are valid. */
export interface PlacedActions {
  readonly actions: readonly UpdateAction[];
  readonly conditions: readonly WriteCondition[];
}

/** The conditions under which DynamoDB can set a path: its parent is a map, or a list for a position. */
export function parentConditions(path: DocumentPath): readonly WriteCondition[] {
  return path.length === 1
    ? []
    : [{ kind: 'hasType', path: parentPath(path), type: containerType(path.at(-1)) }];
}

/**
 * DynamoDB cannot set a path whose parent document does not exist. Where a parent is missing or NULL in this item, the actions
 * inside it are replaced by one that sets the whole parent.
 */
export function makeParents(actions: readonly UpdateAction[], item: AttributeMap): PlacedActions {
  const kept: UpdateAction[] = [];
  const conditions: WriteCondition[] = [];
  const created = new Map<string, { readonly path: DocumentPath; readonly inside: UpdateAction[] }>();
  for (const action of actions) {
    const missing = findMissingParent(action.path, item);
    if (missing === undefined) {
      kept.push(action);
      conditions.push(...parentConditions(action.path));
      continue;
    }
    const siblings = created.get(JSON.stringify(missing));
    if (siblings === undefined) created.set(JSON.stringify(missing), { path: missing, inside: [action] });
    else siblings.inside.push(action);
  }
  for (const { path, inside } of created.values()) {
    conditions.push(...parentConditions(path), { kind: 'unchanged', path, value: findValue(item, path) });
    const value = buildDocument(path, inside, item);
    if (value !== undefined) kept.push({ kind: 'set', path, to: { kind: 'value', value } });
  }
  return { actions: kept, conditions };
}

/** The outermost parent of a path that is missing in the item. */
function findMissingParent(path: DocumentPath, item: AttributeMap): DocumentPath | undefined {
  for (let length = 1; length < path.length; length += 1) {
    const prefix = pathPrefix(path, length);
    const value = findValue(item, prefix);
    if (value === undefined || 'NULL' in value) return prefix;
    const type = containerType(path[length]);
    if (!(type in value))
      throw new DriverError(
        'SQL_BAD_VALUE',
        `cannot set "${formatPath(path)}": "${formatPath(prefix)}" is of type ${Object.keys(value).join('')} in an item, not ${type}`,
      );
  }
  return undefined;
}

/** The document that the actions create where none exists; undefined where they only remove. */
function buildDocument(
  path: DocumentPath,
  actions: readonly UpdateAction[],
  item: AttributeMap,
): AttributeValue | undefined {
  const members = actions
    .map((action) => ({ steps: action.path.slice(path.length), value: evaluateAction(action, item) }))
    .toSorted((a, b) => compareSteps(a.steps, b.steps));
  return members.reduce<AttributeValue | undefined>(
    (document, { steps, value }) => (value === undefined ? document : setInDocument(document, steps, value)),
    undefined,
  );
}

function setInDocument(
  document: AttributeValue | undefined,
  [step, ...rest]: readonly (string | number)[],
  value: AttributeValue,
): AttributeValue {
  if (step === undefined) return value;
  // A position beyond the end appends, as in DynamoDB.
  if (typeof step === 'number') {
    const list = document !== undefined && 'L' in document ? document.L : [];
    const last = list[step];
    if (last !== undefined) return { L: list.with(step, setInDocument(last, rest, value)) };
    return { L: [...list, setInDocument(undefined, rest, value)] };
  }
  const map = document !== undefined && 'M' in document ? document.M : {};
  const inside = Object.hasOwn(map, step) ? map[step] : undefined;
  return { M: Object.fromEntries([...Object.entries(map), [step, setInDocument(inside, rest, value)]]) };
}

/** The value that an action leaves at a path where none exists. */
function evaluateAction(action: UpdateAction, item: AttributeMap): AttributeValue | undefined {
  switch (action.kind) {
    case 'set':
      return evaluateOperand(item, action.to, throwUncomputable);
    case 'add':
      return action.value;
    case 'remove':
    case 'delete':
      return undefined;
  }
}

function throwUncomputable({ kind }: UncomputableOperand): never {
  if (kind === 'listAppend') throw new DriverError('SQL_BAD_VALUE', 'list_append takes two lists');
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    'if_not_exists(...) with + or - cannot be set in a document that does not exist',
    { remedy: 'Set the document first, or write coalesce(...).' },
  );
}

function containerType(step: string | number | undefined): 'M' | 'L' {
  return typeof step === 'number' ? 'L' : 'M';
}

function parentPath(path: DocumentPath): DocumentPath {
  return pathPrefix(path, path.length - 1);
}

function pathPrefix(path: DocumentPath, length: number): DocumentPath {
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
