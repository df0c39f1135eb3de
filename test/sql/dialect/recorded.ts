import { readFileSync } from 'node:fs';

/** What a statement gave: rows in PostgreSQL's text form with the names and types of their columns, or the SQLSTATE of its failure. */
export type Outcome =
  | {
      readonly columns: readonly string[];
      readonly types: readonly string[];
      readonly rows: readonly (readonly (string | null)[])[];
    }
  | { readonly error: string; readonly message?: string };

export interface Expression {
  readonly family: string;
  readonly sql: string;
}

const FIXTURES = new URL('../../fixtures/dialect/', import.meta.url);

/** The file that holds what PostgreSQL gave. */
export const RECORDED = new URL('expressions.json', FIXTURES);

/** The statements that create and fill the tables. */
export const TABLES_SQL = readFileSync(new URL('tables.sql', FIXTURES), 'utf8');

/** The statements, one a line, under lines `-- family`. */
export function readExpressions(): Expression[] {
  let family = '';
  return readFileSync(new URL('expressions.sql', FIXTURES), 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('-- ')) family = line.slice(3);
      return line === '' || line.startsWith('-- ') ? [] : [{ family, sql: line }];
    });
}

export function readRecorded(): ReadonlyMap<string, Outcome> {
  const parsed: Record<string, Outcome> = JSON.parse(readFileSync(RECORDED, 'utf8'));
  return new Map(Object.entries(parsed));
}
