import type { InsertStmt, Node, RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError, getErrorMessage } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { totalWritten, type WriteStats } from '../../dynamo/write/write-stats.ts';
import type { CommandResult } from '../exec/command.ts';
import type { StatementContext } from '../exec/context.ts';
import { createObjectMapper } from '../exec/direct.ts';
import { unknownParameters } from '../parse/parameter-list.ts';
import type { ParsedText } from '../parse/parse.ts';
import type { ResultColumn } from '../types/types.ts';
import type { TableRead } from '../plan/table-read.ts';
import { describeOverItems, evaluateOverItems } from './item-expressions.ts';
import { withNewColumns, type TargetNames, findNewAttributes } from './new-attributes.ts';
import type { StatementScope } from './statement-scope.ts';
import { formatTargetName } from './target-table.ts';

/** The result of a statement that wrote: its counts, and RETURNING's rows over the images of the written items. */
export async function toCommandResult(
  tag: string,
  {
    table,
    range,
    added = [],
    returning,
    items,
    writes,
    reads = [],
    affected = writes.itemsWritten,
  }: {
    readonly table: TableDef;
    readonly range: RangeVar;
    /** The new attributes that the statement adds to the table. */
    readonly added?: readonly string[];
    readonly returning: readonly Node[] | undefined;
    /** The images that RETURNING is evaluated over, in the order of the writes. */
    readonly items: readonly AttributeMap[];
    readonly writes: WriteStats;
    readonly reads?: readonly TableRead[];
    readonly affected?: number;
  },
  scope: StatementScope,
): Promise<CommandResult> {
  const expressions = { table, range, targets: returning ?? [] };
  const catalog = withNewColumns(added, table, items, scope.context);
  const afterWrite = { ...scope, context: scope.context.derive({ catalog }), stats: newReadStats() };
  const columns = returning === undefined ? [] : await describeOverItems(expressions, afterWrite);
  const rows = returning === undefined ? [] : await evaluateOverItems(expressions, items, afterWrite);
  const toObject = createObjectMapper(columns.map(({ name }) => name));
  return {
    tag,
    affected,
    columns,
    reads,
    stats: scope.stats,
    writes,
    async *arrays() {
      if (rows.length > 0) yield rows.map((row) => [...row]);
    },
    async *objects() {
      if (rows.length > 0) yield rows.map(toObject);
    },
    close: () => Promise.resolve(),
  };
}

/** The columns of RETURNING, for a statement that is being prepared. */
export async function describeReturning(
  {
    relation: range,
    returningClause,
    ...names
  }: Pick<InsertStmt, 'relation' | 'returningClause'> & TargetNames,
  parsed: ParsedText,
  context: StatementContext,
  signal: AbortSignal,
): Promise<readonly ResultColumn[]> {
  const targets = returningClause?.exprs;
  if (targets === undefined || range === undefined) return [];
  const table = await context.catalog.table(formatTargetName(range), signal);
  const catalog = withNewColumns(findNewAttributes(names, table, parsed), table, [], context);
  const parameters = unknownParameters(parsed);
  return describeOverItems(
    { range, targets },
    { parsed, parameters, context: context.derive({ catalog }), signal },
  );
}

/** Adds to the error of a partly executed statement how many items it had written. */
export function withPartialResult(error: unknown, writes: WriteStats, verb: string): unknown {
  const { itemsWritten: items } = writes;
  if (items === 0 || !(error instanceof DriverError)) return error;
  const partial = `${items} ${items === 1 ? 'item was' : 'items were'} ${verb} before`;
  return new DriverError(
    error.code,
    `${getErrorMessage(error).replace(/\.$/, '')}; ${partial} (${totalWritten(writes)} WCU)`,
    {
      cause: error,
      remedy: error.remedy,
      // A retried INSERT would conflict with its own items, and a retried UPDATE could change items twice.
      retryable: verb === 'deleted' && error.retryable,
      ...(error.position === undefined ? {} : { position: error.position }),
    },
  );
}
