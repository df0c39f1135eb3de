import type { SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { FileDraft } from '../../core/ports.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { throwIfCancelled } from '../../dynamo/transport/service-errors.ts';
import { type CommandResult, emptyResult } from '../exec/command.ts';
import { toEngineError } from '../engine/engine-errors.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import { toParsedQuery } from '../parse/parse.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { ResultColumn } from '../types/types.ts';
import { toAttribute } from '../write/to-attribute.ts';
import { readSourceRows } from '../write/source-rows.ts';
import { selectWholeItems } from '../write/whole-items.ts';
import type { StatementScope } from '../write/statement-scope.ts';
import type { StoredInput } from '../write/stored-input.ts';
import { type CellRow, type Cells, queryCells } from './cells.ts';
import type { CopyRequest, CopyOptions } from './options.ts';
import { formatCsvField } from './csv-format.ts';
import { formatTextField } from './text-format.ts';
import { createCsvFieldFormatter, formatCsvItems, type FileLines } from './csv-output.ts';
import { toFileError } from './file-error.ts';
import { type FileOutput, createOutput } from './file-output.ts';
import { createViewSql, writeParquet } from './parquet.ts';

type CopyScope = Omit<StatementScope, 'stats'>;

/** COPY TO: writes the rows of a query to a file, which appears under its name only when it is complete. */
export async function copyTo(
  request: CopyRequest,
  select: SelectStmt,
  input: CopyScope,
): Promise<CommandResult> {
  const { file, files, options } = request;
  const scope: StatementScope = { ...input, stats: newReadStats() };
  const path = files.disk.resolve(file);
  let draft: FileDraft | undefined;
  try {
    draft = await files.disk.draft(file, options.overwrite);
    const rows = await writeRows(draft, request, select, scope);
    throwIfCancelled(scope.signal);
    await draft.finish();
    return { ...emptyResult('COPY', rows), stats: scope.stats };
  } catch (error) {
    await draft?.discard();
    throw toFileError(error, 'write', path);
  }
}

async function writeRows(
  draft: FileDraft,
  request: CopyRequest,
  select: SelectStmt,
  scope: StatementScope,
): Promise<number> {
  const { options } = request;
  if (options.format === 'parquet') return writeParquetFile(draft, request, select, scope);
  const output = createOutput(draft, options.compression === 'gzip');
  const lines =
    options.format === 'dynamodb_json'
      ? formatItems(select, scope)
      : formatRows(await queryCells(select, isJson(options) ? 'json' : 'text', scope), options);
  let rows = 0;
  for await (const { text, count } of lines) {
    rows += count;
    await output.write(text);
    reportProgress(output, rows, scope);
  }
  await output.end();
  reportProgress(output, rows, scope);
  return rows;
}

function reportProgress(output: FileOutput, rows: number, { context }: StatementScope): void {
  context.onProgress?.({ rows, bytes: output.bytes(), totalBytes: undefined, writeCapacity: 0 });
}

function isJson({ format }: CopyOptions): boolean {
  return format === 'json' || format === 'ndjson';
}

async function* formatRows(cells: Cells, options: CopyOptions): AsyncGenerator<FileLines> {
  const { columns, addedColumns, batches } = cells;
  if (options.header === 'match')
    throw new DriverError('SQL_SYNTAX', 'cannot use "match" with HEADER in COPY TO');
  const names = columns.map(({ name }) => name);
  if (isJson(options)) assertDistinctNames(names);
  const line = createRowFormatter(columns, options, addedColumns);
  if (options.header) yield { text: `${formatHeader(names, options)}\n`, count: 0 };
  const ofItems = options.format === 'csv' ? formatCsvItems(cells, options) : undefined;
  if (ofItems !== undefined) {
    yield* ofItems;
    return;
  }
  let isFirst = true;
  for await (const rows of batches()) {
    const lines = rows.map(line);
    if (options.format === 'json')
      yield { text: `${isFirst ? '[\n' : ',\n'}${lines.join(',\n')}`, count: rows.length };
    else yield { text: `${lines.join('\n')}\n`, count: rows.length };
    isFirst = false;
  }
  if (options.format === 'json') yield { text: isFirst ? '[]\n' : '\n]\n', count: 0 };
}

function formatHeader(names: readonly string[], options: CopyOptions): string {
  const { delimiter, format } = options;
  return names
    .map((name) => (format === 'csv' ? formatCsvField(name, options, false) : formatTextField(name, options)))
    .join(delimiter);
}

function createRowFormatter(
  columns: readonly ResultColumn[],
  options: CopyOptions,
  addedColumns: Cells['addedColumns'],
): (cells: CellRow) => string {
  const { delimiter, format } = options;
  if (isJson(options)) return createObjectFormatter(columns, addedColumns);
  if (format === 'text')
    return (cells) => cells.map((cell) => formatTextField(cell, options)).join(delimiter);
  const field = createCsvFieldFormatter(columns, options);
  return (cells) => cells.map(field).join(delimiter);
}

/** Formats rows as JSON objects. Columns that were added while rows are read are members only where they have a value. */
function createObjectFormatter(
  columns: readonly ResultColumn[],
  addedColumns: Cells['addedColumns'],
): (cells: CellRow) => string {
  const names = columns.map(formatMemberName);
  return (cells) => {
    const members = names.map((name, i) => `${name}${cells[i] ?? 'null'}`);
    if (cells.length > names.length)
      for (const [i, column] of addedColumns().entries()) {
        const cell = cells[names.length + i];
        if (cell !== undefined && cell !== null) members.push(`${formatMemberName(column)}${cell}`);
      }
    return `{${members.join(',')}}`;
  };
}

function formatMemberName({ name }: ResultColumn): string {
  return `${JSON.stringify(name)}:`;
}

function assertDistinctNames(names: readonly string[]): void {
  const duplicate = names.find((name, i) => names.indexOf(name) !== i);
  if (duplicate !== undefined)
    throw new DriverError('SQL_AMBIGUOUS_COLUMN', `column "${duplicate}" specified more than once`, {
      remedy: 'Rename one of the columns: SELECT ... AS name.',
    });
}

/** Items in DynamoDB's JSON format, as DynamoDB's exports write them. */
async function* formatItems(query: SelectStmt, scope: StatementScope): AsyncGenerator<FileLines> {
  const { parsed, parameters, context, signal } = scope;
  const select = (await selectWholeItems(query, context.catalog, signal))?.select ?? query;
  const { columns } = await planStatement(toParsedQuery(parsed, select), parameters, context, signal);
  const names = columns.map(({ name }) => name);
  assertDistinctNames(names);
  const whole = names.length === 1 && names[0] === '$item';
  const formatLine = (row: readonly StoredInput[]): string => {
    const item: Record<string, AttributeMap[string]> = {};
    for (const [i, value] of row.entries()) {
      const stored = toAttribute(value, { label: names[i] ?? '', key: undefined, seen: {} });
      if (stored === undefined) continue;
      if (whole && 'M' in stored) Object.assign(item, stored.M);
      else Object.defineProperty(item, names[i] ?? '', { value: stored, enumerable: true });
    }
    return `${JSON.stringify({ Item: item })}\n`;
  };
  for await (const rows of (await readSourceRows(select, scope)).rows)
    yield { text: rows.map(formatLine).join(''), count: rows.length };
}

async function writeParquetFile(
  draft: FileDraft,
  { files, options }: CopyRequest,
  select: SelectStmt,
  { parsed, parameters, context, signal, stats }: StatementScope,
): Promise<number> {
  const engine = await files.engine(draft.path);
  let names: readonly string[] = [];
  const ownContext = context.derive({ ownEngine: engine });
  const query = toParsedQuery(parsed, select);
  try {
    const change = (plan: StatementPlan): StatementPlan => {
      names = plan.columns.map(({ name }) => name);
      const { engineSql } = plan;
      const view: typeof engineSql = (schema, portions) =>
        createViewSql(engineSql(schema, portions), names.length);
      return { ...plan, engineSql: view, direct: undefined, until: undefined };
    };
    const running = await runStatement(query, parameters, ownContext, signal, stats, {
      change,
      addColumns: true,
    });
    const connection = await engine.connect(context.settings.timeZone);
    const interrupt = (): void => connection.interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      assertDistinctNames(names);
      // The statement creates the view; it exists once the statement has run.
      for await (const rows of running.arrays()) if (rows.length > 0) break;
      return await writeParquet(connection, names, draft, options.compression);
    } finally {
      signal.removeEventListener('abort', interrupt);
      connection.closeSync();
      await running.close();
    }
  } catch (error) {
    throwIfCancelled(signal);
    throw error instanceof DriverError ? error : toEngineError(error, () => undefined);
  } finally {
    engine.close();
  }
}
