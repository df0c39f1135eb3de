import { BOOLEAN, DuckDBScalarFunction, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';

/**
 * Node.js hands all calls of one function that wait for its thread over in one turn of the event loop, up to 1,000: a thread
 * of DuckDB that returns from a chunk queues the next one in time. A call of another function in between makes the queues run
 * empty, so that each turn of the loop has at most one chunk per thread of DuckDB.
 */
const YIELD = 'pg_yield';

/** The suffix of a function that runs in JavaScript; the macro that yields before it has the plain name. */
export const IN_JAVASCRIPT = '_in_js';

export function registerYield(connection: DuckDBConnection): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: YIELD,
      returnType: BOOLEAN,
      // Without arguments that vary it would be called once per statement.
      varArgsType: VARCHAR,
      mainFunction: (_, input, output) => {
        for (let row = 0; row < input.rowCount; row++) output.setItem(row, true);
        output.flush();
      },
    }),
  );
}

/** The macro that calls a function after yielding. A lambda evaluates the arguments once. */
export function createYieldingMacro(name: string, parameters: number): string {
  const names = Array.from({ length: parameters }, (_, i) => `a${i}`);
  const [all, args] =
    parameters === 1
      ? ['a0', ['every']]
      : [
          `{${names.map((each) => `'${each}': ${each}`).join(', ')}}`,
          names.map((each) => `every['${each}']`),
        ];
  const values = args.join(', ');
  return `CREATE MACRO ${name}(${names.join(', ')}) AS list_transform([${all}], lambda every: ${name}${IN_JAVASCRIPT}(${values}, ${YIELD}(${values})))[1]`;
}
