import { describe, expect, it } from '@jest/globals';
import { chooseAccessPath } from '../../../src/sql/plan/choose-path.ts';
import { PUSHDOWN_RULES } from '../../../src/sql/plan/rules/index.ts';
import type { AccessRule, ReadRule, TableRead } from '../../../src/sql/plan/table-read.ts';
import { column } from '../../support/columns.ts';
import { compare, condition, scan, SETTINGS } from '../../support/reads.ts';
import { index, key, table } from '../../support/tables.ts';

const big = { itemCount: 100_000, sizeBytes: 40_000_000 };
const t = table(
  ['status', 'body'].map((name) => column(name, 'text')),
  { ...big, indexes: [index('by_status', key('status:S', 'sk:S'), big)] },
);
const status = compare('status', '=', 'x');
const start = scan(t, [compare('pk', '=', 'a'), status]);
const ranges = [{ equals: { pk: { S: 'a' } } }];

/** A rule that proposes these access paths and keeps the reads that it was asked about. */
function proposing(...paths: readonly TableRead['access'][]): AccessRule & { readonly asked: TableRead[] } {
  const asked: TableRead[] = [];
  return {
    kind: 'access',
    name: 'proposing',
    asked,
    propose(read) {
      asked.push(read);
      return paths.map((access) => ({ kind: 'path', read: { ...read, access } }));
    },
  };
}

describe('chooseAccessPath', () => {
  it('asks every rule about the full Scan, not about what another rule proposed', () => {
    const [first, second] = [proposing({ kind: 'Query', ranges }), proposing({ kind: 'Query', ranges })];
    chooseAccessPath(start, SETTINGS, [first, second]);
    expect([first.asked, second.asked]).toEqual([[start], [start]]);
  });

  it('asks no further rule once a single item is read by its key', () => {
    const later = proposing();
    const one = proposing({ kind: 'GetItem', key: {} });
    expect(chooseAccessPath(start, SETTINGS, [one, later]).access.kind).toBe('GetItem');
    expect(later.asked).toEqual([]);
  });

  it('compares the costs of candidates that have their filter and their order', () => {
    const dear: ReadRule = {
      kind: 'finish',
      name: 'dear',
      apply: (read) => (read.access.kind === 'Query' ? { ...read, fetchBack: true } : undefined),
    };
    const query = proposing({ kind: 'Query', ranges: [{ equals: {} }] });
    const fetching = chooseAccessPath(start, SETTINGS, [query, dear]);
    expect(fetching.access.kind).toBe('Scan');
    expect(fetching.considered?.paths.map(({ fetchBack }) => fetchBack)).toEqual([undefined, true]);
  });

  it('keeps the losers, finished, and the reason against each unsafe index', () => {
    const read = chooseAccessPath(start, SETTINGS, PUSHDOWN_RULES);
    expect(read.access).toMatchObject({ kind: 'Query', ranges });
    const losers = read.considered?.paths.filter(({ access }) => access !== read.access);
    expect(losers).toMatchObject([
      { access: { kind: 'Scan' }, filter: start.conditions, residual: [] },
      { access: { kind: 'Scan', index: 'by_status' }, filter: start.conditions },
      { access: { kind: 'Query', index: 'by_status' }, filter: [compare('pk', '=', 'a')], residual: [] },
    ]);
    const sparse = { ...t, indexes: [index('dated', key('status:S', 'body:S'), big)] };
    expect(chooseAccessPath(scan(sparse, [status]), SETTINGS, PUSHDOWN_RULES).considered?.unsafe).toEqual(
      new Map([['dated', 'items without body are missing from it']]),
    );
  });

  it('splits the chosen Scan into segments, and no candidate before', () => {
    const read = chooseAccessPath(scan(t, [status]), SETTINGS, PUSHDOWN_RULES);
    const large = { ...t, sizeBytes: 64_000_000_000, itemCount: 100_000_000, indexes: [] };
    const opaque = condition({ kind: 'isNotNull', path: ['body'] });
    const scanned = chooseAccessPath(scan(large, [opaque]), SETTINGS, PUSHDOWN_RULES);
    expect(scanned.access).toMatchObject({ kind: 'Scan', segments: expect.any(Number) });
    expect(scanned.access).not.toMatchObject({ segments: 1 });
    expect(read.considered?.paths).toContainEqual(
      expect.objectContaining({ access: { kind: 'Scan', segments: 1 } }),
    );
  });

  it('does not read the table where a hint names an index', () => {
    const hinted = scan(t, [status, compare('pk', '=', 'a'), compare('sk', '=', 'b')], {
      hint: { kind: 'only', indexes: ['by_status'] },
    });
    const { access, considered } = chooseAccessPath(hinted, SETTINGS, PUSHDOWN_RULES);
    expect(access).toMatchObject({ kind: 'Query', index: 'by_status' });
    expect(considered?.paths.every((path) => 'index' in path.access)).toBe(true);
  });

  it('leaves a read alone for which no rule proposes anything', () => {
    expect(chooseAccessPath(start, SETTINGS, [])).toEqual(start);
  });
});
