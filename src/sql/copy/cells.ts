import { isDocumentType, isNumericType, type ResultColumn } from '../types/types.ts';
import type { Node, SelectStmt } from 'libpg-query';
import type { ColumnDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import { call, cast, column, name } from '../dialect/build.ts';
import { formatValue } from '../types/format-value.ts';
import { storedAttributeType } from '../types/column-types.ts';
import { createColumnDecoder } from '../exec/row-decoder.ts';
import { planStatement, type RunningStatement, runStatement } from '../exec/run.ts';
import { queryWithin } from '../parse/parse.ts';
import type { Value } from '../types/value.ts';
import type { StatementScope } from '../write/statement-scope.ts';

/** Text of a row. */
export type CellRow = readonly (string | null)[];

/** The rows of a query as text. */
export interface Cells {
  readonly columns: readonly ResultColumn[];
  readonly batches: () => AsyncGenerator<readonly CellRow[]>;
  /** Instead of batches, where each item of a read is a row. */
  readonly items?: ItemCells | undefined;
}

/** Items, and what makes rows of them. */
export interface ItemCells {
  /** Of the table; one for each column of the rows. */
  readonly output: readonly ColumnDef[];
  readonly pages: () => AsyncGenerator<Page>;
  readonly cell: (item: AttributeMap, position: number) => string | null;
}

/** What cells are: PostgreSQL's text output, or JSON. */
type CellFormat = 'text' | 'json';

/**
 * Runs a query whose values come as text. Rows that stream as they are read are turned into text here; the engine makes text
 * of its own values, so that no digit and no microsecond is lost on the way.
 */
export async function queryCells(
  select: SelectStmt,
  form: CellFormat,
  scope: StatementScope,
): Promise<Cells> {
  const { parsed, parameters, signal, stats } = scope;
  const context = scope.context.withSettings({ decimals: 'digits' });
  const plan = await planStatement(queryWithin(parsed, select), parameters, context, signal);
  const { columns } = plan;
  const asked = plan.direct === undefined ? castToText(select, columns, form) : select;
  const cells = columns.map(({ type }, i) => {
    const output = plan.direct?.summaries === undefined ? plan.direct?.output[i] : undefined;
    // Some numbers have more digits than a type of SQL: their column is one of text.
    const kind = output !== undefined && storedAttributeType(output) === 'N' ? 'numeric' : type;
    return createCellFormatter(kind, form, plan.direct !== undefined);
  });
  const run = (): Promise<RunningStatement> =>
    runStatement(queryWithin(parsed, asked), parameters, context, signal, stats);
  // A direct statement has read nothing before its first rows.
  const direct = plan.direct === undefined ? undefined : await run();
  async function* batches(): ReturnType<Cells['batches']> {
    const running = direct ?? (await run());
    try {
      for await (const rows of running.arrays())
        yield rows.map((row) => cells.map((cell, i) => cell(row[i] ?? null)));
    } finally {
      await running.close();
    }
  }
  return { columns, batches, items: direct && createItemCells(direct, cells) };
}

function createItemCells(
  { plan: { direct }, pages }: RunningStatement,
  cells: readonly ((value: Value) => string | null)[],
): ItemCells | undefined {
  if (direct === undefined || pages === undefined) return undefined;
  const decoders = direct.output.map((column) => createColumnDecoder(column, 'digits'));
  return {
    output: direct.output,
    pages,
    cell: (item, position) => cells[position]?.(decoders[position]?.(item) ?? null) ?? null,
  };
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function createCellFormatter(
  type: string,
  form: CellFormat,
  direct: boolean,
): (value: Value) => string | null {
  const text = (value: Value): string | null =>
    typeof value === 'string' && !direct ? value : formatValue(value, type);
  if (form === 'text') return text;
  return (value) => {
    const cell = text(value);
    if (cell === null) return null;
    if (type === 'boolean') return cell === 't' ? 'true' : 'false';
    // In JSON a line feed can only stand between the parts of a document.
    if (isDocumentType(type) || type.endsWith('[]')) return cell.replace(/[\r\n]+/g, ' ');
    if (isNumericType(type) && JSON_NUMBER.test(cell)) return cell;
    return JSON.stringify(type.startsWith('timestamp') ? cell.replace(' ', 'T') : cell);
  };
}

/** The same rows with all values as text but the booleans, whose text in a file is not that of a cast. */
function castToText(select: SelectStmt, columns: readonly ResultColumn[], form: CellFormat): SelectStmt {
  const names = columns.map((_, i) => `c${i}`);
  const targets = names.map((each, i): Node => {
    const type = columns[i]?.type ?? 'text';
    const val = column(each);
    if (type === 'boolean') return { ResTarget: { name: each, val } };
    const document = form === 'json' && type.endsWith('[]') ? call('to_json', [val]) : val;
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
