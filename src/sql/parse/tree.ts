import type { Node } from 'libpg-query';

/** Whether a value of a parse tree is a node: an object whose only key is the kind of the node. */
export function isNode(value: unknown): value is Node {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  const first = keys[0]?.charCodeAt(0) ?? 0;
  return keys.length === 1 && first >= 65 && first <= 90;
}

/**
 * Copies a part of a parse tree, replacing its topmost nodes by the results of `change`; unchanged parts are shared.
 * To reach deeper nodes, `change` calls `mapInside` on its argument.
 */
export function mapNodes<T>(part: T, change: (node: Node) => Node): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a node is replaced by a node, so the shape stays
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

/** Like mapNodes, for the children of a node: `change` is not called on the node itself. */
export function mapInside(node: Node, change: (node: Node) => Node): Node {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only key of a node stays
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

/** The value of a String node, such as a part of a name; undefined for another node. */
export function getStringValue(node: Node | undefined): string | undefined {
  return node !== undefined && 'String' in node ? (node.String.sval ?? '') : undefined;
}

/** The values of a list of String nodes, such as the qualified name of a column or function; `*` for A_Star. */
export function getStringValues(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map((node) => getStringValue(node) ?? '*');
}

/** Whether an item of a SELECT list is `*` or `table.*`. */
export function isStar(value: Node | undefined): boolean {
  return (
    value !== undefined &&
    'ColumnRef' in value &&
    value.ColumnRef.fields?.some((field) => 'A_Star' in field) === true
  );
}
