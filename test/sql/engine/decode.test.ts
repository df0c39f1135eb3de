import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import type { ColumnDef } from '../../../src/catalog/table-def.ts';
import type { AttributeMap } from '../../../src/dynamo/attribute-value.ts';
import { decodeSql, MISFIT } from '../../../src/sql/engine/decode-sql.ts';
import { openEngine, type Engine } from '../../../src/sql/engine/engine.ts';
import { createValueConverter } from '../../../src/sql/engine/result-value.ts';
import { createColumnDecoder } from '../../../src/sql/exec/row-decoder.ts';
import { findDrift } from '../../../src/sql/exec/type-drift.ts';
import type { Value } from '../../../src/sql/types/value.ts';
import { itemsWith } from '../../support/attribute-values.ts';
import { column, itemColumn } from '../../support/columns.ts';

let engine: Engine;
let connection: DuckDBConnection;
beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
  connection = await engine.connect();
});
afterAll(() => {
  connection.closeSync();
  engine.close();
});

async function decodeInEngine(
  columns: readonly ColumnDef[],
  items: readonly AttributeMap[],
): Promise<Value[][]> {
  const statement = await connection.prepare(decodeSql(columns));
  try {
    statement.bindBlob(1, Buffer.from(JSON.stringify(items)));
    const reader = await statement.runAndReadAll();
    const converters = reader.columnTypes().map((type) => createValueConverter(type, 'auto'));
    return reader.getRows().map((row) => row.map((value, i) => converters[i]?.(value) ?? null));
  } finally {
    statement.destroySync();
  }
}

function decodeDirectly(columns: readonly ColumnDef[], items: readonly AttributeMap[]): Value[][] {
  const decoders = columns.map((each) => createColumnDecoder(each, 'auto'));
  return items.map((item) => decoders.map((decode) => decode(item)));
}

const names = ['n', 'h', 'd', 'x', 's', 'b', 'y', 'j', 'o\'dd "name"', '$.a/b~c'];
const columns: readonly ColumnDef[] = [
  column('n', 'bigint'),
  column('h', 'hugeint'),
  column('d', 'decimal'),
  column('x', 'double'),
  column('s', 'text'),
  column('b', 'boolean'),
  column('y', 'blob'),
  column('j', 'json'),
  column('o\'dd "name"', 'json'),
  column('$.a/b~c', 'json'),
];
const nested: readonly ColumnDef[] = [
  itemColumn,
  column('j.city', 'json', { path: ['j', 'city'] }),
  column('j.0', 'json', { path: ['j', 0] }),
  column('s', 'text'),
  column('S', 'json'),
];

describe('decoding a page', () => {
  it('keeps types, digits, NULL and missing apart as documented', async () => {
    const items: AttributeMap[] = [
      {
        n: { N: '5' },
        h: { N: '170141183460469231731687303715884105727' },
        d: { N: '1.10' },
        b: { BOOL: false },
        y: { B: 'AQID' },
      },
      { n: { NULL: true }, d: { N: '1E+2' }, x: { N: '1E-7' }, j: { M: { zip: { N: '00012.50' } } } },
    ];
    expect(await decodeInEngine(columns.slice(0, 8), items)).toEqual([
      [5, 170141183460469231731687303715884105727n, 1.1, null, null, false, new Uint8Array([1, 2, 3]), null],
      [null, null, 100, 1e-7, null, null, null, { zip: 12.5 }],
    ]);
  });

  it.each([
    ['plain attributes', columns],
    ['paths, the whole item, and names that differ in case', nested],
  ])('gives in the engine what the direct path gives: %s', async (_, wanted) => {
    await fc.assert(
      fc.asyncProperty(fc.array(itemsWith([...names, 'S']), { maxLength: 4 }), async (items) => {
        const page = Buffer.from(JSON.stringify(items));
        const decoded = await decodeInEngine(wanted, items).catch((error: unknown) => String(error));
        const found = typeof decoded === 'string' && decoded.includes(MISFIT) ? MISFIT : decoded;
        const drifts = findDrift({ name: 't', key: { partition: [], sort: [] } }, wanted, page) !== undefined;
        expect(found).toEqual(drifts ? MISFIT : decodeDirectly(wanted, items));
      }),
      { numRuns: 150 },
    );
  });
});
