import { type DuckDBConnection } from '@duckdb/node-api';
import { DriverError } from '../../../src/core/errors.ts';
import { bindStatement } from '../../../src/sql/bind/bind.ts';
import type { Relation } from '../../../src/sql/bind/relation.ts';
import { toEngineError } from '../../../src/sql/engine/engine-errors.ts';
import { type Engine, openEngine } from '../../../src/sql/engine/engine.ts';
import { quoteName } from '../../../src/sql/print/quote.ts';
import { createTextConverter } from '../../../src/sql/engine/result-text.ts';
import { toDuckdbType } from '../../../src/sql/types/column-types.ts';
import { parseQuery } from '../../../src/sql/parse/parse.ts';
import { createPlanner, type Planner, type StatementPlan } from '../../../src/sql/plan/planner.ts';
import { catalogOf, RECORDED_TABLES } from '../engine-fixture.ts';
import type { Outcome } from './recorded.ts';

const SETTINGS = { autoDetectIndex: true, consistentReads: false, threads: 1 };

/** What DuckDB says of a number that its types cannot hold. */
const LONG_NUMBER = /EXACT_NUMBERS|DECIMAL|INT128|HUGEINT/;

/** Runs statements with the driver's planner and engine over the tables of the fixture, and formats results as PostgreSQL does. */
export class ExpressionRunner {
  readonly #planner: Planner = createPlanner();
  readonly #engine: Engine;
  readonly #connection: DuckDBConnection;
  readonly #rows: string;
  readonly #exactNumbers: boolean;

  private constructor(engine: Engine, connection: DuckDBConnection, rows: string, exactNumbers: boolean) {
    this.#engine = engine;
    this.#connection = connection;
    this.#rows = rows;
    this.#exactNumbers = exactNumbers;
  }

  /**
   * `tablesSql` contains the INSERT statements that fill the tables. With `exactNumbers` all values of type numeric are
   * numbers of any digits.
   */
  static async open(tablesSql: string, exactNumbers = false): Promise<ExpressionRunner> {
    const engine = await openEngine({ threads: 1 });
    return new ExpressionRunner(engine, await engine.connect(), tablesSql, exactNumbers);
  }

  async run(sql: string): Promise<Outcome> {
    try {
      return await this.#run(sql).catch((error: unknown) => {
        // As the driver does, with numbers of any digits.
        const said = error instanceof DriverError ? error.cause : error;
        if (LONG_NUMBER.test(String(said))) return this.#run(sql, true);
        throw error;
      });
    } catch (error) {
      const failure = error instanceof DriverError ? error : toEngineError(error, () => undefined);
      return { error: failure.sqlState, message: failure.message };
    }
  }

  async plan(sql: string, exactNumbers = this.#exactNumbers): Promise<StatementPlan> {
    const catalog = catalogOf(RECORDED_TABLES);
    const bound = await bindStatement(await parseQuery(sql), [], catalog, undefined, exactNumbers);
    return this.#planner.plan(bound, SETTINGS, { locate: () => undefined, lists: [] });
  }

  async #run(sql: string, exactNumbers?: boolean): Promise<Outcome> {
    if (/^explain/i.test(sql))
      return { error: '0A000', message: 'EXPLAIN describes the plan of the driver.' };
    const plan = await this.plan(sql, exactNumbers);
    try {
      return await this.#execute(plan);
    } catch (error) {
      throw toEngineError(error, () => undefined, plan.typeProblems);
    }
  }

  async #execute(plan: StatementPlan): Promise<Outcome> {
    const schema = this.#engine.newSchema();
    await this.#connection.run(`CREATE SCHEMA ${quoteName(schema)}`);
    for (const relation of plan.relations) await this.#fill(schema, relation);
    const result = await this.#connection.runAndReadAll(plan.engineSql(schema));
    const types = plan.columns.map((column) => column.type);
    const converters = result
      .columnTypes()
      .map((type, i) => createTextConverter(type, types[i] ?? '', plan.numberScale(i)));
    return {
      columns: plan.columns.map((column) => column.name),
      types,
      rows: result.getRows().map((row) => row.map((value, i) => converters[i]?.(value) ?? null)),
    };
  }

  async #fill(schema: string, { alias, table, columns }: Relation): Promise<void> {
    const name = `${quoteName(schema)}.${quoteName(alias)}`;
    const definitions = columns.map(
      ({ engineName, column }) => `${quoteName(engineName)} ${toDuckdbType(column.type)}`,
    );
    await this.#connection.run(`CREATE TABLE ${name} (${definitions.join(', ')})`);
    const rows = new RegExp(`insert into ${table.name} values\\s*(.*?);`, 's').exec(this.#rows)?.[1] ?? '';
    // Numbers of any digits are stored without zeros at the end.
    const values = columns.map(({ column }, i) =>
      column.type.kind === 'number' ? `num_trim(num_of(c${i}))` : `c${i}`,
    );
    const names = columns.map((_, i) => `c${i}`);
    await this.#connection.run(
      `INSERT INTO ${name} SELECT ${values.join(', ')} FROM (VALUES ${rows}) AS rows(${names.join(', ')})`,
    );
  }

  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#engine.close();
    await this.#planner.close();
  }
}
