import type { Node, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError, isConnectionFailure } from '../../core/errors.ts';
import { plural } from '../../core/plural.ts';
import { toExactLane } from '../dialect/exact/queries.ts';
import { matchCall } from '../dialect/build.ts';
import { expandTryCasts } from '../dialect/try-casts.ts';
import { rewriteDialect } from '../dialect/rewrite.ts';
import { SET_RETURNING } from '../dialect/set-returning.ts';
import { inferColumnScale } from '../dialect/number-scale.ts';
import { inferStaticType } from '../dialect/static-types.ts';
import type { ExpressionTypes } from '../dialect/types.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import type { ParsedQuery } from '../parse/parse.ts';
import { loadParser } from '../parse/parser.ts';
import { isStar, visitNodes } from '../parse/tree.ts';
import { printSelect } from '../print/print.ts';
import type { NumberScale } from '../types/number-text.ts';
import type { View } from '../../catalog/view.ts';
import type { Binder } from './binder.ts';
import { printRelationNames } from './catalog-calls.ts';
import { readsNumberColumn, withExactColumns } from './exact-columns.ts';
import { inferExpressionTypes } from './expression-types.ts';
import { inlineParameters } from './literals.ts';
import { needsExactNumbers } from './needs-exact-numbers.ts';
import { computeInZone } from './compute-in-zone.ts';
import { keepDocumentTypes } from './keep-types.ts';
import { bindExpression, bindQuery } from './query.ts';
import { type KnownTable, parseView } from './known-table.ts';
import { adaptMixedOperands } from './mixed-operands.ts';
import { castChangedDocuments } from './changed-documents.ts';
import { collectColumnNames } from './names-in.ts';
import { describeUnsampled, findUnknownColumn } from './suggestions.ts';
import { TRY_CAST } from '../parse/try-casts.ts';
import type { TypeProblem } from '../dialect/type-problem.ts';
import { findTypeProblems } from './type-problems.ts';
import { splitIntoPortions, type Portions, type TextGroups, findTextGroups } from './portions.ts';
import {
  type Relation,
  toRelation,
  type SystemRelation,
  toSystemRelation,
  unmangleName,
} from './relation.ts';

/** The catalog as the binder sees it. */
export interface TableSource {
  table(name: string, signal?: AbortSignal): Promise<TableDef>;
  /** Without it there are no views. */
  view?(name: string, signal?: AbortSignal): Promise<View | undefined>;
  /** Resolves the name of a table or view; null if neither exists. Without it names are taken literally. */
  relationName?(name: string, signal?: AbortSignal): Promise<string | null>;
  /** Set if documents keep the DynamoDB type of each value, for statements that write them. */
  readonly keepsTypes?: true;
  /** The time zone in which the statement computes; absent: UTC. */
  readonly timeZone?: string;
}

/** A statement whose names are resolved, ready for DuckDB. */
export interface BoundStatement {
  /** One per occurrence of a table. */
  readonly relations: readonly Relation[];
  /** One per occurrence of a system table. */
  readonly system: readonly SystemRelation[];
  /** The bound tree, with views expanded. */
  readonly select: SelectStmt;
  /** The statement in DuckDB's SQL, over the stubs of this schema: one table per relation, named by its alias. */
  readonly engineSql: (schema: string, portions?: Portions) => string;
  /** Whether a SELECT list has a star. */
  readonly wholeRows: boolean;
  /** Whether the result has the columns of a star, so that it may have more of them. */
  readonly addsColumns: boolean;
  /** The groupings that can be computed in portions. */
  readonly textGroups: () => readonly TextGroups[];
  /** Returns the attribute's name for a column name of DuckDB's result. */
  readonly unmangle: (name: string) => string;
  /** PostgreSQL types, by position, of the result columns whose type DuckDB does not have. */
  readonly resultTypes: ReadonlyMap<number, string>;
  /** How the values of a numeric column of the result are printed. */
  readonly numberScale: (position: number) => NumberScale;
  /** What PostgreSQL refuses because of the types, where DuckDB refuses something. */
  readonly typeProblems: () => readonly TypeProblem[];
  /** The same statement with other parameter values. Names are not resolved again. */
  readonly withParameters: (parameters: readonly ParameterLiteral[]) => BoundStatement;
}

