import type { InsertStmt, Node, RangeVar, WithClause } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { DriverError, getErrorMessage } from '../../core/errors.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { totalWritten, type WriteStats } from '../../dynamo/write/write-stats.ts';
import type { CommandResult } from '../exec/command.ts';
import type { StatementContext } from '../exec/context.ts';
import { createObjectMapper } from '../exec/direct.ts';
import { unknownParameters } from '../parse/parameter-list.ts';
import type { ParsedText } from '../parse/parse.ts';
import type { ResultColumn } from '../types/types.ts';
import { type Overlay, toItemsByTable } from '../exec/overlay.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { Value } from '../types/value.ts';
import { describeOverItems, evaluateOverItems } from './item-expressions.ts';
import {
  hasSubqueries,
  readReturning,
  resolveReturning,
  type JoinedRelations,
  type Returning,
} from './returning-list.ts';
import {
  findReturnedSources,
  NO_SOURCE_COLUMNS,
  type SourceColumns,
  toSourceColumns,
} from './returned-sources.ts';
import { ROW_COLUMN, toImageItems, withImageColumns } from './image-columns.ts';
import type { ItemImage } from './item-image.ts';
import { extractKey } from './item-key.ts';
import { renameItemColumn } from './numbered-items.ts';
import { withNewColumns, type TargetNames, findNewAttributes } from './new-attributes.ts';
import type { StatementScope } from './statement-scope.ts';
import { formatTargetName } from './target-table.ts';

/** What a statement wrote, and what its RETURNING is evaluated over. */
export interface PerformedWrite {
  readonly tag: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE';
  readonly table: TableDef;
  readonly range: RangeVar;
  /** The new attributes that the statement adds to the table. */
  readonly added?: readonly string[];
  readonly returning: Returning | undefined;
  /** In the order of the writes. */
  readonly images: readonly ItemImage[];
  readonly sources?: SourceColumns;
  readonly writes: WriteStats;
  readonly reads?: readonly TableRead[];
  readonly scope: StatementScope;
}

/** What the errors of a partly executed statement call its writes. */
const VERBS: Readonly<Record<PerformedWrite['tag'], string>> = {
  INSERT: 'inserted',
  UPDATE: 'updated',
  DELETE: 'deleted',
  MERGE: 'merged',
};

