import { createKey } from './replay-items.ts';
import { median } from './comparison.ts';
import type { Measurement, Result } from './measurement.ts';
import { openDatabase } from './product.ts';
import { toConnectionOptions } from './sides.ts';
import { TABLE } from './tables.ts';

const SESSIONS = 200;
const MIB = 1024 * 1024;

const { pk, sk } = createKey(0);
const WHERE = `WHERE pk = '${pk.S}' AND sk = ${sk.N}`;
/** A look-up, and a statement for the engine. */
const STATEMENTS = [
  `SELECT s FROM ${TABLE} ${WHERE}`,
  `SELECT active, count(*) FROM ${TABLE} ${WHERE} GROUP BY active`,
];

/** What a second session of an open database costs: opening it, and running its first statements. */
export const sessions: Measurement = {
  name: 'sessions',
  async run({ endpoint }): Promise<readonly Result[]> {
    await using database = await openDatabase(toConnectionOptions(endpoint));
    const first = database.session();
    const run = async (session: typeof first): Promise<void> => {
      for (const sql of STATEMENTS) await session.query(sql);
    };
    const warm: number[] = [];
    const further: number[] = [];
    const kept: (typeof first)[] = [];
    for (let n = 0; n < SESSIONS; n += 1) await run(first);
    globalThis.gc?.();
    const before = process.memoryUsage();
    for (let n = 0; n < SESSIONS; n += 1) {
      const start = performance.now();
      await run(first);
      const between = performance.now();
      const session = database.session();
      await run(session);
      warm.push(between - start);
      further.push(performance.now() - between);
      kept.push(session);
    }
    globalThis.gc?.();
    const after = process.memoryUsage();
    const bytes = after.heapUsed + after.external - before.heapUsed - before.external;
    await Promise.all(kept.map((session) => session.close()));
    return [
      {
        what: 'second session: opening it, and its first statements',
        value: median(further) - median(warm),
        unit: 'ms',
        target: { atMost: 5 },
        from: `${median(further).toFixed(2)} ms against ${median(warm).toFixed(2)} ms in the first session`,
      },
      {
        what: 'second session: memory',
        value: Math.max(0, bytes) / SESSIONS / MIB,
        unit: 'MB',
        target: { atMost: 2 },
        from: `${SESSIONS} sessions`,
      },
    ];
  },
};
