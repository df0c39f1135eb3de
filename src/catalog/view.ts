import type { ViewSchema } from './schemas/schema-file.ts';
import type { TableDef } from './table-def.ts';

/** Those items of a table that meet a condition, with columns of their own. */
export interface Entity {
  readonly kind: 'entity';
  readonly name: string;
  /** A condition in SQL over its columns; undefined: all items. */
  readonly where: string | undefined;
  readonly table: TableDef;
  /** The schema file that declares it; undefined for a temporary one. */
  readonly file: string | undefined;
}

/** What stands for a table in FROM without being one of DynamoDB. */
export type View = (ViewSchema & { readonly file: string | undefined }) | Entity;
