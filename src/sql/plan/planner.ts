import { type ResultColumn, resultColumn, toPostgresType } from '../types/types.ts';
import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import { type ColumnDef, keyNames } from '../../catalog/table-def.ts';
import { memoizeAsync } from '../../core/async/lru.ts';
import { MIN_FILTERED_PAGE } from '../../dynamo/read/reader.ts';
import type { BoundStatement } from '../bind/bind.ts';
import type { Relation, SystemRelation } from '../bind/relation.ts';
import { toEngineError } from '../engine/engine-errors.ts';
import type { Engine } from '../engine/engine.ts';
import { loadEngine } from '../engine/load-engine.ts';
import { quoteName, quoteString } from '../print/quote.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import { toDuckdbType } from '../types/column-types.ts';
import { restoreLists, type IntegerList } from './integer-lists.ts';
import {
  readPlan,
  type DirectShape,
  type PlanFacts,
  type PrefixShape,
  type Summary,
} from './logical-plan.ts';
import { withKeySources } from './key-sources.ts';
import { parsePlan } from './plan-json.ts';
import { chooseAccessPath } from './choose-path.ts';
import { assertHintUsable } from './key-candidates.ts';
import { collapseEqualBounds } from './collapse-ranges.ts';
import { readsClock } from './reads-clock.ts';
import { PUSHDOWN_RULES } from './rules/index.ts';
import {
  type Condition,
  type PlanSettings,
  type PushdownRule,
  toScanPath,
  type TableRead,
} from './table-read.ts';

/** An occurrence of a system table, with the conditions that DuckDB will apply to its rows. */
export interface SystemRead {
  readonly relation: SystemRelation;
  readonly conditions: readonly Condition[];
}

export interface StatementPlan {
  readonly columns: readonly ResultColumn[];
  readonly relations: readonly Relation[];
  /** The system tables that it reads. */
  readonly system: readonly SystemRead[];
  /** The statement over the relations in a schema of DuckDB. */
  readonly engineSql: BoundStatement['engineSql'];
  /** The groupings that can be computed in portions. */
  readonly textGroups: BoundStatement['textGroups'];
  /** How the values of a numeric column are printed. */
  readonly numberScale: BoundStatement['numberScale'];
  /** What explains an error of DuckDB. */
  readonly typeProblems: BoundStatement['typeProblems'];
  /** One per relation, in the same order; for a direct statement with `min` and `max`, one per aggregate. */
  readonly reads: readonly TableRead[];
  /** If present, rows are streamed from the single read as they arrive. */
  readonly direct: DirectShape | undefined;
  /** Whether a SELECT list has a star, so that attributes without a column belong to its rows as well. */
  readonly wholeRows: boolean;
  readonly addsColumns: boolean;
  /** The plan depends on the current time: the next run of the statement needs another one. */
  readonly isShortLived?: boolean;
  /** If present, the single read stops once the statement has this many rows, or its value. */
  readonly until: PrefixShape['until'] | undefined;
}

/** Facts from the statement's tree that DuckDB's plan no longer has. */
export interface PlanHints {
  /** Finds the location of the first mention of a column. */
  readonly locate: (name: string) => number | undefined;
  readonly lists: readonly IntegerList[];
}

export interface Planner {
  readonly rules: readonly PushdownRule[];
  plan(bound: BoundStatement, settings: PlanSettings, hints: PlanHints): Promise<StatementPlan>;
  close(): Promise<void>;
}

/** The number of statements whose stubs and plans are cached. */
const STUBS = { entries: 256 };
const ANALYSED = { entries: 256, characters: 512 * 1024 };