/** Resolves every table and column of a statement against the catalog. */
export async function bindStatement(
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  catalog: TableSource,
  signal?: AbortSignal,
  exactNumbers = false,
): Promise<BoundStatement> {
  // The binder parses generated SQL, and the statement may have been parsed as a look-up, without this parser.
  await loadParser();
  const tables = new Map<string, KnownTable>();
  const relationNames = new Map<string, string | null>();
  for (;;) {
    const bound = withQuoteRemedy(parsed, () => guardStack(() => bindAll(parsed, tables, relationNames)));
    if (bound.missingTables.size + bound.missingNames.size === 0)
      return toBoundStatement(
        parsed,
        chooseLane(
          withMixedOperands(
            inTimeZone(withKeptTypes(withChangedDocuments(withTestedCasts(bound, parsed)), catalog), catalog),
          ),
          exactNumbers,
        ),
        parameters,
      );
    await Promise.all([
      ...[...bound.missingTables].map(async ([name, location]) => {
        tables.set(name, await loadTable(catalog, name, parsed.position(location), signal));
      }),
      ...[...bound.missingNames].map(async (name) => {
        relationNames.set(name, catalog.relationName ? await catalog.relationName(name, signal) : name);
      }),
    ]);
  }
}

/** Explains double quotes when a string constant was written in them by mistake. */
function withQuoteRemedy<T>({ text }: ParsedQuery, bind: () => T): T {
  try {
    return bind();
  } catch (error) {
    if (!(error instanceof DriverError) || error.code !== 'SQL_UNKNOWN_COLUMN') throw error;
    const rest = Array.from(text)
      .slice((error.position ?? 1) - 1)
      .join('');
    const [, quoted] = /^"((?:[^"]|"")*)"(?!\s*\.)/.exec(rest) ?? [];
    if (quoted === undefined || error.candidates.length > 0) throw error;
    const written = quoted.replaceAll('""', '"').replaceAll("'", "''");
    throw new DriverError(error.code, error.message, {
      cause: error,
      ...(error.position === undefined ? {} : { position: error.position }),
      remedy: `Double quotes delimit identifiers. Write a string constant in single quotes: '${written}'.${findUnknownColumn(error) === undefined ? '' : ` ${describeUnsampled(quoted)}`}`,
    });
  }
}

interface Attempt {
  readonly select: SelectStmt;
  readonly relations: readonly Relation[];
  readonly system: readonly SystemRelation[];
  /** Tables that the catalog was not asked for yet, with the location of their first mention. */
  readonly missingTables: ReadonlyMap<string, number>;
  /** Names cast to regclass that the catalog was not asked for yet. */
  readonly missingNames: ReadonlySet<string>;
}

function bindAll(
  parsed: ParsedQuery,
  tables: ReadonlyMap<string, KnownTable>,
  relationNames: ReadonlyMap<string, string | null>,
): Attempt {
  const relations: Relation[] = [];
  const system: SystemRelation[] = [];
  const missingTables = new Map<string, number>();
  const missingNames = new Set<string>();
  const createBinder = (select: SelectStmt, views: readonly string[]): Binder => {
    const own = collectColumnNames({ SelectStmt: select });
    const binder: Binder = {
      position: (location) => parsed.position(location ?? 0),
      table: (name, location) => {
        const table = tables.get(name);
        if (table === undefined && !missingTables.has(name)) missingTables.set(name, location ?? 0);
        return table;
      },
      relationName: (name) => {
        const known = relationNames.get(name);
        if (known === undefined) missingNames.add(name);
        return known;
      },
      relation: (table, named) => {
        const names = named === undefined ? own : new Set([...own, ...named]);
        const relation = toRelation(`r${relations.length}`, table, names);
        relations.push(relation);
        return relation;
      },
      hint: (relation, hint) => {
        const at = relations.findIndex(({ alias }) => alias === relation.alias);
        const found = relations[at];
        if (found !== undefined) relations[at] = { ...found, hint };
      },
      system: (table) => {
        const relation = toSystemRelation(`sys${system.length}`, table);
        system.push(relation);
        return relation;
      },
      views,
      forView: (name, query) => createBinder(query, [...views, name]),
      query: (query, common, outer) => bindQuery(query, common, outer, binder),
      expression: (part, scope, common) => bindExpression(part, scope, common, binder),
    };
    return binder;
  };
  const ast = printRelationNames(parsed.ast);
  const { select } = bindQuery(ast, new Map(), undefined, createBinder(ast, []));
  return { select, relations, system, missingTables, missingNames };
}

