import { aggregate } from './sides.ts';
import { median } from './comparison.ts';
import { type Measurement, formatMs, type Result } from './measurement.ts';
import { TABLE_SIZES } from './tables.ts';

/** How often each table is read per round: short samples vary more. */
const SAMPLES = { t25k: 9, t250k: 3, t2500k: 1 } as const;
const SIZES = ['t25k', 't250k', 't2500k'] as const;

/** How the time grows with the size of the table. */
export const growth: Measurement = {
  name: 'growth',
  async run({ db, sdk, rounds }) {
    const times = new Map(SIZES.map((table) => [table, [] as number[]]));
    for (let round = 0; round <= Math.min(rounds, 3); round += 1) {
      for (const table of SIZES) {
        for (let sample = 0; sample < SAMPLES[table]; sample += 1) {
          const { ms: elapsed } = await aggregate(db, sdk, table).driver();
          if (round > 0) times.get(table)?.push(elapsed);
        }
      }
    }
    const medians = SIZES.map((table) => median(times.get(table) ?? []));
    return SIZES.slice(1).map((table, at): Result => {
      const [before = Number.NaN, after = Number.NaN] = medians.slice(at);
      return {
        what: `aggregate over ${TABLE_SIZES[table].toLocaleString('en')} items, a tenth of them = 1`,
        value: after / before,
        unit: 'x the time',
        target: { atMost: 11 },
        from: `${formatMs(after)} after ${formatMs(before)}`,
      };
    });
  },
};
