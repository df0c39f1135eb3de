import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inferTableColumns } from '../../src/catalog/columns.ts';
import { type Flattening, buildHistograms } from '../../src/catalog/histogram.ts';
import type { ColumnDef, IndexDef, TableDef } from '../../src/catalog/table-def.ts';
import type { DocumentPath } from '../../src/dynamo/expression/predicate.ts';
import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { fits } from './fits.ts';
import { item } from './items.ts';

const WHOLE: Flattening = { objects: false, arrays: 0 };
const PARTS: Flattening = { objects: true, arrays: 2 };
const TABLE: Pick<TableDef, 'key' | 'indexes'> = {
  key: { partition: [{ name: 'pk', type: 'S' }], sort: [{ name: 'at', type: 'N' }] },
  indexes: [],
};

function columnsOf(
  items: readonly AttributeMap[],
  flattening = WHOLE,
  table = TABLE,
  separator = '.',
): readonly ColumnDef[] {
  const options = { numberMode: 'Auto', separator } as const;
  return inferTableColumns(table, buildHistograms(items, flattening), items.length, options).map(
    ({ column }) => column,
  );
}

function names(columns: readonly ColumnDef[]): readonly string[] {
  return columns.map(({ name, hidden }) => (hidden === true ? `(${name})` : name));
}

/** The value at a path, as a reader of the item would find it. */
function valueAt(found: AttributeMap, [first, ...rest]: DocumentPath): AttributeValue | undefined {
  let value = Object.hasOwn(found, first) ? found[first] : undefined;
  for (const step of rest) {
    if (value === undefined) return undefined;
    if ('M' in value) value = Object.hasOwn(value.M, step) ? value.M[step] : undefined;
    else value = 'L' in value && typeof step === 'number' ? value.L[step] : undefined;
  }
  return value;
}

describe('inferColumns', () => {
  it('puts keys first, then by presence, then by name, then the whole item', () => {
    const columns = columnsOf([
      { rare: { S: 'x' }, b: { S: '' }, a: { S: '' }, at: { N: '1' }, pk: { S: 'k' } },
      { b: { S: '' }, a: { S: '' }, at: { N: '2' }, pk: { S: 'k' } },
    ]);
    expect(names(columns)).toEqual(['pk', 'at', 'a', 'b', 'rare', '($item)']);
    expect(columns.map(({ presence }) => presence)).toEqual([1, 1, 1, 1, 0.5, 1]);
  });

  it('knows the keys of the table and its indexes without items', () => {
    const index: IndexDef = {
      name: 'by_size',
      kind: 'global',
      key: { partition: [{ name: 'size', type: 'N' }], sort: [{ name: 'at', type: 'N' }] },
      projection: 'all',
      active: true,
    };
    const columns = columnsOf([], WHOLE, { ...TABLE, indexes: [index] });
    expect(columns.map(({ name, type, presence }) => [name, type.kind, presence])).toEqual([
      ['pk', 'text', 1],
      ['at', 'bigint', 1],
      ['size', 'bigint', 0],
      ['$item', 'json', 1],
    ]);
  });

  it('counts types without NULL, and presence with it', () => {
    const [, , a] = columnsOf([{ a: { NULL: true } }, { a: { S: 'x' } }, {}, {}]);
    expect(a).toMatchObject({ name: 'a', seen: { S: 1 }, presence: 0.5 });
  });

  it('flattens maps and lists, and hides what is flattened completely', () => {
    const columns = columnsOf(
      [
        { address: { M: { city: { S: 'Oslo' }, geo: { M: { lat: { N: '59.9' } } } } } },
        { address: { NULL: true }, tags: { L: [{ S: 'a' }, { S: 'b' }, { S: 'c' }] } },
      ],
      PARTS,
    );
    expect(names(columns)).toEqual([
      'pk',
      'at',
      'address.city',
      'address.geo.lat',
      'tags.0',
      'tags.1',
      '(address)',
      '(address.geo)',
      '(tags)',
      '($item)',
    ]);
    expect(columns.find(({ name }) => name === 'address.geo.lat')).toMatchObject({
      path: ['address', 'geo', 'lat'],
      type: { kind: 'decimal', scale: 1 },
    });
    expect(columns.find(({ name }) => name === 'tags.1')?.path).toEqual(['tags', 1]);
  });

  it('keeps a column visible that also has plain values', () => {
    const columns = columnsOf(
      [{ a: { M: { b: { N: '1' } } } }, { a: { S: 'plain' } }, { c: { M: {} } }],
      PARTS,
    );
    expect(names(columns)).toEqual(['pk', 'at', 'a', 'a.b', 'c', '($item)']);
  });

  it('prefers attributes over parts of documents for a name', () => {
    const columns = columnsOf([{ a: { M: { b: { S: 'part' } } }, 'a.b': { N: '1' } }], PARTS);
    expect(
      columns.filter(({ name }) => name.startsWith('a.b')).map(({ name, path }) => [name, path]),
    ).toEqual([
      ['a.b', ['a.b']],
      ['a.b_2', ['a', 'b']],
    ]);
  });

  it('joins the parts of a path with the separator', () => {
    const columns = columnsOf([{ a: { M: { b: { S: '' } } } }], PARTS, TABLE, '_');
    expect(names(columns)).toContain('a_b');
  });

  it('supports an attribute named $item', () => {
    const columns = columnsOf([{ $item: { N: '1' } }]);
    expect(
      columns.filter(({ path }) => path[0] === '$item').map(({ name, type }) => [name, type.kind]),
    ).toEqual([
      ['$item_2', 'bigint'],
      ['$item', 'json'],
    ]);
  });

  it('reaches every value of every item, under unique names, with a type that holds it', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 5 }), fc.constantFrom(WHOLE, PARTS), (items, flattening) => {
        const columns = columnsOf(items, flattening);
        expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
        expect(columns.at(-1)?.name).toBe('$item');

        const attributes = columns.slice(0, -1);
        for (const found of items) {
          for (const name of Object.keys(found)) {
            expect(attributes.filter(({ path }) => path.length === 1 && path[0] === name)).toHaveLength(1);
          }
          for (const { path, type } of attributes) {
            const value = valueAt(found, path);
            expect(value === undefined || fits(type, value)).toBe(true);
          }
        }
      }),
    );
  });
});
