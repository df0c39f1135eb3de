import fc from 'fast-check';

/** A condition on the columns of `items`, which `prefix` may qualify. */
const condition = (prefix = ''): fc.Arbitrary<string> => {
  const simple = fc.oneof(
    fc.constantFrom('a', 'b', 'c', 'n1').map((id) => `${prefix}id = '${id}'`),
    fc.constantFrom("'a', 'c'", "'b', 'n1', 'n2'", "'d', 'e', 'q'").map((ids) => `${prefix}id IN (${ids})`),
    fc.integer({ min: 0, max: 6 }).map((n) => `${prefix}n > ${n}`),
    fc.integer({ min: 0, max: 3 }).map((n) => `${prefix}n BETWEEN ${n} AND ${n + 2}`),
    fc.constantFrom('IS NULL', 'IS NOT NULL').map((test) => `${prefix}n ${test}`),
    fc.constantFrom("LIKE '%o%'", "= 'two'", 'IS NULL', "< 'p'").map((test) => `${prefix}s ${test}`),
    fc.constantFrom('b', 'd').map((id) => `${prefix}id > '${id}'`),
  );
  return fc.oneof(
    { weight: 3, arbitrary: simple },
    fc.tuple(simple, fc.constantFrom('AND', 'OR'), simple).map(([a, and, b]) => `(${a} ${and} ${b})`),
    simple.map((each) => `NOT (${each})`),
  );
};

const number = fc.constantFrom('n + 1', 'n * 2', '7', 'coalesce(n, 0) - 3', 'length(s)', 'NULL');
const newId = fc.constantFrom('n1', 'n2', 'a', 'd');

const write: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      newId,
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom('DO NOTHING', 'DO UPDATE SET n = excluded.n + 10'),
    )
    .map(
      ([id, n, action]) =>
        `INSERT INTO items (id, n, s) VALUES ('${id}', ${n}, 'made') ON CONFLICT (id) ${action}`,
    ),
  fc.tuple(number, condition()).map(([n, where]) => `UPDATE items SET n = ${n} WHERE ${where}`),
  fc
    .tuple(number, condition())
    .map(([n, where]) => `UPDATE items SET n = ${n}, s = s || '!' WHERE ${where} RETURNING id, n, s`),
  fc
    .tuple(fc.integer({ min: 1, max: 2 }), condition('items.'))
    .map(
      ([sk, where]) =>
        `UPDATE items SET n = parts.v, s = parts.s FROM parts WHERE parts.pk = items.id AND parts.sk = ${sk} AND ${where}`,
    ),
  condition().map(
    (where) =>
      `UPDATE items SET (n, s) = (SELECT max(v), min(parts.s) FROM parts WHERE pk = items.id) WHERE ${where} RETURNING id, n, s`,
  ),
  condition().map(
    (where) => `UPDATE items SET n = (SELECT count(*) FROM parts WHERE pk = id) WHERE ${where}`,
  ),
  condition().map((where) => `DELETE FROM items WHERE ${where}`),
  condition().map((where) => `DELETE FROM items WHERE ${where} RETURNING id, n, s`),
  condition('items.').map((where) => `DELETE FROM parts USING items WHERE items.id = parts.pk AND ${where}`),
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), condition())
    .map(
      ([sk, where]) =>
        `INSERT INTO parts (pk, sk, v) SELECT id, ${sk}, coalesce(n, 0) FROM items WHERE ${where} ON CONFLICT DO NOTHING`,
    ),
  fc
    .tuple(number, condition('items.'))
    .map(
      ([n, where]) =>
        `MERGE INTO items USING (SELECT pk, sum(v) AS total FROM parts GROUP BY pk) AS p ON p.pk = items.id WHEN MATCHED AND ${where} THEN UPDATE SET n = ${n} WHEN MATCHED AND total > 25 THEN DELETE WHEN NOT MATCHED THEN INSERT (id, n) VALUES (pk, total)`,
    ),
  condition().map(
    (where) =>
      `WITH d AS (DELETE FROM items WHERE ${where} RETURNING id, n, s) INSERT INTO kept (id, n, s) SELECT id, n, s FROM d ON CONFLICT DO NOTHING`,
  ),
  fc
    .tuple(number, condition())
    .map(
      ([n, where]) =>
        `WITH u AS (UPDATE items SET n = ${n} WHERE ${where} RETURNING id, n) SELECT u.id, u.n, items.n FROM u JOIN items USING (id) ORDER BY id`,
    ),
);

const read: fc.Arbitrary<string> = fc.oneof(
  condition().map((where) => `SELECT id, n, s FROM items WHERE ${where} ORDER BY id`),
  condition().map((where) => `SELECT count(*), sum(n), min(s), max(n) FROM items WHERE ${where}`),
  fc.constant(
    'SELECT items.id, parts.sk, parts.v FROM items LEFT JOIN parts ON parts.pk = items.id ORDER BY items.id, parts.sk',
  ),
  fc.constant('SELECT s, count(*) FROM items GROUP BY s ORDER BY s NULLS LAST'),
  fc.integer({ min: 0, max: 3 }).map((skip) => `SELECT id FROM items ORDER BY id LIMIT 2 OFFSET ${skip}`),
  fc
    .constantFrom('a', 'z', 'n1')
    .map((pk) => `SELECT sk, v FROM parts WHERE pk = '${pk}' AND sk >= 1 ORDER BY sk DESC LIMIT 2`),
  fc.constantFrom(10, 30, 50).map((v) => `SELECT pk, sk FROM parts WHERE v = ${v} ORDER BY pk, sk`),
  condition().map(
    (where) => `SELECT pk, sk FROM parts WHERE pk IN (SELECT id FROM items WHERE ${where}) ORDER BY pk, sk`,
  ),
  fc.constant('SELECT id, (SELECT sum(v) FROM parts WHERE pk = items.id) AS total FROM items ORDER BY id'),
  fc.constant('SELECT id, n FROM kept UNION ALL SELECT id, n FROM items ORDER BY id, n'),
);

/** Statements that write, each followed by a read, within a transaction or without one. */
export const randomScenario: fc.Arbitrary<readonly string[]> = fc
  .record({
    begin: fc.boolean(),
    steps: fc.array(
      fc.tuple(write, read, fc.option(fc.constantFrom('SAVEPOINT p', 'ROLLBACK TO p'), { freq: 4 })),
      { minLength: 2, maxLength: 6 },
    ),
    end: fc.constantFrom('COMMIT', 'COMMIT', 'ROLLBACK'),
  })
  .map(({ begin, steps, end }) => [
    ...(begin ? ['BEGIN', 'SAVEPOINT p'] : []),
    ...steps.flatMap(([first, second, mark]) => [
      first,
      second,
      ...(begin && mark !== null ? [mark, second] : []),
    ]),
    ...(begin ? [end] : []),
  ]);
