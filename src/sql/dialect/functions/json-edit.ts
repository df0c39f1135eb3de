import { stripMark } from '../../types/document-marks.ts';
import { type JsonNode, formatMarkedJsonb, parseMarkedJson } from '../../types/json-text.ts';
import { raise } from './raise.ts';

/** jsonb_set: the document with this value at a path (a JSON array of steps); `create` adds the last step if it is missing. */
export function setPath(document: string, path: string, value: string, create: boolean): string {
  const node = parseMarkedJson(document);
  if (!(node instanceof Map) && !Array.isArray(node))
    return raise('SQL_BAD_ARGUMENT', 'cannot set path in scalar');
  return formatMarkedJsonb(edit(node, parseSteps(path), parseMarkedJson(value), create));
}

/** jsonb_insert: the document with this value before or after the element at a path, or as a new member. */
export function insertAt(document: string, path: string, value: string, after: boolean): string {
  const node = parseMarkedJson(document);
  if (!(node instanceof Map) && !Array.isArray(node))
    return raise('SQL_BAD_ARGUMENT', 'cannot set path in scalar');
  return formatMarkedJsonb(insert(node, parseSteps(path), parseMarkedJson(value), after));
}

function insert(
  node: JsonNode,
  [step, ...rest]: readonly string[],
  value: JsonNode,
  after: boolean,
): JsonNode {
  if (step === undefined) return node;
  const isLast = rest.length === 0;
  if (node instanceof Map) {
    const inner = node.get(step);
    if (isLast && inner !== undefined) return raise('SQL_BAD_ARGUMENT', 'cannot replace existing key');
    if (isLast) return new Map([...node, [step, value]]);
    return inner === undefined ? node : new Map([...node, [step, insert(inner, rest, value, after)]]);
  }
  if (!Array.isArray(node)) return node;
  const at = toPosition(step, node);
  const inner = node[at];
  if (!isLast)
    return inner === undefined
      ? node
      : node.map((item, i) => (i === at ? insert(inner, rest, value, after) : item));
  const before = Math.min(Math.max(at + (after && at >= 0 && at < node.length ? 1 : 0), 0), node.length);
  return [...node.slice(0, before), value, ...node.slice(before)];
}

/** A step into an array as a position, which is negative where it counts from before the beginning. */
function toPosition(step: string, array: readonly JsonNode[]): number {
  if (!/^-?\d+$/.test(step)) return raise('SQL_BAD_VALUE', `path element "${step}" is not an integer`);
  const position = Number(step);
  return position < 0 ? array.length + position : position;
}

/** `#-`: the document without the value at a path. */
export function deletePath(document: string, path: string): string {
  const node = parseMarkedJson(document);
  if (!(node instanceof Map) && !Array.isArray(node))
    return raise('SQL_BAD_ARGUMENT', 'cannot delete path in scalar');
  return formatMarkedJsonb(edit(node, parseSteps(path), undefined, false));
}

/** `-`: removes a key (a string), several keys (an array of strings) or an element (a number). */
export function deleteKey(document: string, key: string): string {
  const from = parseMarkedJson(document);
  const which = parseMarkedJson(key);
  if (typeof which === 'string') return formatMarkedJsonb(without([which], from));
  if (Array.isArray(which))
    return formatMarkedJsonb(
      without(
        which.filter((each) => typeof each === 'string'),
        from,
      ),
    );
  if (!Array.isArray(from)) return raise('SQL_BAD_ARGUMENT', 'cannot delete from object using integer index');
  const at = Number(formatMarkedJsonb(which));
  return formatMarkedJsonb(from.filter((_, i) => i !== (at < 0 ? from.length + at : at)));
}

/** `||`: merges two objects; anything else is concatenated as arrays. */
export function concatenate(left: string, right: string): string {
  const [a, b] = [parseMarkedJson(left), parseMarkedJson(right)];
  if (a instanceof Map && b instanceof Map) return formatMarkedJsonb(new Map([...a, ...b]));
  return formatMarkedJsonb([...(Array.isArray(a) ? a : [a]), ...(Array.isArray(b) ? b : [b])]);
}

/** jsonb_strip_nulls. */
export function stripNulls(document: string): string {
  const strip = (node: JsonNode): JsonNode => {
    if (Array.isArray(node)) return node.map(strip);
    if (!(node instanceof Map)) return node;
    return new Map(
      [...node].filter(([, value]) => value !== null).map(([key, value]) => [key, strip(value)]),
    );
  };
  return formatMarkedJsonb(strip(parseMarkedJson(document)));
}

function without(keys: readonly string[], from: JsonNode): JsonNode {
  if (from instanceof Map) return new Map([...from].filter(([key]) => !keys.includes(key)));
  if (Array.isArray(from))
    return from.filter((item) => typeof item !== 'string' || !keys.includes(stripMark(item)));
  return raise('SQL_BAD_ARGUMENT', 'cannot delete from scalar');
}

function parseSteps(path: string): string[] {
  const steps = parseMarkedJson(path);
  if (!Array.isArray(steps)) return raise('SQL_BAD_ARGUMENT', 'a JSON path must be an array of strings');
  return steps.map((step) => (typeof step === 'string' ? step : formatMarkedJsonb(step)));
}

/** Replaces the value at a path, or removes it if `value` is undefined. A path that does not exist changes nothing. */
function edit(
  node: JsonNode,
  [step, ...rest]: readonly string[],
  value: JsonNode | undefined,
  create: boolean,
): JsonNode {
  if (step === undefined) return node;
  const last = rest.length === 0;
  if (node instanceof Map) {
    const inner = node.get(step);
    if (inner === undefined && !(last && create && value !== undefined)) return node;
    const copy = new Map(node);
    const changed = last ? value : edit(inner ?? null, rest, value, create);
    if (changed === undefined) copy.delete(step);
    else copy.set(step, changed);
    return copy;
  }
  if (!Array.isArray(node)) return node;
  const at = toPosition(step, node);
  const inner = node[at];
  if (inner === undefined) {
    if (!last || !create || value === undefined) return node;
    return at < 0 ? [value, ...node] : [...node, value];
  }
  const changed = last ? value : edit(inner, rest, value, create);
  return changed === undefined
    ? node.filter((_, i) => i !== at)
    : node.map((item, i) => (i === at ? changed : item));
}
