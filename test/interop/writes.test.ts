import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { env } from 'node:process';
import {
  FINAL_READS,
  formatRecordedWrites,
  formatScenarios,
  readRecordedWrites,
  readScenarios,
  recordedWritesFile,
  scenarioFile,
  toRecorded,
  WRITE_TABLES_SQL,
} from '../sql/write/recorded.ts';
import { randomScenario } from '../sql/write/random-statements.ts';
import { findMissingPackages } from './debian.ts';
import { type Postgres, findPostgres, startPostgres } from './postgres.ts';

/** The same scenarios each time. */
const drawScenarios = () => fc.sample(randomScenario, { seed: 20261130, numRuns: 100 });

const missing = findMissingPackages(['postgresql-15']);
const programs = missing === undefined ? findPostgres() : undefined;

(programs === undefined ? describe.skip : describe)(
  `PostgreSQL 15 writes what was recorded${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let postgres: Postgres | undefined;
    beforeAll(async () => {
      postgres = await startPostgres(programs ?? '');
    }, 120_000);
    afterAll(() => postgres?.stop());

    it.each(['statements', 'random'] as const)('for %s', (fixture) => {
      // With DYNADBC_RECORD the files are recorded again.
      const isRecorded = env['DYNADBC_RECORD'] !== undefined;
      if (isRecorded && fixture === 'random')
        writeFileSync(scenarioFile(fixture), formatScenarios(drawScenarios()));
      const found = readScenarios(fixture).map(({ statements }) => {
        const all = [...statements, ...FINAL_READS];
        const outcomes = postgres?.run(WRITE_TABLES_SQL, all) ?? [];
        return all.map((sql, i) => toRecorded(sql, outcomes[i] ?? { error: '' }));
      });
      if (isRecorded) writeFileSync(recordedWritesFile(fixture), formatRecordedWrites(found));
      expect(found).toEqual(readRecordedWrites(fixture));
    });
  },
);
