import { describe, expect, it } from '@jest/globals';
import { DriverError } from '../../../src/core/errors.ts';
import { locate, parseQuery } from '../../../src/sql/parse/parse.ts';

async function parseError(
  sql: string,
): Promise<{ code: string; message: string; position: number | undefined }> {
  const error: unknown = await parseQuery(sql).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DriverError)) throw new Error(`"${sql}" was not rejected: ${String(error)}`);
  return { code: error.code, message: error.message, position: error.position };
}

describe('parseQuery', () => {
  it.each([
    'select 1',
    'SELECT 1;',
    ' values (1) ; -- the end',
    'table t',
    'with a as (select 1) select * from a',
    '(select 1) union select 2',
  ])('parses %s as a query', async (sql) => {
    expect(await parseQuery(sql)).toMatchObject({ kind: 'select', analyze: false, parameterCount: 0 });
  });

  it.each([
    ['explain select 1', false],
    ['explain analyze select 1', true],
    ['explain (analyze, verbose) select 1', true],
    ['explain (analyze false) select 1', false],
    ['explain (analyze off) select 1', false],
    ['explain (verbose) values (1)', false],
  ])('parses %s as the EXPLAIN of a query', async (sql, analyze) => {
    expect(await parseQuery(sql)).toMatchObject({ kind: 'explain', analyze });
  });

  it('keeps the statement as it was written', async () => {
    expect((await parseQuery('select ? /* é */')).text).toBe('select ? /* é */');
  });
});

describe('a parse error', () => {
  it.each([
    ['selec 1', 'SQL_SYNTAX', 1, 'at or near "selec"'],
    ['select a from', 'SQL_SYNTAX', 14, 'end of input'],
    ['select 1 +* from t', 'SQL_SYNTAX', 13, 'from'],
    ["select 'abc", 'SQL_SYNTAX', 8, 'unterminated'.slice(1)],
    ['select /* abc', 'SQL_SYNTAX', 8, 'comment'],
    ['', 'SQL_SYNTAX', 1, 'the statement is empty'],
    [' ; ', 'SQL_SYNTAX', 1, 'the statement is empty'],
    ['-- nothing', 'SQL_SYNTAX', 1, 'the statement is empty'],
    [
      'select 1; select 2',
      'SQL_NOT_SUPPORTED',
      11,
      'cannot execute multiple statements in one call (found 2)',
    ],
    ['insert into t values (1)', 'SQL_NOT_SUPPORTED', 1, 'INSERT'],
    ['  update t set a = 1', 'SQL_NOT_SUPPORTED', 3, 'UPDATE'],
    ['/* x */ delete from t', 'SQL_NOT_SUPPORTED', 9, 'DELETE'],
    ['create table t (a int)', 'SQL_TABLE_DEFINITION', 14, 'table "t" has no primary key'],
    [
      'comment on table t is null',
      'SQL_NOT_SUPPORTED',
      1,
      'COMMENT is not supported: DynamoDB does not store comments',
    ],
    ['drop table t', 'SQL_NOT_SUPPORTED', 1, 'DROP'],
    ['merge into t using u on true when matched then delete', 'SQL_NOT_SUPPORTED', 1, 'MERGE'],
    ['truncate t', 'SQL_NOT_SUPPORTED', 1, 'TRUNCATE'],
    ['copy t to stdout', 'SQL_NOT_SUPPORTED', 1, 'COPY'],
    ['set x = 1', 'SQL_NOT_SUPPORTED', 1, 'SET'],
    ['begin', 'SQL_NOT_SUPPORTED', 1, 'BEGIN'],
    ['explain insert into t values (1)', 'SQL_NOT_SUPPORTED', 1, 'EXPLAIN'],
    ['with x as (delete from t returning *) select * from x', 'SQL_NOT_SUPPORTED', 1, 'must not write'],
    ['select * into u from t', 'SQL_NOT_SUPPORTED', 1, 'SELECT'],
    ['select 1 union select 2 into u', 'SQL_NOT_SUPPORTED', 30, 'INTO'],
    ['select * from t for update skip locked', 'SQL_NOT_SUPPORTED', 17, 'a locking clause'],
    ['select (select 1 from t for share)', 'SQL_NOT_SUPPORTED', 25, 'a locking clause'],
    ['select 1\u0000', 'SQL_SYNTAX', 9, 'NUL'],
    ['select \ud800', 'SQL_SYNTAX', 8, 'surrogate'],
  ])('of %j is %s at %d', async (sql, code, position, part) => {
    const error = await parseError(sql);
    expect(error).toMatchObject({ code, position });
    expect(error.message).toContain(part);
  });

  it('has its position in characters of the original statement', async () => {
    expect(await parseError('select :long_name, é😀, ? fro')).toMatchObject({
      code: 'SQL_PARAMETERS',
      position: 24,
    });
    expect(await parseError('select :long_name, :é, "😀" from where')).toMatchObject({
      code: 'SQL_SYNTAX',
      position: 33,
    });
    expect(await parseError('select ?, ?, ?, from')).toMatchObject({ code: 'SQL_SYNTAX', position: 17 });
    expect(await parseError('select :a :b')).toMatchObject({ code: 'SQL_SYNTAX', position: 11 });
  });

  it('reports statements that are too long or nested too deeply, and later statements still parse', async () => {
    expect(await parseError(`select '${'x'.repeat(1_048_576)}'`)).toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
    });
    expect(await parseError(`select ${'('.repeat(20_000)}1${')'.repeat(20_000)}`)).toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
    });
    expect(await parseError(`select 1${'+1'.repeat(20_000)}`)).toMatchObject({ code: 'SQL_NOT_SUPPORTED' });
    expect(await parseError(`select ${'not '.repeat(20_000)}true`)).toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
    });
    expect(await parseError(`select ${'f('.repeat(5000)}1${')'.repeat(5000)}`)).toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
    });
    expect(
      await parseError(`select ${'case when true then '.repeat(5000)}1${' end'.repeat(5000)}`),
    ).toMatchObject({ code: 'SQL_NOT_SUPPORTED' });
    expect(await parseError(`select * from t${' join t on true'.repeat(20_000)}`)).toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
    });
    expect(await parseError(`select 1${' union select 1'.repeat(20_000)}`)).toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
    });
    // A bracket in a string, a name or a comment does not close another.
    for (const opening of [
      `(')'||`,
      `(")"+`,
      `($a$)$a$||`,
      `(E'\\')'||`,
      '(/*)*/',
      '(--)\n',
      "(--'\n",
      `(U&'!0029)'||`,
    ])
      expect(await parseError(`select ${opening.repeat(2000)}1${')'.repeat(2000)}`)).toMatchObject({
        code: 'SQL_NOT_SUPPORTED',
      });
    expect(await parseError(`select ${`array[1, `.repeat(2000)}1${']'.repeat(2000)}`)).toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
    });
    expect((await parseQuery('select 1')).kind).toBe('select');
  });

  it('does not occur for long flat statements', async () => {
    expect((await parseQuery(`select 1 where 1 in (${'1,'.repeat(10_000)}1)`)).kind).toBe('select');
    expect((await parseQuery(`select 1 where ${'a = 1 or '.repeat(5000)} true`)).kind).toBe('select');
    expect((await parseQuery(`select ${'a + b, '.repeat(5000)} c`)).kind).toBe('select');
    expect(
      (await parseQuery(`values ${`(-1, 'a''(', $1, true), `.repeat(5000)} (1, '(', null, 1)`)).kind,
    ).toBe('select');
  });
});

