import type { ColumnRef, Node, SelectStmt } from 'libpg-query';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ColumnDef, KeyAttribute, TableDef } from '../../catalog/table-def.ts';
import type { Key } from '../../dynamo/access-path.ts';
import type { AttributeMap, KeyValue } from '../../dynamo/attribute-value.ts';
import { readPages } from '../../dynamo/reader.ts';
import type { ReadStats } from '../../dynamo/read-stats.ts';
import { engineType, postgresTypeName } from '../engine-types.ts';
import type { ParameterLiteral } from '../parse/parameter-list.ts';
import type { ParsedStatement } from '../parse/parse.ts';
import type { ResultColumn } from '../plan/planner.ts';
import { readRequestOf } from '../plan/read-request.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { ExecutionContext } from './context.ts';
import { columnDecoder, type ColumnDecoder } from './row-decoder.ts';

/**
 * `SELECT columns FROM table WHERE` the whole key is held to constants or parameters: a trivial plan, found without
 * the planner, that costs one GetItem and next to nothing else.
 */
export interface PointLookup {
  readonly table: TableDef;
  readonly columns: readonly ResultColumn[];
  readonly decoders: readonly ColumnDecoder[];
  /** The read for these parameters; undefined where a value is not of its key's type, which the planner decides. */
  read(parameters: readonly ParameterLiteral[]): TableRead | undefined;
}

/** What a trivial statement consists of; anything else in it is for the planner. */
const TRIVIAL_CLAUSES: ReadonlySet<string> = new Set(['targetList', 'fromClause', 'whereClause', 'limitOption', 'op']);

/** The lookup that a statement is; undefined where it is more than that. */
export async function pointLookup(parsed: ParsedStatement, catalog: Pick<Catalog, 'table'>, context: Pick<ExecutionContext, 'decimals'>): Promise<PointLookup | undefined> {
  const { ast } = parsed;
  const source = trivialSource(ast);
  if (source === undefined) return undefined;
  const equalities = equalitiesOf(ast.whereClause);
  if (equalities === undefined) return undefined;
  const table = await catalog.table(source.name);
  const keyAttributes = [...table.key.partition, ...table.key.sort];
  const output = outputOf(ast, table, source.alias);
  if (output === undefined || equalities.length !== keyAttributes.length) return undefined;
  const values = keyAttributes.map((attribute) => {
    const found = equalities.filter(({ column }) => columnNamed(column, table, source.alias)?.path[0] === attribute.name);
    return found.length === 1 ? found[0]?.value : undefined;
  });
  if (values.some((value) => value === undefined)) return undefined;
  return {
    table,
    columns: output.map(({ name, column }) => ({ name, type: postgresTypeName(engineType(column.type)) })),
    decoders: output.map(({ column }) => columnDecoder(column, context.decimals)),
    read(parameters) {
      const key: Record<string, KeyValue> = {};
      for (const [i, attribute] of keyAttributes.entries()) {
        const value = keyValue(values[i], attribute, parameters);
        if (value === undefined) return undefined;
        key[attribute.name] = value;
      }
      return lookupRead(table, key, output);
    },
  };
}

/** The item's row, or none. */
export async function lookUp(
  lookup: PointLookup,
  read: TableRead,
  context: ExecutionContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
): Promise<AttributeMap | undefined> {
  const request = readRequestOf(read, context.settings.consistentReads);
  for await (const page of readPages(context.client, request, { stats, concurrency: 1, ...(signal ? { signal } : {}) })) {
    if (page.count > 0) return (JSON.parse(page.items.toString('utf8')) as AttributeMap[])[0];
  }
  return undefined;
}

function lookupRead(table: TableDef, key: Key, output: readonly Output[]): TableRead {
  const columns = new Set(output.map(({ column }) => column));
  return {
    alias: table.name,
    table,
    access: { kind: 'GetItem', key },
    keyed: [],
    filter: [],
    residual: [],
    columns: table.columns.filter((column) => columns.has(column)),
    rejected: [],
  };
}

