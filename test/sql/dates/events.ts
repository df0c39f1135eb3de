import { readFileSync } from 'node:fs';
import { requireStoredTime } from '../../../src/catalog/stored-time.ts';
import type { SqlType, TimeType } from '../../../src/catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import type { Outcome } from '../dialect/recorded.ts';
import { formatIso } from './moments.ts';

/** The columns of the table `events` besides `pk`, `id` and `qty`. */
const TIMES = {
  at: 'timestamptz',
  d: 'date',
  ts: 'timestamp',
  mic: 'timestamptz',
  ttl: 'timestamptz',
} as const satisfies Record<string, TimeType['kind']>;
type TimeName = keyof typeof TIMES;
const TIME_NAMES = ['at', 'd', 'ts', 'mic', 'ttl'] as const;

/** How each of them is stored. */
export type StoredTimes = Readonly<Record<TimeName, string>>;

type Row = readonly [
  id: string,
  at: string,
  d: string | null,
  ts: string | null,
  mic: string | null,
  ttl: string | null,
];

/** In UTC: around changes of daylight saving time, at the ends of years and of the calendar. */
const ROWS: readonly Row[] = [
  [
    'a',
    '2024-01-05T10:00:00',
    '2024-01-05',
    '2024-01-05T10:00:00',
    '2024-01-05T10:00:00.123456',
    '2024-02-01T00:00:00',
  ],
  [
    'b',
    '2024-03-31T00:59:59.999',
    '2024-03-31',
    '2024-03-31T02:30:00',
    '2024-03-31T01:00:00.000001',
    '2024-03-31T01:00:00',
  ],
  ['c', '2024-10-27T00:30:00', '2024-10-27', '2024-10-27T02:30:00', '2024-10-27T00:30:00.5', null],
  [
    'd',
    '2024-10-27T01:30:00',
    '2024-10-28',
    '2024-10-27T02:30:01',
    '2024-10-27T01:30:00',
    '2024-10-27T01:30:00',
  ],
  [
    'e',
    '2023-12-31T23:59:59.999',
    '2023-12-31',
    '2023-12-31T23:59:59',
    '2023-12-31T23:59:59.999999',
    '2023-12-31T23:59:59',
  ],
  ['f', '2024-02-29T12:00:00', '2024-02-29', '2024-02-29T12:00:00', null, '2024-02-29T12:00:00'],
  ['g', '2026-06-15T08:15:30.25', null, null, '2026-06-15T08:15:30.250001', '2026-06-15T08:15:30'],
  [
    'h',
    '1999-12-31T23:59:59',
    '0001-01-01',
    '9999-12-31T23:59:59',
    '0001-01-01T00:00:00',
    '1969-12-31T23:59:59',
  ],
];

/** The microseconds of a time in UTC. */
function toMicros(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  const millis = Date.parse(`${whole.length === 10 ? `${whole}T00:00:00` : whole}Z`);
  return BigInt(millis) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

/** The items of the table, with their times in these forms. */
export function eventItems(stored: StoredTimes): readonly AttributeMap[] {
  return ROWS.map(([id, ...times], i) => {
    const item: Record<string, AttributeValue> = {
      pk: { S: 'all' },
      id: { S: id },
      qty: { N: String(i + 1) },
    };
    for (const [at, name] of TIME_NAMES.entries()) {
      const time = times[at] ?? null;
      const { write, attribute, pattern } = requireStoredTime(stored[name]);
      const text = time === null ? undefined : write(toMicros(time));
      if (time !== null && text === undefined) throw new TypeError(`${pattern} does not hold ${time}`);
      if (text !== undefined) item[name] = attribute === 'N' ? { N: text } : { S: text };
    }
    return item;
  });
}

/** The types of the columns, in PostgreSQL's order of them. */
export function eventTypes(stored: StoredTimes): readonly (readonly [name: string, type: SqlType])[] {
  const times = TIME_NAMES.map((name) => [name, { kind: TIMES[name], stored: stored[name] }] as const);
  return [['pk', { kind: 'text' }], ['id', { kind: 'text' }], ...times, ['qty', { kind: 'bigint' }]];
}

function quoteTime(text: string | null, name: TimeName): string {
  return text === null ? 'NULL' : `'${formatIso(toMicros(text))}${TIMES[name] === 'timestamptz' ? 'Z' : ''}'`;
}

/** The statements that create and fill the table in PostgreSQL. */
export function eventsSql(): string {
  const rows = ROWS.map(
    ([id, ...times], i) =>
      `('all', '${id}', ${TIME_NAMES.map((name, at) => quoteTime(times[at] ?? null, name)).join(', ')}, ${i + 1})`,
  );
  return `create table events (pk text, id text, ${TIME_NAMES.map((name) => `${name} ${TIMES[name]}`).join(', ')}, qty bigint);
insert into events values ${rows.join(',\n')};`;
}

const STATEMENTS = new URL('../../fixtures/dates/statements.sql', import.meta.url);

/** Queries of the table, as people and BI tools write them. */
export function readStatements(): readonly string[] {
  return readFileSync(STATEMENTS, 'utf8').split('\n').filter(Boolean);
}

export const RECORDED_STATEMENTS = new URL('../../fixtures/dates/statements.json', import.meta.url);

/** What PostgreSQL 15 returns for them. */
export function readRecordedStatements(): ReadonlyMap<string, Outcome> {
  const parsed: Record<string, Outcome> = JSON.parse(readFileSync(RECORDED_STATEMENTS, 'utf8'));
  return new Map(Object.entries(parsed));
}
