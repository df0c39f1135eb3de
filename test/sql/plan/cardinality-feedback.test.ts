import { describe, expect, it } from '@jest/globals';
import { createCardinalityFeedback } from '../../../src/sql/plan/cardinality-feedback.ts';

const under = (status: string) => ({ equals: { status: { S: status } } });

describe('cardinality feedback', () => {
  it('returns the recorded figure for the same condition and corrects estimates of similar ones', () => {
    const feedback = createCardinalityFeedback();
    expect(feedback.expected('t.by_status', under('open'), 10)).toBe(10);
    feedback.record('t.by_status', under('open'), 10, 1000);
    expect(feedback.expected('t.by_status', under('open'), 10)).toBe(1000);
    const corrected = feedback.expected('t.by_status', under('done'), 10);
    expect(corrected).toBeGreaterThan(10);
    expect(corrected).toBeLessThan(1000);
  });

  it('does not affect another table or another kind of condition', () => {
    const feedback = createCardinalityFeedback();
    feedback.record('t.by_status', under('open'), 10, 1000);
    expect(feedback.expected('t', under('open'), 10)).toBe(10);
    const sort = { attribute: 'at', condition: { kind: 'compare', op: '>', value: { N: '1' } } } as const;
    expect(feedback.expected('t.by_status', { ...under('open'), sort }, 10)).toBe(10);
  });

  it('forgets the least recently used figure', () => {
    const feedback = createCardinalityFeedback();
    feedback.record('t', under('first'), 10, 500);
    for (let i = 0; i < 3000; i++) feedback.record(`t${i}`, under('x'), 10, 10);
    expect(feedback.expected('t', under('first'), 10)).toBe(10);
  });
});
