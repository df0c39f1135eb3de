import type { AttributeType, KeyType } from '../dynamo/attribute-value.ts';
import type { DeclaredType } from './declared-type.ts';
import type { ValueSketch } from './value-sketch.ts';
import type { DocumentPath } from '../dynamo/expression/predicate.ts';

/** SQL types of columns. Values without a SQL equivalent are JSON. */
export type SqlType =
  | { readonly kind: 'bigint' }
  | { readonly kind: 'hugeint' }
  | { readonly kind: 'decimal'; readonly scale: number }
  /** Numbers that together need more digits than a decimal has. */
  | { readonly kind: 'number' }
  /** `rounds`: NumberMode=Double accepts that some values are rounded. */
  | { readonly kind: 'double'; readonly rounds?: true }
  | { readonly kind: 'text' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'blob' }
  | { readonly kind: 'json' }
  /** `stored`: the pattern of the stored form, see stored-time.ts. */
  | {
      readonly kind: 'timestamptz' | 'timestamp' | 'date';
      readonly stored: string;
      /** The time zone of the session that uses the column; absent: UTC. */
      readonly zone?: string;
    };

/** The types of dates and timestamps. */
export type TimeType = Extract<SqlType, { readonly stored: string }>;

/** A column of a table, and its path in the item. */
export interface ColumnDef {
  /** The name in SQL: the attribute's name, or the flattened path. */
  readonly name: string;
  readonly path: DocumentPath;
  readonly type: SqlType;
  /** What writes hold to; undefined if the type was inferred, or is a date or timestamp. */
  readonly declared?: DeclaredType;
  /** Set if the tags of the table declare that it holds dates or timestamps. */
  readonly declaresTime?: true;
  /** Number of sampled values of each DynamoDB type, without NULLs. */
  readonly seen: Readonly<Partial<Record<AttributeType, number>>>;
  /** Fraction of the sampled items that have the attribute (0 to 1). 1 for the table's key, NaN if declared. */
  readonly presence: number;
  /** The form of dates that all sampled strings have, whatever the type of the column. */
  readonly times?: string;
  /** Statistics of a top-level attribute's sampled values. */
  readonly values?: ValueSketch;
  /** Not part of `*`. */
  readonly hidden?: true;
  /** A statement names it, but no value has been seen. */
  readonly named?: true;
  /** Its values are attribute values in DynamoDB's JSON. */
  readonly stored?: true;
  /** Its documents inside DuckDB keep the DynamoDB type of each value, for statements that write them. */
  readonly typed?: true;
  /** If it has lists or sets: their elements as columns of a child table. */
  readonly elements?: readonly ElementDef[];
}

/** A column of the elements of a list or set: a key of maps, or the element itself. */
export interface ElementDef {
  /** Undefined for the element itself. */
  readonly name: string | undefined;
  /** Relative to the element. */
  readonly path: readonly (string | number)[];
  readonly type: SqlType;
  readonly elements?: readonly ElementDef[];
}

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** A key schema. Tables have one partition key attribute and at most one sort key attribute; indexes up to four of each. */
export interface KeySchema {
  readonly partition: readonly KeyAttribute[];
  readonly sort: readonly KeyAttribute[];
}

/** The attributes of a key, partition key first. */
export function keyAttributes({ partition, sort }: KeySchema): readonly KeyAttribute[] {
  return [...partition, ...sort];
}

/** The names of a key's attributes, partition key first. */
export function keyNames(key: KeySchema): readonly string[] {
  return keyAttributes(key).map(({ name }) => name);
}

export interface IndexDef {
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly key: KeySchema;
  /** All attributes, or these, including the keys of the index and the table. */
  readonly projection: 'all' | readonly string[];
  /** DynamoDB's counters, up to six hours old; absent if not reported. */
  readonly itemCount?: number;
  readonly sizeBytes?: number;
  /** Read units per second: provisioned, or the on-demand maximum; absent without a limit. */
  readonly readCapacity?: number;
  /** Only ACTIVE indexes are read. */
  readonly active: boolean;
}

/** The elements of a list or set as rows. */
export interface ChildDef {
  readonly parent: TableDef;
  /** The column of the parent that has the list or set. */
  readonly column: ColumnDef;
  /** Lists nested in its elements, outermost first; the rows are the elements of the innermost. */
  readonly within: readonly ElementDef[];
  readonly elements: readonly ElementDef[];
}

/** One of the segments of a parallel Scan, as DynamoDB numbers them. */
export interface ScanSegment {
  /** From 0. */
  readonly index: number;
  /** 0: no segment, and so no item. */
  readonly count: number;
}

/** A table as the planner sees it. */
export interface TableDef {
  readonly name: string;
  /** The index whose entries are the rows of this table; its key is the index's. */
  readonly through?: string;
  /** Its rows are only the items of one segment of a parallel Scan. */
  readonly segment?: ScanSegment;
  readonly arn?: string;
  readonly status: string;
  readonly key: KeySchema;
  readonly indexes: readonly IndexDef[];
  /** Key attributes first, then by descending presence, then by name; hidden columns last. */
  readonly columns: readonly ColumnDef[];
  readonly itemCount: number;
  readonly sizeBytes: number;
  readonly billing: 'PROVISIONED' | 'PAY_PER_REQUEST';
  /** Read units per second: provisioned, or the on-demand maximum; absent without a limit. */
  readonly readCapacity?: number;
  /** Set if its rows are elements of a list or set of its parent's items. Such a table is read-only. */
  readonly child?: ChildDef;
  /** Number of sampled items, what they consumed, their bytes, and whether the table has no others. */
  readonly sampled: {
    readonly items: number;
    readonly readCapacity: number;
    readonly bytes?: number;
    readonly whole?: true;
  };
  /** The schema file that declares its columns; absent if they come from a sample. */
  readonly schemaFile?: string;
}

/**
 * The hidden column of every table with the whole item as JSON. Its name identifies it, not its path: an attribute of
 * that name is the column `$item_2` with the same path.
 */
export const ITEM_COLUMN = '$item';

/** The whole item. */
export const WHOLE_ITEM: ColumnDef = {
  name: ITEM_COLUMN,
  path: [ITEM_COLUMN],
  type: { kind: 'json' },
  seen: {},
  presence: 1,
  hidden: true,
};

/** The column with another column's values in DynamoDB's JSON; used by statements that copy items. */
export function toStoredName(column: string): string {
  return `$stored ${column}`;
}

/** That column. The same for every statement, as plans are kept with their columns. */
export function toStoredColumn(column: ColumnDef): ColumnDef {
  const known = storedColumns.get(column);
  if (known !== undefined) return known;
  const { name, path, seen, presence } = column;
  const stored: ColumnDef = {
    name: toStoredName(name),
    path,
    type: { kind: 'json' },
    seen,
    presence,
    hidden: true,
    stored: true,
  };
  storedColumns.set(column, stored);
  return stored;
}

const storedColumns = new WeakMap<ColumnDef, ColumnDef>();

/** Whether a column is the whole item, as JSON or in DynamoDB's JSON. */
export function isWholeItem({ name, hidden }: ColumnDef): boolean {
  return hidden === true && (name === ITEM_COLUMN || name === STORED_ITEM);
}

const STORED_ITEM = toStoredName(ITEM_COLUMN);
