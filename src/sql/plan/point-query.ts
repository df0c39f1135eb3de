import { resultColumn, type ResultColumn } from '../types/types.ts';
import type { ColumnRef, Node, SelectStmt } from 'libpg-query';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import { isConnectionFailure } from '../../core/errors.ts';
import type { Literal } from '../../dynamo/expression/predicate.ts';
import { postgresColumnType, storedAttributeType } from '../types/column-types.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import { getIndexHint } from '../parse/hints.ts';
import type { ParsedQuery } from '../parse/parse.ts';
import { isStar } from '../parse/tree.ts';
import { describePredicate } from './describe-predicate.ts';
import { parseTimeInput } from '../types/time-input.ts';
import { isTimeColumn, type TimeColumn, toStoredLiteral } from './time-conditions.ts';
import { chooseAccessPath } from './choose-path.ts';
import { assertHintUsable } from './key-candidates.ts';
import {
  type Condition,
  type PlanSettings,
  type PushdownRule,
  toScanPath,
  type TableRead,
} from './table-read.ts';
import { findSystemTable } from '../system/registry.ts';
import type { DirectPlan } from './direct-plan.ts';
import { repeatLookup, type LookupPlan, toLookupPlan } from './lookup-plan.ts';

/**
 * A statement of the form `SELECT columns FROM table [WHERE column = value AND …] [LIMIT n]`. It is planned without the
 * planning engine, so a point lookup costs little more than its GetItem.
 */
export interface PointQuery {
  readonly columns: readonly ResultColumn[];
  /**
   * Plans the query for these parameters; undefined if a value does not have its column's type, a condition cannot be
   * pushed down, or the statement sees items of the table in another state than DynamoDB has them.
   */
  plan(
    parameters: readonly ParameterLiteral[],
    settings: PlanSettings,
    rules: readonly PushdownRule[],
  ): DirectPlan | undefined;
}

/** The clauses of a point query; statements with other clauses are left to the planner. */
const POINT_QUERY_CLAUSES: ReadonlySet<string> = new Set([
  'targetList',
  'fromClause',
  'whereClause',
  'limitCount',
  'limitOption',
  'op',
]);

/** Whether a statement has the form of a point query, regardless of its table. */
export function isPointShape(parsed: ParsedQuery): boolean {
  return matchShape(parsed) !== undefined;
}

/** Compiles the statement as a point query; undefined if its table does not allow that. */
export async function matchPointQuery(
  parsed: ParsedQuery,
  catalog: Pick<Catalog, 'table' | 'view'>,
  signal: AbortSignal,
): Promise<PointQuery | undefined> {
  const shape = matchShape(parsed);
  if (shape === undefined) return undefined;
  const { source, equalities } = shape;
  let table: TableDef;
  try {
    if ((await catalog.view(source.name, signal)) !== undefined) return undefined;
    table = await catalog.table(source.name, signal);
  } catch (error) {
    // Retrying in the binder would trigger a second sign-in.
    if (isConnectionFailure(error)) throw error;
    // The binder will report the same error with its position.
    return undefined;
  }
  if (table.child !== undefined) return undefined;
  const known = compiled.get(parsed);
  if (known?.table === table) return known.statement;
  const statement = compile(parsed.ast, table, source.alias, equalities);
  compiled.set(parsed, { table, statement });
  return statement;
}

interface Shape {
  readonly source: { readonly name: string; readonly alias: string };
  readonly equalities: readonly Equality[];
}

/** The shapes of statements, which do not depend on their tables; undefined if a statement is not a point query. */
const shapes = new WeakMap<ParsedQuery, Shape | undefined>();

function matchShape(parsed: ParsedQuery): Shape | undefined {
  if (shapes.has(parsed)) return shapes.get(parsed);
  const { ast } = parsed;
  const source = matchSource(ast);
  const equalities = ast.whereClause === undefined ? [] : matchEqualities(ast.whereClause);
  const shape =
    source === undefined ||
    equalities === undefined ||
    !hasPlainTargets(ast) ||
    findSystemTable(undefined, source.name) !== undefined
      ? undefined
      : { source, equalities };
  shapes.set(parsed, shape);
  return shape;
}

/** The compiled query of a statement, valid as long as its table definition is the same. */
const compiled = new WeakMap<
  ParsedQuery,
  { readonly table: TableDef; readonly statement: PointQuery | undefined }
>();

