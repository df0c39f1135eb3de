import { readFileSync } from 'node:fs';

/** The result of a statement: its columns and its rows in PostgreSQL's text format, or the SQLSTATE of its error. */
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

/** The lists of statements, each with a file of PostgreSQL's results. */
export type FixtureName =
  | 'arithmetic'
  | 'arrays'
  | 'documents'
  | 'equality'
  | 'errors'
  | 'expressions'
  | 'formats'
  | 'functions'
  | 'jsonpath'
  | 'numbers';

const FIXTURES = new URL('../../fixtures/dialect/', import.meta.url);

/** The statements that create and fill the tables. */
export const TABLES_SQL = readFileSync(new URL('tables.sql', FIXTURES), 'utf8');

/** Reads the statements, one per line, under headings `-- family`. */
export function readExpressions(fixture: FixtureName): Expression[] {
  let family = '';
  return readFileSync(new URL(`${fixture}.sql`, FIXTURES), 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('-- ')) family = line.slice(3);
      return line === '' || line.startsWith('-- ') ? [] : [{ family, sql: line }];
    });
}

/** The file with PostgreSQL's results. */
export function recordedFile(fixture: FixtureName): URL {
  return new URL(`${fixture}.json`, FIXTURES);
}

export function readRecorded(fixture: FixtureName): ReadonlyMap<string, Outcome> {
  const parsed: Record<string, Outcome> = JSON.parse(readFileSync(recordedFile(fixture), 'utf8'));
  return new Map(Object.entries(parsed));
}

/** Formats that file: one line for each statement. */
export function recordedText(statements: readonly string[], outcomes: readonly Outcome[]): string {
  const lines = statements.map((sql, i) => `${JSON.stringify(sql)}: ${JSON.stringify(outcomes[i])}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}
