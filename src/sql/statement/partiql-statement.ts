import { resultColumn } from '../types/types.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { readPartiqlPages } from '../../dynamo/read/partiql-pages.ts';
import { toPlainItem } from '../types/plain-document.ts';
import { postgresColumnType } from '../types/column-types.ts';
import { literalToAttribute, type ParameterLiteral } from '../parse/parameter-value.ts';
import type { ParsedPartiql } from '../parse/partiql.ts';
import type { Value } from '../types/value.ts';
import type { StatementContext } from '../exec/context.ts';
import { createObjectMapper } from '../exec/direct.ts';
import { choosePageSize, createPartiqlGate } from '../exec/read-gate.ts';
import { createColumnDecoder } from '../exec/row-decoder.ts';
import { inferColumns } from '../exec/seen-columns.ts';
import type { RunningBody, StatementBody } from './statement.ts';

/** The column for attributes that only items of later pages have. */
const REST = '$rest';

/**
 * A statement that DynamoDB executes unchanged. Its columns are the attributes of the first page that has items; where
 * more pages follow, a last column `$rest` holds their further attributes as JSON.
 */
export function partiqlStatement(parsed: ParsedPartiql): StatementBody {
  return {
    kind: 'partiql',
    transactionRole: {
      kind: 'refused',
      reason: 'PartiQL cannot run inside a transaction block: DynamoDB executes it immediately',
    },
    columns: () => Promise.resolve([]),
    run: (parameters, context, signal) => runPartiql(parsed, parameters, context, signal),
    explain: () =>
      Promise.reject(
        new DriverError(
          'SQL_NOT_SUPPORTED',
          'EXPLAIN is not supported for PartiQL: DynamoDB does not expose its plan',
        ),
      ),
  };
}

async function runPartiql(
  { text, verb }: ParsedPartiql,
  parameters: readonly ParameterLiteral[],
  context: StatementContext,
  signal: AbortSignal,
): Promise<RunningBody> {
  const reads = verb === 'SELECT';
  if (context.session.readOnly && !reads)
    throw new DriverError('SQL_READ_ONLY', `cannot execute ${verb || 'this statement'} with Readonly=true`, {
      remedy: 'Connect with Readonly=false to write.',
    });
  const stats = newReadStats();
  const pages = readPartiqlPages(
    context.session.database.client,
    {
      text,
      parameters: parameters.map((parameter, i) => literalToAttribute(parameter, `$${i + 1}`)),
      writes: !reads,
      consistent: reads && context.settings.consistentReads,
      ...(reads && choosePageSize(undefined, context)),
    },
    { stats, signal, gate: createPartiqlGate(context, stats) },
  );
  const first = await readFirstItems(pages);
  const shape = inferShape(first?.items ?? [], first?.more === true, context);
  const toObject = createObjectMapper(shape.columns.map(({ name }) => name));

  let isCut = false;
  async function* arrays(): AsyncGenerator<Value[][]> {
    let left = context.settings.maxRows < 0 ? Infinity : context.settings.maxRows;
    let { items, more } = first ?? { items: [], more: false };
    try {
      for (;;) {
        const rows = items.slice(0, left).map((item) => shape.row(item));
        isCut = items.length > left || (more && items.length === left);
        left -= rows.length;
        if (rows.length > 0) yield rows;
        if (left <= 0) return;
        const next = await pages.next();
        if (next.done === true) return;
        ({ items, more } = parsePage(next.value));
      }
    } finally {
      await pages.return(undefined);
    }
  }
  return {
    tag: verb,
    columns: shape.columns,
    plan: [],
    stats,
    arrays,
    isCut: () => isCut,
    async *objects() {
      for await (const rows of arrays()) yield rows.map(toObject);
    },
    close: async () => void (await pages.return(undefined)),
  };
}

interface FilledPage {
  readonly items: readonly AttributeMap[];
  readonly more: boolean;
}

async function readFirstItems(pages: AsyncGenerator<Page, void>): Promise<FilledPage | undefined> {
  for (;;) {
    const next = await pages.next();
    if (next.done === true) return undefined;
    const page = parsePage(next.value);
    if (page.items.length > 0) return page;
  }
}

function parsePage({ items, nextToken }: Page): FilledPage {
  return { items: JSON.parse(items.toString()), more: nextToken !== undefined };
}

interface Shape {
  readonly columns: RunningBody['columns'];
  row(item: AttributeMap): Value[];
}

function inferShape(
  items: readonly AttributeMap[],
  more: boolean,
  { settings: { decimals } }: StatementContext,
): Shape {
  const inferred = inferColumns(items, decimals);
  const columns = [...inferred.values()];
  const readers = columns.map((column) => createColumnDecoder(column, decimals));
  const named = columns.map(({ name, type }) => resultColumn(name, postgresColumnType(type)));
  if (!more) return { columns: named, row: (item) => readers.map((read) => read(item)) };
  let rest = REST;
  for (let n = 2; inferred.has(rest); n++) rest = `${REST}_${n}`;
  return {
    columns: [...named, resultColumn(rest, 'json')],
    row(item) {
      const others = Object.entries(item).filter(([name]) => !inferred.has(name));
      const remaining = others.length === 0 ? null : toPlainItem(Object.fromEntries(others));
      return [...readers.map((read) => read(item)), remaining];
    },
  };
}