/** The result of a statement that wrote: its counts, and RETURNING's rows over the images of the written items. */
export async function toCommandResult(performed: PerformedWrite): Promise<CommandResult> {
  const { tag, reads = [], writes, scope } = performed;
  try {
    const { columns, rows } = await evaluateReturning(performed);
    const toObject = createObjectMapper(columns.map(({ name }) => name));
    return {
      tag,
      affected: writes.itemsWritten,
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
  } catch (error) {
    throw withPartialResult(error, writes, VERBS[tag]);
  }
}

async function evaluateReturning(
  performed: PerformedWrite,
): Promise<{ readonly columns: readonly ResultColumn[]; readonly rows: readonly (readonly Value[])[] }> {
  const { table, range, returning, scope } = performed;
  if (returning === undefined) return { columns: [], rows: [] };
  const { targets, context, items } = await prepareImages(performed);
  // The writes of a transaction are not in the tables yet.
  const isWritten = hasSubqueries(returning) && context.buffer === undefined;
  const reading = isWritten ? context.withOverlay(toOldItems(performed)) : context;
  const afterWrite = { ...scope, context: reading, stats: newReadStats() };
  const expressions = { table, range, targets, withClause: findUsedWith(returning) };
  return {
    columns: await describeOverItems(expressions, afterWrite),
    rows: await evaluateOverItems(expressions, items, afterWrite),
  };
}

/** The written items as they were: subqueries of RETURNING see the tables as they were before the statement. */
function toOldItems({ images, table }: PerformedWrite): Overlay {
  const shared = { table: table.name, needsStored: false };
  return toItemsByTable(
    images.flatMap(({ item, old }) => {
      const key = extractKey(item, table);
      const before = old && { key: extractKey(old, table), item: () => old };
      const isMoved = before !== undefined && keyIdentity(before.key) !== keyIdentity(key);
      const after = { key, item: () => (isMoved ? undefined : old) };
      return [{ ...shared, ...after }, ...(isMoved ? [{ ...shared, ...before }] : [])];
    }),
  );
}

/** RETURNING's expressions, and the items that they are evaluated over. */
export async function prepareImages({
  table,
  added = [],
  returning,
  images,
  sources = NO_SOURCE_COLUMNS,
  scope,
}: PerformedWrite): Promise<{
  readonly targets: readonly Node[];
  readonly context: StatementContext;
  readonly items: readonly AttributeMap[];
}> {
  const items = images.map(({ item }) => item);
  const catalog = withNewColumns(added, table, items, scope.context);
  const { usesImages, ...prepared } = await prepareReturning(returning, table, sources, catalog, scope);
  return { ...prepared, items: usesImages ? toImageItems(images) : items };
}

interface PreparedReturning {
  readonly targets: readonly Node[];
  readonly context: StatementContext;
  /** Whether they refer to images or other relations, which the items must have as members. */
  readonly usesImages: boolean;
}

/** RETURNING's expressions, and the context in which they are evaluated over items with images. */
async function prepareReturning(
  returning: Returning | undefined,
  { name }: TableDef,
  { columns, returned }: SourceColumns,
  catalog: Catalog,
  { context, parsed, signal }: Pick<StatementScope, 'context' | 'parsed' | 'signal'>,
): Promise<PreparedReturning> {
  if (returning === undefined) return { targets: [], context, usesImages: false };
  const extended = await catalog.table(name, signal);
  const targets = resolveReturning(returning, extended, returned, parsed);
  const usesImages = targets.some((target, i) => target !== returning.exprs[i]);
  return {
    targets: usesImages ? renameItemColumn(targets, returning.alias, ROW_COLUMN) : targets,
    context: context.derive({ catalog: usesImages ? withImageColumns(catalog, name, columns) : catalog }),
    usesImages,
  };
}

/** Throws where RETURNING cannot be evaluated. Called before the first write, because PostgreSQL would write nothing. */
export async function checkReturning(
  returning: Returning | undefined,
  {
    table,
    range,
    added = [],
    sources = NO_SOURCE_COLUMNS,
  }: {
    readonly table: TableDef;
    readonly range: RangeVar;
    readonly added?: readonly string[];
    readonly sources?: SourceColumns;
  },
  scope: StatementScope,
): Promise<void> {
  if (returning === undefined) return;
  const catalog = withNewColumns(added, table, [], scope.context);
  const { targets, context } = await prepareReturning(returning, table, sources, catalog, scope);
  // The types of new attributes are known only from their values.
  const withClause = findUsedWith(returning);
  if (added.length === 0) await describeOverItems({ range, targets, withClause }, { ...scope, context });
}

/** The WITH that subqueries of RETURNING may refer to. */
function findUsedWith(returning: Returning): WithClause | undefined {
  return hasSubqueries(returning) ? returning.withClause : undefined;
}

/** The parts of a statement that its RETURNING depends on. */
export interface ReturningParts
  extends TargetNames, JoinedRelations, Pick<InsertStmt, 'relation' | 'returningClause'> {}

/** The columns of RETURNING, for a statement that is being prepared. */
export async function describeReturning(
  parts: ReturningParts,
  parsed: ParsedText,
  context: StatementContext,
  signal: AbortSignal,
): Promise<readonly ResultColumn[]> {
  const { relation: range } = parts;
  const parameters = unknownParameters(parsed);
  const scope = { parsed, parameters, context, signal };
  const prepared = await describeImages(parts, scope);
  if (prepared === undefined || range === undefined) return [];
  const { targets, context: extended, withClause } = prepared;
  return describeOverItems({ range, targets, withClause }, { ...scope, context: extended });
}

/** RETURNING's expressions, and the table with the columns that they refer to; undefined without RETURNING. */
export async function describeImages(
  parts: ReturningParts,
  { parsed, parameters, context, signal }: Omit<StatementScope, 'stats'>,
): Promise<
  | {
      readonly targets: readonly Node[];
      readonly context: StatementContext;
      readonly table: TableDef;
      readonly withClause: WithClause | undefined;
    }
  | undefined
> {
  const { relation: range, returningClause, from = [], withClause, starOrder, ...names } = parts;
  const returning = readReturning(returningClause, range, { from, withClause, starOrder });
  if (returning === undefined || range === undefined) return undefined;
  const table = await context.catalog.table(formatTargetName(range), signal);
  const catalog = withNewColumns(findNewAttributes(names, table, parsed), table, [], context);
  const scope = { parsed, parameters, context, signal };
  const wanted = await findReturnedSources(returning, table, from, withClause, scope);
  const sources = toSourceColumns(wanted, [], scope);
  const prepared = await prepareReturning(returning, table, sources, catalog, scope);
  return { table, withClause: findUsedWith(returning), ...prepared };
}

/** Adds to the error of a partly executed statement how many items it had written. */
export function withPartialResult(error: unknown, writes: WriteStats, verb: string): unknown {
  const { itemsWritten: items } = writes;
  // In a transaction nothing has been sent.
  if (items === 0 || writes.requests === 0 || !(error instanceof DriverError)) return error;
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
