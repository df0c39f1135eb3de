import type { Random } from '../../src/sandbox/random.ts';
import { compare, comparison, type Condition, pickOne, sameInBoth } from './condition.ts';
import { DAYS } from './values.ts';

type TimeKind = 'day' | 'instant' | 'clock';

const TYPES = { day: 'date', instant: 'timestamptz', clock: 'timestamp' } as const;
const CLOCKS = ['00:00:00', '23:59:59.999', '12:30:00.5', '12:30:00.123456', '00:00:00.001'];

/** A condition on dates or timestamps. DuckDB has them as such. */
export function compareTime(random: Random, name: string, kind: TimeKind): Condition {
  if (random.chance(0.6)) return compare(random, name, (each) => sameInBoth(timeLiteral(each, kind)));
  const op = comparison(random);
  const day = pickOne(random, DAYS);
  const unit = pickOne(random, ['day', 'month', 'year']);
  const truncated = `date_trunc('${unit}', ${name}) ${op} ${TYPES[kind]} '${day}'`;
  const conditions = [
    `extract(${pickOne(random, ['year', 'month', 'day'])} from ${name}) ${op} ${pickOne(random, [1, 2, 29, 31, 2024])}`,
    `${name}::date ${op} date '${day}'`,
    truncated,
    `${name} ${op} ${TYPES[kind]} '${day}' - interval '${1 + random.below(40)} days'`,
    `${name} + interval '1 day' ${op} ${timeLiteral(random, kind)}`,
  ];
  const condition = pickOne(random, conditions);
  // Without the test DuckDB simplifies NULL <> '2024-02-29' to true, since that is not the first day of a year.
  return condition === truncated
    ? { postgres: truncated, duckdb: `CASE WHEN ${name} IS NOT NULL THEN ${truncated} END` }
    : sameInBoth(condition);
}

function timeLiteral(random: Random, kind: TimeKind): string {
  const day = pickOne(random, DAYS);
  const time = `${day} ${pickOne(random, CLOCKS)}`;
  const zone = pickOne(random, ['+00', '+02', '-05']);
  switch (kind) {
    case 'day':
      return pickOne(random, [`date '${day}'`, `'${day}'`, `date '${day}' + 1`, `timestamp '${time}'`]);
    case 'instant':
      return pickOne(random, [`timestamptz '${time}${zone}'`, `'${time}${zone}'`, `date '${day}'`]);
    case 'clock':
      return pickOne(random, [`timestamp '${time}'`, `'${time}'`, `date '${day}'`]);
  }
}
