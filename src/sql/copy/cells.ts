import { isJsonNumber } from '../types/number-value.ts';
import { isDocumentType, isNumericType, type ResultColumn } from '../types/types.ts';
import type { Node, SelectStmt } from 'libpg-query';
import type { ColumnDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import { call, cast, column, name } from '../dialect/build.ts';
import { formatRow, textFormatter } from '../types/format-value.ts';
import { toCellText } from '../types/json-cell.ts';
import { storedAttributeType } from '../types/column-types.ts';
import { createColumnDecoder } from '../exec/row-decoder.ts';
import type { UnknownAttributes } from '../exec/unknown-attributes.ts';
import { planStatement, type RunningStatement, runStatement } from '../exec/run.ts';
import { toParsedQuery } from '../parse/parse.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { Value } from '../types/value.ts';
import type { StatementScope } from '../write/statement-scope.ts';

/** A row as strings. */
export type CellRow = readonly (string | null)[];

/** The rows of a query as strings. */
export interface Cells {
  readonly columns: readonly ResultColumn[];
  readonly batches: () => AsyncGenerator<readonly CellRow[]>;
  /** While rows are read: the columns that were added at their end. Only JSON has room for them. */
  readonly addedColumns: () => readonly ResultColumn[];
  /** Set if each item of a read is a row: replaces `batches`, which must not be read then. */
  readonly items?: ItemCells | undefined;
}

/** Items, and the formatter of their cells. */
export interface ItemCells {
  /** The table's column of each column of the rows. */
  readonly output: readonly ColumnDef[];
  readonly pages: () => AsyncGenerator<Page>;
  readonly cell: (item: AttributeMap, position: number) => string | null;
  /** Counts the attributes that the rows leave out. */
  readonly unknown: UnknownAttributes | undefined;
}

/** The format of cells: PostgreSQL's text output, or JSON. */
type CellFormat = 'text' | 'json';

/**
 * Runs a query and returns its values as strings. For JSON the engine casts its own values to text, so that no digit or
 * microsecond is lost in between.
 */
export async function queryCells(
  select: SelectStmt,
  form: CellFormat,
  scope: StatementScope,
): Promise<Cells> {
  const { parsed, parameters, signal, stats } = scope;
  const context = scope.context.withSettings({ decimals: 'digits' });
  const plan = await planStatement(toParsedQuery(parsed, select), parameters, context, signal);
  const { columns } = plan;
  const formatters = [...(form === 'json' ? createJsonFormatters(plan) : columns.map(createTextFormatter))];
  const statement = form === 'json' && plan.direct === undefined ? castToText(select, columns) : select;
  const run = (): Promise<RunningStatement> =>
    runStatement(toParsedQuery(parsed, statement), parameters, context, signal, stats);
  // Starting a direct statement reads nothing yet.
  const direct = plan.direct === undefined ? undefined : await run();
  const addedColumns = (): readonly ResultColumn[] => direct?.addedColumns?.() ?? [];
  async function* batches(): ReturnType<Cells['batches']> {
    const running = direct ?? (await run());
    try {
      if (form === 'text') yield* readTextCells(running, formatters);
      else
        for await (const rows of running.arrays({
          addColumns: true,
          times: 'text',
          documents: 'json',
        })) {
          for (const { type } of addedColumns().slice(formatters.length - columns.length))
            formatters.push(createJsonFormatter(type, true));
          yield rows.map((row) => formatRow(row, formatters));
        }
    } finally {
      await running.close();
    }
  }
  return { columns, addedColumns, batches, items: direct && createItemCells(direct, formatters) };
}

async function* readTextCells(
  running: RunningStatement,
  formatters: readonly ((value: Value) => string | null)[],
): ReturnType<Cells['batches']> {
  const { columns, direct } = running.plan;
  if (direct !== undefined || running.texts === undefined) {
    for await (const rows of running.arrays({ times: 'text', documents: 'json' }))
      yield rows.map((row) => formatRow(row, formatters));
    return;
  }
  const documents = columns.flatMap(({ type }, i) => (type === 'json' ? [i] : []));
  for await (const rows of running.texts()) {
    for (const row of rows) for (const i of documents) row[i] = toDocumentCell(row[i] ?? null);
    yield rows;
  }
}

/** The formatter of a column in a text file. Documents are JSON already. */
function createTextFormatter({ type }: ResultColumn): (value: Value) => string | null {
  return type === 'json' ? toDocumentCell : textFormatter(type);
}

function toDocumentCell(json: Value): string | null {
  return typeof json === 'string' ? toCellText(json) : null;
}

function createItemCells(
  { plan: { direct }, pages, unknown }: RunningStatement,
  cells: readonly ((value: Value) => string | null)[],
): ItemCells | undefined {
  if (direct === undefined || pages === undefined) return undefined;
  // Dates are printed in PostgreSQL's format, not in the stored one.
  if (direct.output.some(({ type }) => 'stored' in type)) return undefined;
  const decoders = direct.output.map((column) => createColumnDecoder(column, 'digits', 'text', 'json'));
  return {
    output: direct.output,
    pages,
    unknown,
    cell: (item, position) => cells[position]?.(decoders[position]?.(item) ?? null) ?? null,
  };
}

function createJsonFormatters({
  columns,
  direct,
}: StatementPlan): readonly ((value: Value) => string | null)[] {
  return columns.map(({ type }, i) => {
    const output = direct?.summaries === undefined ? direct?.output[i] : undefined;
    // Numbers with more digits than any SQL type are in a text column, but are numbers in JSON.
    const isNumber =
      output !== undefined && !('stored' in output.type) && storedAttributeType(output) === 'N';
    const kind = isNumber ? 'numeric' : type;
    return createJsonFormatter(kind, direct !== undefined);
  });
}

function createJsonFormatter(type: string, direct: boolean): (value: Value) => string | null {
  const format = textFormatter(type);
  return (value) => {
    const isText = typeof value === 'string' && (!direct || isDocumentType(type));
    const cell = isText ? value : format(value);
    if (cell === null) return null;
    if (type === 'boolean') return cell === 't' ? 'true' : 'false';
    // Valid JSON has line breaks only between tokens, so they can be replaced.
    if (isDocumentType(type) || type.endsWith('[]')) return cell.replace(/[\r\n]+/g, ' ');
    if (isNumericType(type) && isJsonNumber(cell)) return cell;
    return JSON.stringify(type.startsWith('timestamp') ? toIso(cell) : cell);
  };
}

/** ISO 8601 of a timestamp in PostgreSQL's format, with the minutes of its offset. */
function toIso(cell: string): string {
  return cell.replace(' ', 'T').replace(/:\d\d(?:\.\d+)?[-+]\d\d$/, '$&:00');
}

/** Casts all columns to text except booleans; arrays become JSON. */
function castToText(select: SelectStmt, columns: readonly ResultColumn[]): SelectStmt {
  const names = columns.map((_, i) => `c${i}`);
  const targets = names.map((each, i): Node => {
    const type = columns[i]?.type ?? 'text';
    const val = column(each);
    if (type === 'boolean') return { ResTarget: { name: each, val } };
    // The text of a column of several types has no quotes, that of any other document has.
    const document = type.endsWith('[]') || type === 'json' ? call('to_json', [val]) : val;
    return { ResTarget: { name: each, val: cast(document, 'text') } };
  });
  return {
    targetList: targets,
    fromClause: [
      {
        RangeSubselect: {
          subquery: { SelectStmt: select },
          alias: { aliasname: 's', colnames: names.map(name) },
        },
      },
    ],
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
}
