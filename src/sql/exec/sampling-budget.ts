import type { Catalog } from '../../catalog/catalog.ts';
import type { SampleMeter } from '../../catalog/sample.ts';
import { newReadStats, totalCapacity } from '../../dynamo/read/read-stats.ts';
import type { ExecutionContext } from './context.ts';
import { type Limits, sampleGate } from './read-gate.ts';

/** The part of a budget that samples may take: the rest is for what is asked. */
const SHARE = 1 / 2;

/** The context of one statement, which pays for what the catalog samples for it. */
export function withSamplingBudget(context: ExecutionContext): ExecutionContext {
  const { catalog, maxRcu, maxConnectionRcu, capacityPercent, traffic } = context;
  const sampling = newReadStats();
  const meter = samplingMeter({ maxRcu, maxConnectionRcu, capacityPercent, traffic, sampling });
  return { ...context, sampling, catalog: paidCatalog(catalog, meter) };
}

/** Samples within the limits. */
export function samplingMeter(limits: Limits & Pick<ExecutionContext, 'capacityPercent'>): SampleMeter {
  const { sampling, maxRcu, maxConnectionRcu, traffic } = limits;
  return {
    stats: sampling,
    budget() {
      const left = Math.min(
        (maxRcu ?? Infinity) - totalCapacity(sampling),
        (maxConnectionRcu ?? Infinity) - traffic.consumed,
      );
      return left === Infinity ? undefined : Math.max(0, left) * SHARE;
    },
    gate: (table) => sampleGate(table, limits),
  };
}

function paidCatalog(catalog: Catalog, meter: SampleMeter): Catalog {
  return {
    ...catalog,
    table: (name, signal, paidBy = meter) => catalog.table(name, signal, paidBy),
    sampled: (name, signal, paidBy = meter) => catalog.sampled(name, signal, paidBy),
  };
}
