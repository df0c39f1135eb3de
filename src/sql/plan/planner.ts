import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableDef } from '../../catalog/table-def.ts';
import { remember } from '../../core/remember.ts';
import type { BoundStatement } from '../bind/bind.ts';
import type { Relation } from '../bind/relation.ts';
import { engineError } from '../engine/engine-errors.ts';
import { openPlanningEngine, type Engine } from '../engine/engine.ts';
import { identifier, literal } from '../engine/quote.ts';
import { engineType, postgresTypeName } from '../engine-types.ts';
import { restoreLists, type IntegerList } from './integer-lists.ts';
import { readPlan, type DirectShape, type PlanFacts } from './logical-plan.ts';
import { withKeySources } from './key-sources.ts';
import { parsePlan } from './plan-json.ts';
import { applyRules } from './apply-rules.ts';
import { PUSHDOWN_RULES } from './rules/index.ts';
import { type PlanSettings, type PushdownRule, scanOf, type TableRead } from './table-read.ts';

/** A column of a result, PostgreSQL's name of its type included. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

export interface StatementPlan {
  readonly columns: readonly ResultColumn[];
  readonly relations: readonly Relation[];
  /** The statement over the relations of a schema. */
  readonly engineSql: (schema: string) => string;
  /** One for each relation, in the same order. */
  readonly reads: readonly TableRead[];
  /** Where present, rows stream from the one read as they come. */
  readonly direct: DirectShape | undefined;
}

/** What the statement's own tree knows and DuckDB's plan no longer does. */
export interface PlanHints {
  /** Where the statement names a column first. */
  readonly locate: (name: string) => number | undefined;
  readonly lists: readonly IntegerList[];
}

export interface Planner {
  readonly rules: readonly PushdownRule[];
  plan(bound: BoundStatement, settings: PlanSettings, hints: PlanHints): Promise<StatementPlan>;
  close(): Promise<void>;
}

/** Plans and stubs are kept for so many statements. */
const CACHE_SIZE = 256;

/** A planner with a DuckDB of its own, started with the first statement that needs it. */
export function createPlanner(rules: readonly PushdownRule[] = PUSHDOWN_RULES): Planner {
  let opened: Promise<{ engine: Engine; connection: DuckDBConnection }> | undefined;
  const open = (): NonNullable<typeof opened> =>
    (opened ??= openPlanningEngine().then(async (engine) => ({
      engine,
      connection: await engine.connect(),
    })));
  const tableIds = new WeakMap<TableDef, number>();
  let nextTableId = 0;
  const stubs = new Map<string, Promise<string>>();
  const planned = new Map<string, Promise<Planned>>();

  const stubSchema = (relations: readonly Relation[]): Promise<string> => {
    const signature = relations
      .map(({ alias, table, columns }) => {
        if (!tableIds.has(table)) tableIds.set(table, nextTableId++);
        return `${alias} ${tableIds.get(table)} ${columns.map((column) => column.engineName).join('\u0000')}`;
      })
      .join('\u0001');
    return remember(
      stubs,
      signature,
      CACHE_SIZE,
      () => createStubs(open, relations),
      (schema) => {
        void open().then(({ connection }) => connection.run(`DROP SCHEMA ${identifier(schema)} CASCADE`));
      },
    );
  };

  return {
    rules,
    async plan(bound, settings, hints) {
      const schema = await stubSchema(bound.relations);
      const sql = bound.engineSql(schema);
      const found = await remember(planned, sql, CACHE_SIZE, async () => {
        const { connection } = await open();
        try {
          return await analyse(connection, sql, bound.relations);
        } catch (error) {
          throw engineError(error, hints.locate);
        }
      });
      const columns = found.columns.map((column, i) => ({
        name: bound.unmangle(column.name),
        type: bound.resultTypes.get(i) ?? column.type,
      }));
      const reads = bound.relations.map((relation) =>
        planRead(relation, found.facts, settings, hints.lists, rules),
      );
      const [only] = reads;
      const direct = reads.length === 1 && only && canStream(only) ? found.facts?.direct : undefined;
      return {
        columns,
        relations: bound.relations,
        engineSql: bound.engineSql,
        reads: direct
          ? reads
          : withKeySources(reads.map(asEngineReads), found.facts?.edges ?? [], settings, rules),
        direct,
      };
    },
    async close() {
      const planning = await opened;
      planning?.connection.closeSync();
      planning?.engine.close();
    },
  };
}

