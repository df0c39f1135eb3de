import { connectionTo } from './sides.ts';
import { median } from './duel.ts';
import type { Measurement, Result } from './measurement.ts';
import { connect } from './product.ts';
import { TABLE } from './tables.ts';

const STATEMENTS = 100;

function statement(least: string): string {
  return `SELECT active, count(*), sum(amount) FROM ${TABLE} WHERE n > ${least} GROUP BY active ORDER BY 2`;
}

function result(what: string, value: number, atMost: number): Result {
  return { what, value, unit: 'ms', target: { atMost }, from: `the median of ${STATEMENTS}` };
}

/** Parsing, binding and planning, without any read. */
export const planning: Measurement = {
  name: 'planning',
  async run({ endpoint }) {
    await using db = await connect(connectionTo(endpoint));
    const times = async (sqlOf: (n: number) => string, parametersOf?: (n: number) => unknown[]) => {
      const each: number[] = [];
      for (let n = 0; n < STATEMENTS; n += 1) {
        const [sql, parameters] = [sqlOf(n), parametersOf?.(n)];
        const start = performance.now();
        await db.explain(sql, parameters as Parameters<typeof db.explain>[1]);
        each.push(performance.now() - start);
      }
      return median(each);
    };
    await times((n) => statement(`-${n + 1}`));
    const [fresh, again, others] = [
      await times((n) => statement(String(n))),
      await times(() => statement('1000')),
      await times(
        () => statement('$1'),
        (n) => [n + 2000],
      ),
    ];
    return [
      result('planning a new statement', fresh, 5),
      result('planning it again', again, 0.1),
      result('planning it with other parameters', others, 5),
    ];
  },
};
