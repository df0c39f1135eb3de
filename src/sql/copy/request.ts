import type { CopyStmt } from 'libpg-query';
import type { FileAccess } from '../exec/context.ts';
import type { CopyOptions } from './options.ts';

/** A parsed COPY statement. */
export interface CopyRequest {
  readonly statement: CopyStmt;
  readonly file: string;
  readonly files: FileAccess;
  readonly options: CopyOptions;
  /** The column list, if it has one. */
  readonly columns: readonly string[] | undefined;
}
