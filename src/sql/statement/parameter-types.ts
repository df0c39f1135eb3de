import type {
  CallStmt,
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  SelectStmt,
  UpdateStmt,
} from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { bindStatement, type TableSource } from '../bind/bind.ts';
import { inferParameterTypes, type TypedQuery } from '../bind/parameter-types.ts';
import type { InternalType } from '../bind/resolve-signature.ts';
import { columnInternalType } from '../bind/type-inference.ts';
import { unknownParameters } from '../parse/parameter-list.ts';
import { type ParsedCommand, type ParsedStatement, toParsedQuery } from '../parse/parse.ts';
import type { ParsedPartiql } from '../parse/partiql.ts';
import { isStar, getStringValue } from '../parse/tree.ts';
import { listWritingCtes } from '../parse/writing-ctes.ts';
import { PROCEDURES } from '../system/procedure-definitions.ts';
import { TYPES } from '../types/types.ts';
import { formatTargetName } from '../write/target-table.ts';
import { withTypedCtes } from './typed-ctes.ts';

/** Where the statement finds its tables. */
interface Tables {
  readonly catalog: TableSource;
}

/** The types of a statement's parameters by PostgreSQL's names, as PostgreSQL infers them from their use. Reads no item. */
export async function parameterTypes(
  parsed: ParsedStatement | ParsedPartiql,
  context: Tables,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { parameterCount } = parsed;
  if (parameterCount === 0) return [];
  // DynamoDB, which plans PartiQL, takes values of any type.
  if (parsed.kind === 'partiql') return inferParameterTypes([], parameterCount);
  if (parsed.kind !== 'command')
    return inferParameterTypes([await bindPart(parsed, parsed.ast, [], context, signal)], parameterCount);
  return inferParameterTypes(await commandQueries(parsed, context, signal), parameterCount);
}

/** A query that has a part of a command's expressions, which PostgreSQL types as those of a query. */
interface Part {
  readonly select: SelectStmt;
  readonly expected: readonly InternalType[];
}

async function commandQueries(
  parsed: ParsedCommand,
  context: Tables,
  signal: AbortSignal,
): Promise<readonly TypedQuery[]> {
  try {
    const parts = await commandParts(parsed.node, context, signal);
    return await Promise.all(
      parts.map(({ select, expected }) => bindPart(parsed, select, expected, context, signal)),
    );
  } catch (error) {
    // What is wrong with a command is said when it runs: before that, the table may be created.
    if (error instanceof DriverError && /^(?:SQL|CATALOG)_/.test(error.code)) return [];
    throw error;
  }
}

async function bindPart(
  parsed: ParsedStatement,
  ast: SelectStmt,
  expected: readonly InternalType[],
  { catalog }: Tables,
  signal: AbortSignal,
): Promise<TypedQuery> {
  const query = toParsedQuery(parsed, ast);
  return { ...(await bindStatement(query, unknownParameters(parsed), catalog, signal)), expected };
}

async function commandParts(
  node: ParsedCommand['node'],
  { catalog }: Tables,
  signal: AbortSignal,
): Promise<readonly Part[]> {
  const table = (range: RangeVar | undefined): Promise<TableDef> =>
    catalog.table(formatTargetName(range), signal);
  const writing = listWritingCtes(node);
  if (writing.length > 0) {
    const parts = [...writing, withTypedCtes(node)].map((each) => commandParts(each, { catalog }, signal));
    return (await Promise.all(parts)).flat();
  }
  if ('SelectStmt' in node) return [{ select: node.SelectStmt, expected: [] }];
  if ('InsertStmt' in node) return insertParts(node.InsertStmt, await table(node.InsertStmt.relation));
  if ('UpdateStmt' in node) return updateParts(node.UpdateStmt, await table(node.UpdateStmt.relation));
  if ('DeleteStmt' in node) return deleteParts(node.DeleteStmt);
  if ('MergeStmt' in node) return mergeParts(node.MergeStmt, await table(node.MergeStmt.relation));
  if ('CallStmt' in node) return callParts(node.CallStmt);
  if ('CopyStmt' in node) {
    const { query } = node.CopyStmt;
    return query !== undefined && 'SelectStmt' in query ? [{ select: query.SelectStmt, expected: [] }] : [];
  }
  return [];
}

function insertParts(statement: InsertStmt, table: TableDef): readonly Part[] {
  const { cols, selectStmt, withClause, onConflictClause, returningClause, relation } = statement;
  const types =
    cols === undefined
      ? table.columns.filter(({ hidden }) => hidden !== true).map(columnInternalType)
      : cols.map((col) => assignedType(col, table));
  const rows = selectStmt !== undefined && 'SelectStmt' in selectStmt ? selectStmt.SelectStmt : undefined;
  const ctes = [...(withClause?.ctes ?? []), ...(rows?.withClause?.ctes ?? [])];
  const parts: Part[] = [];
  if (rows?.valuesLists !== undefined) {
    const values = rows.valuesLists.flatMap((row) =>
      'List' in row ? assignments(row.List.items ?? [], types) : [],
    );
    parts.push(toSelect(values, [], undefined, ctes.length === 0 ? undefined : { ctes }));
  } else if (rows !== undefined) {
    const hasStar = (rows.targetList ?? []).some((node) => 'ResTarget' in node && isStar(node.ResTarget.val));
    const clause = ctes.length === 0 ? {} : { withClause: { ...rows.withClause, ctes } };
    parts.push({ select: { ...rows, ...clause }, expected: hasStar ? [] : types });
  }
  if (relation === undefined) return parts;
  const from: Node = { RangeVar: relation };
  const { targetList = [], whereClause } = onConflictClause ?? {};
  if (targetList.length > 0) {
    // What would have been inserted has the columns of the table.
    const excluded: Node = { RangeVar: { ...relation, alias: { aliasname: 'excluded' } } };
    parts.push(toSelect(setValues(targetList, table), [from, excluded], whereClause));
  }
  return [...parts, ...returningParts(returningClause?.exprs, from)];
}

