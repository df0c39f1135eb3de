import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccessPath, ReadRequest } from '../../src/dynamo/read/access-path.ts';
import type { AttributeMap, AttributeType, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { createClient, type DynamoClient } from '../../src/dynamo/transport/client.ts';
import type { LintSchema } from '../../src/dynamo/lint/lint-report.ts';
import type { Comparison, DocumentPath, Literal, Predicate } from '../../src/dynamo/expression/predicate.ts';
import { newReadStats, totalCapacity } from '../../src/dynamo/read/read-stats.ts';
import { readPages } from '../../src/dynamo/read/reader.ts';
import { startDynalite, type RunningServer } from '../doubles/dynalite.ts';

const schema: LintSchema = {
  key: { partition: [{ name: 'pk', type: 'S' }], sort: [{ name: 'sk', type: 'N' }] },
};
const key = (pk: number, sk: number) => ({ pk: { S: `p${pk}` }, sk: { N: String(sk) } });

let dynamo: RunningServer;
let client: DynamoClient;

async function create(table: string, items: readonly AttributeMap[]): Promise<void> {
  await client.createTable({
    TableName: table,
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  });
  expect(await client.putItems(table, items, { concurrency: 2 })).toBe(items.length);
}

async function read(table: string, access: AccessPath, more: Partial<ReadRequest> = {}) {
  const stats = newReadStats();
  const request = { table, access, filter: [], consistent: true, ...more };
  const items: AttributeMap[] = [];
  for await (const page of readPages(client, request, { stats, concurrency: 3, schema })) {
    const parsed: readonly AttributeMap[] = JSON.parse(page.items.toString());
    items.push(...parsed);
  }
  return { items, stats };
}

function identities(items: readonly AttributeMap[]): readonly string[] {
  return items.map(({ pk, sk }) => JSON.stringify([pk, sk])).toSorted();
}

beforeAll(async () => {
  dynamo = await startDynalite();
  client = createClient({
    region: 'eu-west-1',
    endpoint: dynamo.endpoint,
    credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
    maxRetries: 1,
    timeoutMs: 20_000,
  });
});

afterAll(async () => {
  client.close();
  await dynamo.close();
});

describe('an emulated DynamoDB', () => {
  const items = Array.from({ length: 1500 }, (_, at) => ({
    ...key(at % 3, at),
    x: { S: 'é'.repeat(700) },
    even: { BOOL: at % 2 === 0 },
  }));

  beforeAll(() => create('wide', items));

  it.each<[string, AccessPath]>([
    ['a Scan', { kind: 'Scan', segments: 1 }],
    ['a Scan in seven segments', { kind: 'Scan', segments: 7 }],
    [
      'three Queries',
      { kind: 'Query', ranges: [0, 1, 2].map((pk) => ({ equals: { pk: { S: `p${pk}` } } })) },
    ],
    ['fifteen batches of keys', { kind: 'BatchGetItem', keys: items.map(({ pk, sk }) => ({ pk, sk })) }],
  ])('returns all items through %s', async (_case, access) => {
    const found = await read('wide', access);
    expect(identities(found.items)).toEqual(identities(items));
    expect(found.items[0]).toMatchObject({ x: { S: 'é'.repeat(700) } });
    expect(found.stats).toMatchObject({ itemsRead: 1500, itemsReturned: 1500, throttles: 0 });
    expect(totalCapacity(found.stats)).toBeGreaterThan(100);
  });

  it('returns a range of sort keys in both orders', async () => {
    const ranges = [
      {
        equals: { pk: { S: 'p1' } },
        sort: { attribute: 'sk', condition: { kind: 'between', low: { N: '9' }, high: { N: '20' } } },
      },
    ] as const;
    const up = await read('wide', { kind: 'Query', ranges }, { projection: [['sk']] });
    const down = await read('wide', { kind: 'Query', ranges, descending: true }, { projection: [['sk']] });
    expect(up.items).toEqual(['10', '13', '16', '19'].map((N) => ({ sk: { N } })));
    expect(down.items).toEqual(up.items.toReversed());
  });

  it('stops a filtered Query soon after its limit', async () => {
    const ranges = [{ equals: { pk: { S: 'p1' } } }];
    const filter = [
      { kind: 'compare', path: ['even'], op: '=', value: { type: 'BOOL', value: true } },
    ] as const;
    const found = await read('wide', { kind: 'Query', ranges }, { filter, limit: 60 });
    expect(found.items.length).toBeGreaterThanOrEqual(60);
    expect(found.stats.itemsRead).toBeLessThan(500);
  });

  it('finds one item by its key, or none', async () => {
    expect((await read('wide', { kind: 'GetItem', key: key(2, 2) })).items).toMatchObject([
      { even: { BOOL: true } },
    ]);
    expect((await read('wide', { kind: 'GetItem', key: key(2, 3) })).items).toEqual([]);
  });

  it('is described', async () => {
    expect(await client.listTables()).toContain('wide');
    expect(await client.describeTable('wide')).toMatchObject({ TableStatus: 'ACTIVE' });
    expect(await client.describeTable('narrow')).toBeUndefined();
  });
});

describe('a filter', () => {
  const texts = fc.constantFrom('', 'a', 'ab', 'b', 'é', '😀', '10', '9');
  const numbers = fc.constantFrom('0', '1', '-1.5', '10', '9', '12345678901234567890');
  const scalar: fc.Arbitrary<AttributeValue> = fc.oneof(
    // The emulator takes an empty text, and false in some places, for a missing attribute.
    texts.filter((text) => text !== '').map((S) => ({ S })),
    numbers.map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true } as const),
  );
  const value: fc.Arbitrary<AttributeValue> = fc.oneof(
    { weight: 4, arbitrary: scalar },
    fc.array(scalar, { maxLength: 2 }).map((L) => ({ L })),
    fc.dictionary(fc.constantFrom('k', 'a.b', 'size'), scalar, { maxKeys: 2 }).map((M) => ({ M })),
    fc.constantFrom({ SS: ['a', 'ab'] }, { NS: ['1', '10'] }),
  );
  const attributes = fc.dictionary(fc.constantFrom('x', 'year', 'a.b', 'with space'), value, { maxKeys: 4 });

  const path: fc.Arbitrary<DocumentPath> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<DocumentPath>(['x'], ['year'], ['a.b'], ['with space']) },
    fc.constantFrom<DocumentPath>(['x', 'k'], ['x', 'a.b'], ['year', 'size'], ['x', 0], ['a.b', 1]),
  );
  const text: fc.Arbitrary<Literal> = texts.map((text) => ({ type: 'S', text }));
  const literal: fc.Arbitrary<Literal> = fc.oneof(
    text,
    numbers.map((text): Literal => ({ type: 'N', text })),
    fc.boolean().map((value): Literal => ({ type: 'BOOL', value })),
  );
  const ordered = literal.filter((each) => each.type !== 'BOOL');
  const negated = fc.constantFrom({}, { negated: true } as const);
  const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
    predicate: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.record({
        kind: fc.constant('compare' as const),
        path,
        op: fc.constantFrom<Comparison>('=', '<>'),
        value: literal,
      }),
      fc.record({
        kind: fc.constant('compare' as const),
        path,
        op: fc.constantFrom<Comparison>('<', '<=', '>', '>='),
        value: ordered,
      }),
      fc.record({ kind: fc.constant('in' as const), path, values: fc.array(ordered, { maxLength: 3 }) }),
      fc
        .tuple(path, text, negated)
        .map(([path, prefix, not]): Predicate => ({ kind: 'beginsWith', path, prefix, ...not })),
      fc
        .tuple(path, text, negated)
        .map(([path, part, not]): Predicate => ({ kind: 'contains', path, part, ...not })),
      fc.record({ kind: fc.constantFrom('isNull' as const, 'isNotNull' as const), path }),
      fc.record({
        kind: fc.constantFrom('hasType' as const, 'otherType' as const),
        path,
        type: fc.constantFrom('S' as const, 'L' as const),
      }),
      fc
        .tuple(path, fc.constantFrom<AttributeType>('S', 'L', 'NULL'), negated)
        .map(([path, type, not]): Predicate => ({ kind: 'hasType', path, type, ...not })),
      fc.tuple(path, negated).map(([path, not]): Predicate => ({ kind: 'attributeExists', path, ...not })),
      fc
        .tuple(path, ordered, negated)
        .map(([path, value, not]): Predicate => ({ kind: 'containsValue', path, value, ...not })),
      fc.record({ kind: fc.constant('hasMember' as const), path, value: ordered }),
      fc.record({
        kind: fc.constant('size' as const),
        path,
        op: fc.constantFrom<Comparison>('=', '<>', '<', '<=', '>', '>='),
        count: fc.integer({ min: 0, max: 4 }),
      }),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        of: fc.array(tie('predicate'), { minLength: 1, maxLength: 3 }),
      }),
      fc.constant<Predicate>({ kind: 'never' }),
    ),
  }));

  it('returns the items that SQL would', async () => {
    const samples = fc.sample(attributes, { numRuns: 300, seed: 7 });
    const items = samples.map((sample, at): AttributeMap => ({ ...sample, ...key(0, at) }));
    await create('mixed', items);
    await fc.assert(
      fc.asyncProperty(fc.array(predicate, { minLength: 1, maxLength: 2 }), async (filter) => {
        const found = await read('mixed', { kind: 'Scan', segments: 1 }, { filter });
        const expected = items.filter((item) => filter.every((one) => holds(one, item)));
        expect(identities(found.items)).toEqual(identities(expected));
      }),
      { numRuns: 150 },
    );
  });
});