function trivialSource(ast: SelectStmt): { readonly name: string; readonly alias: string } | undefined {
  for (const [clause, value] of Object.entries(ast)) {
    if (!TRIVIAL_CLAUSES.has(clause) && value !== undefined) return undefined;
  }
  const [from] = ast.fromClause ?? [];
  if (ast.op !== 'SETOP_NONE' || ast.fromClause?.length !== 1 || from === undefined || !('RangeVar' in from)) return undefined;
  const { relname, schemaname, catalogname, alias } = from.RangeVar;
  if (relname === undefined || schemaname !== undefined || catalogname !== undefined || alias?.colnames !== undefined) return undefined;
  return { name: relname, alias: alias?.aliasname ?? relname };
}

interface Equality {
  readonly column: ColumnRef;
  readonly value: Node;
}

/** The parts of `a = 1 AND b = $1`; undefined for any other condition. */
function equalitiesOf(where: Node | undefined): readonly Equality[] | undefined {
  if (where === undefined) return undefined;
  if ('BoolExpr' in where) {
    if (where.BoolExpr.boolop !== 'AND_EXPR') return undefined;
    const parts = (where.BoolExpr.args ?? []).map(equalitiesOf);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (!('A_Expr' in where) || where.A_Expr.kind !== 'AEXPR_OP') return undefined;
  const { name, lexpr, rexpr } = where.A_Expr;
  const [operator] = name ?? [];
  if (operator === undefined || !('String' in operator) || operator.String.sval !== '=' || lexpr === undefined || rexpr === undefined) return undefined;
  if ('ColumnRef' in lexpr) return [{ column: lexpr.ColumnRef, value: rexpr }];
  return 'ColumnRef' in rexpr ? [{ column: rexpr.ColumnRef, value: lexpr }] : undefined;
}

interface Output {
  readonly name: string;
  readonly column: ColumnDef;
}

function outputOf(ast: SelectStmt, table: TableDef, alias: string): readonly Output[] | undefined {
  const output: Output[] = [];
  for (const target of ast.targetList ?? []) {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    if (value === undefined || !('ColumnRef' in value) || !('ResTarget' in target)) return undefined;
    const fields = value.ColumnRef.fields ?? [];
    const [only] = fields;
    if (fields.length === 1 && only !== undefined && 'A_Star' in only) {
      output.push(...table.columns.filter((column) => column.hidden !== true).map((column) => ({ name: column.name, column })));
      continue;
    }
    const column = columnNamed(value.ColumnRef, table, alias);
    if (column === undefined) return undefined;
    output.push({ name: target.ResTarget.name ?? column.name, column });
  }
  return output.length === 0 ? undefined : output;
}

/** The column that a reference means: exactly spelled, or the only one that differs in case. */
function columnNamed(reference: ColumnRef, table: TableDef, alias: string): ColumnDef | undefined {
  const names = (reference.fields ?? []).map((field) => ('String' in field ? field.String.sval : undefined));
  const name = names.at(-1);
  if (name === undefined || names.length > 2 || (names.length === 2 && names[0] !== alias)) return undefined;
  const folded = name.toLowerCase();
  const alike = table.columns.filter((column) => column.name.toLowerCase() === folded);
  return alike.length === 1 ? alike[0] : alike.find((column) => column.name === name);
}

/** A constant or a parameter as a key value; undefined where it is not of the key's type. */
function keyValue(node: Node | undefined, attribute: KeyAttribute, parameters: readonly ParameterLiteral[]): KeyValue | undefined {
  const value = node && constantOf(node, parameters);
  if (value?.kind === 'text' && attribute.type === 'S' && value.text !== '') return { S: value.text };
  if (value?.kind === 'number' && attribute.type === 'N' && /^-?\d{1,38}$/.test(value.text)) return { N: value.text };
  return undefined;
}

function constantOf(node: Node, parameters: readonly ParameterLiteral[]): ParameterLiteral | undefined {
  if ('ParamRef' in node) return parameters[(node.ParamRef.number ?? 0) - 1];
  if (!('A_Const' in node)) return undefined;
  const { sval, ival } = node.A_Const;
  if (sval?.sval !== undefined) return { kind: 'text', text: sval.sval };
  return ival === undefined ? undefined : { kind: 'number', text: String(ival.ival ?? 0) };
}
