import { isDocumentType } from '../types/types.ts';
import type { Node, SelectStmt } from 'libpg-query';
import { type ColumnDef, isWholeItem } from '../../catalog/table-def.ts';
import { inTurns, mapSlices } from '../../core/async/turns.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { call, cast, column, name } from '../dialect/build.ts';
import { findValue, readTime } from '../engine/fits.ts';
import { readTable } from '../exec/read-table.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import { toParsedQuery } from '../parse/parse.ts';
import { readsClock } from '../plan/reads-clock.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { Value } from '../types/value.ts';
import { evaluateConstant, isUntypedText } from './constant.ts';
import { parseDynamoJson } from './json-attribute.ts';
import { toDateMicros } from '../types/precise-date.ts';
import { formatTimestamp } from '../types/text-format.ts';
import { parseTimeInput } from '../types/time-input.ts';
import type { StatementScope } from './statement-scope.ts';
import { hasDocuments, withSets, withTypes } from './typed-documents.ts';
import { selectStoredColumns, withStoredColumns } from './stored-columns.ts';
import type { StoredInput } from './stored-input.ts';

/** The rows that an INSERT stores. */
export interface SourceRows {
  readonly rows: AsyncIterable<readonly (readonly StoredInput[])[]>;
  /** The rows are literals in the statement, all in the first batch. */
  readonly isComplete: boolean;
  /** There is exactly one row. */
  readonly isSingle: boolean;
  /** The reads that supply the rows. */
  readonly reads: readonly TableRead[];
}

/** The rows of a query: constants keep every digit, and bare columns their stored DynamoDB types. */
export async function readSourceRows(select: SelectStmt, statement: StatementScope): Promise<SourceRows> {
  const scope = withSets(statement);
  const lists = select.valuesLists?.map((list) => ('List' in list ? (list.List.items ?? []) : []));
  const { sortClause, limitCount, limitOffset, withClause } = select;
  if (lists !== undefined && !sortClause && !limitCount && !limitOffset && !withClause)
    return { rows: valueRows(lists, scope), isComplete: true, isSingle: lists.length === 1, reads: [] };
  const { parsed, parameters, context, signal } = scope;
  const plan = await planStatement(toParsedQuery(parsed, select), parameters, context, signal);
  return { rows: queryRows(select, plan, scope), isComplete: false, isSingle: false, reads: plan.reads };
}

/** Maximum number of expressions that one engine query evaluates. */
const MAX_EXPRESSIONS_PER_QUERY = 500;

async function* valueRows(
  lists: readonly (readonly Node[])[],
  scope: StatementScope,
): AsyncGenerator<readonly (readonly StoredInput[])[]> {
  const expressions: Node[] = [];
  const rows = lists.map((list) =>
    list.map((node) => {
      const constant = evaluateConstant(node, scope.parameters);
      if (constant === undefined) expressions.push(node);
      return constant;
    }),
  );
  const values: StoredInput[] = [];
  for (let at = 0; at < expressions.length; at += MAX_EXPRESSIONS_PER_QUERY)
    values.push(...(await evaluateExpressions(expressions.slice(at, at + MAX_EXPRESSIONS_PER_QUERY), scope)));
  let next = 0;
  yield rows.map((row) => row.map((value) => value ?? values[next++] ?? { kind: 'null' }));
}

/** Evaluates expressions that refer to no table. */
async function evaluateExpressions(
  expressions: readonly Node[],
  scope: StatementScope,
): Promise<readonly StoredInput[]> {
  const targetList = expressions.map((val, i) => ({ ResTarget: { name: `c${i}`, val } }));
  const { rows } = await readSourceRows({ targetList, ...PLAIN_SELECT }, scope);
  for await (const [row] of rows) if (row !== undefined) return row;
  return [];
}