/** The statement, with tests of values in place of TRY_CAST. */
function withTestedCasts(bound: Attempt, { text }: ParsedQuery): Attempt {
  if (!text.toLowerCase().includes(TRY_CAST)) return bound;
  return { ...bound, select: expandTryCasts(bound.select, inferExpressionTypes(bound)) };
}

/** The statement, with the operators of jsonb for columns of documents. */
function withChangedDocuments(bound: Attempt): Attempt {
  if (!bound.relations.some(hasDocuments)) return bound;
  return { ...bound, select: castChangedDocuments(bound.select, inferExpressionTypes(bound)) };
}

function hasDocuments({ columns }: Relation): boolean {
  return columns.some(({ column }) => column.type.kind === 'json');
}

/** The statement, prepared for documents that keep the DynamoDB types of their values. */
function withKeptTypes(bound: Attempt, { keepsTypes }: TableSource): Attempt {
  return keepsTypes === true
    ? { ...bound, select: keepDocumentTypes(bound.select, inferExpressionTypes(bound)) }
    : bound;
}

/** The statement, as DuckDB computes it in a time zone. */
function inTimeZone(bound: Attempt, { timeZone }: TableSource): Attempt {
  return timeZone === undefined
    ? bound
    : { ...bound, select: computeInZone(bound.select, timeZone, inferExpressionTypes(bound)) };
}

/** Conversions inside an expression decide the type of the expression around it. */
const MAX_ADAPTATIONS = 4;

/** The statement, with columns of several types converted to what they are computed with. Errors name the items of such columns. */
function withMixedOperands(bound: Attempt): Attempt {
  if (!bound.relations.some(hasDocuments)) return bound;
  let { select } = bound;
  for (let i = 0; i < MAX_ADAPTATIONS; i++) {
    const adapted = adaptMixedOperands(select, inferExpressionTypes({ ...bound, select }));
    if (adapted === select) break;
    select = adapted;
  }
  if (select === bound.select) return bound;
  const relations = bound.relations.map((relation) =>
    hasDocuments(relation) ? { ...relation, loadsKey: true as const } : relation,
  );
  return { ...bound, select, relations };
}

interface Bound extends Omit<Attempt, 'missingTables' | 'missingNames'> {
  /** All values of type numeric are numbers of any digits in DuckDB. */
  readonly exactNumbers: boolean;
}

function chooseLane(bound: Attempt, isForced: boolean): Bound {
  const { select, relations, system } = bound;
  const exactNumbers =
    isForced ||
    readsNumberColumn(select, relations) ||
    needsExactNumbers(select, () => inferExpressionTypes(bound));
  return {
    select,
    relations: exactNumbers ? withExactColumns(select, relations) : relations,
    system,
    exactNumbers,
  };
}

