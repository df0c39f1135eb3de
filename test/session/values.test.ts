import { typeOid } from '../../src/sql/types/types.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const WIDE = `12345678901234567891${'0'.repeat(81)}`;
const NINES = '9'.repeat(38);

/** An attribute, its value in DynamoDB, and the PostgreSQL type and JavaScript value of its column. */
const CASES: readonly (readonly [name: string, wire: AttributeValue, type: string, value: unknown])[] = [
  ['text', { S: 'pâté \u{1F600} "q"' }, 'text', 'pâté \u{1F600} "q"'],
  ['empty', { S: '' }, 'text', ''],
  ['small', { N: '42' }, 'bigint', 42],
  ['safe', { N: '9007199254740991' }, 'bigint', 9007199254740991],
  ['large', { N: '9007199254740993' }, 'bigint', 9007199254740993n],
  ['huge', { N: NINES }, 'numeric', BigInt(NINES)],
  ['negative', { N: `-${NINES}` }, 'numeric', -BigInt(NINES)],
  ['price', { N: '12.50' }, 'numeric', 12.5],
  [
    'exact',
    { N: '12345678901234567890.123456789012345678' },
    'numeric',
    '12345678901234567890.123456789012345678',
  ],
  ['fraction', { N: '0.00000000000000000000000000000000000001' }, 'numeric', 1e-38],
  ['tiny', { N: '1E-100' }, 'numeric', 1e-100],
  ['wide', { N: WIDE }, 'numeric', BigInt(WIDE)],
  ['yes', { BOOL: true }, 'boolean', true],
  ['no', { BOOL: false }, 'boolean', false],
  ['nothing', { NULL: true }, 'text', null],
  ['bytes', { B: 'AP8n' }, 'bytea', new Uint8Array([0, 255, 39])],
  [
    'map',
    { M: { a: { N: '1.5' }, 'b.c': { L: [{ BOOL: true }, { NULL: true }] } } },
    'json',
    { a: 1.5, 'b.c': [true, null] },
  ],
  [
    'list',
    { L: [{ S: 'x' }, { N: '9007199254740993' }, { B: 'AP8n' }] },
    'json',
    ['x', 9007199254740993n, 'AP8n'],
  ],
  ['longInside', { M: { n: { N: NINES } } }, 'json', { n: BigInt(NINES) }],
  [
    'exactInside',
    { L: [{ N: '0.12345678901234567890123456789' }] },
    'json',
    ['0.12345678901234567890123456789'],
  ],
  ['texts', { SS: ['a'] }, 'json', ['a']],
  ['numbers', { NS: ['3'] }, 'json', [3]],
  ['binaries', { BS: ['AP8n'] }, 'json', ['AP8n']],
  ['odd', { M: { constructor: { S: 'y' }, '': { S: 'z' } } }, 'json', { constructor: 'y', '': 'z' }],
];

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  const wire = Object.fromEntries(CASES.map(([name, value]) => [name, value]));
  await database.add({
    name: 'everything',
    key: ['id:S'],
    items: [
      { id: { S: 'x' }, ...wire, mixed: { N: '1' } },
      { id: { S: 'y' }, mixed: { S: 'one' } },
    ],
  });
  await database.add({
    name: 'nested',
    key: ['id:S'],
    items: [
      {
        id: { S: 'x' },
        address: { M: { city: { S: 'Oslo' }, geo: { M: { lat: { N: '59.9' } } } } },
        tags: { L: [{ S: 'a' }, { S: 'b' }, { S: 'c' }] },
      },
      { id: { S: 'y' }, address: { M: { city: { S: 'Rome' } } } },
    ],
  });
  db = await database.open();
});
afterAll(() => database.close());

describe('a value of DynamoDB in JavaScript', () => {
  describe.each([
    ['directly', "WHERE id = 'x'", 'direct'],
    ['through the engine', "WHERE id = 'x' ORDER BY length(id)", 'engine'],
  ])('%s', (_, where, mode) => {
    it.each(CASES)('%s', async (name, _wire, type, value) => {
      const sql = `SELECT "${name}" FROM everything ${where}`;
      expect((await db.explain(sql)).mode).toBe(mode);
      const { rows, columns } = await db.query(sql);
      expect(columns).toEqual([{ name, type, oid: typeOid(type) }]);
      expect(rows).toEqual([{ [name]: value }]);
    });

    it('is part of the document of the whole item', async () => {
      const { rows } = await db.query<{ $item: object }>(`SELECT "$item" FROM everything ${where}`);
      expect(rows).toEqual([
        {
          $item: expect.objectContaining({
            id: 'x',
            small: 42,
            large: 9007199254740993n,
            huge: BigInt(NINES),
            bytes: 'AP8n',
          }),
        },
      ]);
    });
  });

  it('of several types returns each value in its type, on both paths', async () => {
    const expected = [
      { id: 'x', mixed: 1 },
      { id: 'y', mixed: 'one' },
    ];
    expect((await db.query('SELECT id, mixed FROM everything ORDER BY id')).rows).toEqual(expected);
    const { rows } = await db.query('SELECT id, mixed FROM everything');
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(expect.arrayContaining(expected));
  });

  it('is a Date, or a string, if an expression returns a time', async () => {
    const { rows } = await db.query(
      "SELECT timestamptz '2026-01-02 03:04:05+00' AS at, date '2026-01-02' AS day, interval '14 months 1 day' AS while",
    );
    expect(rows).toEqual([
      { at: new Date('2026-01-02T03:04:05Z'), day: '2026-01-02', while: '1 year 2 mons 1 day' },
    ]);
  });
});

