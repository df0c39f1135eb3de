import type { Node, SelectStmt } from 'libpg-query';
import { isWholeItem } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { cast, column, name } from '../dialect/build.ts';
import { valueAt } from '../engine/fits.ts';
import type { ExecutionContext } from '../exec/context.ts';
import { readTable } from '../exec/read-table.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import type { ParameterLiteral } from '../parse/parameter-list.ts';
import { queryWithin, type ParsedText } from '../parse/parse.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { Value } from '../types/value.ts';
import { constantOf } from './constant.ts';
import { attributeOfDynamoJson } from './json-attribute.ts';
import { storingCatalog, withStored } from './stored-columns.ts';
import type { StoredInput } from './stored-input.ts';

/** What it takes to run the queries that are part of a command. */
export interface StatementScope {
  readonly parsed: ParsedText;
  readonly parameters: readonly ParameterLiteral[];
  readonly context: ExecutionContext;
  readonly stats: ReadStats;
  readonly signal: AbortSignal;
}

/** Rows on their way into items. */
export interface SourceRows {
  readonly rows: AsyncIterable<readonly (readonly StoredInput[])[]>;
  /** The statement holds all of them. */
  readonly whole: boolean;
  /** There is one only. */
  readonly single: boolean;
  /** What is read for them. */
  readonly reads: readonly TableRead[];
}

/** The rows of a query: constants as they were written, attributes as they are stored. */
export async function sourceRows(select: SelectStmt, reading: StatementScope): Promise<SourceRows> {
  const lists = select.valuesLists?.map((list) => ('List' in list ? (list.List.items ?? []) : []));
  const { sortClause, limitCount, limitOffset, withClause } = select;
  if (lists !== undefined && !sortClause && !limitCount && !limitOffset && !withClause)
    return { rows: valueRows(lists, reading), whole: true, single: lists.length === 1, reads: [] };
  const { parsed, parameters, context, signal } = reading;
  const plan = await planStatement(queryWithin(parsed, select), parameters, context, signal);
  return { rows: queryRows(select, plan, reading), whole: false, single: false, reads: plan.reads };
}

/** Expressions are found by the engine so many at a time. */
const EXPRESSIONS_AT_ONCE = 500;

async function* valueRows(
  lists: readonly (readonly Node[])[],
  reading: StatementScope,
): AsyncGenerator<readonly (readonly StoredInput[])[]> {
  const expressions: Node[] = [];
  const rows = lists.map((list) =>
    list.map((node) => {
      const constant = constantOf(node, reading.parameters);
      if (constant === undefined) expressions.push(node);
      return constant;
    }),
  );
  const values: StoredInput[] = [];
  for (let at = 0; at < expressions.length; at += EXPRESSIONS_AT_ONCE)
    values.push(...(await evaluated(expressions.slice(at, at + EXPRESSIONS_AT_ONCE), reading)));
  let next = 0;
  yield rows.map((row) => row.map((value) => value ?? values[next++] ?? { kind: 'null' }));
}

/** The values of expressions over no table. */
async function evaluated(
  expressions: readonly Node[],
  reading: StatementScope,
): Promise<readonly StoredInput[]> {
  const targetList = expressions.map((val, i) => ({ ResTarget: { name: `c${i}`, val } }));
  const { rows } = await sourceRows({ targetList, ...PLAIN }, reading);
  for await (const [row] of rows) if (row !== undefined) return row;
  return [];
}

