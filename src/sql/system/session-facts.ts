/** A connection property as system tables list it; the value of a secret is `***`. */
export interface PropertyFact {
  readonly name: string;
  readonly doc: string;
  readonly type: string;
  readonly category: string;
  readonly default: string | undefined;
  readonly value: string | undefined;
  readonly isSecret: boolean;
}

/** What system tables show about the session itself. */
export interface SessionFacts {
  readonly properties: readonly PropertyFact[];
  readonly version: string;
  /** Where the tables are: an endpoint or a Region. */
  readonly source: string;
  /** The schemas to list; absent: all. */
  readonly browsableSchemas: readonly string[] | undefined;
}
