import type { AttributeType, AttributeValue, KeyValue } from '../attribute-value.ts';

/** Converts a constant to DynamoDB's JSON format. */
export function toLiteralValue(literal: Literal): AttributeValue {
  return literal.type === 'BOOL' ? { BOOL: literal.value } : toTypedString(literal);
}

/** Converts a constant to a key value; undefined for booleans, which keys cannot have. */
export function toLiteralKey(literal: Literal): KeyValue | undefined {
  return literal.type === 'BOOL' ? undefined : toTypedString(literal);
}

function toTypedString({ type, text }: Exclude<Literal, { type: 'BOOL' }>): KeyValue {
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      return { N: text };
    case 'B':
      return { B: text };
  }
}

/**
 * A document path: an attribute name, then names of map members and indexes of list elements, from 0.
 */
export type DocumentPath = readonly [string, ...(string | number)[]];

/** A constant of one of the types that DynamoDB compares. `N` is a decimal string, `B` base64. */
export type Literal =
  | { readonly type: 'S' | 'N' | 'B'; readonly text: string }
  | { readonly type: 'BOOL'; readonly value: boolean };

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** Whether two values meet a comparison, by their order: negative, zero or positive. */
export function meetsComparison(order: number, op: Comparison): boolean {
  switch (op) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/**
 * A condition on one item with the semantics of SQL: it holds where the SQL condition is TRUE, so that a missing or NULL attribute
 * meets no comparison, not even `<>`. The request builder adds the conditions that DynamoDB needs for that.
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
  /** Exists, even as NULL; or does not exist, if `negated`. */
  | { readonly kind: 'attributeExists'; readonly path: DocumentPath; readonly negated?: true }
  /** Exists with this type, which may be NULL; or does not, if `negated`. */
  | {
      readonly kind: 'hasType';
      readonly path: DocumentPath;
      readonly type: AttributeType;
      readonly negated?: true;
    }
  /** DynamoDB's contains: the value is a part of a string or binary, or an element of a set or list. */
  | {
      readonly kind: 'containsValue';
      readonly path: DocumentPath;
      readonly value: Literal;
      readonly negated?: true;
    }
  /** Exists, is not NULL, and has another type. */
  | { readonly kind: 'otherType'; readonly path: DocumentPath; readonly type: AttributeType }
  /** A set or list contains the value. */
  | {
      readonly kind: 'hasMember';
      readonly path: DocumentPath;
      readonly value: Exclude<Literal, { readonly type: 'BOOL' }>;
    }
  /** DynamoDB's size: bytes of strings (in UTF-8) and binary, elements of sets, lists and maps; other types have no size. */
  | {
      readonly kind: 'size';
      readonly path: DocumentPath;
      readonly op: Comparison;
      readonly count: number;
    }
  | { readonly kind: 'and'; readonly of: readonly Predicate[] }
  | { readonly kind: 'or'; readonly of: readonly Predicate[] }
  | { readonly kind: 'never' };
