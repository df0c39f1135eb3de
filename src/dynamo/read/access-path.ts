import type { KeyValue } from '../attribute-value.ts';
import type { DocumentPath, Predicate } from '../expression/predicate.ts';

/** The primary key of one item: attribute name to value. */
export type Key = { readonly [name: string]: KeyValue };

/** The condition after the equalities in a key condition: DynamoDB allows one, on the next sort key attribute. */
export type SortCondition =
  | { readonly kind: 'compare'; readonly op: '=' | '<' | '<=' | '>' | '>='; readonly value: KeyValue }
  | { readonly kind: 'between'; readonly low: KeyValue; readonly high: KeyValue }
  | { readonly kind: 'beginsWith'; readonly prefix: KeyValue };

/**
 * A key condition: all partition key attributes (an index has up to four) with `=`, then sort key attributes from the left with
 * `=`, and possibly a range condition on the next one.
 */
export interface KeyRange {
  readonly equals: Key;
  readonly sort?: { readonly attribute: string; readonly condition: SortCondition };
}

/** A key attribute in an ORDER BY. */
export interface SortTerm {
  readonly attribute: string;
  readonly descending: boolean;
}

/** How the items of a read are found. */
export type AccessPath =
  | { readonly kind: 'GetItem'; readonly key: Key }
  | {
      readonly kind: 'BatchGetItem';
      readonly keys: readonly Key[];
      /** Return the items in the order of the keys. */
      readonly ordered?: true;
    }
  | {
      readonly kind: 'Query';
      readonly index?: string;
      /** Disjoint; each is a separate Query. */
      readonly ranges: readonly KeyRange[];
      readonly descending?: boolean;
      /** Read the ranges in sequence, or merge their items by these attributes, by which each range is sorted. Absent: unordered. */
      readonly rangeOrder?: 'sequence' | readonly SortTerm[];
    }
  | {
      readonly kind: 'Scan';
      readonly index?: string;
      readonly segments: number;
      /** Read only this segment. */
      readonly segment?: number;
    }
  /** No item can match: no request is sent. */
  | { readonly kind: 'Empty' };

/** A read of one table: access path, conditions and projection. */
export interface ReadRequest {
  readonly table: string;
  readonly access: AccessPath;
  /** Conditions that DynamoDB evaluates, joined by AND. Only for Query and Scan. */
  readonly filter: readonly Predicate[];
  /** Absent: whole items. */
  readonly projection?: readonly DocumentPath[];
  /** `Select=COUNT`: pages have no items. */
  readonly countOnly?: boolean;
  /** Stop at the page that reaches this number of items. */
  readonly limit?: number;
  /** The size of the first page if the consumer may stop early; pages then double, and nothing is read ahead. */
  readonly firstPage?: number;
  readonly consistent: boolean;
  /** Read the items of the keys in one transaction. */
  readonly atomic?: boolean;
}
