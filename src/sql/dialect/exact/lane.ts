import type { Node, SelectStmt, WindowDef } from 'libpg-query';
import type { ExpressionTypes } from '../types.ts';

/**
 * A statement whose numbers of PostgreSQL's type numeric are all NUM in DuckDB: columns, literals and results. Other numbers
 * keep their own types, and are converted where PostgreSQL converts them to numeric.
 */
export interface ExactLane extends Pick<ExpressionTypes, 'typeOf' | 'columnTypeOf' | 'outputOf'> {
  /** An expression of the exact lane. Literals of numbers stay as they are, until their use shows what they become. */
  readonly rewrite: (node: Node) => Node;
  readonly window: (window: WindowDef) => WindowDef;
  /** A query of the exact lane, whose columns have these types. */
  readonly query: (select: SelectStmt, expected?: readonly (string | undefined)[]) => SelectStmt;
  /** Remembers the type of a node that the rewrite made. */
  readonly typed: (node: Node, type: string) => Node;
  readonly position: (location: number) => number;
}

/** Whether an expression is a number column of a table. Such a value has no zeros at the end, so that equal ones are equal structs. */
export function isStoredNumber(node: Node, { columnTypeOf }: Pick<ExactLane, 'columnTypeOf'>): boolean {
  return columnTypeOf(node)?.kind === 'number';
}
