import type { Catalog } from '../../catalog/catalog.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import type { SamplingBudget } from '../../catalog/sample.ts';
import { newReadStats, totalCapacity } from '../../dynamo/read/read-stats.ts';
import {
  type SessionContext,
  StatementContext,
  type StatementSettings,
  type StatementTrace,
} from './context.ts';
import { type TransactionBlock, createTransactionBlock } from './transaction-block.ts';
import { toTableInZone } from './table-in-zone.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import { type BudgetScope, createSampleGate } from './read-gate.ts';

/** The part of a budget that samples may take: the rest is for the statement itself. */
const SHARE = 1 / 2;

/** The context of one statement, whose budget pays for what the catalog samples for it. */
export function newStatement(
  session: SessionContext,
  defaults: StatementSettings,
  block: TransactionBlock,
): StatementContext {
  const { current: timeZone } = session.zone;
  const settings = timeZone === defaults.timeZone ? defaults : { ...defaults, timeZone };
  const sampling = newReadStats();
  const budget = createSamplingBudget({ session, settings, sampling });
  const trace: StatementTrace = { lookups: [], hasWritten: false, exactNumbers: false };
  const catalog = statementCatalog(session.database.sharedCatalog, budget, trace, timeZone);
  return new StatementContext(session, { settings, catalog, sampling, trace, block });
}

/** A context for what is not a statement, such as metadata: only the session's budget bounds its samples. */
export function newCatalogContext(session: SessionContext): StatementContext {
  return newStatement(session, { ...session.defaults, maxRcu: undefined }, createTransactionBlock());
}

/** Samples within the limits. */
function createSamplingBudget(scope: BudgetScope): SamplingBudget {
  const { sampling, session, settings } = scope;
  return {
    stats: sampling,
    warn: (message) => session.warn(message),
    remaining() {
      const left = Math.min(
        (settings.maxRcu ?? Infinity) - totalCapacity(sampling),
        (session.maxSessionRcu ?? Infinity) - session.usage.readCapacity,
      );
      return left === Infinity ? undefined : Math.max(0, left) * SHARE;
    },
    gate: (table) => createSampleGate(table, scope),
  };
}

/** The catalog, which charges samples to the statement and traces what it looks up. */
function statementCatalog(
  catalog: Catalog,
  budget: SamplingBudget,
  { lookups }: StatementTrace,
  timeZone: TimeZone,
): Catalog {
  const inZone = (table: Promise<TableDef>): Promise<TableDef> =>
    timeZone === undefined ? table : table.then((found) => toTableInZone(found, timeZone));
  return {
    ...catalog,
    ...(timeZone === undefined ? {} : { timeZone }),
    table(name, signal, payer = budget) {
      const table = inZone(catalog.table(name, signal, payer));
      lookups.push({ name, table });
      return table;
    },
    sampled: (name, signal, payer = budget) => inZone(catalog.sampled(name, signal, payer)),
    widen: (table, column, evidence) => inZone(catalog.widen(table, column, evidence)),
  };
}
