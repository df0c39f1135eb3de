import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { parseExactNumber } from '../../src/sql/types/exact-number.ts';
import { encodeNumberKey } from '../../src/sql/types/number-key.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Numbers of up to 38 digits, from tiny to huge: together they need more digits than any type of DuckDB has. */
const wide = fc.oneof(
  fc.constantFrom('0', '1', '-1', '9', '10', '100', '30', '31', '-5', '1.5', '9.5', '1E-40', '-1E-40'),
  fc.constantFrom('123456789012345678901234567890', '1234567.5', '0.00000000000000005551115123125783'),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.integer({ min: -80, max: 80 }))
    .map(([digits, exponent]) => `${digits}E${exponent}`),
  fc.tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -3, max: 3 })).map(([n, e]) => `${n}E${e}`),
);

const keyOf = (text: string): string => encodeNumberKey(parseExactNumber(text) ?? 'NaN');
const byKey = (a: string, b: string): number => (keyOf(a) < keyOf(b) ? -1 : 1);

/** A condition in SQL, and in DynamoDB's own notation with its values. */
interface Condition {
  readonly sql: string;
  readonly parameters: readonly string[];
  readonly filter: string;
  readonly values: readonly string[];
}

const compared = (name: string): fc.Arbitrary<Condition> =>
  fc.oneof(
    fc.tuple(fc.constantFrom('=', '<>', '<', '<=', '>', '>='), wide).map(([op, value]) => {
      // In DynamoDB a missing attribute differs from every value.
      const guard = op === '<>' ? `attribute_exists(${name}) AND ` : '';
      return condition(`${name} ${op} ?`, `${guard}${name} ${op} ?`, [value]);
    }),
    fc
      .tuple(wide, wide)
      .map((bounds) => bounds.toSorted(byKey))
      .map(([low = '', high = '']) =>
        condition(`${name} BETWEEN ? AND ?`, `${name} BETWEEN ? AND ?`, [low, high]),
      ),
    fc
      .array(wide, { minLength: 1, maxLength: 4 })
      .map((values) => condition(`${name} IN (${marks(values)})`, `${name} IN (${marks(values)})`, values)),
    fc
      .array(wide, { minLength: 1, maxLength: 4 })
      .map((values) =>
        condition(`${name} = ANY (ARRAY[${marks(values)}])`, `${name} IN (${marks(values)})`, values),
      ),
    fc.tuple(wide).map(([value]) => condition(`? < ${name}`, `? < ${name}`, [value])),
  );

const where: fc.Arbitrary<Condition> = fc.oneof(
  compared('n'),
  fc.tuple(compared('n'), fc.constantFrom('AND', 'OR'), compared('m')).map(([a, operator, b]) => ({
    sql: `(${a.sql}) ${operator} (${b.sql})`,
    filter: `(${a.filter}) ${operator} (${b.filter})`,
    parameters: [...a.parameters, ...b.parameters],
    values: [...a.values, ...b.values],
  })),
);