/** Creates a planner with its own DuckDB instance, which is started by the first statement that needs it. */
export function createPlanner(rules: readonly PushdownRule[] = PUSHDOWN_RULES): Planner {
  let opened: Promise<PlanningEngine> | undefined;
  const open = (): Promise<PlanningEngine> => (opened ??= openPlanning());
  const inZones = new Map<string, Promise<PlanningEngine>>();
  /** The planning instance with connections of a time zone: of these there are only hundreds. */
  const openIn = async (timeZone: TimeZone): Promise<PlanningEngine> => {
    const planning = await open();
    if (timeZone === undefined) return planning;
    const known = inZones.get(timeZone) ?? connectPlanning(planning.engine, timeZone);
    inZones.set(timeZone, known);
    return known;
  };
  const tableIds = new WeakMap<Stub['table'], number>();
  let nextTableId = 0;
  const stubs = new Map<string, Promise<string>>();
  const analysed = new Map<string, Promise<Analysed>>();

  const stubSchema = (relations: readonly Stub[]): Promise<string> => {
    const signature = relations
      .map(({ alias, table, columns }) => {
        if (!tableIds.has(table)) tableIds.set(table, nextTableId++);
        return `${alias} ${tableIds.get(table)} ${columns.map(({ engineName, column }) => (column.type.kind === 'number' ? `${engineName} NUM` : engineName)).join('\u0000')}`;
      })
      .join('\u0001');
    return memoizeAsync(
      stubs,
      signature,
      STUBS,
      () => createStubs(open, relations),
      (schema) => {
        void open().then(({ connection }) => connection.run(`DROP SCHEMA ${quoteName(schema)} CASCADE`));
      },
    );
  };

  return {
    rules,
    async plan(bound, settings, hints) {
      const all = [...bound.relations, ...bound.system];
      const schema = await stubSchema(all);
      const { timeZone } = settings;
      const sql = bound.engineSql(schema);
      const key = timeZone === undefined ? sql : `${timeZone}\u0000${sql}`;
      const isShortLived = readsClock(sql);
      const look = async (): Promise<Analysed> => {
        const planning = await openIn(timeZone);
        try {
          return await analyse(planning, sql, all, timeZone);
        } catch (error) {
          throw toEngineError(error, hints.locate, bound.typeProblems);
        }
      };
      const found = await (isShortLived ? look() : memoizeAsync(analysed, key, ANALYSED, look));
      const columns = found.columns.map((column, i) =>
        resultColumn(bound.unmangle(column.name), bound.resultTypes.get(i) ?? column.type),
      );
      const { relations, engineSql, textGroups, numberScale, typeProblems, wholeRows, addsColumns } = bound;
      const shown = { columns, numberScale, typeProblems, wholeRows, addsColumns };
      const common = { ...shown, relations, engineSql, textGroups, isShortLived };
      const planned = { facts: found.facts, settings, lists: hints.lists, rules };
      const system = bound.system.map((relation): SystemRead => ({
        relation,
        conditions: found.facts?.scans.get(relation.alias)?.conditions ?? [],
      }));
      // The engine checks all conditions, sorts and limits after the items are laid over what is read.
      const isStored = system.length === 0 && !relations.some((relation) => isOverlaid(relation, settings));
      const direct = isStored ? planDirect(relations, planned) : undefined;
      if (direct) return { ...common, system, ...direct, until: undefined };
      const prefix = isStored ? planPrefix(relations, planned) : undefined;
      if (prefix) return { ...common, system, ...prefix, direct: undefined };
      const reads = relations.map((relation) => planForEngine(relation, planned));
      return {
        ...common,
        system,
        reads: withKeySources(reads, found.facts?.edges ?? [], settings, rules),
        direct: undefined,
        until: undefined,
      };
    },
    async close() {
      for (const { connection, describing } of await Promise.all(inZones.values())) {
        describing.closeSync();
        connection.closeSync();
      }
      const planning = await opened;
      planning?.describing.closeSync();
      planning?.connection.closeSync();
      planning?.engine.close();
    },
  };
}

/** Relations with a stub: DynamoDB tables and system tables. */
type Stub = Relation | SystemRelation;

interface Analysed {
  readonly columns: readonly ResultColumn[];
  /** Undefined if DuckDB could not serialise the plan: every read stays a Scan then. */
  readonly facts: PlanFacts | undefined;
}

/** The planning DuckDB with two connections, so that a statement's columns and plan are requested in parallel. */
interface PlanningEngine {
  readonly engine: Engine;
  readonly connection: DuckDBConnection;
  readonly describing: DuckDBConnection;
}

async function openPlanning(): Promise<PlanningEngine> {
  const { openPlanningEngine } = await loadEngine();
  const engine = await openPlanningEngine();
  return connectPlanning(engine, undefined);
}

