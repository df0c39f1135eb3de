import type { Node } from 'libpg-query';

/** What a rewrite may ask. */
export interface RewriteContext {
  readonly position: (location: number) => number;
}

/** A difference between PostgreSQL and DuckDB, and how a tree is changed to bridge it. */
export interface Rewrite {
  readonly name: string;
  readonly why: string;
  /**
   * The node in DuckDB's terms; undefined where the difference does not show. Parts of `node` are rewritten already; `written` is the
   * same node before that, whose types can be told from its form.
   */
  readonly apply: (node: Node, context: RewriteContext, written: Node) => Node | undefined;
}
