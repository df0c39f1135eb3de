/** A value as DynamoDB's JSON protocol writes it. Numbers are decimal text; binary is base64. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: AttributeMap }
  | { readonly L: readonly AttributeValue[] }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] };

export type AttributeMap = { readonly [name: string]: AttributeValue };

/** DynamoDB's names of its types. */
export type AttributeType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'M' | 'L' | 'SS' | 'NS' | 'BS';

/** What may stand in a key: the three types that DynamoDB orders. */
export type KeyType = 'S' | 'N' | 'B';
export type KeyValue = { readonly S: string } | { readonly N: string } | { readonly B: string };