describe('names that PostgreSQL would truncate', () => {
  const long = `${'é'.repeat(40)} ${'x'.repeat(200)}`;

  it('stay complete', async () => {
    const { ast, text } = await parseQuery(
      `select "${long}", t."${long}2", :p as "a""${long}" from "${long}" t`,
    );
    const names = JSON.stringify(ast).match(/é{40} x{200}2?/g);
    expect(names).toEqual([long, `${long}2`, long, long]);
    expect(JSON.stringify(ast)).toContain(JSON.stringify(`a"${long}`));
    expect(text).toContain(long);
  });

  it('are folded to lower case unless they are quoted', async () => {
    const { ast } = await parseQuery(`select ${'Ab'.repeat(50)}`);
    expect(JSON.stringify(ast)).toContain('ab'.repeat(50));
  });

  it('do not shift positions, and appear in messages', async () => {
    expect(await parseError(`select "${long}", from`)).toMatchObject({
      position: 8 + 243 + 2,
      code: 'SQL_SYNTAX',
    });
    expect((await parseError(`select 1 as x "${long}"`)).message).toBe(`syntax error at or near ""${long}""`);
    const parsed = await parseQuery(`select "${long}", :a, total`);
    expect(locate(parsed, 'total')).toBe(8 + 243 + 2 + 4);
    expect(locate(parsed, long)).toBe(8);
  });

  it('do not affect strings of the same length', async () => {
    const { ast } = await parseQuery(`select '${long}', "\ue1000", "${long}"`);
    expect(JSON.stringify(ast)).toContain(`"sval":{"sval":"${long}"}`);
  });
});

describe('locate', () => {
  it('returns the position of the first reference to a column', async () => {
    const parsed = await parseQuery('select :p, "é", o.total from orders o where total > 1');
    expect(locate(parsed, 'total')).toBe(17);
    expect(locate(parsed, 'TOTAL')).toBe(17);
    expect(locate(parsed, 'é')).toBe(12);
    expect(locate(parsed, 'missing')).toBeUndefined();
  });
});
