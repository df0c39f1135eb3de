import type { CommonTableExpr, Node, WithClause } from 'libpg-query';
import { isNode, visitNodes } from './tree.ts';

const WRITES = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const;

/** The name of a statement that writes items: `INSERT`; undefined for other nodes. */
export function getWriteName(node: object | undefined): string | undefined {
  const found = node === undefined ? undefined : WRITES.find((kind) => kind in node);
  return found?.slice(0, -4).toUpperCase();
}

/** The WITH clause at the top level of a statement. */
export function getTopWith(node: object): WithClause | undefined {
  if (!isNode(node)) return undefined;
  if ('SelectStmt' in node) return node.SelectStmt.withClause;
  if ('InsertStmt' in node) return node.InsertStmt.withClause;
  if ('UpdateStmt' in node) return node.UpdateStmt.withClause;
  if ('DeleteStmt' in node) return node.DeleteStmt.withClause;
  return 'MergeStmt' in node ? node.MergeStmt.withClause : undefined;
}

/** The statement with another WITH clause at its top level. */
export function replaceTopWith(node: Node, clause: WithClause | undefined): Node {
  const replace = <T extends { withClause?: WithClause }>({ withClause: _with, ...rest }: T) => ({
    ...rest,
    ...(clause && { withClause: clause }),
  });
  if ('SelectStmt' in node) return { SelectStmt: replace(node.SelectStmt) };
  if ('InsertStmt' in node) return { InsertStmt: replace(node.InsertStmt) };
  if ('UpdateStmt' in node) return { UpdateStmt: replace(node.UpdateStmt) };
  if ('DeleteStmt' in node) return { DeleteStmt: replace(node.DeleteStmt) };
  return 'MergeStmt' in node ? { MergeStmt: replace(node.MergeStmt) } : node;
}

/** The CTEs of a WITH clause. */
export function listCtes({ ctes = [] }: WithClause = {}): readonly CommonTableExpr[] {
  return ctes.flatMap((node) => ('CommonTableExpr' in node ? [node.CommonTableExpr] : []));
}

/** The statements in a WITH that write: `WITH x AS (DELETE …)`. */
export function listWritingCtes(node: object): readonly Node[] {
  return listCtes(getTopWith(node)).flatMap(({ ctequery }) =>
    ctequery !== undefined && getWriteName(ctequery) !== undefined ? [ctequery] : [],
  );
}

export function hasWritingCtes(node: object): boolean {
  return listWritingCtes(node).length > 0;
}

/** The first statement that writes below the top level of a statement. */
export function findNestedWrite(node: Node): Node | undefined {
  const allowed = new Set<unknown>([node, ...listCtes(getTopWith(node)).map(({ ctequery }) => ctequery)]);
  let found: Node | undefined;
  visitNodes(node, (each) => {
    if (getWriteName(each) !== undefined && !allowed.has(each)) found ??= each;
  });
  return found;
}
