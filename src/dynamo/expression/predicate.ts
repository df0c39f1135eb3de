import type { AttributeType } from '../attribute-value.ts';

/**
 * A document path: attribute name, then map keys (text) and list positions (numbers, from 0).
 * A plain attribute is a path of one.
 */
export type DocumentPath = readonly [string, ...(string | number)[]];

/** A constant of one of the four types that DynamoDB compares. `N` is decimal text, `B` base64. */
export type Literal =
  | { readonly type: 'S' | 'N' | 'B'; readonly text: string }
  | { readonly type: 'BOOL'; readonly value: boolean };

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/**
 * A condition on one item, with SQL's meaning: it holds where SQL's is TRUE, so that a missing attribute or a NULL
 * meets no comparison, not even `<>`. The request builder adds the guards that DynamoDB needs for that.
 */
export type Predicate =
  | {
      readonly kind: 'compare';
      readonly path: DocumentPath;
      readonly op: Comparison;
      readonly value: Literal;
    }
  | { readonly kind: 'in'; readonly path: DocumentPath; readonly values: readonly Literal[] }
  | {
      readonly kind: 'beginsWith';
      readonly path: DocumentPath;
      readonly prefix: Literal;
      readonly negated?: true;
    }
  | {
      readonly kind: 'contains';
      readonly path: DocumentPath;
      readonly part: Literal;
      readonly negated?: true;
    }
  | { readonly kind: 'isNull'; readonly path: DocumentPath }
  | { readonly kind: 'isNotNull'; readonly path: DocumentPath }
  | { readonly kind: 'hasType'; readonly path: DocumentPath; readonly type: AttributeType }
  /** Neither missing nor NULL, and not of the type. */
  | { readonly kind: 'otherType'; readonly path: DocumentPath; readonly type: AttributeType }
  /** A set or a list holds the value. */
  | {
      readonly kind: 'hasMember';
      readonly path: DocumentPath;
      readonly value: Exclude<Literal, { readonly type: 'BOOL' }>;
    }
  /** By DynamoDB's measure: bytes of text (in UTF-8) and binary, elements of sets, lists and maps; nothing else has a size. */
  | {
      readonly kind: 'size';
      readonly path: DocumentPath;
      readonly op: Comparison;
      readonly count: number;
    }
  | { readonly kind: 'and'; readonly of: readonly Predicate[] }
  | { readonly kind: 'or'; readonly of: readonly Predicate[] }
  | { readonly kind: 'never' };
