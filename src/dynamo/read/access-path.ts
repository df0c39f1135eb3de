import type { KeyValue } from '../attribute-value.ts';
import type { DocumentPath, Predicate } from '../expression/predicate.ts';

/** The primary key of one item: attribute name to value. */
export type Key = { readonly [name: string]: KeyValue };

/** What may follow the equalities in a key condition: DynamoDB takes one condition on the next sort-key attribute. */
export type SortCondition =
  | { readonly kind: 'compare'; readonly op: '=' | '<' | '<=' | '>' | '>='; readonly value: KeyValue }
  | { readonly kind: 'between'; readonly low: KeyValue; readonly high: KeyValue }
  | { readonly kind: 'beginsWith'; readonly prefix: KeyValue };

/**
 * One key condition: every partition-key attribute by equality (an index has up to four), then sort-key attributes by
 * equality from the left, the last of them possibly by a range.
 */
export interface KeyRange {
  readonly equals: Key;
  readonly sort?: { readonly attribute: string; readonly condition: SortCondition };
}

/** One key attribute of an order. */
export interface SortTerm {
  readonly attribute: string;
  readonly descending: boolean;
}

/** How the items of one read are reached. */
export type AccessPath =
  | { readonly kind: 'GetItem'; readonly key: Key }
  | {
      readonly kind: 'BatchGetItem';
      readonly keys: readonly Key[];
      /** Items come in the order of their keys. */
      readonly ordered?: true;
    }
  | {
      readonly kind: 'Query';
      readonly index?: string;
      /** Disjoint; each is a Query of its own. */
      readonly ranges: readonly KeyRange[];
      readonly descending?: boolean;
      /**
       * One range after the other, or their items merged by these attributes, each range being in that order by itself.
       * Absent: as they come.
       */
      readonly rangeOrder?: 'sequence' | readonly SortTerm[];
    }
  | { readonly kind: 'Scan'; readonly index?: string; readonly segments: number }
  /** A condition that nothing can meet: no request at all. */
  | { readonly kind: 'Empty' };

/** Everything the room `dynamo` needs to know to read one table: access path, conditions and what to bring back. */
export interface ReadRequest {
  readonly table: string;
  readonly access: AccessPath;
  /** All of them must hold; DynamoDB evaluates them. For Query and Scan only. */
  readonly filter: readonly Predicate[];
  /** Absent: the whole item. */
  readonly projection?: readonly DocumentPath[];
  /** `Select=COUNT`: pages carry no items. */
  readonly countOnly?: boolean;
  /** Stop after so many items were returned (exact: rows beyond are not delivered). */
  readonly limit?: number;
  /** The reader may stop after about so many items: pages start so small and double, and nothing is read ahead. */
  readonly firstPage?: number;
  readonly consistent: boolean;
  /** Items of keys are read as they are at one moment. */
  readonly atomic?: boolean;
}