interface Planned {
  readonly columns: readonly ResultColumn[];
  /** Undefined where DuckDB's plan did not serialise: every read stays a Scan then. */
  readonly facts: PlanFacts | undefined;
}

async function createStubs(
  open: () => Promise<{ engine: Engine; connection: DuckDBConnection }>,
  relations: readonly Relation[],
): Promise<string> {
  const { engine, connection } = await open();
  const schema = engine.newSchema();
  await connection.run(`CREATE SCHEMA ${identifier(schema)}`);
  for (const { alias, columns } of relations) {
    const definitions = columns.map(
      ({ engineName, column }) => `${identifier(engineName)} ${engineType(column.type)}`,
    );
    await connection.run(
      `CREATE TABLE ${identifier(schema)}.${identifier(alias)} (${definitions.join(', ')})`,
    );
  }
  return schema;
}

async function analyse(
  connection: DuckDBConnection,
  sql: string,
  relations: readonly Relation[],
): Promise<Planned> {
  const prepared = await connection.prepare(sql);
  const columns: ResultColumn[] = [];
  for (let i = 0; i < prepared.columnCount; i++) {
    const type = prepared.columnType(i);
    columns.push({ name: prepared.columnName(i), type: postgresTypeName(type.alias ?? String(type)) });
  }
  prepared.destroySync();
  const answer = await connection.runAndReadAll(
    `SELECT json_serialize_plan(${literal(sql)}, optimize := true, skip_null := true, skip_empty := true)`,
  );
  const plan = parsePlan(String(answer.getRows()[0]?.[0]));
  if ('failure' in plan) return { columns, facts: undefined };
  const byAlias = new Map(
    relations.map(({ alias, columns: own }) => [alias, own.map(({ column }) => column)]),
  );
  return { columns, facts: readPlan(plan.plans, (stub) => byAlias.get(stub)) };
}

function planRead(
  relation: Relation,
  facts: PlanFacts | undefined,
  settings: PlanSettings,
  lists: readonly IntegerList[],
  rules: readonly PushdownRule[],
): TableRead {
  const scan = facts?.scans.get(relation.alias);
  const direct = facts?.direct;
  const needed = facts === undefined ? relation.columns.map(({ column }) => column) : (scan?.columns ?? []);
  const conditions = restoreLists(scan?.conditions ?? [], lists);
  const wanted = direct?.limit === undefined ? undefined : direct.limit + (direct.offset ?? 0);
  const start: TableRead = {
    alias: relation.alias,
    table: relation.table,
    // What the optimiser removed from the plan cannot contribute a row.
    access: facts !== undefined && scan === undefined ? { kind: 'Empty' } : scanOf(relation.table),
    conditions,
    keyed: [],
    filter: [],
    residual: conditions,
    columns: needed,
    ...(direct?.summary === 'count' ? { countOnly: true } : {}),
    ...(wanted === undefined ? {} : { limit: wanted }),
    ...(direct?.order === undefined
      ? {}
      : { order: { column: direct.order.column.path.join('.'), descending: direct.order.descending } }),
    rejected: [],
  };
  return applyRules(start, settings, rules);
}

/** Nothing is left for DuckDB to do. */
function canStream(read: TableRead): boolean {
  return read.residual.length === 0 && read.order === undefined;
}

/** On the engine path DuckDB counts, sorts and cuts: the read brings all rows. */
function asEngineReads({
  limit: _limit,
  order: _order,
  countOnly: _countOnly,
  ...read
}: TableRead): TableRead {
  return read;
}