const PLAIN = { limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE' } as const;

async function* queryRows(
  select: SelectStmt,
  plan: StatementPlan,
  reading: StatementScope,
): AsyncGenerator<readonly (readonly StoredInput[])[]> {
  const { parsed, parameters, context, signal, stats } = reading;
  if (plan.direct !== undefined && plan.direct.summaries === undefined && plan.reads.length === 1) {
    yield* storedRows(plan, reading);
    return;
  }
  const copied = await withStored(select, context.catalog, signal);
  const storing = copied && { ...context, catalog: storingCatalog(context.catalog) };
  const query = copied?.select ?? select;
  const { columns } =
    storing === undefined
      ? plan
      : await planStatement(queryWithin(parsed, query), parameters, storing, signal);
  const documents = columns.map(({ type }) => type === 'json' || type === 'jsonb');
  const wrapped = documents.includes(true) ? withDocumentsAsText(query, documents) : query;
  const running = await runStatement(
    queryWithin(parsed, wrapped),
    parameters,
    storing ?? context,
    signal,
    stats,
  );
  const width = copied?.places.length ?? columns.length;
  try {
    for await (const rows of running.arrays())
      yield rows.map((row) =>
        row.slice(0, width).map((value, i) => {
          const place = copied?.places[i];
          return place === undefined
            ? writtenValue(value, columns[i]?.type ?? 'text')
            : storedValue(row[place] ?? null);
        }),
      );
  } finally {
    await running.close();
  }
}

/** An attribute in DynamoDB's JSON; where the item has none, or an outer join found no item, there is none. */
function storedValue(value: Value): StoredInput {
  return typeof value === 'string'
    ? { kind: 'attribute', value: attributeOfDynamoJson(value) }
    : { kind: 'missing' };
}

/** Rows whose attributes go on as they came, whatever their types. */
async function* storedRows(
  { direct, reads }: StatementPlan,
  { context, stats, signal }: StatementScope,
): AsyncGenerator<readonly (readonly StoredInput[])[]> {
  const [read] = reads;
  if (direct === undefined || read === undefined) return;
  let skip = direct.offset ?? 0;
  let left = direct.limit ?? Infinity;
  for await (const page of readTable(read, context, stats, signal)) {
    const items: readonly AttributeMap[] = JSON.parse(page.items.toString());
    const wanted = items.slice(skip, skip + left);
    skip -= Math.min(skip, items.length);
    left -= wanted.length;
    yield wanted.map((item) =>
      direct.output.map((output): StoredInput => {
        if (isWholeItem(output)) return { kind: 'attribute', value: { M: item } };
        const value = valueAt(item, output.path);
        return value === undefined ? { kind: 'missing' } : { kind: 'attribute', value };
      }),
    );
    if (left <= 0) return;
  }
}

/** JavaScript's JSON would lose digits: documents come as text. */
function withDocumentsAsText(select: SelectStmt, documents: readonly boolean[]): SelectStmt {
  const names = documents.map((_, i) => `c${i}`);
  return {
    targetList: names.map((each, i) => ({
      ResTarget: { name: each, val: documents[i] === true ? cast(column(each), 'text') : column(each) },
    })),
    fromClause: [
      {
        RangeSubselect: {
          subquery: { SelectStmt: select },
          alias: { aliasname: 's', colnames: names.map(name) },
        },
      },
    ],
    ...PLAIN,
  };
}

/** Numbers that JavaScript has none for come as digits. */
const NUMBERS = /^(?:numeric|bigint|integer|smallint|double|real)/;

/** A value that the engine found, by PostgreSQL's name of its type. */
export function writtenValue(value: Value, type: string): StoredInput {
  if (value === null) return { kind: 'null' };
  if ((type === 'json' || type === 'jsonb') && typeof value === 'string')
    return { kind: 'json', text: value };
  if (type.endsWith('[]') && Array.isArray(value))
    return { kind: 'array', items: value.map((item: Value) => writtenValue(item, type.slice(0, -2))) };
  if (value instanceof Date) {
    const text = value.toISOString();
    return {
      kind: 'text',
      text: type.includes('with time zone') || type === 'timestamptz' ? text : text.slice(0, -1),
    };
  }
  if (value instanceof Uint8Array) return { kind: 'bytes', bytes: value };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', text: String(value) };
  if (typeof value === 'string') return { kind: NUMBERS.test(type) ? 'number' : 'text', text: value };
  throw new DriverError('SQL_NOT_SUPPORTED', `A value of type ${type} cannot be written; cast it to json.`);
}
