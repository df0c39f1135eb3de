import { toConnectionOptions } from './sides.ts';
import { median } from './comparison.ts';
import type { Measurement, Result } from './measurement.ts';
import { connect } from './product.ts';
import { TABLE } from './tables.ts';

const STATEMENTS = 100;

function createStatement(minimum: string): string {
  return `SELECT active, count(*), sum(amount) FROM ${TABLE} WHERE n > ${minimum} GROUP BY active ORDER BY 2`;
}

function toResult(what: string, value: number, atMost: number): Result {
  return { what, value, unit: 'ms', target: { atMost }, from: `median of ${STATEMENTS}` };
}

/** Parsing, binding and planning, without a read. */
export const planning: Measurement = {
  name: 'planning',
  async run({ endpoint }) {
    await using db = await connect(toConnectionOptions(endpoint));
    const times = async (createSql: (n: number) => string, createParameters?: (n: number) => unknown[]) => {
      const each: number[] = [];
      for (let n = 0; n < STATEMENTS; n += 1) {
        const [sql, parameters] = [createSql(n), createParameters?.(n)];
        const start = performance.now();
        await db.explain(sql, parameters as Parameters<typeof db.explain>[1]);
        each.push(performance.now() - start);
      }
      return median(each);
    };
    await times((n) => createStatement(`-${n + 1}`));
    const [fresh, repeated, others] = [
      await times((n) => createStatement(String(n))),
      await times(() => createStatement('1000')),
      await times(
        () => createStatement('$1'),
        (n) => [n + 2000],
      ),
    ];
    return [
      toResult('planning a new statement', fresh, 5),
      toResult('planning it again', repeated, 0.1),
      toResult('planning it with other parameters', others, 5),
    ];
  },
};