function compile(
  ast: SelectStmt,
  table: TableDef,
  alias: string,
  equalities: readonly Equality[],
): PointQuery | undefined {
  const output = resolveOutput(ast, table, alias);
  const compared = equalities.map(({ column, value }) => ({
    column: findNamedColumn(column, table, alias),
    value,
  }));
  if (output === undefined || compared.some(({ column }) => column === undefined)) return undefined;
  const columns = output.map(({ name, column }) => resultColumn(name, postgresColumnType(column.type)));
  const outputColumns = output.map(({ column }) => column);
  const named = new Set([...outputColumns, ...compared.map(({ column }) => column)]);
  const needed = table.columns.filter((column) => named.has(column));
  const wholeRows = (ast.targetList ?? []).some(
    (target) => 'ResTarget' in target && isStar(target.ResTarget.val),
  );
  let lookup: LookupPlan | undefined;
  return {
    columns,
    plan(parameters, settings, rules) {
      if (settings.overlaid?.includes(table.name) === true) return undefined;
      const limit = ast.limitCount === undefined ? undefined : resolveLimit(ast.limitCount, parameters);
      const conditions = compared.map(
        ({ column, value }) => column && toEqualityCondition(column, value, parameters),
      );
      if (limit === 'unknown' || !conditions.every((condition) => condition !== undefined)) return undefined;
      const known = lookup?.settings === settings && lookup.rules === rules ? lookup : undefined;
      const again = known && repeatLookup(known, conditions, limit);
      const read = again ?? planPointRead(table, needed, conditions, limit, settings, rules);
      lookup = known ?? toLookupPlan(read, settings, rules);
      return read.residual.length > 0
        ? undefined
        : { columns, read, output: outputColumns, limit, wholeRows };
    },
  };
}

function planPointRead(
  table: TableDef,
  columns: readonly ColumnDef[],
  residual: readonly Condition[],
  limit: number | undefined,
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): TableRead {
  const start: TableRead = {
    alias: table.name,
    table,
    access: toScanPath(table),
    conditions: residual,
    keyed: [],
    filter: [],
    residual,
    columns,
    ...(limit === undefined ? {} : { limit }),
  };
  assertHintUsable(start, settings);
  return chooseAccessPath(start, settings, rules);
}

function matchSource(ast: SelectStmt): { readonly name: string; readonly alias: string } | undefined {
  for (const [clause, value] of Object.entries(ast)) {
    if (!POINT_QUERY_CLAUSES.has(clause) && value !== undefined) return undefined;
  }
  const [from] = ast.fromClause ?? [];
  if (ast.op !== 'SETOP_NONE' || ast.fromClause?.length !== 1 || from === undefined || !('RangeVar' in from))
    return undefined;
  const { relname, schemaname, catalogname, alias } = from.RangeVar;
  if (getIndexHint(from.RangeVar) !== undefined) return undefined;
  if (
    relname === undefined ||
    schemaname !== undefined ||
    catalogname !== undefined ||
    alias?.colnames !== undefined
  )
    return undefined;
  return { name: relname, alias: alias?.aliasname ?? relname };
}

interface Equality {
  readonly column: ColumnRef;
  readonly value: Node;
}

