import type { DuckDBConnection } from '@duckdb/node-api';
import { batchGetUnits, readUnits } from '../../dynamo/read/capacity.ts';
import type { Relation } from '../bind/relation.ts';
import { trimFraction } from '../types/number-value.ts';
import { quoteName } from '../print/quote.ts';
import { compareCosts, estimateCost } from '../plan/cost.ts';
import { toJoinKeyLiteral, planWithKeys } from '../plan/key-sources.ts';
import type { PlanSettings, TableRead } from '../plan/table-read.ts';
import type { StatementContext } from './context.ts';

/** Above this, keys are likely to take more requests than a Scan. */
const MAX_KEYS = 1000;
/** Up to this, keys are assumed to be cheaper than a Scan of a table of unknown size. */
const FEW_KEYS = 100;

/**
 * Plans a read whose keys come from another relation, now that it is loaded: by those keys if that is cheaper, or else as
 * it was planned. DuckDB still joins the rows.
 */
export async function readByKeys(
  connection: DuckDBConnection,
  schema: string,
  source: Relation,
  planned: TableRead,
  { settings, session }: StatementContext,
): Promise<TableRead> {
  const { keysFrom } = planned;
  const column = source.columns.find((each) => each.column === keysFrom?.column);
  if (keysFrom === undefined || column === undefined) return planned;
  const name = quoteName(column.engineName);
  const answer = await connection.runAndReadAll(
    `SELECT DISTINCT ${column.column.type.kind === 'number' ? `num_text(${name})` : `CAST(${name} AS VARCHAR)`} FROM ${quoteName(schema)}.${quoteName(source.alias)} WHERE ${name} IS NOT NULL LIMIT ${MAX_KEYS + 1}`,
  );
  const printed = answer.getRows().map(([value]) => String(value));
  if (printed.length === 0) return { ...planned, access: { kind: 'Empty' } };
  if (printed.length > MAX_KEYS) return planned;
  const values = printed
    .map((text) =>
      toJoinKeyLiteral(
        keysFrom.attribute,
        column.column.type.kind === 'decimal' ? trimFraction(text) : text,
        column.column,
      ),
    )
    .filter((value) => value !== undefined);
  const keyed = planWithKeys(planned, keysFrom.attribute, values, settings, session.database.planner.rules);
  return isCheaper(keyed, planned, settings) ? keyed : planned;
}

function isCheaper(keyed: TableRead, scan: TableRead, settings: PlanSettings): boolean {
  const { consistentReads: consistent } = settings;
  const { sizeBytes, itemCount } = scan.table;
  const itemBytes = itemCount > 0 ? sizeBytes / itemCount : 0;
  const { access } = keyed;
  switch (access.kind) {
    case 'Empty':
    case 'GetItem':
      return true;
    case 'BatchGetItem': {
      if (itemCount === 0) return access.keys.length <= FEW_KEYS;
      return (
        batchGetUnits(
          access.keys.map(() => itemBytes),
          consistent,
        ) < readUnits(sizeBytes, consistent)
      );
    }
    case 'Query':
      if (itemCount === 0) return access.ranges.length <= FEW_KEYS;
      return compareCosts(estimateCost(keyed, settings), estimateCost(scan, settings)) < 0;
    case 'Scan':
      return false;
  }
}