function updateParts(statement: UpdateStmt, table: TableDef): readonly Part[] {
  const { relation, targetList = [], fromClause = [], whereClause, withClause, returningClause } = statement;
  const from: Node[] = relation === undefined ? [] : [{ RangeVar: relation }];
  return [
    toSelect(setValues(targetList, table), [...from, ...fromClause], whereClause, withClause),
    ...from.flatMap((each) => returningParts(returningClause?.exprs, each)),
  ];
}

function deleteParts({
  relation,
  usingClause = [],
  whereClause,
  withClause,
  returningClause,
}: DeleteStmt): readonly Part[] {
  const from: Node[] = relation === undefined ? [] : [{ RangeVar: relation }];
  return [
    toSelect([], [...from, ...usingClause], whereClause, withClause),
    ...from.flatMap((each) => returningParts(returningClause?.exprs, each)),
  ];
}

function mergeParts(statement: MergeStmt, table: TableDef): readonly Part[] {
  const { relation, sourceRelation, joinCondition, mergeWhenClauses = [], withClause } = statement;
  const target: readonly Node[] = relation === undefined ? [] : [{ RangeVar: relation }];
  const from = [...target, ...(sourceRelation === undefined ? [] : [sourceRelation])];
  const clauses = mergeWhenClauses.flatMap((each) =>
    'MergeWhenClause' in each ? [each.MergeWhenClause] : [],
  );
  return [
    toSelect([], from, joinCondition, withClause),
    ...clauses.map(({ commandType, targetList = [], values = [], condition }) =>
      commandType === 'CMD_INSERT'
        ? // Only the source has values to insert.
          toSelect(
            assignments(
              values,
              targetList.map((each) => assignedType(each, table)),
            ),
            from.slice(target.length),
            condition,
            withClause,
          )
        : toSelect(setValues(targetList, table), from, condition, withClause),
    ),
    ...target.flatMap((each) => returningParts(statement.returningClause?.exprs, each)),
  ];
}

/** A procedure's arguments have the types of its definition. */
function callParts({ funccall }: CallStmt): readonly Part[] {
  const name = getStringValue(funccall?.funcname?.at(-1))?.toLowerCase();
  const procedure = Object.entries(PROCEDURES).find(([each]) => each.toLowerCase() === name)?.[1];
  const values = (funccall?.args ?? []).map((arg, i) => {
    const named = 'NamedArgExpr' in arg ? arg.NamedArgExpr : undefined;
    const parameter = procedure?.parameters.find((each, at) =>
      named === undefined
        ? at === i
        : each.name.toLowerCase() === (named.name ?? '').replace(/#\d*$/, '#').toLowerCase(),
    );
    return { value: named?.arg ?? arg, type: parameter && TYPES[parameter.type].typname };
  });
  return [toSelect(values, [], undefined)];
}

function returningParts(exprs: readonly Node[] | undefined, from: Node): readonly Part[] {
  if (exprs === undefined) return [];
  return [{ select: { targetList: [...exprs], fromClause: [from], ...PLAIN }, expected: [] }];
}

interface Assignment {
  readonly value: Node;
  readonly type: InternalType;
}

function assignments(values: readonly Node[], types: readonly InternalType[]): readonly Assignment[] {
  return values.flatMap((value, i) => ('SetToDefault' in value ? [] : [{ value, type: types[i] }]));
}

/** The values of SET, each with the type of its column. */
function setValues(targets: readonly Node[], table: TableDef): readonly Assignment[] {
  return targets.flatMap((target): readonly Assignment[] => {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    if (value === undefined) return [];
    const type = assignedType(target, table);
    if (!('MultiAssignRef' in value)) return assignments([value], [type]);
    const { source, colno = 1 } = value.MultiAssignRef;
    const row = source !== undefined && 'RowExpr' in source ? (source.RowExpr.args ?? []) : [];
    return assignments(row.slice(colno - 1, colno), [type]);
  });
}

/** The type of the column that is assigned to; undefined for a part of a document, and for a new attribute. */
function assignedType(target: Node, table: TableDef): InternalType {
  if (!('ResTarget' in target) || target.ResTarget.indirection !== undefined) return undefined;
  const name = target.ResTarget.name ?? '';
  const column =
    table.columns.find((each) => each.name === name) ??
    table.columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
  return column && columnInternalType(column);
}

const PLAIN = { limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE' } as const;

function toSelect(
  values: readonly Assignment[],
  fromClause: readonly Node[],
  whereClause: Node | undefined,
  withClause?: SelectStmt['withClause'],
): Part {
  const targets = values.map(({ value }): Node => ({ ResTarget: { val: value } }));
  return {
    select: {
      // A query without columns cannot be bound.
      targetList: targets.length === 0 ? [{ ResTarget: { val: { A_Const: { isnull: true } } } }] : targets,
      ...(fromClause.length === 0 ? {} : { fromClause: [...fromClause] }),
      ...(whereClause === undefined ? {} : { whereClause }),
      ...(withClause === undefined ? {} : { withClause }),
      ...PLAIN,
    },
    expected: values.map(({ type }) => type),
  };
}
