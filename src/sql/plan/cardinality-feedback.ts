import type { KeyRange } from '../../dynamo/read/access-path.ts';
import { keyIdentity } from '../../dynamo/key.ts';

/** What Queries of a session really met, for the next estimate. Bounded: what was not asked for longest is forgotten. */
export interface CardinalityFeedback {
  /** How many items lie under a key condition, by what was met before. */
  expected(place: string, range: KeyRange, estimate: number): number;
  /** A Query was read to its end and met so many. */
  record(place: string, range: KeyRange, estimate: number, items: number): void;
}

const MOST_FIGURES = 2000;
/** How much a new figure weighs against those before. */
const WEIGHT = 0.3;

/** An empty memory. `place` is a table, or a table and its index. */
export function createCardinalityFeedback(): CardinalityFeedback {
  const figures = new Map<string, number>();
  const recall = (name: string): number | undefined => {
    const figure = figures.get(name);
    if (figure === undefined) return undefined;
    figures.delete(name);
    figures.set(name, figure);
    return figure;
  };
  const keep = (name: string, figure: number): void => {
    figures.delete(name);
    figures.set(name, figure);
    const [oldest] = figures.keys();
    if (figures.size > MOST_FIGURES && oldest !== undefined) figures.delete(oldest);
  };
  return {
    expected(place, range, estimate) {
      const exact = recall(exactName(place, range));
      if (exact !== undefined) return exact;
      return estimate * Math.exp(recall(shapeName(place, range)) ?? 0);
    },
    record(place, range, estimate, items) {
      keep(exactName(place, range), items);
      const shape = shapeName(place, range);
      const error = Math.log(Math.max(1, items) / Math.max(1, estimate));
      keep(shape, (recall(shape) ?? 0) * (1 - WEIGHT) + error * WEIGHT);
    },
  };
}

function exactName(place: string, { equals, sort }: KeyRange): string {
  return `${place} ${keyIdentity(equals)} ${sort === undefined ? '' : JSON.stringify(sort)}`;
}

/** The same attributes under the same kind of condition; the values may differ. */
function shapeName(place: string, { equals, sort }: KeyRange): string {
  const op = sort?.condition.kind === 'compare' ? sort.condition.op : sort?.condition.kind;
  return JSON.stringify([place, Object.keys(equals).toSorted(), sort?.attribute, op]);
}
