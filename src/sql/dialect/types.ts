import type { Node } from 'libpg-query';

export interface RewriteContext {
  /** Converts a location of the parse tree into a character position of the statement, for errors. */
  readonly position: (location: number) => number;
}

/** A difference between PostgreSQL and DuckDB, and the change of the parse tree that removes it. */
export interface Rewrite {
  readonly name: string;
  readonly why: string;
  /**
   * Returns the node in DuckDB's dialect, or undefined if this difference does not affect it. The children of `node` are rewritten
   * already; `original` is the node before that, from which static types are inferred.
   */
  readonly apply: (node: Node, context: RewriteContext, original: Node) => Node | undefined;
}