/** Splits `a = 1 AND b = $1` into its equalities; undefined for any other condition. */
function matchEqualities(where: Node): readonly Equality[] | undefined {
  if ('BoolExpr' in where) {
    if (where.BoolExpr.boolop !== 'AND_EXPR') return undefined;
    const parts = (where.BoolExpr.args ?? []).map(matchEqualities);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (!('A_Expr' in where) || where.A_Expr.kind !== 'AEXPR_OP') return undefined;
  const { name, lexpr, rexpr } = where.A_Expr;
  const [operator] = name ?? [];
  if (
    operator === undefined ||
    !('String' in operator) ||
    operator.String.sval !== '=' ||
    lexpr === undefined ||
    rexpr === undefined
  )
    return undefined;
  if ('ColumnRef' in lexpr) return [{ column: lexpr.ColumnRef, value: rexpr }];
  return 'ColumnRef' in rexpr ? [{ column: rexpr.ColumnRef, value: lexpr }] : undefined;
}

interface Output {
  readonly name: string;
  readonly column: ColumnDef;
}

function hasPlainTargets(ast: SelectStmt): boolean {
  const targets = ast.targetList ?? [];
  return (
    targets.length > 0 &&
    targets.every(
      (target) =>
        'ResTarget' in target && target.ResTarget.val !== undefined && 'ColumnRef' in target.ResTarget.val,
    )
  );
}

function resolveOutput(ast: SelectStmt, table: TableDef, alias: string): readonly Output[] | undefined {
  const output: Output[] = [];
  for (const target of ast.targetList ?? []) {
    const { name, val } = 'ResTarget' in target ? target.ResTarget : {};
    if (val === undefined || !('ColumnRef' in val)) return undefined;
    const fields = val.ColumnRef.fields ?? [];
    const [only] = fields;
    if (fields.length === 1 && only !== undefined && 'A_Star' in only) {
      output.push(
        ...table.columns
          .filter((column) => column.hidden !== true)
          .map((column) => ({ name: column.name, column })),
      );
      continue;
    }
    const column = findNamedColumn(val.ColumnRef, table, alias);
    if (column === undefined) return undefined;
    output.push({ name: name ?? column.name, column });
  }
  return output.length === 0 ? undefined : output;
}

/** Finds a column by its exact name, or the only one whose name differs just in case. */
function findNamedColumn(reference: ColumnRef, table: TableDef, alias: string): ColumnDef | undefined {
  const names = (reference.fields ?? []).map((field) => ('String' in field ? field.String.sval : undefined));
  const name = names.at(-1);
  if (name === undefined || names.length > 2 || (names.length === 2 && names[0] !== alias)) return undefined;
  const folded = name.toLowerCase();
  const alike = table.columns.filter((column) => column.name.toLowerCase() === folded);
  return alike.length === 1 ? alike[0] : alike.find((column) => column.name === name);
}

/** Translates `column = constant`; undefined if the constant does not have the column's type. */
function toEqualityCondition(
  column: ColumnDef,
  node: Node,
  parameters: readonly ParameterLiteral[],
): Condition | undefined {
  const value = resolveConstant(node, parameters);
  const literal = value && toEqualityLiteral(column, value);
  if (literal === undefined) return undefined;
  const predicate = { kind: 'compare', path: column.path, op: '=', value: literal } as const;
  return {
    get text() {
      return describePredicate(predicate);
    },
    predicate,
    exact: true,
  };
}

function toEqualityLiteral(column: ColumnDef, value: ParameterLiteral): Literal | undefined {
  if (column.type.kind === 'double' && column.type.rounds === true) return undefined;
  if (isTimeColumn(column)) return toTimeLiteral(column, value);
  const wire = storedAttributeType(column);
  if (wire === 'S' && value.kind === 'text') return { type: 'S', text: value.text };
  if (wire === 'BOOL' && value.kind === 'boolean') return { type: 'BOOL', value: value.value };
  const isPlainInteger = value.kind === 'number' && /^-?\d{1,18}$/.test(value.text);
  return wire === 'N' && column.type.kind !== 'text' && isPlainInteger
    ? { type: 'N', text: value.text }
    : undefined;
}

/** Undefined where the engine has to read the value, or to compare it with what the column cannot hold. */
function toTimeLiteral(column: TimeColumn, value: ParameterLiteral): Literal | undefined {
  if (value.kind !== 'text' && value.kind !== 'timestamp') return undefined;
  const { kind, zone } = column.type;
  const micros = parseTimeInput(value.text, value.kind === 'timestamp' ? 'timestamptz' : kind, zone);
  return micros === undefined ? undefined : toStoredLiteral(column, micros);
}

function resolveLimit(node: Node, parameters: readonly ParameterLiteral[]): number | 'unknown' {
  const value = resolveConstant(node, parameters);
  return value?.kind === 'number' && /^\d{1,15}$/.test(value.text) ? Number(value.text) : 'unknown';
}

function resolveConstant(node: Node, parameters: readonly ParameterLiteral[]): ParameterLiteral | undefined {
  if ('ParamRef' in node) return parameters[(node.ParamRef.number ?? 0) - 1];
  if (!('A_Const' in node)) return undefined;
  const { sval, ival, boolval, isnull } = node.A_Const;
  if (isnull === true) return undefined;
  if (sval !== undefined) return { kind: 'text', text: sval.sval ?? '' };
  if (boolval !== undefined) return { kind: 'boolean', value: boolval.boolval ?? false };
  return ival === undefined ? undefined : { kind: 'number', text: String(ival.ival ?? 0) };
}
