import type { Comparison, Predicate } from '../../dynamo/expression/predicate.ts';
import { describePredicate } from './describe-predicate.ts';
import type { Condition } from './table-read.ts';

type Compared = Extract<Predicate, { readonly kind: 'compare' }>;

/** Turns `x >= 5 AND x <= 5` (from BETWEEN 5 AND 5) into `x = 5`, which a partition key condition needs. */
export function collapseEqualBounds(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.reduce((sofar, from) => {
    const low = toBound(from, '>=');
    const to = low && sofar.find((other) => isSameBound(low, toBound(other, '<=')));
    if (low === undefined || to === undefined) return sofar;
    const predicate: Compared = { ...low, op: '=' };
    const point: Condition = { text: describePredicate(predicate), predicate, exact: true };
    return [...sofar.filter((other) => other !== from && other !== to), point];
  }, conditions);
}

function toBound({ predicate, exact }: Condition, op: Comparison): Compared | undefined {
  return exact && predicate?.kind === 'compare' && predicate.op === op ? predicate : undefined;
}

function isSameBound(low: Compared, high: Compared | undefined): boolean {
  return (
    high !== undefined && JSON.stringify([low.path, low.value]) === JSON.stringify([high.path, high.value])
  );
}
