import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** A condition in SQL, and in DynamoDB's own notation. */
interface Condition {
  readonly sql: string;
  readonly filter: string;
}

const text = fc.constantFrom('a', 'ab', 'b', 'abc', '1');
const digits = fc.constantFrom('1', '2', '10', '-1.5', '0.25');
const bytes = fc.constantFrom('YQ==', 'YWI=', 'Yg==');
const members = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.uniqueArray(each, { minLength: 1, maxLength: 3 });
const scalar: fc.Arbitrary<AttributeValue> = fc.oneof(
  text.map((S) => ({ S })),
  digits.map((N) => ({ N })),
  bytes.map((B) => ({ B })),
  // dynalite finds no type of FALSE.
  fc.constant<AttributeValue>({ BOOL: true }),
  fc.constant<AttributeValue>({ NULL: true }),
);
const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  scalar,
  members(text).map((SS) => ({ SS })),
  members(digits).map((NS) => ({ NS })),
  members(bytes).map((BS) => ({ BS })),
  fc.array(scalar, { maxLength: 3 }).map((L) => ({ L })),
  fc.dictionary(fc.constantFrom('k', 'l'), scalar, { maxKeys: 2, noNullPrototype: true }).map((M) => ({ M })),
);

/** The same attribute in SQL and in DynamoDB's notation. */
const path = fc.constantFrom(
  ['v', 'v'],
  ['w', 'w'],
  ['sk', 'sk'],
  ['v.k', 'v.k'],
  ["v->'k'", 'v.k'],
  ['drawn.v.l', 'v.l'],
  ['v[0]', 'v[0]'],
  ['w[1]', 'w[1]'],
  ["w['k']", 'w.k'],
  ['"w"."l"', 'w.l'],
);

/** An operand in SQL, and the type and text that it has in DynamoDB. */
const operand: fc.Arbitrary<readonly [sql: string, value: AttributeValue]> = fc.oneof(
  text.map((S): [string, AttributeValue] => [`'${S}'`, { S }]),
  digits.map((N): [string, AttributeValue] => [N, { N }]),
  bytes.map((B): [string, AttributeValue] => [
    `'\\x${Buffer.from(B, 'base64').toString('hex')}'::bytea`,
    { B },
  ]),
);

/** Values are named by their own text, so that equal ones have one name. */
const VALUES = new Map<string, AttributeValue>();
function placeholder(of: AttributeValue): string {
  const [type = '', content] = Object.entries(of)[0] ?? [];
  const name = `:${type}${Buffer.from(String(content)).toString('hex')}`;
  VALUES.set(name, of);
  return name;
}

const test: fc.Arbitrary<Condition> = fc.oneof(
  path.map(([sql, own]) => ({
    sql: `attribute_exists(${sql})`,
    filter: `attribute_exists(${own})`,
  })),
  path.map(([sql, own]) => ({
    sql: `attribute_not_exists(${sql})`,
    filter: `attribute_not_exists(${own})`,
  })),
  path.map(([sql, own]) => ({ sql: `(${sql}) IS MISSING`, filter: `attribute_not_exists(${own})` })),
  path.map(([sql, own]) => ({ sql: `(${sql}) IS NOT MISSING`, filter: `attribute_exists(${own})` })),
  fc
    .tuple(path, fc.constantFrom('S', 'N', 'B', 'BOOL', 'NULL', 'M', 'L', 'SS', 'NS', 'BS'))
    .map(([[sql, own], S]) => ({
      sql: `attribute_type(${sql}, '${S}')`,
      filter: `attribute_type(${own}, ${placeholder({ S })})`,
    })),
  fc
    .tuple(
      path,
      operand.filter(([, of]) => !('N' in of)),
    )
    .map(([[sql, own], [prefix, of]]) => ({
      sql: `begins_with(${sql}, ${prefix})`,
      filter: `begins_with(${own}, ${placeholder(of)})`,
    })),
  fc.tuple(path, operand).map(([[sql, own], [part, of]]) => ({
    sql: `contains(${sql}, ${part})`,
    filter: `contains(${own}, ${placeholder(of)})`,
  })),
  fc
    .tuple(path, fc.constantFrom('=', '<', '<=', '>', '>='), fc.integer({ min: 0, max: 4 }))
    .map(([[sql, own], operator, count]) => ({
      sql: `coalesce(size(${sql}) ${operator} ${count}, false)`,
      filter: `size(${own}) ${operator} ${placeholder({ N: String(count) })}`,
    })),
);

const condition = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'condition' },
    test,
    tie('condition').map(({ sql, filter }) => ({ sql: `NOT (${sql})`, filter: `NOT (${filter})` })),
    fc.tuple(tie('condition'), tie('condition'), fc.constantFrom('AND', 'OR')).map(([left, right, by]) => ({
      sql: `(${left.sql}) ${by} (${right.sql})`,
      filter: `(${left.filter}) ${by} (${right.filter})`,
    })),
  ),
})).condition;

