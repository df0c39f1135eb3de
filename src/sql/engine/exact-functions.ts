import {
  DuckDBScalarFunction,
  DOUBLE,
  INTEGER,
  SMALLINT,
  STRUCT,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBValue,
  type DuckDBVector,
} from '@duckdb/node-api';
import { EXACT_MACRO_STATEMENTS, NUM_TYPE } from '../dialect/exact-macros.ts';
import { callExact, EXACT_FUNCTIONS, type ExactArguments } from '../dialect/functions/exact.ts';
import type { ExactNumber } from '../types/exact-number.ts';
import { toExactNumber, toExactValue } from './exact-value.ts';

/** DuckDB's type of numbers of any digits: the key that they are compared by, and the digits after the point. */
const NUM = STRUCT({ n: VARCHAR, d: SMALLINT });
const TYPES = { number: NUM, text: VARCHAR, integer: INTEGER, double: DOUBLE } as const;

/** Declares the type of numbers of any digits and its functions, for the whole instance. */
export async function registerExactFunctions(connection: DuckDBConnection): Promise<void> {
  await connection.run(NUM_TYPE);
  for (const fn of EXACT_FUNCTIONS) {
    const { name, parameters } = fn;
    const toResult =
      'format' in fn
        ? (args: ExactArguments) => callExact(fn.format, args)
        : (args: ExactArguments) => {
            const number = callExact(fn.apply, args);
            return number === undefined ? null : toExactValue(number);
          };
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        returnType: 'format' in fn ? VARCHAR : NUM,
        parameterTypes: parameters.map((parameter) => TYPES[parameter]),
        mainFunction: (_, input, output) => {
          const row = new Row(parameters.map((_each, i) => input.getColumnVector(i)));
          for (let at = 0; at < input.rowCount; at++)
            output.setItem(at, row.moveTo(at) ? toResult(row) : null);
          output.flush();
        },
      }),
    );
  }
  await connection.run(EXACT_MACRO_STATEMENTS.join(';'));
}

/** The arguments of one row of a chunk. */
class Row implements ExactArguments {
  readonly #columns: readonly DuckDBVector[];
  #values: readonly DuckDBValue[] = [];

  constructor(columns: readonly DuckDBVector[]) {
    this.#columns = columns;
  }

  /** Whether no argument is NULL. */
  moveTo(at: number): boolean {
    this.#values = this.#columns.map((column) => column.getItem(at));
    return !this.#values.includes(null);
  }

  number(position: number): ExactNumber {
    return toExactNumber(this.#values[position] ?? null) ?? 'NaN';
  }

  text(position: number): string {
    return String(this.#values[position]);
  }

  native(position: number): number {
    return Number(this.#values[position]);
  }
}
