import type { Node, SelectStmt } from 'libpg-query';
import type { SqlType } from '../../catalog/table-def.ts';

export interface QueryColumn {
  readonly name: string;
  readonly type: string | undefined;
  /** The type of the table's column that it is, without a computation. */
  readonly stored?: SqlType | undefined;
  /** The expressions that define it, one for each part of a UNION. */
  readonly definitions?: readonly Node[] | undefined;
}

/** The types of the expressions of a bound query, by their nodes. */
export interface ExpressionTypes {
  /** PostgreSQL's internal name, `int8`, or `unknown` for a literal that takes its type from its surroundings. Undefined if only DuckDB knows it. */
  readonly typeOf: (node: Node) => string | undefined;
  /** The type that PostgreSQL converts a literal to, where an operator or a function decides it. */
  readonly convertedTypeOf: (node: Node) => string | undefined;
  /** The type of the table's column that the expression is, through subqueries too. Undefined for a computed value. */
  readonly columnTypeOf: (node: Node) => SqlType | undefined;
  /** The expressions of a subquery that define the column, one for each part of a UNION. Undefined for other nodes. */
  readonly definitionsOf: (node: Node) => readonly Node[] | undefined;
  /** The columns of a query within the statement. The type of a column is undefined if only DuckDB knows it. */
  readonly outputOf: (select: SelectStmt) => readonly QueryColumn[];
}

/** What a rewrite knows of the statement. The types are those of the original nodes. */
export interface RewriteContext extends ExpressionTypes {
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
