import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readLookup } from '../../../src/sql/parse/lookup-tree.ts';
import { loadParser, parseTree } from '../../../src/sql/parse/parser.ts';

beforeAll(() => loadParser());

const LOOKUPS: readonly string[] = [
  'SELECT * FROM orders WHERE pk = $1 AND sk = $2',
  'select a, "B c", name from "Orders" where id=\'x\'',
  'SELECT id FROM t LIMIT 1',
  "SELECT value, type FROM data WHERE key = 'a b' AND status = 0 AND n = 42 LIMIT $3",
  'SELECT\n\t*\nFROM t\nWHERE a = 007',
  "SELECT a FROM t WHERE b = ''",
];

const OTHERS: readonly string[] = [
  '',
  'SELECT',
  'SELECT * FROM t WHERE a = 1;',
  'SELECT * FROM t x WHERE a = 1',
  'SELECT t.a FROM t WHERE a = 1',
  'SELECT * FROM s.t WHERE a = 1',
  'SELECT * FROM t WHERE a = 1 OR b = 2',
  'SELECT * FROM t WHERE a = -1',
  'SELECT * FROM t WHERE a = 1.5',
  'SELECT * FROM t WHERE a = 1 /* key */',
  'SELECT /*+ x */ * FROM t WHERE a = 1',
  "SELECT * FROM t WHERE a = E'x'",
  "SELECT * FROM t WHERE a = 'it''s'",
  "SELECT * FROM t WHERE a = 'é'",
  'SELECT U&"a" FROM t WHERE a = 1',
  'SELECT "a""b" FROM t WHERE a = 1',
  'SELECT a, FROM t WHERE a = 1',
  'SELECT *, a FROM t',
  'SELECT a b FROM t',
  'SELECT row FROM t WHERE a = 1',
  'SELECT user FROM t WHERE a = 1',
  'SELECT * FROM t WHERE a = 1 FOR UPDATE',
  'SELECT * FROM t WHERE $1 = a',
  `SELECT ${'x'.repeat(64)} FROM t WHERE a = 1`,
];

/** Identifiers and keywords of every kind in the grammar: unreserved, reserved, and names in some contexts only. */
const NAMES: readonly string[] =
  'a B _x1 n$ "Quoted name" "a" name type value key data date level format nulls without text over partition rows range values row interval char int user left full join like only null order limit offset all any array as asc between both case cast check collate column current_date default distinct do else end exists extract false fetch for freeze from grant group having ilike in inner is isnull json json_object least national natural none normalize not notnull on or overlay placing position precision primary real returning right select setof similar smallint some substring table then time timestamp to trim true union unique using varchar verbose when where window with xmlparse abort absolute action zone preceding unbounded recursive temporary lateral first last escape instead overriding system storage xml yes no'
    .split(' ')
    .concat('"Quoted name"', '""', 'U&"x"', 'é', 'y'.repeat(63), 'y'.repeat(64));

const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'B', '_x1', 'n$', '"Quoted name"', 'name', 'level') },
  fc.constantFrom(...NAMES),
);
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('$1', '$12', '0', '123456789', "'a b'") },
  fc.constantFrom(
    '$1',
    '$12',
    '0',
    '00',
    '7',
    '123456789',
    '1234567890',
    '1.5',
    '1e3',
    '0x1F',
    '1_000',
    '-1',
  ),
  fc.constantFrom(
    "''",
    "'a'",
    "'a b'",
    "'it''s'",
    "'a\\b'",
    "E'a'",
    "B'1'",
    "X'1F'",
    "N'a'",
    '$$a$$',
    'NULL',
    'true',
  ),
  fc.string({ maxLength: 8 }).map((text) => `'${text.replaceAll("'", '').replaceAll('\0', '')}'`),
);
const space = fc.constantFrom(' ', '  ', '\n', '\t', '\r\n', ' /* c */ ', ' -- c\n');

/** A lookup, or something close to one. */
const statement = fc
  .record({
    targets: fc.oneof(fc.constant(['*']), fc.array(name, { maxLength: 3 })),
    table: name,
    conditions: fc.array(fc.tuple(name, fc.constantFrom('=', ' = ', '= ', ' =', '<'), value), {
      maxLength: 4,
    }),
    and: fc.constantFrom('AND', 'and', 'And', 'OR'),
    limit: fc.option(value, { nil: undefined }),
    space,
    end: fc.constantFrom('', '', '', ' ', '\n', ';', ' x'),
  })
  .map(({ targets, table, conditions, and, limit, space: gap, end }) =>
    [
      `SELECT${gap}${targets.join(', ')}`,
      `FROM ${table}`,
      ...(conditions.length === 0
        ? []
        : [`WHERE${gap}${conditions.map((parts) => parts.join('')).join(` ${and} `)}`]),
      ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
    ]
      .join(gap)
      .concat(end),
  );

const word = fc.oneof(
  name,
  value,
  fc.constantFrom('SELECT', 'FROM', 'WHERE', 'AND', 'LIMIT', '*', ',', '=', '.', '(', ')'),
);

/** The tree read without the parser and the tree of the parser; undefined if the statement is left to the parser. */
function readBothTrees(text: string): readonly [tree: unknown, parsed: unknown] | undefined {
  const tree = readLookup(text);
  return tree === undefined
    ? undefined
    : [
        { text, tree },
        { text, tree: parseTree(text).stmts },
      ];
}

describe('readLookup', () => {
  it.each(LOOKUPS)('returns the same tree as the parser: %s', (text) => {
    expect(readLookup(text)).toEqual(parseTree(text).stmts);
  });

  it.each(OTHERS)('leaves other statements to the parser: %s', (text) => {
    expect(readLookup(text)).toBeUndefined();
  });

  it('returns the same tree as the parser for generated lookups', () => {
    let read = 0;
    const property = fc.property(statement, (text) => {
      const [tree, parsed] = readBothTrees(text) ?? [];
      read += tree === undefined ? 0 : 1;
      expect(tree).toEqual(parsed);
    });
    fc.assert(property, { numRuns: 5_000 });
    expect(read).toBeGreaterThan(500);
  });

  it('returns the same tree as the parser for random tokens, or none', () => {
    const words = fc.array(word, { maxLength: 12 }).map((each) => each.join(' '));
    const property = fc.property(words, (text) => {
      const [tree, parsed] = readBothTrees(text) ?? [];
      expect(tree).toEqual(parsed);
    });
    fc.assert(property, { numRuns: 5_000 });
  });

  it.each(NAMES)('accepts %s as a name only where the parser does', (each) => {
    for (const text of [
      `SELECT ${each} FROM t WHERE a = 1`,
      `SELECT a, ${each} FROM ${each}`,
      `SELECT * FROM t WHERE ${each} = 1 AND ${each} = $1 LIMIT 1`,
    ]) {
      const [tree, parsed] = readBothTrees(text) ?? [];
      expect(tree).toEqual(parsed);
    }
  });
});
