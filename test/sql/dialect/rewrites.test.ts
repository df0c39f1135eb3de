import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseArrayLiteral } from '../../../src/sql/types/text-input.ts';
import { EARLY_REWRITES, REWRITES, rewriteDialect } from '../../../src/sql/dialect/rewrite.ts';
import { similarToRegex } from '../../../src/sql/dialect/similar.ts';
import { parseQuery } from '../../../src/sql/parse/parse.ts';
import { loadParser } from '../../../src/sql/parse/parser.ts';
import { printSelect } from '../../../src/sql/print/print.ts';

beforeAll(() => loadParser());

const nothing = (): undefined => undefined;
const UNTYPED = {
  typeOf: nothing,
  convertedTypeOf: nothing,
  columnTypeOf: nothing,
  definitionsOf: nothing,
  outputOf: () => [],
};

describe('the table of rewrites', () => {
  it('lists each difference once, with a reason', () => {
    const all = [...EARLY_REWRITES, ...REWRITES];
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all.filter(({ why }) => why.length < 20)).toEqual([]);
  });

  it('does not change a query with the same meaning in both dialects', async () => {
    const { ast, position } = await parseQuery(
      `select a, count(*) from t where b = 'x' and c in (1, 2) or d like 'x%' group by a order by 2 desc limit 3`,
    );
    expect(rewriteDialect(ast, { position, ...UNTYPED })).toBe(ast);
  });

  it('joins the steps into a document into one path', async () => {
    const { ast, position } = await parseQuery(`select a->'b'->0->-1->>'c d', a->b->>'c', a->'x"y'->'z'`);
    const sql = printSelect(rewriteDialect(ast, { position, ...UNTYPED }), 's', position);
    expect(sql).toContain(`"pg_extract_text"("a", '$."b"[0][#-1]."c d"')`);
    expect(sql).toContain(`"pg_extract_text"("json_extract"("a", "pg_json_step"("b")), '$."c"')`);
    expect(sql).toContain(`"json_extract"("json_extract"("a", '/x"y'), '$."z"')`);
  });
});

describe('array literals', () => {
  it.each<[string, (string | null)[] | undefined]>([
    ['{}', []],
    ['{a,b}', ['a', 'b']],
    [' { a , "b c" , NULL, "null" } ', ['a', 'b c', null, 'null']],
    ['{"a\\"b\\\\",c d}', ['a"b\\', 'c d']],
    ['{{1},{2}}', undefined],
    ['{a,}', undefined],
    ['{a', undefined],
    ['a', undefined],
    ['', undefined],
  ])('parses %j', (literal, items) => {
    expect(parseArrayLiteral(literal)).toEqual(items);
  });

  it('return the elements that were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (items) => {
        const literal = `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
        expect(parseArrayLiteral(literal)).toEqual(items);
      }),
    );
  });
});

describe('SIMILAR TO', () => {
  it('matches text without wildcards literally', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const pattern = text.replace(/[\\%_|*+?{}()[\]]/g, '\\$&');
        expect(new RegExp(`^(?:${similarToRegex(pattern, '\\')})$`, 's').test(text)).toBe(true);
      }),
    );
  });

  it.each([
    ['a%', 'abc', true],
    ['%(b|d)%', 'abc', true],
    ['a_c', 'a\nc', true],
    ['a.c', 'abc', false],
    ['[a-c]+', 'cab', true],
    ['[^a]', 'a', false],
    ['a{2,3}', 'aaaa', false],
  ])('decides whether %s matches %j: %p', (pattern, text, matches) => {
    expect(new RegExp(`^(?:${similarToRegex(pattern, '\\')})$`, 's').test(text)).toBe(matches);
  });
});
