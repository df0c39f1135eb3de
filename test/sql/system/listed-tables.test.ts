import { describe, expect, it } from '@jest/globals';
import type { Predicate } from '../../../src/dynamo/expression/predicate.ts';
import { createCatalog } from '../../../src/catalog/catalog.ts';
import { describeTables, listTablesAndViews } from '../../../src/sql/system/listed-tables.ts';
import type { SystemContext } from '../../../src/sql/system/system-table.ts';
import { PG_CATALOG } from '../../../src/sql/system/pg-catalog.ts';
import { computeRelationOid } from '../../../src/sql/system/pg-oids.ts';
import { collectWantedNames } from '../../../src/sql/exec/wanted-names.ts';
import { fakeClient } from '../../catalog/fake-client.ts';

const text = (value: string) => ({ type: 'S', text: value }) as const;
const path = ['TableName'] as const;

/** A context for a statement with these conditions, which records DescribeTable requests and warnings. */
function createContext(predicates: readonly Predicate[]): {
  context: SystemContext;
  readonly described: () => string[];
  warnings: string[];
} {
  const warnings: string[] = [];
  const client = fakeClient(Object.fromEntries(NAMES.map((name) => [name, { items: [] }])));
  const catalog = createCatalog(client, {
    rowScanDepth: 10,
    typeDetection: 'RowScan',
    flattenObjects: false,
    flattenArrays: 0,
    separator: '.',
    numberMode: 'Auto',
    cacheTtlMs: 1000,
    now: () => 0,
  });
  const conditions = predicates.map((predicate) => ({ text: '', predicate, exact: true }));
  return {
    described: () => client.calls.filter((call) => call.startsWith('DescribeTable table')),
    warnings,
    context: {
      catalog,
      facts: { properties: [], version: '1', source: 'test', browsableSchemas: undefined },
      viewColumns: async () => [],
      warn: (message) => void warnings.push(message),
      signal: undefined,
      tableFilter: collectWantedNames(conditions, 'TableName'),
      filterFor: (column) => collectWantedNames(conditions, column),
    },
  };
}

const NAMES = Array.from({ length: 25 }, (_, i) => `table${String(i).padStart(2, '0')}`);

describe('the tables that a statement needs', () => {
  it.each<[readonly Predicate[], number]>([
    [[{ kind: 'compare', path, op: '=', value: text('table03') }], 1],
    [[{ kind: 'in', path, values: [text('table03'), text('table04'), text('nothing')] }], 2],
    [
      [
        { kind: 'in', path, values: [text('table03'), text('table04')] },
        { kind: 'compare', path, op: '=', value: text('table04') },
      ],
      1,
    ],
    [[{ kind: 'beginsWith', path, prefix: text('table1') }], 10],
    [[{ kind: 'never' }], 0],
    [[{ kind: 'compare', path: ['ColumnName'], op: '=', value: text('table03') }], 25],
    [[{ kind: 'isNotNull', path }], 25],
  ])('are the only ones described: %j', async (predicates, count) => {
    const { context, described } = createContext(predicates);
    expect(await describeTables(context)).toHaveLength(count);
    expect(described()).toHaveLength(count);
  });

  it('are not described for their names', async () => {
    const all = createContext([]);
    expect(await listTablesAndViews(all.context)).toHaveLength(25);
    expect(all.described()).toEqual([]);
  });

  it('cause a warning if there are many', async () => {
    const all = createContext([]);
    await describeTables(all.context);
    expect(all.warnings).toEqual([expect.stringContaining('describing 25 tables')]);
    const one = createContext([{ kind: 'compare', path, op: '=', value: text('table03') }]);
    await describeTables(one.context);
    expect(one.warnings).toEqual([]);
  });
});

describe('the tables that a statement identifies by OID', () => {
  it('are the only ones described', async () => {
    const oid = {
      kind: 'compare',
      op: '=',
      path: ['attrelid'],
      value: { type: 'N', text: String(computeRelationOid('table07')) },
    } as const;
    const { context, described } = createContext([oid]);
    const attributes = PG_CATALOG.find(({ name }) => name === 'pg_attribute');
    expect((await attributes?.rows(context))?.map(([relation, column]) => [relation, column])).toEqual([
      [computeRelationOid('table07'), 'pk'],
    ]);
    expect(described()).toEqual(['DescribeTable table07']);
  });
});
