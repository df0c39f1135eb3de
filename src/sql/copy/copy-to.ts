import type { SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { FileDraft } from '../../core/ports.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { throwIfCancelled } from '../../dynamo/transport/service-errors.ts';
import { type CommandResult, done } from '../exec/command.ts';
import { engineError } from '../engine/engine-errors.ts';
import { planStatement, runStatement } from '../exec/run.ts';
import { queryWithin } from '../parse/parse.ts';
import type { ResultColumn } from '../plan/planner.ts';
import { attributeOf } from '../write/attribute-of.ts';
import { sourceRows, type StatementScope } from '../write/source-rows.ts';
import type { StoredInput } from '../write/stored-input.ts';
import { type CellRow, type Cells, cellsOf } from './cells.ts';
import type { CopyRequest } from './request.ts';
import { csvField, textField } from './delimited.ts';
import { csvFieldOf, csvOfItems, type Lines } from './csv-lines.ts';
import { fileError } from './file-error.ts';
import type { CopyOptions } from './options.ts';
import { type Output, outputTo } from './output.ts';
import { asView, writeParquet } from './parquet.ts';

type Asked = Omit<StatementScope, 'stats'>;

/** Writes the rows of a query to a file, which stands in its place when it is whole. */
export async function copyTo(request: CopyRequest, select: SelectStmt, asked: Asked): Promise<CommandResult> {
  const { file, files, options } = request;
  const reading: StatementScope = { ...asked, stats: newReadStats() };
  const path = files.disk.resolve(file);
  let draft: FileDraft | undefined;
  try {
    draft = await files.disk.draft(file, options.overwrite);
    const rows = await writeRows(draft, request, select, reading);
    throwIfCancelled(reading.signal);
    await draft.finish();
    return { ...done('COPY', rows), stats: reading.stats };
  } catch (error) {
    await draft?.discard();
    throw fileError(error, 'written', path);
  }
}

async function writeRows(
  draft: FileDraft,
  request: CopyRequest,
  select: SelectStmt,
  reading: StatementScope,
): Promise<number> {
  const { options } = request;
  if (options.format === 'parquet') return parquetTo(draft, request, select, reading);
  const output = outputTo(draft, options.compression === 'gzip');
  const lines =
    options.format === 'dynamodb_json'
      ? itemLines(select, reading)
      : rowLines(await cellsOf(select, isJson(options) ? 'json' : 'text', reading), options);
  let rows = 0;
  for await (const { text, count } of lines) {
    rows += count;
    await output.write(text);
    tell(output, rows, reading);
  }
  await output.end();
  tell(output, rows, reading);
  return rows;
}

function tell(output: Output, rows: number, { context }: StatementScope): void {
  context.onProgress?.({ rows, bytes: output.bytes(), totalBytes: undefined, writeCapacity: 0 });
}

function isJson({ format }: CopyOptions): boolean {
  return format === 'json' || format === 'ndjson';
}

async function* rowLines(cells: Cells, options: CopyOptions): AsyncGenerator<Lines> {
  const { columns, batches } = cells;
  if (options.header === 'match')
    throw new DriverError('SQL_SYNTAX', 'HEADER match goes with COPY FROM only.');
  const names = columns.map(({ name }) => name);
  if (isJson(options)) distinct(names);
  const line = lineOf(columns, options);
  if (options.header) yield { text: `${headerOf(names, options)}\n`, count: 0 };
  const ofItems = options.format === 'csv' ? csvOfItems(cells, options) : undefined;
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

function headerOf(names: readonly string[], options: CopyOptions): string {
  const { delimiter, format } = options;
  return names
    .map((name) => (format === 'csv' ? csvField(name, options, false) : textField(name, options)))
    .join(delimiter);
}

function lineOf(columns: readonly ResultColumn[], options: CopyOptions): (cells: CellRow) => string {
  const { delimiter, format } = options;
  if (isJson(options)) {
    const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
    return (cells) => `{${cells.map((cell, i) => `${names[i]}${cell ?? 'null'}`).join(',')}}`;
  }
  if (format === 'text') return (cells) => cells.map((cell) => textField(cell, options)).join(delimiter);
  const field = csvFieldOf(columns, options);
  return (cells) => cells.map(field).join(delimiter);
}

function distinct(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DriverError('SQL_AMBIGUOUS_COLUMN', `The file would have two columns "${twice}".`, {
      remedy: 'Give one of them another name: SELECT … AS name.',
    });
}

/** Items in DynamoDB's JSON, as its own exports write them. */
async function* itemLines(select: SelectStmt, reading: StatementScope): AsyncGenerator<Lines> {
  const { parsed, parameters, context, signal } = reading;
  const { columns } = await planStatement(queryWithin(parsed, select), parameters, context, signal);
  const names = columns.map(({ name }) => name);
  distinct(names);
  const whole = names.length === 1 && names[0] === '$item';
  const lineOf = (row: readonly StoredInput[]): string => {
    const item: Record<string, AttributeMap[string]> = {};
    for (const [i, value] of row.entries()) {
      const stored = attributeOf(value, { label: names[i] ?? '', key: undefined, seen: {} });
      if (stored === undefined) continue;
      if (whole && 'M' in stored) Object.assign(item, stored.M);
      else Object.defineProperty(item, names[i] ?? '', { value: stored, enumerable: true });
    }
    return `${JSON.stringify({ Item: item })}\n`;
  };
  for await (const rows of (await sourceRows(select, reading)).rows)
    yield { text: rows.map(lineOf).join(''), count: rows.length };
}

async function parquetTo(
  draft: FileDraft,
  { files, options }: CopyRequest,
  select: SelectStmt,
  { parsed, parameters, context, signal, stats }: StatementScope,
): Promise<number> {
  const engine = await files.engine(draft.path);
  let names: readonly string[] = [];
  const own = { ...context, engine: () => Promise.resolve(engine) };
  const query = queryWithin(parsed, select);
  try {
    const running = await runStatement(query, parameters, own, signal, stats, (plan) => {
      names = plan.columns.map(({ name }) => name);
      const { engineSql } = plan;
      const view: typeof engineSql = (schema, portions) => asView(engineSql(schema, portions), names.length);
      return { ...plan, engineSql: view, direct: undefined, until: undefined };
    });
    const connection = await engine.connect();
    const interrupt = (): void => connection.interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      distinct(names);
      // The view is there when its statement has run.
      for await (const rows of running.arrays()) if (rows.length > 0) break;
      return await writeParquet(connection, names, draft.path, options.compression);
    } finally {
      signal.removeEventListener('abort', interrupt);
      connection.closeSync();
      await running.close();
    }
  } catch (error) {
    throwIfCancelled(signal);
    throw error instanceof DriverError ? error : engineError(error, () => undefined);
  } finally {
    engine.close();
  }
}
