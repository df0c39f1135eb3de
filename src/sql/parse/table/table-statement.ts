import type { SelectStmt } from 'libpg-query';
import type { KeyType } from '../../../dynamo/attribute-value.ts';
import type { DeclaredType } from '../../../catalog/declared-type.ts';
import type { SqlType } from '../../../catalog/table-def.ts';

/** A name or value in a statement, and its one-based position. */
export interface Located<T> {
  readonly value: T;
  readonly position: number;
}

/** A type in a statement. */
export interface ParsedType {
  /** As written: `numeric(10, 2)`. */
  readonly text: string;
  readonly type: SqlType;
  /** What writes hold to; undefined for dates and timestamps. */
  readonly declared?: DeclaredType;
  /** The DynamoDB type of a key of this type; undefined: it cannot be a key. */
  readonly key: KeyType | undefined;
  readonly position: number;
}

/** An option of WITH, SET or RESET. Its name is in lower case, except after `tag.`. */
export interface ParsedOption {
  readonly name: string;
  /** Undefined for RESET. */
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

/** An attribute of the key of an index. Its type is optional: the table or its items may determine it. */
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
  /** Options without a value are reset to their defaults. */
  | { readonly kind: 'set'; readonly options: readonly ParsedOption[] };

/** What LIKE copies besides columns and key. */
export type LikeOption = 'indexes' | 'storage';

/** A query within a statement about tables: its text at its position in the statement, and what that is parsed to. */
export interface QueryText {
  readonly text: string;
  readonly parsed?: SelectStmt;
}

/** A statement about tables and indexes. `waits`: it returns when DynamoDB has finished the change. */
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
  /** `CREATE TABLE … AS query`, and SELECT INTO. */
  | {
      readonly kind: 'create-table-as';
      readonly table: Located<string>;
      readonly ifNotExists: boolean;
      /** Other names for the first columns of the query. */
      readonly names: readonly Located<string>[];
      /** Without it the query determines the key. */
      readonly key: readonly Located<string>[] | undefined;
      readonly indexes: readonly IndexClause[];
      readonly options: readonly ParsedOption[];
      readonly query: QueryText;
      readonly withData: boolean;
    }
  /** `CREATE TABLE … (LIKE source)`. The statement that creates the source, with what this one adds, creates the table. */
  | {
      readonly kind: 'create-table-like';
      readonly table: Located<string>;
      readonly ifNotExists: boolean;
      readonly source: Located<string>;
      readonly includes: ReadonlySet<LikeOption>;
      readonly columns: readonly ColumnClause[];
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
  /** As in Spark SQL: discards what the catalog knows about the table. */
  | { readonly kind: 'refresh-table'; readonly table: Located<string> }
  | { readonly kind: 'show-tables' }
  | { readonly kind: 'show-create'; readonly table: Located<string> }
  | { readonly kind: 'show-indexes'; readonly table: Located<string> }
  | { readonly kind: 'describe'; readonly tag: 'DESCRIBE' | 'SHOW'; readonly table: Located<string> };

/** Such a statement in place of a node of PostgreSQL's parse tree. */
export interface TableNode {
  readonly TableStatement: TableStatement;
}
