import { readFileSync } from 'node:fs';
import type { Outcome } from '../dialect/recorded.ts';

/** Statements that run one after another on the tables as they are at first. */
export interface Scenario {
  readonly family: string;
  readonly statements: readonly string[];
}

export type WriteFixture = 'random' | 'statements';

const FIXTURES = new URL('../../fixtures/writes/', import.meta.url);

/** The statements that create and fill the tables. */
export const WRITE_TABLES_SQL = readFileSync(new URL('tables.sql', FIXTURES), 'utf8');

/** What a scenario leaves in the tables. */
export const FINAL_READS: readonly string[] = [
  'SELECT id, n, s FROM items ORDER BY id',
  'SELECT pk, sk, v, s FROM parts ORDER BY pk, sk',
  'SELECT id, n, s, x FROM kept ORDER BY id',
];

/** Reads the scenarios, which empty lines separate, under headings `-- family`. */
export function readScenarios(fixture: WriteFixture): readonly Scenario[] {
  let family = '';
  return readFileSync(scenarioFile(fixture), 'utf8')
    .split('\n\n')
    .flatMap((block): readonly Scenario[] => {
      const lines = block.split('\n').filter((line) => line !== '');
      const statements = lines.filter((line) => !line.startsWith('-- '));
      family = lines.find((line) => line.startsWith('-- '))?.slice(3) ?? family;
      return statements.length === 0 ? [] : [{ family, statements }];
    });
}

/** The file with the statements. */
export function scenarioFile(fixture: WriteFixture): URL {
  return new URL(`${fixture}.sql`, FIXTURES);
}

export function formatScenarios(scenarios: readonly (readonly string[])[]): string {
  return `${scenarios.map((statements) => statements.join('\n')).join('\n\n')}\n`;
}

/** The rows of an outcome, or the SQLSTATE of its error. */
export type Recorded = readonly (readonly (string | null)[])[] | string;

/** Rows without ORDER BY are sorted, and so are the values of `*`, because their order is arbitrary. */
export function toRecorded(sql: string, outcome: Outcome): Recorded {
  if ('error' in outcome) return outcome.error;
  const hasStar = /(?<!count\()\*/.test(sql);
  const rows = outcome.rows.map((row) => (hasStar ? row.toSorted((a, b) => compare(a ?? '', b ?? '')) : row));
  return /ORDER BY [^)]*$/.test(sql)
    ? rows
    : rows.toSorted((a, b) => compare(JSON.stringify(a), JSON.stringify(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The file with PostgreSQL's outcomes: a list for each scenario, with those of the final reads. */
export function recordedWritesFile(fixture: WriteFixture): URL {
  return new URL(`${fixture}.json`, FIXTURES);
}

export function readRecordedWrites(fixture: WriteFixture): readonly (readonly Recorded[])[] {
  return JSON.parse(readFileSync(recordedWritesFile(fixture), 'utf8'));
}

export function formatRecordedWrites(scenarios: readonly (readonly Recorded[])[]): string {
  return `[\n${scenarios.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`;
}
