import type { ErrorCode } from '../../core/errors.ts';

/** Why PostgreSQL refuses an expression. */
export interface TypeProblem {
  readonly code: ErrorCode;
  readonly message: string;
  /** In the user's statement. */
  readonly position?: number;
  /** The function that PostgreSQL does not have. The driver or DuckDB may have it. */
  readonly unknownFunction?: string;
}
