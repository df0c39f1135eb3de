import type { Node } from 'libpg-query';

/** Whether a value of a parse tree is a node: an object whose one key names the node's kind. */
export function isNode(value: unknown): value is Node {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  const first = keys[0]?.charCodeAt(0) ?? 0;
  return keys.length === 1 && first >= 65 && first <= 90;
}

/**
 * A copy of a part of a parse tree in which `change` has replaced the topmost nodes; what stays the same is shared.
 * `change` goes on to deeper nodes by calling this on what it was given.
 */
export function mapNodes<T>(part: T, change: (node: Node) => Node): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a node takes a node's place, so the shape stays
  return map(part, change) as T;
}

function map(part: unknown, change: (node: Node) => Node): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) {
    const items = part.map((item: unknown) => map(item, change));
    return items.every((item, i) => item === part[i]) ? part : items;
  }
  return isNode(part) ? change(part) : mapFields(part, change);
}

/** As mapNodes, for the parts of one node: the node itself is not handed to `change`. */
export function mapInside(node: Node, change: (node: Node) => Node): Node {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one key of a node stays
  return mapFields(node, change) as Node;
}

function mapFields(part: object, change: (node: Node) => Node): object {
  let copy: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(part)) {
    const changed = map(value, change);
    if (changed !== value) (copy ??= { ...part })[key] = changed;
  }
  return copy ?? part;
}

/** Calls `visit` on every node of a part of a parse tree, outer nodes first. */
export function visitNodes(part: unknown, visit: (node: Node) => void): void {
  if (typeof part !== 'object' || part === null) return;
  if (Array.isArray(part)) {
    for (const item of part) visitNodes(item, visit);
    return;
  }
  if (isNode(part)) visit(part);
  for (const value of Object.values(part)) visitNodes(value, visit);
}

/** The text of a String node, as names are made of. */
export function getStringValue(node: Node | undefined): string | undefined {
  return node !== undefined && 'String' in node ? (node.String.sval ?? '') : undefined;
}

/** A name of several parts, such as that of a column or a function. */
export function getStringValues(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map((node) => getStringValue(node) ?? '*');
}

/** Whether an expression of a SELECT list stands for all columns, of one table or of each. */
export function isStar(value: Node | undefined): boolean {
  return (
    value !== undefined &&
    'ColumnRef' in value &&
    value.ColumnRef.fields?.some((field) => 'A_Star' in field) === true
  );
}