function toBoundStatement(
  parsed: ParsedQuery,
  bound: Bound,
  parameters: readonly ParameterLiteral[],
): BoundStatement {
  if (parameters.length < parsed.parameterCount)
    throw new DriverError(
      'SQL_PARAMETERS',
      `the statement has ${plural(parsed.parameterCount, 'parameter')}, but got ${plural(parameters.length, 'value')}`,
    );
  const { select, relations, system } = bound;
  const printed = new Map<string, string>();
  let rewritten: SelectStmt | undefined;
  const types = inferExpressionTypes(bound);
  const translate = (query: SelectStmt): SelectStmt => {
    const own = query === select ? types : inferExpressionTypes({ select: query, relations, system });
    const { position } = parsed;
    const lane = bound.exactNumbers ? toExactLane(query, own, position) : { select: query, types: own };
    return rewriteDialect(lane.select, { position, ...lane.types });
  };
  const tree = (): SelectStmt => (rewritten ??= translate(inlineParameters(select, parameters, types)));
  const print = (query: SelectStmt, schema: string): string => printSelect(query, schema, parsed.position);
  return {
    relations,
    system,
    select,
    wholeRows: hasStar(select),
    addsColumns: (select.targetList ?? []).some(
      (target) => 'ResTarget' in target && isStar(target.ResTarget.val),
    ),
    resultTypes: findResultTypes(select, types),
    unmangle: (name) => unmangleName(relations, select, name),
    numberScale: (position) => inferColumnScale(types.resultColumns()[position]?.definitions, types),
    typeProblems: () => findTypeProblems(select, types, parsed.position),
    withParameters: (others) => toBoundStatement(parsed, bound, others),
    textGroups: () => findTextGroups(tree(), relations),
    engineSql: (schema, portions) => {
      if (portions !== undefined)
        return guardStack(() => print(splitIntoPortions(tree(), relations, portions), schema));
      let sql = printed.get(schema);
      if (sql === undefined) {
        sql = guardStack(() => print(tree(), schema));
        printed.set(schema, sql);
      }
      return sql;
    },
  };
}

function hasStar(select: SelectStmt): boolean {
  let found = false;
  visitNodes([{ SelectStmt: select }], (node) => {
    found ||= 'A_Star' in node;
  });
  return found;
}

/** Infers them from the SELECT list, unless it contains a star. */
function findResultTypes(select: SelectStmt, types: ExpressionTypes): ReadonlyMap<number, string> {
  const values = (select.targetList ?? []).map((node) =>
    'ResTarget' in node ? node.ResTarget.val : undefined,
  );
  if (values.some(isStar)) return new Map();
  return new Map(
    values.flatMap((value, i): [number, string][] => {
      if (value !== undefined && ('RowExpr' in value || returnsRows(value))) return [[i, 'record']];
      const type = inferStaticType(value, types);
      // DuckDB computes some of PostgreSQL's numerics as integers or doubles.
      return type === 'jsonb' || type === 'numeric' ? [[i, type]] : [];
    }),
  );
}

/** Whether an expression is a call of a function with several columns, whose rows are values in a SELECT list. */
function returnsRows(value: Node): boolean {
  return (SET_RETURNING.get(matchCall(value)?.name ?? '')?.columns?.length ?? 1) > 1;
}

async function loadTable(
  catalog: TableSource,
  name: string,
  position: number,
  signal: AbortSignal | undefined,
): Promise<KnownTable> {
  try {
    const view = await catalog.view?.(name, signal);
    if (view !== undefined) return await parseView(view);
    return { kind: 'table', table: await catalog.table(name, signal) };
  } catch (error) {
    if (!(error instanceof DriverError) || error.position !== undefined || isConnectionFailure(error))
      throw error;
    throw new DriverError(error.code, error.message, {
      cause: error,
      position,
      candidates: error.candidates,
      attempts: error.attempts,
      remedy: error.remedy,
    });
  }
}

/**
 * Trees are walked recursively. The parser limits their depth, but a long chain of operators can exceed the stack
 * anyway.
 */
function guardStack<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError)
      throw new DriverError('SQL_NOT_SUPPORTED', 'the statement is nested too deeply', { cause: error });
    throw error;
  }
}