function condition(sql: string, filter: string, values: readonly string[]): Condition {
  return { sql, filter, parameters: values, values };
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** The literals of a condition in place of its parameters. */
function withLiterals({ sql, parameters }: Condition): string {
  let at = 0;
  return sql.replaceAll('?', () => parameters[at++] ?? '');
}

/** The condition with numbered parameters. */
function withParameters({ sql }: Condition): string {
  let at = 0;
  return sql.replaceAll('?', () => `$${++at}::numeric`);
}

describe('numbers that need more digits together than DuckDB has', () => {
  let database: TestDatabase;
  let connection: Connection;
  let unplanned: Connection;
  let client: DynamoDBClient;
  beforeAll(async () => {
    database = await startTestDatabase();
    const rows = fc.uniqueArray(fc.tuple(wide, fc.option(wide), fc.option(wide)), {
      minLength: 120,
      maxLength: 120,
      selector: ([sk]) => keyOf(sk),
    });
    const items = (fc.sample(rows, { numRuns: 1, seed: 11 })[0] ?? []).map(([sk, n, m], i): AttributeMap => ({
      pk: { S: `p${i % 3}` },
      sk: { N: sk },
      id: { S: `i${String(i).padStart(3, '0')}` },
      flagged: { BOOL: false },
      ...(n !== null && { n: { N: n } }),
      ...(m !== null && { m: { N: m } }),
    }));
    const indexes = [{ name: 'by_n', key: ['pk:S', 'n:N'], local: true }] as const;
    await database.add({ name: 'wide', key: ['pk:S', 'sk:N'], indexes, items });
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

  async function filterInDynamo({ filter, values }: Condition): Promise<unknown[]> {
    const { text, named } = toValues(filter, values);
    const { Items = [] } = await client.send(
      new ScanCommand({ TableName: 'wide', FilterExpression: text, ExpressionAttributeValues: named }),
    );
    return Items.map(({ id }) => id?.S ?? '').toSorted();
  }

  it('are columns of type numeric', async () => {
    const { columns } = await connection.query('SELECT sk, n, m FROM wide LIMIT 1');
    expect(columns.map(({ type }) => type)).toEqual(['numeric', 'numeric', 'numeric']);
  });

  it('meet the conditions that DynamoDB says they meet, with and without pushdown', async () => {
    await fc.assert(
      fc.asyncProperty(where, async (drawn) => {
        const expected = await filterInDynamo(drawn);
        expect(await ids(connection, withLiterals(drawn), [])).toEqual(expected);
        expect(await ids(connection, withParameters(drawn), drawn.parameters)).toEqual(expected);
        expect(await ids(unplanned, withLiterals(drawn), [])).toEqual(expected);
      }),
      { numRuns: 120 },
    );
  }, 120_000);

  it('are ordered as the keys of tables and indexes are', async () => {
    for (const [column, index] of [
      ['sk', undefined],
      ['n', 'by_n'],
    ] as const) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: 'wide',
          ...(index && { IndexName: index }),
          KeyConditionExpression: 'pk = :p',
          ExpressionAttributeValues: { ':p': { S: 'p1' } },
        }),
      );
      const expected = Items.map((item) => Number(item[column]?.N));
      for (const by of [connection, unplanned]) {
        const { rows } = await by.query(
          `SELECT ${column}::text AS v FROM wide WHERE pk = 'p1' AND ${column} IS NOT NULL ORDER BY ${column}`,
        );
        expect(rows.map(({ v }) => Number(v))).toEqual(expected);
      }
    }
  });

  it('are conditions of a Query where they are a sort key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('<', '<=', '>', '>=', '='), wide, async (op, value) => {
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName: 'wide',
            KeyConditionExpression: `pk = :p AND sk ${op} :v`,
            ExpressionAttributeValues: { ':p': { S: 'p2' }, ':v': { N: value } },
          }),
        );
        const result = await connection.query(
          `SELECT id FROM wide WHERE pk = 'p2' AND sk ${op} ${value} ORDER BY sk, id`,
        );
        expect(result.rows.map(({ id }) => id)).toEqual(Items.map(({ id }) => id?.S));
      }),
      { numRuns: 40 },
    );
    const { plan } = await connection
      .query("SELECT id FROM wide WHERE pk = 'p2' AND sk > 30")
      .then((r) => r.stats);
    expect(plan.join()).toMatch(/^Query/);
  }, 60_000);

  it('are the conditions of UPDATE and DELETE', async () => {
    await fc.assert(
      fc.asyncProperty(where, async (drawn) => {
        const expected = await filterInDynamo(drawn);
        await connection.query('UPDATE wide SET flagged = false WHERE flagged');
        await connection.query(`UPDATE wide SET flagged = true WHERE ${withLiterals(drawn)}`);
        const flagged = await connection.query('SELECT id FROM wide WHERE flagged ORDER BY id');
        expect(flagged.rows.map(({ id }) => id)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
    const drawn = condition('n > ?', 'n > ?', ['30']);
    const doomed = await filterInDynamo(drawn);
    const before = await connection.query('SELECT id FROM wide ORDER BY id');
    await connection.query('DELETE FROM wide WHERE n > 30');
    const after = await connection.query('SELECT id FROM wide ORDER BY id');
    expect(after.rows).toEqual(before.rows.filter(({ id }) => !doomed.includes(id)));
  }, 120_000);
});

describe('computations with such numbers', () => {
  let database: TestDatabase;
  let connection: Connection;
  const values = { a: '100', b: '9', c: '31', dust: '0.00000000000000005551115123125783', e: '1234567.5' };
  beforeAll(async () => {
    database = await startTestDatabase();
    connection = await database.open();
    const items = Object.entries(values).map(([id, N]): AttributeMap => ({ id: { S: id }, n: { N } }));
    await database.add({ name: 'balances', key: ['id:S'], items });
    await database.add({
      name: 'rates',
      key: ['id:S'],
      items: [
        {
          id: { S: '1' },
          a: { N: '0.30000000000000004' },
          b: { N: '1.7320508075688772' },
          i: { N: '99999999999999999999999999999999999999' },
        },
        {
          id: { S: '2' },
          a: { N: '123456.789' },
          b: { N: '2' },
          i: { N: '99999999999999999999999999999999999998' },
        },
      ],
    });
  });
  afterAll(() => database.close());

  const one = async (sql: string, parameters: unknown[] = []): Promise<unknown> => {
    const { rows } = await connection.query(sql, parameters as never);
    return Object.values(rows[0] ?? {})[0];
  };

  it('return exact results', async () => {
    expect(await one('SELECT sum(n)::text FROM balances')).toBe('1234707.50000000000000005551115123125783');
    expect(await one('SELECT max(n) FROM balances')).toBe(1234567.5);
    expect(await one('SELECT min(n) FROM balances')).toBe(5.551115123125783e-17);
    expect(await one("SELECT n * 2 FROM balances WHERE id = 'e'")).toBe(2469135);
    expect(await one("SELECT n / 7 FROM balances WHERE id = 'a'")).toBe('14.2857142857142857');
  });

  it('accept JavaScript values as parameters', async () => {
    for (const parameter of [30, 30n, '30', '30.00'])
      expect(await one('SELECT count(*) FROM balances WHERE n > $1', [parameter])).toBe(3);
  });

  it('run again with numbers of any digits where DuckDB has no type for a result', async () => {
    expect(await one("SELECT (a * b)::text FROM rates WHERE id = '1'")).toBe(
      '0.519615242270663229282032302755088',
    );
    expect(await one('SELECT sum(i)::text FROM rates')).toBe('199999999999999999999999999999999999997');
    expect(await one("SELECT i * 2 FROM rates WHERE id = '1'")).toBe(
      199999999999999999999999999999999999998n,
    );
    expect(await one('SELECT count(*) FROM rates WHERE a * b > 1')).toBe(1);
    expect(await one('SELECT avg(i)::text FROM rates')).toBe('99999999999999999999999999999999999999');
  });

  it('keep the error of integers that PostgreSQL does not widen', async () => {
    await expect(one('SELECT 2147483647 + 1 FROM balances')).rejects.toMatchObject({ sqlState: '22003' });
  });

  it('are written back with all their digits', async () => {
    await connection.query("UPDATE balances SET n = n + 1 WHERE id = 'dust'");
    expect(await one("SELECT n::text FROM balances WHERE id = 'dust'")).toBe(
      '1.00000000000000005551115123125783',
    );
    await connection.query("UPDATE balances SET n = n * 2 - 0.5 WHERE id = 'e'");
    expect(await one("SELECT n FROM balances WHERE id = 'e'")).toBe(2469134.5);
    await connection.query("INSERT INTO balances (id, n) SELECT 'copy', n FROM balances WHERE id = 'dust'");
    expect(await one("SELECT n::text FROM balances WHERE id = 'copy'")).toBe(
      '1.00000000000000005551115123125783',
    );
    const { rows } = await connection.query(
      "UPDATE balances SET n = round(n, 3) WHERE id = 'copy' RETURNING n, n::text AS t",
    );
    expect(rows).toEqual([{ n: 1, t: '1' }]);
  });
});

/** An expression of DynamoDB with its values named. */
function toValues(
  expression: string,
  values: readonly string[],
): { readonly text: string; readonly named: Record<string, { readonly N: string }> } {
  let at = 0;
  const text = expression.replaceAll('?', () => `:v${at++}`);
  return { text, named: Object.fromEntries(values.map((N, i) => [`:v${i}`, { N }])) };
}

async function ids(by: Connection, sql: string, parameters: readonly string[]): Promise<unknown[]> {
  const { rows } = await by.query(`SELECT id FROM wide WHERE ${sql} ORDER BY id`, [...parameters]);
  return rows.map(({ id }) => id);
}
