import { readFileSync } from 'node:fs';

const FIXTURES = new URL('../../fixtures/types/', import.meta.url);

/** The files that hold what PostgreSQL 15 said. */
export type TypeFixture = 'assigned' | 'numeric' | 'parameters' | 'pg-type' | 'values';

export function typeFixture(name: TypeFixture): URL {
  return new URL(`${name}.json`, FIXTURES);
}

/** Statements with parameters, one per line. */
export const PARAMETER_STATEMENTS: readonly string[] = readFileSync(
  new URL('parameters.sql', FIXTURES),
  'utf8',
)
  .trim()
  .split('\n');

/** Expressions of type numeric, one per line. */
export const NUMERIC_EXPRESSIONS: readonly string[] = readFileSync(new URL('numeric.sql', FIXTURES), 'utf8')
  .trim()
  .split('\n');

/** Types and strings in PostgreSQL's input syntax, one pair per line. */
export const TYPED_INPUTS: readonly { readonly type: string; readonly input: string }[] = readFileSync(
  new URL('values.txt', FIXTURES),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [type = '', input = ''] = line.split('\t');
    return { type, input };
  });

/** Types of columns and strings that are assigned to them, one pair per line; the strings are in JSON. */
export const ASSIGNED_INPUTS: readonly { readonly type: string; readonly input: string }[] = readFileSync(
  new URL('assigned.txt', FIXTURES),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => {
    const [type = '', input = ''] = line.split('\t');
    return { type, input: String(JSON.parse(input)) };
  });

/** What a column of the type holds afterwards, as text; or the SQLSTATE of the error. */
export interface RecordedAssignment {
  readonly type: string;
  readonly input: string;
  readonly text?: string;
  readonly error?: string;
}

/** For each statement the types of its parameters; null where PostgreSQL refuses the statement. */
export type RecordedParameters = Readonly<Record<string, readonly string[] | null>>;

/** For each expression its text, or the SQLSTATE of its error. */
export type RecordedNumeric = Readonly<Record<string, string | { readonly error: string }>>;

/** A row of pg_type. */
export interface RecordedType {
  readonly name: string;
  readonly typname: string;
  readonly oid: number;
  readonly arrayOid: number;
  readonly length: number;
  readonly category: string;
}

/** A value in both formats. */
export interface RecordedValue {
  readonly type: string;
  readonly input: string;
  readonly text: string;
  /** In hexadecimal digits. */
  readonly binary: string;
}

export function readParameters(): RecordedParameters {
  return JSON.parse(readFileSync(typeFixture('parameters'), 'utf8'));
}

export function readNumeric(): RecordedNumeric {
  return JSON.parse(readFileSync(typeFixture('numeric'), 'utf8'));
}

export function readTypes(): readonly RecordedType[] {
  return JSON.parse(readFileSync(typeFixture('pg-type'), 'utf8'));
}

export function readValues(): readonly RecordedValue[] {
  return JSON.parse(readFileSync(typeFixture('values'), 'utf8'));
}

export function readAssignments(): readonly RecordedAssignment[] {
  return JSON.parse(readFileSync(typeFixture('assigned'), 'utf8'));
}

/** The text of a file: one line per entry. */
export function fixtureText(entries: readonly unknown[]): string {
  return `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`;
}

/** The text of a file: one line per statement or expression. */
export function statementsText(recorded: RecordedParameters | RecordedNumeric): string {
  const lines = Object.entries(recorded).map(
    ([sql, found]) => `${JSON.stringify(sql)}: ${JSON.stringify(found)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}