describe("DynamoDB's functions in SQL", () => {
  let database: TestDatabase;
  let connection: Connection;
  let unplanned: Connection;
  let client: DynamoDBClient;
  beforeAll(async () => {
    database = await startTestDatabase();
    const attributes = fc.record({ v: value, w: value }, { requiredKeys: [] });
    const items = fc
      .sample(attributes, { numRuns: 80, seed: 5 })
      .map((each, i): AttributeMap => ({ ...each, pk: { S: 'p' }, sk: { S: `ab${i}` } }));
    await database.add({ name: 'drawn', key: ['pk:S', 'sk:S'], items });
    await database.add({
      name: 'bytes',
      key: ['pk:S'],
      items: [{ pk: { S: 'p' }, v: { S: 'äb' }, tags: { SS: ['x', 'y'] }, n: { NULL: true } }],
    });
    connection = await database.open();
    unplanned = database.withRules([]);
    client = new DynamoDBClient({
      endpoint: database.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await database.close();
  });

  async function filterInDynamo(filter: string): Promise<unknown[]> {
    const named = filter.match(/:\w+/g) ?? [];
    const { Items = [] } = await client.send(
      new ScanCommand({
        TableName: 'drawn',
        FilterExpression: filter,
        ...(named.length > 0 && {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the SDK has binary as bytes
          ExpressionAttributeValues: Object.fromEntries(
            named.map((name) => [name, toSdkValue(VALUES.get(name))]),
          ) as never,
        }),
      }),
    );
    return Items.map(({ sk }) => sk?.S ?? '').toSorted(compareTexts);
  }

  it('find the items that the same FilterExpression finds, with and without pushdown', async () => {
    await fc.assert(
      fc.asyncProperty(condition, async ({ sql, filter }) => {
        const expected = await filterInDynamo(filter);
        expect(await find(connection, sql)).toEqual(expected);
        expect(await find(unplanned, sql)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('are evaluated in the SELECT list, in joins and in CASE as in WHERE', async () => {
    await fc.assert(
      fc.asyncProperty(test, async ({ sql, filter }) => {
        const expected = await filterInDynamo(filter);
        const { rows } = await connection.query(
          `SELECT sk, CASE WHEN ${sql} THEN 1 ELSE 0 END AS c, ${sql} AS b FROM drawn`,
        );
        expect(
          rows
            .filter(({ c }) => c === 1)
            .flatMap(({ sk }) => (typeof sk === 'string' ? [sk] : []))
            .toSorted(compareTexts),
        ).toEqual(expected);
        expect(
          rows
            .filter(({ b }) => b === true)
            .flatMap(({ sk }) => (typeof sk === 'string' ? [sk] : []))
            .toSorted(compareTexts),
        ).toEqual(expected);
        const joined = await connection.query(
          `SELECT drawn.sk FROM drawn JOIN (VALUES ('p')) AS one(p) ON drawn.pk = one.p AND (one.p = 'q' OR ${sql}) ORDER BY 1`,
        );
        expect(joined.rows.map(({ sk }) => sk)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it.each([
    ["begins_with(sk, 'ab1')", 'KeyConditionExpression', " AND pk = 'p'"],
    ["begins_with(sk, 'ab1')", 'begins_with'],
    ["contains(v, 'a')", 'contains'],
    ['size(w) = 2', 'size'],
    ['v IS MISSING', 'attribute_not_exists'],
    ["attribute_type(v.k, 'S')", 'attribute_type'],
  ])('send %s to DynamoDB', async (where, expected, more = '') => {
    const { rows } = await connection.query(`EXPLAIN SELECT sk FROM drawn WHERE ${where}${more}`);
    expect(JSON.stringify(rows)).toContain(expected);
  });

  it('measure strings in bytes of UTF-8', async () => {
    const { rows } = await connection.query(
      "SELECT size(v), size('äb') AS literal, size(tags) AS tags FROM bytes",
    );
    expect(rows).toEqual([{ size: 3, literal: 3, tags: 2 }]);
  });

  it('tell NULL from missing', async () => {
    const { rows } = await connection.query(
      "SELECT n IS NULL AS a, n IS MISSING AS b, attribute_exists(n) AS c, attribute_type(n, 'NULL') AS d FROM bytes",
    );
    expect(rows).toEqual([{ a: true, b: false, c: true, d: true }]);
  });

  it('refuse what is not an attribute, and types that do not exist', async () => {
    await expect(
      connection.query('SELECT attribute_exists(x) FROM (SELECT v AS x FROM drawn) AS s'),
    ).rejects.toMatchObject({
      code: 'SQL_BAD_ARGUMENT',
      message: 'attribute_exists requires an attribute of a table',
    });
    await expect(connection.query("SELECT attribute_type(v, 'TEXT') FROM drawn")).rejects.toMatchObject({
      message: '"TEXT" is not a type of DynamoDB',
    });
  });
});

function toSdkValue(of: AttributeValue | undefined): unknown {
  return of !== undefined && 'B' in of ? { B: Buffer.from(of.B, 'base64') } : of;
}

async function find(by: Connection, where: string): Promise<unknown[]> {
  return (await by.query(`SELECT sk FROM drawn WHERE ${where} ORDER BY sk`)).rows.map(({ sk }) => sk);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
