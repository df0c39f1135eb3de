import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { toPlainJson } from '../../src/sql/types/plain-document.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { documentArb, toSdkValue } from '../support/documents.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const local = await startDynamoDbLocal();
const suite = 'skipped' in local ? describe.skip : describe;

suite('equality of documents, against the filter of DynamoDB Local', () => {
  let database: TestDatabase;
  let connection: Connection;
  let sdk: DynamoDBClient;
  beforeAll(async () => {
    if ('skipped' in local) return;
    database = await startTestDatabase(local);
    await database.add({ name: 'docs', key: ['id:S'], items: [] });
    connection = await database.open();
    sdk = new DynamoDBClient({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' },
    });
  }, 60_000);
  afterAll(async () => {
    sdk.destroy();
    await database.close();
  });

  /** The items whose document DynamoDB considers equal. */
  const findEqual = async (document: AttributeValue): Promise<unknown[]> => {
    const { Items = [] } = await sdk.send(
      new ScanCommand({
        TableName: 'docs',
        FilterExpression: 'doc = :document',
        ExpressionAttributeValues: { ':document': toSdkValue(document) },
      }),
    );
    return Items.map(({ id }) => id?.S ?? '').toSorted(compareTexts);
  };
  const readIds = async (sql: string, parameters: readonly string[] = []): Promise<unknown[]> =>
    (await connection.query(sql, parameters)).rows
      .flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
      .toSorted(compareTexts);

  it('holds whatever the order of members in maps and sets', async () => {
    await fc.assert(
      fc.asyncProperty(
        documentArb.filter(isDocument),
        fc.infiniteStream(fc.nat()),
        async (document, random) => {
          const shuffled = shuffle(document, random);
          const other: AttributeValue = { L: [document] };
          await database.client.putItems('docs', [
            { id: { S: 'a' }, doc: document },
            { id: { S: 'b' }, doc: shuffled },
            { id: { S: 'c' }, doc: other },
          ]);
          const equal = await findEqual(document);
          expect(equal).toEqual(['a', 'b']);
          for (const sql of [
            "SELECT o.id FROM docs o JOIN docs a ON o.doc = a.doc WHERE a.id = 'a'",
            "SELECT id FROM docs WHERE doc = (SELECT doc FROM docs WHERE id = 'b')",
            "SELECT id FROM docs WHERE doc IN (SELECT doc FROM docs WHERE id = 'b')",
            'SELECT unnest(array_agg(id)) AS id FROM docs GROUP BY doc HAVING count(*) = 2',
          ])
            expect(await readIds(sql)).toEqual(equal);
          const literal = toPlainJson(document);
          expect(await readIds('SELECT id FROM docs WHERE doc = $1::jsonb', [literal])).toEqual(equal);
          expect(await readIds('SELECT id FROM docs WHERE doc = $1', [literal])).toEqual(equal);
          const { rows } = await connection.query('SELECT count(DISTINCT doc) AS n FROM docs');
          expect(rows).toEqual([{ n: 2 }]);
          const union = await connection.query('SELECT doc FROM docs UNION SELECT doc FROM docs');
          expect(union.rows).toHaveLength(2);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('finds sets by literals in any order', async () => {
    const sets = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });
    await database.add({
      name: 'tagged',
      key: ['id:S'],
      items: [{ id: { S: 'a' }, tags: { SS: ['x'] }, sizes: { NS: ['1'] } }],
    });
    await fc.assert(
      fc.asyncProperty(
        sets,
        fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 }),
        async (tags, sizes) => {
          await database.client.putItems('tagged', [
            { id: { S: 'a' }, tags: { SS: tags }, sizes: { NS: sizes.map(String) } },
          ]);
          for (const [column, members] of [
            ['tags', tags],
            ['sizes', sizes],
          ] as const) {
            const literal = JSON.stringify([...members].toReversed());
            const { rows } = await connection.query(`SELECT id FROM tagged WHERE ${column} = $1`, [literal]);
            expect(rows).toEqual([{ id: 'a' }]);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

function isDocument(value: AttributeValue): boolean {
  return 'M' in value || 'L' in value || 'SS' in value || 'NS' in value || 'BS' in value;
}

/** The same document with the members of maps and sets in another order. */
function shuffle(value: AttributeValue, random: fc.Stream<number>): AttributeValue {
  const mix = <T>(items: readonly T[]): T[] =>
    items
      .map((item) => [random.next().value ?? 0, item] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, item]) => item);
  if ('M' in value)
    return {
      M: Object.fromEntries(
        mix(Object.entries(value.M)).map(([name, member]) => [name, shuffle(member, random)]),
      ),
    };
  if ('L' in value) return { L: value.L.map((item) => shuffle(item, random)) };
  if ('SS' in value) return { SS: mix(value.SS) };
  if ('NS' in value) return { NS: mix(value.NS) };
  return 'BS' in value ? { BS: mix(value.BS) } : value;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
