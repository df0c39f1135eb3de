import type { Options } from '../connstring/properties.ts';
import { toTimeZone } from '../core/time-zone.ts';
import type { SessionContext, StatementSettings } from '../sql/exec/context.ts';
import type { CardinalityFeedback } from '../sql/plan/cardinality-feedback.ts';
import { createSessionFacts } from './session-facts.ts';
import type { SharedDatabase } from './shared-database.ts';

/** Where a session sends its messages; absent: where the database does. */
export interface SessionListeners {
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly onNotice?: ((message: string) => void) | undefined;
}

/** A conversation over the database, with the settings of these properties. */
export function createSessionContext(
  { context, feedback, files, ports, source }: SharedDatabase,
  properties: Options,
  { onWarning, onNotice }: SessionListeners = {},
): SessionContext {
  const zone = toTimeZone(properties.timeZone);
  return {
    database: context,
    defaults: statementDefaults(properties, feedback),
    readOnly: properties.readOnly,
    batchWrites: properties.useBatchWriteItemOperation,
    maxSessionRcu: properties.maxConnectionRcu,
    zone: { initial: zone, current: zone },
    usage: { readCapacity: 0, warnedOf: new Set() },
    files: properties.allowFiles ? files : undefined,
    facts: createSessionFacts(properties, source),
    warn: onWarning ?? ((message) => ports.warn(message)),
    notice: onNotice ?? ((message) => ports.notice?.(message)),
  };
}

function statementDefaults(properties: Options, feedback: CardinalityFeedback): StatementSettings {
  return {
    autoDetectIndex: properties.autoDetectIndex,
    timeZone: toTimeZone(properties.timeZone),
    consistentReads: properties.useConsistentReads,
    threads: properties.threadCount,
    feedback: feedback,
    decimals: properties.numberMode === 'Decimal' ? 'digits' : 'auto',
    pageSize: properties.pageSize,
    fullScan: properties.fullScan,
    maxRcu: properties.maxRcu,
    capacityPercent: properties.capacityPercent,
    timeoutMs: properties.statementTimeout * 1000,
    maxRows: properties.maxRows,
    maxWcu: properties.maxWcu,
    onConflict: properties.onConflict,
    unknownAttributes: properties.unknownAttributes,
    passthrough: properties.queryPassthrough,
  };
}