/** The values above in PostgreSQL's text format, if that differs from the string. */
const TEXTS: Readonly<Record<string, string | null>> = {
  text: 'pâté \u{1F600} "q"',
  empty: '',
  small: '42',
  large: '9007199254740993',
  huge: NINES,
  price: '12.5',
  exact: '12345678901234567890.123456789012345678',
  fraction: `0.${'0'.repeat(37)}1`,
  tiny: `0.${'0'.repeat(99)}1`,
  wide: WIDE,
  yes: 't',
  no: 'f',
  nothing: null,
  bytes: '\\x00ff27',
  map: '{"a":1.5,"b.c":[true,null]}',
  list: '["x",9007199254740993,"AP8n"]',
  longInside: `{"n":${NINES}}`,
  numbers: '[3]',
};

async function getTexts(sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const rows: (readonly (string | null)[])[] = [];
  for await (const batch of (await db.stream(sql)).textBatches()) rows.push(...batch);
  return rows;
}

describe("a value in PostgreSQL's text format", () => {
  it.each([
    ['directly', "WHERE id = 'x'"],
    ['through the engine', "WHERE id = 'x' ORDER BY length(id)"],
  ])('is what PostgreSQL prints, %s', async (_, where) => {
    const names = Object.keys(TEXTS);
    const list = names.map((name) => `"${name}"`).join(', ');
    const [row = []] = await getTexts(`SELECT ${list} FROM everything ${where}`);
    expect(Object.fromEntries(names.map((name, i) => [name, row[i]]))).toEqual(TEXTS);
  });

  it('keeps the digits that a Date cannot represent', async () => {
    expect(
      await getTexts(
        "SELECT timestamptz '2026-01-02 03:04:05.123456+00', timestamp 'infinity', time '01:02:03.4', interval '14 months -1 day', array['a b', NULL, ''], true, 1e15::float8",
      ),
    ).toEqual([
      [
        '2026-01-02 03:04:05.123456+00',
        'infinity',
        '01:02:03.4',
        '1 year 2 mons -1 days',
        '{"a b",NULL,""}',
        't',
        '1e+15',
      ],
    ]);
  });

  it('is available for EXPLAIN and commands, too', async () => {
    expect(await getTexts("EXPLAIN SELECT id FROM everything WHERE id = 'x'")).toContainEqual([
      expect.stringContaining('GetItem everything(id)'),
    ]);
    expect(await getTexts('DESCRIBE nested')).toContainEqual(['id', 'text', 'f', 'partition']);
  });
});

describe('NumberMode', () => {
  it.each([
    ['Decimal', '12.5', '12345678901234567890.123456789012345678'],
    ['Double', 12.5, Number('12345678901234567890.123456789012345678')],
    ['String', '12.5', '12345678901234567890.123456789012345678'],
  ])('%s makes numbers uniform on both paths', async (mode, price, exact) => {
    const connection = await database.open(`NumberMode=${mode}`);
    const expected = [{ price, exact }];
    expect((await connection.query("SELECT price, exact FROM everything WHERE id = 'x'")).rows).toEqual(
      expected,
    );
    expect(
      (await connection.query("SELECT price, exact FROM everything WHERE id = 'x' ORDER BY length(id)")).rows,
    ).toEqual(expected);
  });

  it('Double finds numbers by their rounded values', async () => {
    const connection = await database.open('NumberMode=Double');
    const where = 'WHERE exact = 12345678901234567890';
    expect((await connection.query(`SELECT id FROM everything ${where}`)).rows).toEqual([{ id: 'x' }]);
    expect((await connection.query(`SELECT id FROM everything ${where} ORDER BY length(id)`)).rows).toEqual([
      { id: 'x' },
    ]);
  });
});

describe('flattened documents', () => {
  it.each([
    ['directly', ''],
    ['through the engine', 'ORDER BY length(id)'],
  ])('have a column for each part, %s', async (_, order) => {
    const connection = await database.open('FlattenObjects=true;FlattenArrays=2');
    const { rows } = await connection.query(
      `SELECT "address.city", "address.geo.lat", "tags.0", "tags.1" FROM nested WHERE id = 'x' ${order}`,
    );
    expect(rows).toEqual([{ 'address.city': 'Oslo', 'address.geo.lat': 59.9, 'tags.0': 'a', 'tags.1': 'b' }]);
    const { rows: found } = await connection.query(
      `SELECT id FROM nested WHERE "address.city" = 'Rome' ${order}`,
    );
    expect(found).toEqual([{ id: 'y' }]);
    const { rows: missing } = await connection.query(
      `SELECT id FROM nested WHERE "address.geo.lat" IS NULL ${order}`,
    );
    expect(missing).toEqual([{ id: 'y' }]);
  });

  it('use the configured separator, and are also available as a whole', async () => {
    const connection = await database.open('FlattenObjects=true;SeparatorCharacter=/');
    const { rows } = await connection.query(`SELECT "address/city", address FROM nested WHERE id = 'y'`);
    expect(rows).toEqual([{ 'address/city': 'Rome', address: { city: 'Rome' } }]);
  });
});
