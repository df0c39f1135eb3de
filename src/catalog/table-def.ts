import type { AttributeType, KeyType } from '../dynamo/attribute-value.ts';
import type { ValueSketch } from './value-sketch.ts';
import type { DocumentPath } from '../dynamo/expression/predicate.ts';

/** SQL types of columns. Everything that has no SQL type of its own is JSON. */
export type SqlType =
  | { readonly kind: 'bigint' }
  | { readonly kind: 'hugeint' }
  | { readonly kind: 'decimal'; readonly scale: number }
  /** `rounds`: NumberMode asks for doubles where they hold some value's first digits only. */
  | { readonly kind: 'double'; readonly rounds?: true }
  | { readonly kind: 'text' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'blob' }
  | { readonly kind: 'json' };

/** A column of a table as SQL sees it, and where it lies in the item. */
export interface ColumnDef {
  /** As SQL spells it: the attribute's name, or the flattened path. */
  readonly name: string;
  readonly path: DocumentPath;
  readonly type: SqlType;
  /** Of the sampled values that were present and not NULL: how many were of each DynamoDB type. */
  readonly seen: Readonly<Partial<Record<AttributeType, number>>>;
  /** Of the sampled items, the part that had the attribute (0 to 1). 1 for the table's own key, NaN where it was declared. */
  readonly presence: number;
  /** Of a plain attribute: what its sampled values were like. */
  readonly values?: ValueSketch;
  /** Not part of `*`: it must be named. */
  readonly hidden?: true;
  /** Its values are attributes in DynamoDB's JSON. */
  readonly stored?: true;
  /** Where lists or sets were seen: what their elements look like, as columns of a child table. */
  readonly elements?: readonly ElementDef[];
}

/** What elements of a list or set have in common: a member of the maps among them, or they themselves. */
export interface ElementDef {
  /** Undefined: the element itself. */
  readonly name: string | undefined;
  /** From the element on. */
  readonly path: readonly (string | number)[];
  readonly type: SqlType;
  readonly elements?: readonly ElementDef[];
}

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** A key schema. A table has one partition and at most one sort attribute; an index up to four of each. */
export interface KeySchema {
  readonly partition: readonly KeyAttribute[];
  readonly sort: readonly KeyAttribute[];
}

/** The attributes of a key, those of the partition first. */
export function keyAttributes({ partition, sort }: KeySchema): readonly KeyAttribute[] {
  return [...partition, ...sort];
}

/** The names of the attributes of a key, those of the partition first. */
export function keyNames(key: KeySchema): readonly string[] {
  return keyAttributes(key).map(({ name }) => name);
}

export interface IndexDef {
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly key: KeySchema;
  /** What an index entry holds: everything, or these attributes (keys of index and table included). */
  readonly projection: 'all' | readonly string[];
  /** DynamoDB's counters, at most six hours old; absent where it gave none. */
  readonly itemCount?: number;
  readonly sizeBytes?: number;
  /** Read units a second: provisioned, or the most on demand; absent where there is no bound. */
  readonly readCapacity?: number;
  /** Only ACTIVE indexes are read. */
  readonly active: boolean;
}

/** The elements of a list or set as rows. */
export interface ChildDef {
  readonly parent: TableDef;
  /** The list or set in the parent. */
  readonly column: ColumnDef;
  /** Lists within its elements, the outermost first: rows are the elements of the last. */
  readonly within: readonly ElementDef[];
  readonly elements: readonly ElementDef[];
}

/** A table as the planner sees it. */
export interface TableDef {
  readonly name: string;
  /** The index that this table stands for: its rows are the index's entries, its key is the index's. */
  readonly through?: string;
  readonly arn?: string;
  readonly status: string;
  readonly key: KeySchema;
  readonly indexes: readonly IndexDef[];
  /** Key attributes first, then the others by falling presence, then by name; hidden ones last. */
  readonly columns: readonly ColumnDef[];
  readonly itemCount: number;
  readonly sizeBytes: number;
  readonly billing: 'PROVISIONED' | 'PAY_PER_REQUEST';
  /** Read units a second: provisioned, or the most on demand; absent where there is no bound. */
  readonly readCapacity?: number;
  /** Present: its rows are no items but elements of a list or set in its parent's items. It can only be read. */
  readonly child?: ChildDef;
  /** How many items were sampled, and what that cost; their bytes, and whether they were all there are. */
  readonly sampled: {
    readonly items: number;
    readonly readCapacity: number;
    readonly bytes?: number;
    readonly whole?: true;
  };
  /** The schema file that declares its columns; absent: they were found by sampling. */
  readonly schemaFile?: string;
}

/**
 * The hidden column that every table has: the whole item as JSON. Its name tells it, not its path: an attribute that
 * is really called so is the column `$item_2` with the same path.
 */
export const ITEM_COLUMN = '$item';

/** The whole item. An attribute of that name gets another column name, so the name alone tells this column. */
export const WHOLE_ITEM: ColumnDef = {
  name: ITEM_COLUMN,
  path: [ITEM_COLUMN],
  type: { kind: 'json' },
  seen: {},
  presence: 1,
  hidden: true,
};

/** The column that holds what another one does, in DynamoDB's JSON; statements that copy items have it. */
export function storedName(column: string): string {
  return `$stored ${column}`;
}

/** Whether a column is the whole item, plain or as it is stored. */
export function isWholeItem({ name, hidden }: ColumnDef): boolean {
  return hidden === true && (name === ITEM_COLUMN || name === STORED_ITEM);
}

const STORED_ITEM = storedName(ITEM_COLUMN);