const PLAIN_SELECT = { limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE' } as const;

async function* queryRows(
  select: SelectStmt,
  plan: StatementPlan,
  scope: StatementScope,
): AsyncGenerator<readonly (readonly StoredInput[])[]> {
  const { parsed, parameters, context, signal, stats } = scope;
  if (plan.direct !== undefined && plan.direct.summaries === undefined && plan.reads.length === 1) {
    yield* storedRows(plan, scope);
    return;
  }
  const withStored = await selectStoredColumns(select, context.catalog, signal);
  const storedContext = withStored && context.derive({ catalog: withStoredColumns(context.catalog) });
  const query = withStored?.select ?? select;
  const { columns } =
    storedContext === undefined
      ? plan
      : await planStatement(toParsedQuery(parsed, query), parameters, storedContext, signal);
  const types = columns.map(({ type }) => type);
  const reading = { ...scope, context: storedContext ?? context };
  const running = await runStatement(
    toParsedQuery(parsed, types.some(isReadAsText) ? asReadable(query, types) : query),
    parameters,
    (types.some(hasDocuments) ? withTypes(reading) : reading).context,
    signal,
    stats,
  );
  const width = withStored?.positions.length ?? columns.length;
  const targets = query.targetList?.slice(0, width) ?? [];
  const isUntyped = columns.map(
    (_, i) => targets.length === width && isUntypedText(getTargetValue(targets[i]), parameters),
  );
  const isClock = targets.length === width ? targets.map(usesClock) : [];
  try {
    for await (const rows of running.arrays())
      yield rows.map((row) =>
        row.slice(0, width).map((value, i) => {
          const position = withStored?.positions[i];
          if (position === undefined && isUntyped[i] === true && typeof value === 'string')
            return { kind: 'text', text: value, untyped: true };
          return position === undefined
            ? withClock(toStoredInput(value, columns[i]?.type ?? 'text'), isClock[i] === true)
            : withMicros(parseStoredValue(row[position] ?? null), value, types[i] ?? 'text');
        }),
      );
  } finally {
    await running.close();
  }
}

function getTargetValue(target: Node | undefined): Node | undefined {
  return target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
}

/** An attribute in DynamoDB's JSON format; missing if the item has none or an outer join found no item. */
function parseStoredValue(value: Value): StoredInput {
  return typeof value === 'string'
    ? { kind: 'attribute', value: parseDynamoJson(value) }
    : { kind: 'missing' };
}

/** Rows that pass on attributes exactly as they are stored. */
async function* storedRows(
  { direct, reads }: StatementPlan,
  { context, stats, signal }: StatementScope,
): AsyncGenerator<readonly (readonly StoredInput[])[]> {
  const [read] = reads;
  if (direct === undefined || read === undefined) return;
  let skip = direct.offset ?? 0;
  let remaining = direct.limit ?? Infinity;
  for await (const page of readTable(read, context, stats, signal)) {
    const items: readonly AttributeMap[] = JSON.parse(page.items.toString());
    const selected = items.slice(skip, skip + remaining);
    skip -= Math.min(skip, items.length);
    remaining -= selected.length;
    yield* inTurns(mapSlices(selected, (item) => direct.output.map((output) => readOutput(item, output))));
    if (remaining <= 0) return;
  }
}

function readOutput(item: AttributeMap, output: ColumnDef): StoredInput {
  if (isWholeItem(output)) return { kind: 'attribute', value: { M: item } };
  const value = findValue(item, output.path);
  if (value === undefined) return { kind: 'missing' };
  const { type } = output;
  return 'stored' in type
    ? { kind: 'attribute', value, micros: readTime(type, value) }
    : { kind: 'attribute', value };
}

/** The query with its documents and times as text, because JavaScript values would lose digits. */
function asReadable(select: SelectStmt, types: readonly string[]): SelectStmt {
  const names = types.map((_, i) => `c${i}`);
  return {
    targetList: names.map((each, i) => ({
      ResTarget: { name: each, val: toReadable(column(each), types[i] ?? '') },
    })),
    fromClause: [
      {
        RangeSubselect: {
          subquery: { SelectStmt: select },
          alias: { aliasname: 's', colnames: names.map(name) },
        },
      },
    ],
    ...PLAIN_SELECT,
  };
}

/** The types whose values JavaScript keeps less of than there is: digits of documents, microseconds. */
function isReadAsText(type: string): boolean {
  return hasDocuments(type) || isTimeType(type);
}

/** The value as text if a JavaScript value would lose some of it. */
export function toReadable(value: Node, type: string): Node {
  if (isDocumentType(type)) return call('pg_document_text', [value]);
  if (hasDocuments(type)) return call('pg_document_text', [call('to_json', [value])]);
  return isTimeType(type) ? cast(value, 'text') : value;
}

function isTimeType(type: string): boolean {
  return type === 'date' || (type.startsWith('timestamp') && !type.endsWith('[]'));
}

/** Whether an expression computes from the current time. */
export function usesClock(node: Node | undefined): boolean {
  return node !== undefined && readsClock(JSON.stringify(node).replaceAll(/SVFOP_(\w+?)(?:_N)?"/g, '$1"'));
}

/** A stored date or timestamp with its microseconds, from its text. */
function withMicros(stored: StoredInput, value: Value, type: string): StoredInput {
  if (stored.kind !== 'attribute' || typeof value !== 'string' || !isTimeType(type)) return stored;
  const input = toTimeInput(value, type);
  return input.kind === 'text' ? { ...stored, micros: input.micros, timeKind: input.timeKind } : stored;
}

/** Marks a time that was computed from the current time, so that its microseconds do not matter. */
export function withClock(input: StoredInput, isClock: boolean): StoredInput {
  return isClock && input.kind === 'text' && input.micros !== undefined ? { ...input, rounds: true } : input;
}

/** A date or timestamp in PostgreSQL's text format. */
function toTimeInput(text: string, type: string): StoredInput {
  const kind = type === 'date' ? 'date' : type.includes('with time zone') ? 'timestamptz' : 'timestamp';
  const micros = parseTimeInput(text, kind);
  return micros === undefined || kind === 'date'
    ? { kind: 'text', text, micros, timeKind: kind }
    : formatInstant(micros, type);
}

/** Strings end at milliseconds, as those of JavaScript. */
function formatInstant(micros: bigint, type: string): StoredInput {
  const millis = Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n);
  const isZoned = type.includes('with time zone') || type === 'timestamptz';
  const timeKind = isZoned ? 'timestamptz' : 'timestamp';
  if (Math.abs(millis) > 8.64e15)
    return { kind: 'text', text: formatTimestamp(micros, ''), micros, timeKind };
  const text = new Date(millis).toISOString();
  return { kind: 'text', text: isZoned ? text : text.slice(0, -1), micros, timeKind };
}

/** Types whose values may be strings of digits, because JavaScript numbers would lose some. */
const NUMBERS = /^(?:numeric|bigint|integer|smallint|double|real)/;

/** A value computed by the engine, with PostgreSQL's name of its type. */
export function toStoredInput(value: Value, type: string): StoredInput {
  if (value === null) return { kind: 'null' };
  if (hasDocuments(type) && typeof value === 'string') return { kind: 'json', text: value, typed: true };
  if (type.endsWith('[]') && Array.isArray(value)) {
    // PostgreSQL's arrays of arrays have the type of arrays.
    const toItem = (item: Value): StoredInput =>
      toStoredInput(item, Array.isArray(item) ? type : type.slice(0, -2));
    return { kind: 'array', items: value.map(toItem) };
  }
  if (value instanceof Date) return formatInstant(toDateMicros(value), type);
  if (value instanceof Uint8Array) return { kind: 'bytes', bytes: value };
  if (typeof value === 'string' && isTimeType(type)) return toTimeInput(value, type);
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', text: String(value) };
  if (typeof value === 'string') return { kind: NUMBERS.test(type) ? 'number' : 'text', text: value };
  throw new DriverError('SQL_NOT_SUPPORTED', `cannot store a value of type ${type}`, {
    remedy: 'Cast the value to json.',
  });
}
