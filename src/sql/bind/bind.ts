import type { Node, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { rewriteDialect } from '../dialect/rewrite.ts';
import { staticType } from '../dialect/static-types.ts';
import type { ParameterLiteral } from '../parse/parameter-list.ts';
import type { ParsedQuery } from '../parse/parse.ts';
import { textsOf, visitNodes } from '../parse/tree.ts';
import { printSelect } from '../print/print.ts';
import type { Binder, BoundQuery } from './binder.ts';
import { writeParameters } from './literals.ts';
import { bindExpression, bindQuery } from './query.ts';
import { type Relation, relationOf, unmangleName } from './relation.ts';

/** Where the binder finds tables. */
export interface TableSource {
  table(name: string, signal?: AbortSignal): Promise<TableDef>;
}

/** A statement whose names are resolved, ready for DuckDB. */
export interface BoundStatement {
  /** One for each occurrence of a table. */
  readonly relations: readonly Relation[];
  /** The statement as DuckDB runs it over stubs in this schema: a table for each relation, named by its alias. */
  readonly engineSql: (schema: string) => string;
  /** The attribute's own spelling of a column name that DuckDB gives. */
  readonly unmangle: (name: string) => string;
  /** PostgreSQL's types of result columns that DuckDB has no types for, by position. */
  readonly resultTypes: ReadonlyMap<number, string>;
  /** The same statement with other values for its parameters; nothing is resolved again. */
  readonly withParameters: (parameters: readonly ParameterLiteral[]) => BoundStatement;
}

/** Resolves every table and column of a statement against the catalog. */
export async function bindStatement(
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  catalog: TableSource,
  signal?: AbortSignal,
): Promise<BoundStatement> {
  const tables = new Map<string, TableDef>();
  for (;;) {
    const bound = withinStack(() => bindAll(parsed, tables));
    if (bound.wanted.size === 0) return bindingOf(parsed, bound.query.select, bound.relations, parameters);
    await Promise.all(
      [...bound.wanted].map(async ([name, location]) => {
        tables.set(name, await tableAt(catalog, name, parsed.position(location), signal));
      }),
    );
  }
}

interface Attempt {
  readonly query: BoundQuery;
  readonly relations: readonly Relation[];
  /** Tables that are not known yet, and where they were named first. */
  readonly wanted: ReadonlyMap<string, number>;
}

function bindAll(parsed: ParsedQuery, tables: ReadonlyMap<string, TableDef>): Attempt {
  const named = namesIn(parsed.ast);
  const relations: Relation[] = [];
  const wanted = new Map<string, number>();
  const binder: Binder = {
    position: (location) => parsed.position(location ?? 0),
    table: (name, location) => {
      const table = tables.get(name);
      if (table === undefined && !wanted.has(name)) wanted.set(name, location ?? 0);
      return table;
    },
    relation: (table) => {
      const relation = relationOf(`r${relations.length}`, table, named);
      relations.push(relation);
      return relation;
    },
    query: (select, common, outer) => bindQuery(select, common, outer, binder),
    expression: (part, scope, common) => bindExpression(part, scope, common, binder),
  };
  return { query: bindQuery(parsed.ast, new Map(), undefined, binder), relations, wanted };
}

function bindingOf(
  parsed: ParsedQuery,
  select: SelectStmt,
  relations: readonly Relation[],
  parameters: readonly ParameterLiteral[],
): BoundStatement {
  if (parameters.length < parsed.parameterCount)
    throw new DriverError(
      'SQL_PARAMETERS',
      `The statement has ${parsed.parameterCount} parameters, but ${parameters.length} values came with it.`,
    );
  const printed = new Map<string, string>();
  return {
    relations,
    resultTypes: resultTypes(select),
    unmangle: (name) => unmangleName(relations, name),
    withParameters: (others) => bindingOf(parsed, select, relations, others),
    engineSql: (schema) => {
      let sql = printed.get(schema);
      if (sql === undefined) {
        sql = withinStack(() =>
          printSelect(
            rewriteDialect(writeParameters(select, parameters), parsed.position),
            schema,
            parsed.position,
          ),
        );
        printed.set(schema, sql);
      }
      return sql;
    },
  };
}

/** Told from the form of the SELECT list, where each of its entries is one column. */
function resultTypes(select: SelectStmt): ReadonlyMap<number, string> {
  const values = (select.targetList ?? []).map((node) =>
    'ResTarget' in node ? node.ResTarget.val : undefined,
  );
  if (values.some(isStar)) return new Map();
  return new Map(
    values.flatMap((value, i): [number, string][] => {
      if (value !== undefined && 'RowExpr' in value) return [[i, 'record']];
      return staticType(value) === 'jsonb' ? [[i, 'jsonb']] : [];
    }),
  );
}

function isStar(value: Node | undefined): boolean {
  return (
    value !== undefined &&
    'ColumnRef' in value &&
    value.ColumnRef.fields?.some((field) => 'A_Star' in field) === true
  );
}

/** The last parts of all names of columns, in lower case: what decides which hidden columns a stub needs. */
function namesIn(select: SelectStmt): ReadonlySet<string> {
  const names = new Set<string>();
  visitNodes({ SelectStmt: select }, (node) => {
    if ('ColumnRef' in node) names.add((textsOf(node.ColumnRef.fields).at(-1) ?? '').toLowerCase());
    if ('JoinExpr' in node)
      for (const name of textsOf(node.JoinExpr.usingClause)) names.add(name.toLowerCase());
  });
  return names;
}

async function tableAt(
  catalog: TableSource,
  name: string,
  position: number,
  signal: AbortSignal | undefined,
): Promise<TableDef> {
  try {
    return await catalog.table(name, signal);
  } catch (error) {
    if (!(error instanceof DriverError) || error.position !== undefined) throw error;
    throw new DriverError(error.code, error.message, {
      cause: error,
      position,
      candidates: error.candidates,
      attempts: error.attempts,
      remedy: error.remedy,
    });
  }
}

/** Trees are walked by recursion; the parser bounds how deep they are by what it sees, which a long chain may escape. */
function withinStack<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError)
      throw new DriverError('SQL_NOT_SUPPORTED', 'The statement is nested too deeply.', { cause: error });
    throw error;
  }
}
