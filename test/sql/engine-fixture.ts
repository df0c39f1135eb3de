import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnDef, SqlType, TableDef } from '../../src/catalog/table-def.ts';
import { DriverError } from '../../src/core/errors.ts';
import { bindStatement, type BoundStatement } from '../../src/sql/bind/bind.ts';
import type { Portions } from '../../src/sql/bind/portions.ts';
import { type Engine, openEngine } from '../../src/sql/engine/engine.ts';
import { toDuckdbType } from '../../src/sql/types/column-types.ts';
import { toParameterList } from '../../src/sql/parse/parameter-list.ts';
import { parseQuery } from '../../src/sql/parse/parse.ts';
import { quoteName } from '../../src/sql/print/quote.ts';

export const bigint: SqlType = { kind: 'bigint' };
export const decimal: SqlType = { kind: 'decimal', scale: 2 };
export const double: SqlType = { kind: 'double' };
export const text: SqlType = { kind: 'text' };
export const boolean: SqlType = { kind: 'boolean' };
export const blob: SqlType = { kind: 'blob' };
export const json: SqlType = { kind: 'json' };

/** A table with these columns, the first being its key. Names that start with `$` are hidden. */
export function tableDef(name: string, columns: Readonly<Record<string, SqlType>>): TableDef {
  const defs = Object.entries(columns).map(([column, type]): ColumnDef => ({
    name: column,
    path: [column],
    type,
    seen: {},
    presence: 1,
    ...(column.startsWith('$') ? { hidden: true as const } : {}),
  }));
  return {
    name,
    status: 'ACTIVE',
    key: { partition: [{ name: defs[0]?.name ?? '', type: 'S' }], sort: [] },
    indexes: [],
    columns: defs,
    itemCount: 0,
    sizeBytes: 0,
    billing: 'PAY_PER_REQUEST',
    sampled: { items: 0, readCapacity: 0 },
  };
}

/** The tables that PostgreSQL had when its results and types were recorded. */
export const RECORDED_TABLES: readonly TableDef[] = [
  tableDef('o', {
    pk: text,
    sk: text,
    status: text,
    amount: decimal,
    qty: bigint,
    price: double,
    placed: text,
    items: json,
  }),
  tableDef('w', { id: text, n: { kind: 'number' }, m: { kind: 'number' }, b: bigint, f: double }),
  tableDef('mixed', { id: text, 'Mixed Col': text, lower_col: text }),
];

/** A catalog of tables that are known already: exact spelling first, then any case. */
export function catalogOf(tables: readonly TableDef[]): { table(name: string): Promise<TableDef> } {
  return {
    table: async (name) => {
      const found =
        tables.find((table) => table.name === name) ??
        tables.find((table) => table.name.toLowerCase() === name.toLowerCase());
      if (found === undefined)
        throw new DriverError('CATALOG_UNKNOWN_TABLE', `relation "${name}" does not exist`, {
          candidates: tables.map((table) => table.name),
        });
      return found;
    },
  };
}

type Cell = string | number | boolean | null;

/** DuckDB with the settings of the engine, which runs statements over tables of these rows. */
export class EngineFixture {
  readonly #engine: Engine;
  readonly #connection: DuckDBConnection;
  readonly #tables: readonly TableDef[];
  readonly #rows: ReadonlyMap<string, readonly (readonly Cell[])[]>;
  #schemas = 0;

  private constructor(
    engine: Engine,
    connection: DuckDBConnection,
    tables: readonly TableDef[],
    rows: ReadonlyMap<string, readonly (readonly Cell[])[]>,
  ) {
    this.#engine = engine;
    this.#connection = connection;
    this.#tables = tables;
    this.#rows = rows;
  }

  static async create(
    data: readonly (readonly [table: TableDef, rows: readonly (readonly Cell[])[]])[],
  ): Promise<EngineFixture> {
    const engine = await openEngine({ threads: 1 });
    return new EngineFixture(
      engine,
      await engine.connect(),
      data.map(([table]) => table),
      new Map(data.map(([table, rows]) => [table.name, rows])),
    );
  }

  async bind(sql: string, parameters?: readonly unknown[] | object): Promise<BoundStatement> {
    const parsed = await parseQuery(sql);
    return bindStatement(parsed, toParameterList(parsed, parameters), catalogOf(this.#tables));
  }

  /** Rows as DuckDB's JSON forms, under the names that the user sees. */
  async run(
    sql: string,
    parameters?: readonly unknown[] | object,
    portions?: Portions,
  ): Promise<{ readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }> {
    const bound = await this.bind(sql, parameters);
    const schema = `s ${++this.#schemas}`;
    await this.#connection.run(`CREATE SCHEMA ${quoteName(schema)}`);
    for (const relation of bound.relations) {
      const stub = `${quoteName(schema)}.${quoteName(relation.alias)}`;
      const columns = relation.columns.map(
        ({ engineName, column }) => `${quoteName(engineName)} ${toDuckdbType(column.type)}`,
      );
      await this.#connection.run(`CREATE TABLE ${stub} (${columns.join(', ')})`);
      for (const row of this.#rows.get(relation.table.name) ?? []) {
        const cells = relation.columns.map(({ column }) =>
          literal(row[relation.table.columns.indexOf(column)] ?? null),
        );
        await this.#connection.run(`INSERT INTO ${stub} VALUES (${cells.join(', ')})`);
      }
    }
    const engineSql = bound.engineSql(schema, portions);
    const result = await this.#connection.runAndReadAll(engineSql).catch((error: unknown) => {
      throw new Error(`${engineSql}\n${String(error)}`, { cause: error });
    });
    return { columns: result.columnNames().map((name) => bound.unmangle(name)), rows: result.getRowsJson() };
  }

  close(): void {
    this.#connection.closeSync();
    this.#engine.close();
  }
}

function literal(cell: Cell): string {
  return typeof cell === 'string' ? `'${cell.replaceAll("'", "''")}'` : String(cell);
}
