import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { env } from 'node:process';
import {
  type Outcome,
  readExpressions,
  readRecorded,
  recordedFile,
  recordedText,
  TABLES_SQL,
} from '../sql/dialect/recorded.ts';
import { findMissingPackages } from './debian.ts';
import { type Postgres, findPostgres, startPostgres } from './postgres.ts';

const missing = findMissingPackages(['postgresql-15']);
const programs = missing === undefined ? findPostgres() : undefined;

(programs === undefined ? describe.skip : describe)(
  `PostgreSQL 15 returns what was recorded${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let postgres: Postgres | undefined;
    beforeAll(async () => {
      postgres = await startPostgres(programs ?? '');
    }, 120_000);
    afterAll(() => postgres?.stop());

    it.each([
      'documents',
      'equality',
      'expressions',
      'formats',
      'errors',
      'functions',
      'arithmetic',
      'arrays',
      'jsonpath',
      'numbers',
    ] as const)('for %s', (fixture) => {
      // Only of the statements that are about errors, the messages are compared.
      const compared = (outcome: Outcome | undefined): Outcome | undefined =>
        outcome !== undefined && 'error' in outcome && fixture !== 'errors'
          ? { error: outcome.error }
          : outcome;
      const statements = readExpressions(fixture).map(({ sql }) => sql);
      const found = postgres?.run(TABLES_SQL, statements) ?? [];
      // With DYNADBC_RECORD the files are recorded again.
      if (env['DYNADBC_RECORD'] !== undefined)
        writeFileSync(recordedFile(fixture), recordedText(statements, found));
      const recorded = readRecorded(fixture);
      expect(found.map(compared)).toEqual(statements.map((sql) => compared(recorded.get(sql))));
    });
  },
);
