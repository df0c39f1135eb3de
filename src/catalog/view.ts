import type { ViewSchema } from './schemas/schema-file.ts';
import type { TableDef } from './table-def.ts';

/** The items of a table that meet a condition, with their own columns. */
export interface Entity {
  readonly kind: 'entity';
  readonly name: string;
  /** A condition in SQL over its columns; undefined: all items. */
  readonly where: string | undefined;
  readonly table: TableDef;
  /** The schema file that declares it; undefined for a temporary one. */
  readonly file: string | undefined;
}

/** What FROM may name besides tables of DynamoDB. */
export type View = (ViewSchema & { readonly file: string | undefined }) | Entity;
