import { getRecent, setRecent } from '../../core/async/lru.ts';
import type { KeyRange } from '../../dynamo/read/access-path.ts';
import { keyIdentity } from '../../dynamo/key.ts';

/** How many items Queries have returned, to improve the next estimate. Keeps the most recently used figures. */
export interface CardinalityFeedback {
  /** The number of items to expect under a key condition; the estimate where nothing similar was read yet. */
  expected(place: string, range: KeyRange, estimate: number): number;
  /** Records that a Query read to its end returned this many items. */
  record(place: string, range: KeyRange, estimate: number, items: number): void;
}

const LIMITS = { entries: 2000 };
/** The weight of a new figure in the moving average. */
const WEIGHT = 0.3;

/** Creates empty feedback. A `place` is a table, or a table and its index. */
export function createCardinalityFeedback(): CardinalityFeedback {
  const figures = new Map<string, number>();
  return {
    expected(place, range, estimate) {
      const exact = getRecent(figures, exactName(place, range));
      if (exact !== undefined) return exact;
      return estimate * Math.exp(getRecent(figures, shapeName(place, range)) ?? 0);
    },
    record(place, range, estimate, items) {
      setRecent(figures, exactName(place, range), items, LIMITS);
      const shape = shapeName(place, range);
      const error = Math.log(Math.max(1, items) / Math.max(1, estimate));
      const average = (getRecent(figures, shape) ?? 0) * (1 - WEIGHT) + error * WEIGHT;
      setRecent(figures, shape, average, LIMITS);
    },
  };
}

function exactName(place: string, { equals, sort }: KeyRange): string {
  return `${place} ${keyIdentity(equals)} ${sort === undefined ? '' : JSON.stringify(sort)}`;
}

/** Identifies conditions of the same kind on the same attributes, whatever their values. */
function shapeName(place: string, { equals, sort }: KeyRange): string {
  const op = sort?.condition.kind === 'compare' ? sort.condition.op : sort?.condition.kind;
  return JSON.stringify([place, Object.keys(equals).toSorted(), sort?.attribute, op]);
}
