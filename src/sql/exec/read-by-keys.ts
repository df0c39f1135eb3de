import type { DuckDBConnection } from '@duckdb/node-api';
import { batchGetUnits, readUnits } from '../../dynamo/read/capacity.ts';
import type { Relation } from '../bind/relation.ts';
import { trimFraction } from '../types/number-value.ts';
import { identifier } from '../print/quote.ts';
import { compareCosts, estimateCost } from '../plan/cost.ts';
import { toJoinKeyLiteral, planWithKeys } from '../plan/key-sources.ts';
import type { PlanSettings, TableRead } from '../plan/table-read.ts';
import type { StatementContext } from './context.ts';

/** More keys than this are more requests than a Scan is likely to take. */
const MAX_KEYS = 1000;
/** Where the size of the table is not known, so many keys are taken for cheaper than a Scan. */
const FEW_KEYS = 100;

/**
 * The read, now that the relation that its keys come from is loaded: by those keys where they are fewer than a Scan is
 * dear, else as it was planned. DuckDB still joins what comes back.
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
  const name = identifier(column.engineName);
  const answer = await connection.runAndReadAll(
    `SELECT DISTINCT CAST(${name} AS VARCHAR) FROM ${identifier(schema)}.${identifier(source.alias)} WHERE ${name} IS NOT NULL LIMIT ${MAX_KEYS + 1}`,
  );
  const printed = answer.getRows().map(([value]) => String(value));
  if (printed.length === 0) return { ...planned, access: { kind: 'Empty' } };
  if (printed.length > MAX_KEYS) return planned;
  const values = printed
    .map((text) =>
      toJoinKeyLiteral(keysFrom.attribute, column.column.type.kind === 'decimal' ? trimFraction(text) : text),
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
