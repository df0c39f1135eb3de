import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { env } from 'node:process';
import {
  eventsSql,
  readRecordedStatements,
  readStatements,
  RECORDED_STATEMENTS,
} from '../sql/dates/events.ts';
import {
  listPredicates,
  momentsSql,
  PREDICATE_COUNT,
  readRecordedMoments,
  RECORDED_MOMENTS,
} from '../sql/dates/moments.ts';
import { readRecordedZone, readZoneStatements, recordedZoneFile, ZONES } from '../sql/dates/zones.ts';
import { recordedText } from '../sql/dialect/recorded.ts';
import { findMissingPackages } from './debian.ts';
import { type Postgres, findPostgres, startPostgres } from './postgres.ts';

const missing = findMissingPackages(['postgresql-15']);
const programs = missing === undefined ? findPostgres() : undefined;

/** With DYNADBC_RECORD the files are recorded again. */
const records = env['DYNADBC_RECORD'] !== undefined;

(programs === undefined ? describe.skip : describe)(
  `PostgreSQL 15 returns what was recorded of dates${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let postgres: Postgres | undefined;
    beforeAll(async () => {
      postgres = await startPostgres(programs ?? '');
    }, 120_000);
    afterAll(() => postgres?.stop());

    it('for statements', () => {
      const statements = readStatements();
      const found = postgres?.run(eventsSql(), statements) ?? [];
      if (records) writeFileSync(RECORDED_STATEMENTS, recordedText(statements, found));
      const recorded = readRecordedStatements();
      expect(found).toEqual(statements.map((sql) => recorded.get(sql)));
    });

    it.each(ZONES)('for statements in %s', (zone) => {
      const statements = readZoneStatements();
      const found = postgres?.run(`${eventsSql()}\nset time zone '${zone}';`, statements) ?? [];
      if (records) writeFileSync(recordedZoneFile(zone), recordedText(statements, found));
      const recorded = readRecordedZone(zone);
      expect(found).toEqual(statements.map((sql) => recorded.get(sql)));
    });

    it('for conditions', () => {
      const predicates = [...new Set(listPredicates(PREDICATE_COUNT))];
      const queries = predicates.map((each) => `select id from moments where ${each} order by id`);
      const found = (postgres?.run(momentsSql(), queries) ?? []).flatMap((outcome, i) =>
        'error' in outcome ? [] : [[predicates[i], outcome.rows.map(([id]) => Number(id))] as const],
      );
      const lines = found.map(([predicate, ids]) => `[${JSON.stringify(predicate)}, ${JSON.stringify(ids)}]`);
      if (records) writeFileSync(RECORDED_MOMENTS, `[\n${lines.join(',\n')}\n]\n`);
      expect(found).toEqual(readRecordedMoments());
    });
  },
);