/** Whether SQL's condition is TRUE, said without any of the builder's words. */
function holds(predicate: Predicate, item: AttributeMap): boolean {
  switch (predicate.kind) {
    case 'and':
      return predicate.of.every((one) => holds(one, item));
    case 'or':
      return predicate.of.some((one) => holds(one, item));
    case 'never':
      return false;
    case 'compare':
    case 'in':
    case 'beginsWith':
    case 'contains':
    case 'isNull':
    case 'isNotNull':
    case 'attributeExists':
    case 'hasType':
    case 'containsValue':
    case 'otherType':
    case 'hasMember':
    case 'size':
      break;
  }
  const value = at(predicate.path, item);
  const isNull = value === undefined || 'NULL' in value;
  switch (predicate.kind) {
    case 'isNull':
      return isNull;
    case 'isNotNull':
      return !isNull;
    case 'attributeExists':
      return (value === undefined) === (predicate.negated === true);
    case 'hasType':
      return (value !== undefined && predicate.type in value) !== (predicate.negated === true);
    case 'containsValue': {
      const { value: sought } = predicate;
      const isPart =
        value !== undefined && 'S' in value && sought.type === 'S' && value.S.includes(sought.text);
      const isMember = listMembers(value).some((member) => compare(member, sought) === 0);
      return (isPart || isMember) !== (predicate.negated === true);
    }
    case 'otherType':
      return !isNull && !(predicate.type in value);
    case 'hasMember':
      return listMembers(value).some((member) => compare(member, predicate.value) === 0);
    case 'size': {
      const size = measureValue(value);
      return size !== undefined && isOrdered(Math.sign(size - predicate.count), predicate.op);
    }
    case 'in':
      return predicate.values.some((literal) => !isNull && compare(value, literal) === 0);
    case 'beginsWith':
    case 'contains': {
      if (isNull || !('S' in value)) return false;
      const { S: whole } = value;
      const literal = predicate.kind === 'contains' ? predicate.part : predicate.prefix;
      const part = literal.type === 'S' ? literal.text : '?';
      const found = predicate.kind === 'contains' ? whole.includes(part) : whole.startsWith(part);
      return found !== (predicate.negated === true);
    }
    case 'compare': {
      if (isNull) return false;
      return isOrdered(compare(value, predicate.value), predicate.op);
    }
  }
}

