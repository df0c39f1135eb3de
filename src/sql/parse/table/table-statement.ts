import type { KeyType } from '../../../dynamo/attribute-value.ts';
import type { SqlType } from '../../../catalog/table-def.ts';

/** A name or value of a statement, and its one-based position there. */
export interface Located<T> {
  readonly value: T;
  readonly position: number;
}

/** A type as a statement names it, and what it is to a key. */
export interface ParsedType {
  /** As it was written: `numeric(10, 2)`. */
  readonly text: string;
  readonly type: SqlType;
  /** The DynamoDB type of a key of this type; undefined: no key has it. */
  readonly key: KeyType | undefined;
  readonly position: number;
}

/** An option of WITH, SET or RESET; its name is in lower case, but for what follows `tag.`. */
export interface ParsedOption {
  readonly name: string;
  /** Undefined where none is given. */
  readonly value: string | undefined;
  readonly position: number;
}

export interface ColumnClause {
  readonly name: string;
  readonly type: ParsedType;
  readonly isKey: boolean;
  readonly notNull: boolean;
  readonly position: number;
}

/** An attribute of an index's key; its type may be known from elsewhere. */
export interface IndexKeyPart {
  readonly name: string;
  readonly type: ParsedType | undefined;
  readonly position: number;
}

export interface IndexClause {
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly partition: readonly IndexKeyPart[];
  readonly sort: readonly IndexKeyPart[];
  readonly projection: 'all' | 'keys only' | readonly string[];
  readonly options: readonly ParsedOption[];
  readonly position: number;
}

export type AlterAction =
  | { readonly kind: 'add-index'; readonly ifNotExists: boolean; readonly index: IndexClause }
  | { readonly kind: 'drop-index'; readonly ifExists: boolean; readonly name: Located<string> }
  | {
      readonly kind: 'set-index';
      readonly name: Located<string>;
      readonly options: readonly ParsedOption[];
    }
  /** Options without a value are to be as they are without being given. */
  | { readonly kind: 'set'; readonly options: readonly ParsedOption[] };

/** A statement about tables and indexes. `waits`: it ends when DynamoDB has done it. */
export type TableStatement =
  | {
      readonly kind: 'create-table';
      readonly table: Located<string>;
      readonly ifNotExists: boolean;
      readonly columns: readonly ColumnClause[];
      readonly key: readonly Located<string>[];
      readonly indexes: readonly IndexClause[];
      readonly options: readonly ParsedOption[];
      readonly waits: boolean;
    }
  | {
      readonly kind: 'drop-table';
      readonly tables: readonly Located<string>[];
      readonly ifExists: boolean;
      readonly waits: boolean;
    }
  | {
      readonly kind: 'alter-table';
      /** PostgreSQL's command tag. */
      readonly tag: 'ALTER TABLE' | 'CREATE INDEX';
      readonly table: Located<string>;
      readonly ifExists: boolean;
      readonly actions: readonly AlterAction[];
      readonly waits: boolean;
    }
  | {
      readonly kind: 'drop-index';
      readonly indexes: readonly { readonly table: string | undefined; readonly name: Located<string> }[];
      readonly ifExists: boolean;
      readonly waits: boolean;
    }
  /** Looks at a table again; Spark's word for it. */
  | { readonly kind: 'refresh-table'; readonly table: Located<string> }
  | { readonly kind: 'show-tables' }
  | { readonly kind: 'show-create'; readonly table: Located<string> }
  | { readonly kind: 'show-indexes'; readonly table: Located<string> }
  | { readonly kind: 'describe'; readonly tag: 'DESCRIBE' | 'SHOW'; readonly table: Located<string> };

/** Such a statement in the place of a node of PostgreSQL's tree. */
export interface TableNode {
  readonly TableStatement: TableStatement;
}
