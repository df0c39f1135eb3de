/** A function of PostgreSQL that DuckDB lacks or defines differently, written in DuckDB's SQL. */
export interface Macro {
  /** PostgreSQL's name; the macro's own name has the prefix `pg_`. */
  readonly name: string;
  /** Called only by rewrites and other macros. */
  readonly internal?: true;
  /** Parameters and body, one for each number of arguments. */
  readonly forms: readonly (readonly [parameters: string, sql: string])[];
  /** The form in the planning engine, whose plans the planner reads. Default: the same. */
  readonly planned?: Macro['forms'];
  readonly why: string;
}
