import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SelectStmt } from 'libpg-query';
import { loadParser, parseTree } from '../../../src/sql/parse/parser.ts';
import { quoteName, quoteString } from '../../../src/sql/print/quote.ts';
import { printSelect } from '../../../src/sql/print/print.ts';

beforeAll(() => loadParser());

function parse(sql: string): SelectStmt {
  const statement = parseTree(sql).stmts?.[0]?.stmt;
  if (statement === undefined || !('SelectStmt' in statement)) throw new Error(`not a query: ${sql}`);
  return statement.SelectStmt;
}

/** A parse tree without locations, and without the schema that PostgreSQL adds to the names of built-in types. */
function shape(tree: unknown): unknown {
  if (Array.isArray(tree))
    return tree.filter((item) => JSON.stringify(item) !== '{"String":{"sval":"pg_catalog"}}').map(shape);
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .filter(
        ([key]) =>
          !/location$|^list_(?:start|end)$|^rexpr_list_|^funcformat$|^row_format$|^typemod$/.test(key),
      )
      .map(([key, value]) => [key, shape(value)]),
  );
}

const roundTrip = (sql: string): void => {
  const tree = parse(sql);
  const printed = printSelect(tree, 's', () => 1);
  expect({ printed, shape: shape(parse(printed)) }).toEqual({ printed, shape: shape(tree) });
};

const leaf = fc.constantFrom(
  'a',
  't.b',
  '"C d"',
  '1',
  '2.5',
  "'x''y'",
  'null',
  'true',
  '$1',
  'f()',
  'count(*)',
  '-3',
  'array[1, a]',
  '(select 1)',
);
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const e = tie('expression');
  const pair = fc.tuple(e, e);
  const triple = fc.tuple(e, e, e);
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc
        .tuple(
          pair,
          fc.constantFrom(
            '+',
            '-',
            '*',
            '/',
            '%',
            '^',
            '=',
            '<>',
            '<',
            '>=',
            '||',
            '&',
            '<<',
            'and',
            'or',
            'is distinct from',
            'is not distinct from',
          ),
        )
        .map(([[l, r], op]) => `(${l}) ${op} (${r})`),
      fc
        .tuple(pair, fc.constantFrom('+', '-', '*', '||'))
        .map(([[l, r], op]) => `(${l}) ${op} ${toLeaf(r)} ${op} ${toLeaf(l)}`),
      fc
        .tuple(
          e,
          fc.constantFrom(
            'is null',
            'is not null',
            'is true',
            'is not false',
            'is unknown',
            '::text',
            '::numeric(10,2)',
            '::int[]',
          ),
        )
        .map(([x, op]) => `(${x}) ${op}`),
      fc.tuple(e, fc.constantFrom('not', '-', '~', '+')).map(([x, op]) => `${op} (${x})`),
      pair.map(([x, y]) => `(${x}) like (${y})`),
      pair.map(([x, y]) => `(${x}) not ilike (${y})`),
      pair.map(([x, y]) => `(${x}) in (${y}, 1)`),
      triple.map(([x, y, z]) => `(${x}) not between (${y}) and (${z})`),
      triple.map(([x, y, z]) => `case when ${x} then ${y} else ${z} end`),
      pair.map(([x, y]) => `coalesce(${x}, nullif(${y}, 1), greatest(${x}, 2))`),
      pair.map(
        ([x, y]) =>
          `sum(distinct ${x}) filter (where ${y}) over (partition by ${y} order by ${x} desc rows between 1 preceding and current row)`,
      ),
      pair.map(([x, y]) => `(${x}) = any (select ${y} from u)`),
      pair.map(([x, y]) => `(${x}) not in (select ${y})`),
      pair.map(([x, y]) => `exists (select ${x} where ${y})`),
      pair.map(([x, y]) => `row(${x}, ${y}) < row(1, 2)`),
      pair.map(([x, y]) => `(array[${x}])[(${y})::int]`),
    ),
  };
});

/** An operand that needs no parentheses. */
function toLeaf(text: string): string {
  return /^[\w."']+$/.test(text) ? text : 'z';
}

describe('printSelect', () => {
  it('prints expressions that parse to the same tree', () => {
    fc.assert(
      fc.property(expression, (text) => roundTrip(`select ${text}`)),
      { numRuns: 300 },
    );
  });

  it.each([
    'select distinct a as "x y", t.* from t as q("a b", c), (select 1) as s(x) where a group by a, 2 having b order by 1 desc nulls last, c limit 3 offset 2',
    'select distinct on (a, b) a from t order by a, b',
    'select * from a join b using (x) left join c on a.y = c.y full join (d cross join e) on true natural join f right join g on false',
    'select * from a, lateral (select 1) l, lateral f(a.x) with ordinality as g(u, v)',
    'with recursive r(n) as (select 1 union all select n + 1 from r), m as materialized (select 1), "N m" as not materialized (values (1, 2)) select * from r, m, "N m"',
    'select 1 union all (select 2 intersect select 3) except (select 4 order by 1 limit 1) order by 1',
    '(select 1 union select 2) intersect all select 2',
    'select a, grouping(a) from t group by grouping sets ((a, b), a, ()), rollup (a, b), cube (a, (b, c))',
    `select percentile_cont(0.5) within group (order by x desc), string_agg(distinct a, ',' order by a), f(b => 1), f(variadic array[1])`,
    'select sum(x) over w, sum(x) over (w range between unbounded preceding and 1 following exclude ties) from t window w as (partition by a), "v w" as (w order by b groups 2 preceding)',
    'select (a[1])[2:3], a[:2], (t.c).d, array[[1], [2]]',
    'values (1, 5), (2, 3) order by 1 limit 1',
    `select 'a\\b', e'\\n', '', 1.50, 1e10, 12345678901234567890, .5`,
    'select "select", "a""b", "ünï😀" from "x.y"',
  ])('prints a query that parses to the same tree: %s', (sql) => {
    expect.hasAssertions();
    roundTrip(sql);
  });

  it('quotes names and strings so that they parse back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const value = text.replace(/\0|\p{Surrogate}/gu, '');
        const name = `x${value.slice(0, 15).replace(/\p{Surrogate}/u, '')}`;
        const [target] = parse(`select ${quoteString(value)} as ${quoteName(name)}`).targetList ?? [];
        expect(target).toMatchObject({
          ResTarget: { name, val: { A_Const: { sval: { sval: value } } } },
        });
      }),
    );
  });
});
