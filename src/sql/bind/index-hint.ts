/** What a statement says about the indexes of one table, by their real names. */
export type IndexHint =
  /** One of these is read, even where items are missing from it. */
  | { readonly kind: 'only'; readonly indexes: readonly string[] }
  | { readonly kind: 'not'; readonly indexes: readonly string[] };
