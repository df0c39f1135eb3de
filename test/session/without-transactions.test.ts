import { expect, it } from '@jest/globals';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase } from '../support/test-database.ts';

it('an endpoint without transactions is reported as such, by COMMIT and by an UPDATE of a key', async () => {
  await using database = await startTestDatabase();
  await database.add({ name: 'accounts', key: ['id:S'], items: [{ id: { S: 'a' }, balance: { N: '1' } }] });
  const db = await database.open();
  const failures = [
    await thrownBy(() => db.transaction((tx) => tx.query("UPDATE accounts SET balance = 2 WHERE id = 'a'"))),
    await thrownBy(() => db.query("UPDATE accounts SET id = 'b' WHERE id = 'a'")),
  ];
  for (const failure of failures)
    expect(failure).toMatchObject({
      code: 'DYNAMO_REFUSED',
      message: expect.stringContaining(
        'TransactWriteItems: this endpoint does not support transactions; nothing was changed',
      ),
      remedy: expect.stringContaining('demo'),
    });
  expect((await db.query('SELECT * FROM accounts')).rows).toEqual([{ id: 'a', balance: 1 }]);
});
