import { readFileSync } from 'node:fs';

/** A row of the table `moments`: dates and timestamps of several precisions. NULL is undefined. */
export interface Moment {
  readonly id: number;
  /** In microseconds since 1970: whole milliseconds, unique. */
  readonly at: bigint;
  /** Whole seconds. */
  readonly sec: bigint | undefined;
  readonly mic: bigint | undefined;
  /** Whole seconds, without time zone. */
  readonly ts: bigint | undefined;
  /** Midnight. */
  readonly day: bigint | undefined;
}

const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;

/** Reproducible numbers from 0 to below a limit (xorshift). */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Around changes of daylight saving time, ends of months and years, leap days, and the ends of the calendar. */
const CENTRES = [
  '2024-03-31T01:00:00Z',
  '2024-10-27T01:00:00Z',
  '2024-03-10T07:00:00Z',
  '2024-11-03T06:00:00Z',
  '2024-02-29T00:00:00Z',
  '2024-01-01T00:00:00Z',
  '2023-12-31T23:00:00Z',
  '2024-07-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '0099-12-31T00:00:00Z',
  '9998-12-31T00:00:00Z',
].map((text) => BigInt(Date.parse(text)) * 1000n);

export const MOMENTS: readonly Moment[] = listMoments();

function listMoments(): readonly Moment[] {
  const random = createRandom(42);
  const pick = (step: bigint): bigint => {
    const centre = CENTRES[random(CENTRES.length)] ?? 0n;
    const spread = [2n * SECOND, 3600n * SECOND, 2n * DAY, 40n * DAY][random(4)] ?? DAY;
    const offset = (BigInt(random(2_000_001)) * spread) / 1_000_000n - spread;
    const micros = centre + (random(4) === 0 ? 0n : offset);
    return micros - (((micros % step) + step) % step);
  };
  const maybe = (value: bigint): bigint | undefined => (random(8) === 0 ? undefined : value);
  const seen = new Set<bigint>();
  const moments: Moment[] = [];
  while (moments.length < 60) {
    const at = pick(1000n);
    if (seen.has(at)) continue;
    seen.add(at);
    moments.push({
      id: moments.length,
      at,
      sec: maybe(pick(SECOND)),
      mic: maybe(pick(1n)),
      ts: maybe(pick(SECOND)),
      day: maybe(pick(DAY)),
    });
  }
  return moments;
}

/** An instant in ISO 8601, in UTC without its zone. */
export function formatIso(micros: bigint): string {
  const fraction = ((micros % SECOND) + SECOND) % SECOND;
  const whole = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19);
  return `${whole}.${String(fraction).padStart(6, '0')}`;
}

function quoteMoment(micros: bigint | undefined, zone: string): string {
  return micros === undefined ? 'NULL' : `'${formatIso(micros)}${zone}'`;
}

/** The statements that create and fill the table in PostgreSQL. */
export function momentsSql(): string {
  const rows = MOMENTS.map(
    ({ id, at, sec, mic, ts, day }) =>
      `(${id}, 'all', ${quoteMoment(at, 'Z')}, ${quoteMoment(sec, 'Z')}, ${quoteMoment(mic, 'Z')}, ${quoteMoment(ts, '')}, ${quoteMoment(day, '')})`,
  );
  return `create table moments (id int, pk text, at timestamptz, sec timestamptz, mic timestamptz, ts timestamp, day date);
insert into moments values ${rows.join(',\n')};`;
}

const TIMESTAMPTZ = ['at', 'sec', 'mic'] as const;
const OPERATORS = ['=', '<>', '<', '<=', '>', '>='] as const;
const UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC'] as const;
const INTERVALS = [
  '1 day',
  '2 hours',
  '36 hours',
  '1 month',
  '-15 minutes',
  '1 second',
  '00:00:00.0005',
] as const;