async function connectPlanning(engine: Engine, timeZone: TimeZone): Promise<PlanningEngine> {
  return { engine, connection: await engine.connect(timeZone), describing: await engine.connect(timeZone) };
}

async function createStubs(open: () => Promise<PlanningEngine>, relations: readonly Stub[]): Promise<string> {
  const { engine, connection } = await open();
  const schema = engine.newSchema();
  await connection.run(`CREATE SCHEMA ${quoteName(schema)}`);
  for (const { alias, columns } of relations) {
    const definitions = columns.map(
      ({ engineName, column }) => `${quoteName(engineName)} ${toDuckdbType(column.type)}`,
    );
    await connection.run(`CREATE TABLE ${quoteName(schema)}.${quoteName(alias)} (${definitions.join(', ')})`);
  }
  return schema;
}

async function analyse(
  { connection, describing }: PlanningEngine,
  sql: string,
  relations: readonly Stub[],
  timeZone: TimeZone,
): Promise<Analysed> {
  const [columns, facts] = await Promise.all([
    describeResultColumns(describing, sql),
    planFacts(connection, sql, relations, timeZone),
  ]);
  return { columns, facts };
}

async function describeResultColumns(
  connection: DuckDBConnection,
  sql: string,
): Promise<readonly ResultColumn[]> {
  const prepared = await connection.prepare(sql);
  const columns: ResultColumn[] = [];
  for (let i = 0; i < prepared.columnCount; i++) {
    const type = prepared.columnType(i);
    columns.push(resultColumn(prepared.columnName(i), toPostgresType(nameType(type))));
  }
  prepared.destroySync();
  return columns;
}

/** DuckDB's name of a type, with the name of documents in lists. */
function nameType(type: DuckDBType): string {
  return (
    type.alias ??
    ('valueType' in type && !('keyType' in type) ? `${nameType(type.valueType)}[]` : String(type))
  );
}

/** Undefined if DuckDB cannot serialise the plan, for instance because the statement is invalid. */
async function planFacts(
  connection: DuckDBConnection,
  sql: string,
  relations: readonly Stub[],
  timeZone: TimeZone,
): Promise<PlanFacts | undefined> {
  const answer = await connection.runAndReadAll(
    `SELECT json_serialize_plan(${quoteString(sql)}, optimize := true, skip_null := true, skip_empty := true)`,
  );
  const plan = parsePlan(String(answer.getRows()[0]?.[0]), timeZone !== undefined);
  if ('failure' in plan) return undefined;
  const byAlias = new Map(
    relations.map(({ alias, columns: own }) => [alias, own.map(({ column }) => column)]),
  );
  return readPlan(plan.plans, (stub) => byAlias.get(stub));
}

/** The inputs of planning a read. */
interface Planning {
  readonly facts: PlanFacts | undefined;
  readonly settings: PlanSettings;
  readonly lists: readonly IntegerList[];
  readonly rules: readonly PushdownRule[];
}

type ReadGoals = Pick<TableRead, 'limit' | 'order' | 'countOnly' | 'firstPage'>;

function planRead(
  relation: Relation,
  { facts, settings, lists, rules }: Planning,
  goals: ReadGoals = {},
  further: readonly Condition[] = [],
): TableRead {
  const scan = facts?.scans.get(relation.alias);
  const needed = facts === undefined ? relation.columns.map(({ column }) => column) : (scan?.columns ?? []);
  const conditions = [...collapseEqualBounds(restoreLists(scan?.conditions ?? [], lists)), ...further];
  const start: TableRead = {
    alias: relation.alias,
    table: relation.table,
    // A stub that the optimiser removed from the plan cannot contribute a row.
    access: facts !== undefined && scan === undefined ? { kind: 'Empty' } : toScanPath(relation.table),
    conditions,
    keyed: [],
    filter: [],
    residual: conditions,
    columns: needed,
    ...(relation.hint === undefined ? {} : { hint: relation.hint }),
    ...goals,
  };
  assertHintUsable(start, settings);
  return chooseAccessPath(start, settings, rules);
}

