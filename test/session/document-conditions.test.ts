import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** dynalite never finds two maps or two lists equal. */
describe('a statement whose condition looks at a document', () => {
  let database: TestDatabase;
  let connection: Connection;
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({
      name: 'teas',
      key: ['id:S'],
      items: [
        {
          id: { S: '1' },
          spec: { M: { grams: { N: '5' }, tags: { SS: ['a', 'b'] } } },
          notes: { L: [{ S: 'a' }] },
        },
      ],
    });
    connection = await database.open();
  });
  afterAll(() => database.close());

  const item = async (id: string): Promise<unknown> =>
    (await connection.query('SELECT "$item" AS item FROM teas WHERE id = $1', [id])).rows[0]?.['item'];

  it('changes the item, and reports no conflict', async () => {
    for (const sql of [
      "UPDATE teas SET grams = spec->>'grams' WHERE id = '1'",
      "UPDATE teas SET n = json_array_length(notes) WHERE id = '1'",
      "UPDATE teas SET ok = true WHERE id = '1' AND length(spec::text) > 1",
    ])
      expect((await connection.query(sql)).rowCount).toBe(1);
    expect(await item('1')).toMatchObject({ grams: '5', n: 1, ok: true });
  });

  it('works for every document', async () => {
    const scalar = fc.oneof(
      fc.string({ maxLength: 5 }).map((S): AttributeValue => ({ S })),
      fc.integer().map((n): AttributeValue => ({ N: String(n) })),
      fc.boolean().map((BOOL): AttributeValue => ({ BOOL })),
      fc.constant<AttributeValue>({ NULL: true }),
      fc.constant<AttributeValue>({ SS: ['x', 'y'] }),
    );
    const { document } = fc.letrec<{ document: AttributeValue }>((tie) => ({
      document: fc.oneof(
        { maxDepth: 3 },
        scalar,
        fc.array(tie('document'), { maxLength: 3 }).map((L): AttributeValue => ({ L })),
        fc
          .dictionary(fc.string({ minLength: 1, maxLength: 4 }), tie('document'), {
            maxKeys: 3,
            noNullPrototype: true,
          })
          .map((M): AttributeValue => ({ M })),
      ),
    }));
    let count = 0;
    await fc.assert(
      fc.asyncProperty(document, async (value) => {
        const id = `random${++count}`;
        await database.client.putItems('teas', [{ id: { S: id }, spec: { M: { value } } }]);
        const changed = await connection.query('UPDATE teas SET size = length(spec::text) WHERE id = $1', [
          id,
        ]);
        expect(changed.rowCount).toBe(1);
      }),
      { numRuns: 40 },
    );
  });
});
