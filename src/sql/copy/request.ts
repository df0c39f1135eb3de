import type { CopyStmt } from 'libpg-query';
import type { FileAccess } from '../exec/context.ts';
import type { CopyOptions } from './options.ts';

/** A COPY as its statement says it. */
export interface CopyRequest {
  readonly statement: CopyStmt;
  readonly file: string;
  readonly files: FileAccess;
  readonly options: CopyOptions;
  /** The columns that it names. */
  readonly columns: readonly string[] | undefined;
}