/** Plans the statement without the engine, if nothing is left for it to do. */
function planDirect(
  [relation, ...others]: readonly Relation[],
  planning: Planning,
): Pick<StatementPlan, 'reads' | 'direct'> | undefined {
  const direct = planning.facts?.direct;
  if (relation === undefined || others.length > 0 || direct === undefined) return undefined;
  const { summaries, order, limit, offset = 0 } = direct;
  const reads = summaries
    ? planSummaries(relation, summaries, planning)
    : [
        planRead(relation, planning, {
          ...(limit === undefined ? {} : { limit: limit + offset }),
          ...(order.length === 0 ? {} : { order }),
        }),
      ];
  return reads?.every(isComplete) ? { reads, direct } : undefined;
}

/** All counts share one read; `min` and `max` each have their own. */
function planSummaries(
  relation: Relation,
  summaries: readonly Summary[],
  planning: Planning,
): readonly TableRead[] | undefined {
  const keys = new Set(keyNames(relation.table.key));
  const counted = new Map<string, readonly Condition[]>();
  for (const { kind, of } of summaries.flatMap((summary) =>
    summary.kind === 'count' ? [{ of: undefined, ...summary }] : [],
  )) {
    const isEvery = of === undefined || (of.path.length === 1 && keys.has(of.path[0]));
    counted.set(isEvery ? kind : of.name, isEvery ? [] : [toPresenceCondition(of)]);
  }
  if (counted.size > 1) return undefined;
  const [conditions] = counted.values();
  if (conditions) return [planRead(relation, planning, { countOnly: true }, conditions)];
  return summaries.flatMap((summary) =>
    summary.kind === 'first' ? [planRead(relation, planning, { limit: 1, order: [summary] })] : [],
  );
}

function toPresenceCondition({ name, path }: ColumnDef): Condition {
  return { text: `${name} IS NOT NULL`, predicate: { kind: 'isNotNull', path }, exact: true };
}

/** Plans to stop the statement's only read as soon as it has enough rows. */
function planPrefix(
  [relation, ...others]: readonly Relation[],
  planning: Planning,
): Pick<StatementPlan, 'reads' | 'until'> | undefined {
  const prefix = planning.facts?.prefix;
  if (relation === undefined || others.length > 0 || prefix === undefined) return undefined;
  const { rows, order } = prefix.cut;
  const read = planRead(relation, planning, {
    ...(order.length === 0 ? {} : { order }),
    firstPage: Math.max(1, rows),
  });
  if (read.order !== undefined || (read.residual.length === 0 && !prefix.cut.filteredAbove)) return undefined;
  // Items nearly always match what their index entries matched.
  const promised = new Set([...read.keyed, ...(read.fetchBack ? read.filter : [])]);
  const isSelective =
    prefix.cut.filteredAbove || !read.residual.every((condition) => promised.has(condition));
  // Fetching one item by key costs as much as reading many items in one page.
  if (read.fetchBack && isSelective) return undefined;
  const firstPage = isSelective ? Math.max(rows, MIN_FILTERED_PAGE) : rows;
  return { reads: [withFirstPage(read, firstPage)], until: prefix.until };
}

/** Also updates the losing paths, whose costs EXPLAIN compares with that of the read. */
function withFirstPage({ considered, ...read }: TableRead, firstPage: number): TableRead {
  const paths = considered?.paths.map((path) => ({ ...path, firstPage }));
  return { ...read, firstPage, ...(considered && paths ? { considered: { ...considered, paths } } : {}) };
}

/**
 * Plans a read for the engine, which sorts, limits and counts. The read returns all rows, or the first ones if its own
 * limit is enough.
 */
function planForEngine(relation: Relation, planning: Planning): TableRead {
  const cut = planning.facts?.scans.get(relation.alias)?.cut;
  if (cut && !cut.filteredAbove && !isOverlaid(relation, planning.settings)) {
    const order = cut.order.length === 0 ? {} : { order: cut.order };
    const read = planRead(relation, planning, { limit: cut.rows, ...order });
    if (isComplete(read)) return read;
  }
  return planRead(relation, planning);
}

function isOverlaid({ table }: Relation, { overlaid }: PlanSettings): boolean {
  return overlaid?.includes(table.name) === true;
}

/** Whether the rows need no further filtering or sorting. */
function isComplete(read: TableRead): boolean {
  return read.residual.length === 0 && read.order === undefined;
}
