import { describe, expect, it } from '@jest/globals';
import { parseStatement } from '../../../src/sql/parse/parse.ts';
import { parsePartiql } from '../../../src/sql/parse/partiql.ts';
import { parameterTypes } from '../../../src/sql/statement/parameter-types.ts';
import { catalogOf, RECORDED_TABLES } from '../engine-fixture.ts';
import { PARAMETER_STATEMENTS, readParameters } from '../types/recorded.ts';

const { signal } = new AbortController();

const TABLES = { catalog: catalogOf(RECORDED_TABLES) };

async function infer(sql: string): Promise<readonly string[]> {
  return parameterTypes(await parseStatement(sql), TABLES, signal);
}

/** Where PostgreSQL refuses the statement, since it cannot tell a type: the driver says text, or what it can tell. */
const recorded = readParameters();
const known = PARAMETER_STATEMENTS.flatMap((sql) => {
  const types = recorded[sql];
  return types === undefined || types === null ? [] : [{ sql, types }];
});

describe("PostgreSQL's types of parameters", () => {
  it('are recorded for most of the statements', () => {
    expect(known.length).toBeGreaterThan(160);
  });

  it.each(known)('$sql', async ({ sql, types }) => {
    expect(await infer(sql)).toEqual(types);
  });
});

describe('a statement that PostgreSQL refuses', () => {
  it.each(PARAMETER_STATEMENTS.filter((sql) => recorded[sql] === null))(
    'has types all the same: %s',
    async (sql) => {
      const types = await infer(sql);
      expect(types.length).toBeGreaterThan(0);
      expect(types.filter((type) => type === 'unknown')).toEqual([]);
    },
  );
});

describe('the types of parameters', () => {
  it.each<[string, readonly string[]]>([
    ['explain select * from o where qty = $1', ['bigint']],
    ['select * from o where qty = :n and pk = :p or qty < :n', ['bigint', 'text']],
    ['select * from o where pk = $1 for update', ['text']],
    ['insert into o (pk, fresh) values ($1, $2)', ['text', 'text']],
    [
      'insert into o (pk, qty) values ($1, $2) on conflict (pk) do update set qty = o.qty + $3, status = $4',
      ['text', 'bigint', 'bigint', 'text'],
    ],
    ['update o set items.a.b = $1 where pk = $2', ['text', 'text']],
    ['insert into nowhere values ($1)', ['text']],
    ['call CreateTable(TableName => $1)', ['text']],
    ["copy (select * from o where qty > $1) to 'x.csv'", ['bigint']],
  ])('of %s', async (sql, types) => {
    expect(await infer(sql)).toEqual(types);
  });

  it('are inferred in one pass, however deep the expression is', async () => {
    const depth = 60;
    const nested = `${'coalesce(upper('.repeat(depth)}$1${"), 'x')".repeat(depth)}`;
    const sum = Array.from({ length: depth }, () => '(1 + ').join('') + '$2' + ')'.repeat(depth);
    expect(await infer(`select ${nested} from o where qty = ${sum}`)).toEqual(['text', 'integer']);
  });

  it('are text in PartiQL', async () => {
    expect(await parameterTypes(parsePartiql('SELECT * FROM o WHERE pk = ?'), TABLES, signal)).toEqual([
      'text',
    ]);
  });

  it('fail where a column does not exist', async () => {
    await expect(infer('select * from o where nope = $1')).rejects.toMatchObject({
      code: 'SQL_UNKNOWN_COLUMN',
    });
  });
});