/** Conditions on the columns, reproducibly random. */
export function listPredicates(count: number): readonly string[] {
  const random = createRandom(7);
  const oneOf = <T>(list: readonly T[]): T => {
    const found = list[random(list.length)];
    if (found === undefined) throw new TypeError('an empty list');
    return found;
  };
  const micros = (): bigint => {
    const moment = oneOf(MOMENTS);
    const base = oneOf([
      moment.at,
      moment.sec ?? moment.at,
      moment.mic ?? moment.at,
      moment.ts ?? moment.at,
      oneOf(CENTRES),
    ]);
    return base + oneOf([0n, 0n, 0n, 1n, -1n, 500n, 1000n, -1000n, SECOND, -SECOND, 3600n * SECOND, DAY]);
  };
  const zoned = (): string => {
    const iso = formatIso(micros());
    return oneOf([
      () => `'${iso}Z'`,
      () => `'${iso.replace('T', ' ')}+00'`,
      () => `'${iso.slice(0, 19)}+02:00'`,
      () => `'${iso.slice(0, 16).replace('T', ' ')}-05'`,
      () => `'${iso.slice(0, 10)}'`,
      () => `'${iso.replace('T', ' ')}'`,
      () => `timestamptz '${iso}Z'`,
      () => `'${iso}Z'::timestamptz`,
    ])();
  };
  const local = (): string => {
    const iso = formatIso(micros());
    return oneOf([`'${iso}'`, `'${iso.slice(0, 10)}'`, `'${iso.replace('T', ' ')}'`, `timestamp '${iso}'`]);
  };
  const date = (): string => {
    const iso = formatIso(micros()).slice(0, 10);
    return oneOf([`'${iso}'`, `date '${iso}'`, `'${iso.replaceAll('-', '')}'`, `'${iso}'::date`]);
  };
  const length = (): string =>
    `interval '${oneOf(['30 days', '0', '-2 hours', '1 month', '36 hours', '00:00:00.000001', '1 year 2 days'])}'`;
  const seconds = (): string => {
    const value = micros();
    return oneOf([String(value / SECOND), `${Number(value / 1000n) / 1000}`, `${value / SECOND}.000001`]);
  };
  const compare = (left: string, literal: () => string): string =>
    oneOf([
      () => `${left} ${oneOf(OPERATORS)} ${literal()}`,
      () => `${left} ${oneOf(OPERATORS)} ${literal()}`,
      () => `${literal()} ${oneOf(OPERATORS)} ${left}`,
      () => `${left} between ${literal()} and ${literal()}`,
      () => `${left} in (${literal()}, ${literal()}, ${literal()})`,
      () => `${left} not in (${literal()}, ${literal()})`,
      () => `${left} is distinct from ${literal()}`,
      () => `not (${left} ${oneOf(OPERATORS)} ${literal()})`,
    ])();
  const term = (): string =>
    oneOf([
      () => compare(oneOf(TIMESTAMPTZ), zoned),
      () => compare('at', zoned),
      () => compare('ts', local),
      () => compare('day', date),
      () =>
        compare(
          `date_trunc('${oneOf(UNITS)}', ${oneOf(TIMESTAMPTZ)})`,
          () => `date_trunc('${oneOf(UNITS)}', timestamptz ${zonedLiteral()})`,
        ),
      () =>
        compare(
          `date_trunc('${oneOf(UNITS)}', ts)`,
          () => `date_trunc('${oneOf(UNITS)}', timestamp ${localLiteral()})`,
        ),
      () =>
        compare(
          `date_trunc('${oneOf(UNITS.slice(3))}', day)`,
          () => `date_trunc('month', timestamptz ${zonedLiteral()})`,
        ),
      () => compare(`${oneOf([...TIMESTAMPTZ, 'ts'])}::date`, date),
      () =>
        compare(`extract(year from ${oneOf([...TIMESTAMPTZ, 'ts', 'day'])})`, () =>
          oneOf(['2023', '2024', '2025', '1970', '99', '2024.5']),
        ),
      () => compare(`(${oneOf(TIMESTAMPTZ)} at time zone '${oneOf(ZONES)}')::date`, date),
      () => compare(`${oneOf(TIMESTAMPTZ)} at time zone '${oneOf(ZONES)}'`, local),
      () =>
        compare(`date_trunc('${oneOf(UNITS.slice(3))}', ${oneOf(TIMESTAMPTZ)}, '${oneOf(ZONES)}')`, zoned),
      () => compare(`ts at time zone '${oneOf(ZONES)}'`, zoned),
      () => compare(`${oneOf(TIMESTAMPTZ)} ${oneOf(['+', '-'])} interval '${oneOf(INTERVALS)}'`, zoned),
      () => compare(`ts ${oneOf(['+', '-'])} interval '${oneOf(INTERVALS)}'`, local),
      () => compare(`day ${oneOf(['+', '-'])} ${oneOf(['1', '30', '-3'])}`, date),
      () => compare('day', () => `timestamp ${localLiteral()}`),
      () => compare('ts', () => `timestamptz ${zonedLiteral()}`),
      () => `${oneOf(['at', 'sec', 'mic'])} ${oneOf(OPERATORS)} ${oneOf(['sec', 'mic', 'ts', 'day'])}`,
      () => `${oneOf(['sec', 'mic', 'ts', 'day'])} is ${oneOf(['', 'not '])}null`,
      () => compare(`timestamptz ${zonedLiteral()} - ${oneOf(TIMESTAMPTZ)}`, length),
      () => compare(`${oneOf(TIMESTAMPTZ)} - timestamptz ${zonedLiteral()}`, length),
      () => compare(`timestamp ${localLiteral()} - ts`, length),
      () => compare(`extract(epoch from ${oneOf([...TIMESTAMPTZ, 'ts', 'day'])})`, seconds),
      () => compare(`(${oneOf(TIMESTAMPTZ)} at time zone 'UTC')::date`, date),
      () =>
        compare(
          `${oneOf(TIMESTAMPTZ)}::text`,
          () =>
            `'${formatIso(micros())
              .slice(0, oneOf([4, 7, 10, 13]))
              .replace('T', ' ')}'`,
        ),
      () => compare(`day - date ${date().replace(/^date |::date$/g, '')}`, () => oneOf(['0', '-30', '100'])),
    ])();
  function zonedLiteral(): string {
    return `'${formatIso(micros())}Z'`;
  }
  function localLiteral(): string {
    return `'${formatIso(micros())}'`;
  }
  return Array.from({ length: count }, () => {
    const parts = Array.from({ length: oneOf([1, 1, 1, 2, 3]) }, term);
    return parts.map((part) => `(${part})`).join(` ${oneOf(['and', 'or'])} `);
  });
}

/** The number of conditions that are recorded. */
export const PREDICATE_COUNT = 600;

export const RECORDED_MOMENTS = new URL('../../fixtures/dates/moments.json', import.meta.url);

/** The conditions, with the rows that meet them in PostgreSQL 15, in order of their ids. */
export function readRecordedMoments(): readonly (readonly [predicate: string, ids: readonly number[]])[] {
  return JSON.parse(readFileSync(RECORDED_MOMENTS, 'utf8'));
}
