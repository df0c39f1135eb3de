import type { PushdownRule } from '../table-read.ts';

/** A condition that nothing can meet needs no request. */
export const never: PushdownRule = {
  name: 'never',
  apply(read) {
    if (!read.residual.some((condition) => condition.predicate?.kind === 'never')) return undefined;
    return { ...read, access: { kind: 'Empty' }, keyed: read.residual, residual: [] };
  },
};