/** Whether values that compare so meet the comparison; values of different types do not compare at all. */
function isOrdered(order: number | undefined, op: Comparison): boolean {
  switch (op) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order !== undefined && order < 0;
    case '<=':
      return order !== undefined && order <= 0;
    case '>':
      return order !== undefined && order > 0;
    case '>=':
      return order !== undefined && order >= 0;
  }
}

function listMembers(value: AttributeValue | undefined): readonly AttributeValue[] {
  if (value === undefined) return [];
  if ('L' in value) return value.L;
  if ('SS' in value) return value.SS.map((S) => ({ S }));
  return 'NS' in value ? value.NS.map((N) => ({ N })) : [];
}

function measureValue(value: AttributeValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  // dynalite counts units of UTF-16, and sees no empty text.
  if ('S' in value) return value.S === '' ? undefined : value.S.length;
  if ('M' in value) return Object.keys(value.M).length;
  return 'L' in value || 'SS' in value || 'NS' in value ? listMembers(value).length : undefined;
}

function at([first, ...rest]: DocumentPath, item: AttributeMap): AttributeValue | undefined {
  return rest.reduce<AttributeValue | undefined>((value, step) => {
    if (value === undefined) return undefined;
    if (typeof step === 'number') return 'L' in value ? value.L[step] : undefined;
    return 'M' in value ? value.M[step] : undefined;
  }, item[first]);
}

function compare(value: AttributeValue, literal: Literal): number | undefined {
  if ('S' in value && literal.type === 'S')
    return Buffer.compare(Buffer.from(value.S), Buffer.from(literal.text));
  if ('N' in value && literal.type === 'N') return Number(value.N) - Number(literal.text);
  if ('BOOL' in value && literal.type === 'BOOL') return value.BOOL === literal.value ? 0 : undefined;
  return undefined;
}
