import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SelectStmt } from 'libpg-query';
import { parseLookup, RESTRICTED_KEYWORDS } from '../../../src/sql/parse/lookup.ts';
import { type ParsedStatement, parseStatement } from '../../../src/sql/parse/parse.ts';
import { loadParser, scanTokens } from '../../../src/sql/parse/parser.ts';

beforeAll(() => loadParser());

const LOOKUPS: readonly string[] = [
  'SELECT * FROM orders WHERE pk = ? AND sk = ?',
  'SELECT * FROM orders WHERE pk = $2 AND sk = $1 AND x = $2',
  'select a, "B c", name from "Orders" where id=:id and a=:b AND b = :id limit :most;',
  'SELECT id FROM t LIMIT 1',
  "SELECT value, type FROM data WHERE key = 'a b' AND status = 0 AND n = 42 LIMIT $3",
  'SELECT\n\t*\r\nFROM t\nWHERE a=? ;\n',
  'SELECT*FROM t WHERE a = 007',
  "SELECT a FROM t WHERE b = ''",
];

const OTHERS: readonly string[] = [
  '',
  ' ',
  'SELECT',
  'SELECT 1',
  'SELECT * FROM t x WHERE a = 1',
  'SELECT t.a FROM t WHERE a = 1',
  'SELECT * FROM s.t WHERE a = 1',
  'SELECT * FROM t WHERE a = 1 OR b = 2',
  'SELECT * FROM t WHERE a = -1',
  'SELECT * FROM t WHERE a = 1.5',
  'SELECT * FROM t WHERE a == 1',
  'SELECT * FROM t WHERE a = 1 /* key */',
  'SELECT /*+ NoCache */ * FROM t WHERE a = 1',
  'SELECT * FROM t -- comment\nWHERE a = 1',
  "SELECT * FROM t WHERE a = E'x'",
  "SELECT * FROM t WHERE a = 'it''s'",
  "SELECT * FROM t WHERE a = 'x\\y'",
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
  'SELECT * FROM t WHERE a = $1 AND b = ?',
  'SELECT * FROM t WHERE a = $0',
  'SELECT * FROM t WHERE a = $65536',
  'SELECT * FROM t WHERE a = 1; SELECT 1',
  `SELECT ${'x'.repeat(64)} FROM t WHERE a = 1`,
];

/** Identifiers and keywords of each kind in the grammar. */
const NAMES: readonly string[] = [
  ...'a B _x1 n$ name type value key data date level format nulls without text over partition rows range first next last'.split(
    ' ',
  ),
  ...'zone escape at preceding like between ilike recursive temporary absolute storage yes no x u b e n'.split(
    ' ',
  ),
  ...RESTRICTED_KEYWORDS,
  '"Quoted name"',
  '"select"',
  '""',
  'U&"x"',
  'é',
  'y'.repeat(63),
  'y'.repeat(64),
];

const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'B', '_x1', 'n$', '"Quoted name"', 'name', 'first', 'level') },
  fc.constantFrom(...NAMES),
);
const parameters = fc.constantFrom(
  ['?'],
  ['$1', '$2', '$12'],
  [':a', ':b', ':order', ':A'],
  ['?', '$1', ':a'],
);
const constant = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('0', '123456789', "'a b'", "''") },
  fc.constantFrom('00', '1234567890', '1.5', '1e3', '1.', '.5', '0x1F', '1_000', '-1', '1a', 'NULL', 'true'),
  fc.constantFrom(
    "'it''s'",
    "'a\\b'",
    "E'a'",
    "B'1'",
    "X'1F'",
    "N'a'",
    '$$a$$',
    "'a' 'b'",
    "'a'\n'b'",
    '$1a',
    '??',
  ),
  fc.string({ maxLength: 8 }).map((text) => `'${text.replaceAll(/['\0]/g, '')}'`),
);
const space = fc.constantFrom(' ', '  ', '\n', '\t', '\r\n', '\f', ' /* c */ ', ' -- c\n', '');

/** A lookup, or something close to one. */
const statement = fc
  .record({
    targets: fc.oneof(fc.constant(['*']), fc.array(name, { maxLength: 3 })),
    table: name,
    styles: parameters,
  })
  .chain((head) => {
    const value = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...head.styles) }, constant);
    return fc.record({
      targets: fc.constant(head.targets),
      table: fc.constant(head.table),
      conditions: fc.array(fc.tuple(name, fc.constantFrom('=', ' = ', '= ', ' =', '<'), value), {
        maxLength: 4,
      }),
      and: fc.constantFrom(' AND ', ' and ', '\nAnd ', ' OR ', 'AND '),
      limit: fc.option(value, { nil: undefined }),
      gap: space,
      end: fc.constantFrom('', '', '', ' ', '\n', ';', ' ; ', ' x', ';;'),
    });
  })
  .map(({ targets, table, conditions, and, limit, gap, end }) =>
    [
      `SELECT${gap}${targets.join(', ')}`,
      `FROM ${table}`,
      ...(conditions.length === 0
        ? []
        : [`WHERE${gap}${conditions.map((parts) => parts.join('')).join(and)}`]),
      ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
    ]
      .join(gap)
      .concat(end),
  );

const word = fc.oneof(
  name,
  constant,
  fc.constantFrom(
    'SELECT',
    'FROM',
    'WHERE',
    'AND',
    'LIMIT',
    '*',
    ',',
    '=',
    '.',
    '(',
    ')',
    ';',
    '?',
    '$1',
    ':a',
    '::',
  ),
);

/** The comparable parts of a parsed statement, with the positions of all locations in its tree. */
function comparable(parsed: ParsedStatement): unknown {
  if (parsed.kind !== 'select') return parsed.kind;
  const { position, ...rest } = parsed;
  return { ...rest, positions: collectLocations(parsed.ast).map(position) };
}

function collectLocations(tree: SelectStmt): readonly number[] {
  const found: number[] = [];
  JSON.stringify(tree, (key, value: unknown) => {
    if (key === 'location') found.push(Number(value));
    return value;
  });
  return found;
}

/** The statement parsed with and without PostgreSQL's parser; undefined if it is left to PostgreSQL's parser. */
async function parseBoth(text: string): Promise<readonly [unknown, unknown] | undefined> {
  const lookup = parseLookup(text);
  return lookup && [comparable(lookup), comparable(await parseStatement(text))];
}

function getKeywordKind(keyword: string): string | undefined {
  return scanTokens(keyword)?.[0]?.keywordName;
}

describe('parseLookup', () => {
  it.each(LOOKUPS)('returns the same result as parseStatement: %j', async (text) => {
    const [lookup, parsed] = (await parseBoth(text)) ?? [];
    expect(lookup).toBeDefined();
    expect(lookup).toEqual(parsed);
  });

  it.each(OTHERS)('leaves other statements to parseStatement: %j', (text) => {
    expect(parseLookup(text)).toBeUndefined();
  });

  it('returns the same result as parseStatement for generated lookups', async () => {
    let count = 0;
    const property = fc.asyncProperty(statement, async (text) => {
      const [lookup, parsed] = (await parseBoth(text)) ?? [];
      count += lookup === undefined ? 0 : 1;
      expect(lookup).toEqual(parsed);
    });
    await fc.assert(property, { numRuns: 5_000 });
    expect(count).toBeGreaterThan(250);
  });

  it('does not accept random tokens that parseStatement rejects', async () => {
    const words = fc
      .tuple(fc.array(word, { maxLength: 12 }), fc.constantFrom(' ', ''))
      .map(([each, gap]) => each.join(gap));
    const property = fc.asyncProperty(words, async (text) => {
      const [lookup, parsed] = (await parseBoth(text)) ?? [];
      expect(lookup).toEqual(parsed);
    });
    await fc.assert(property, { numRuns: 5_000 });
  });

  it.each(NAMES)('accepts %j as a name only where parseStatement does', async (each) => {
    for (const text of [
      `SELECT ${each} FROM t WHERE a = 1`,
      `SELECT a, ${each} FROM ${each}`,
      `SELECT * FROM t WHERE ${each} = 1 AND ${each} =? LIMIT 1`,
    ]) {
      const [lookup, parsed] = (await parseBoth(text)) ?? [];
      expect(lookup).toEqual(parsed);
    }
  });

  it('has the keywords of this version of PostgreSQL', async () => {
    const wasm = await readFile(
      createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'),
      'latin1',
    );
    const [list = ''] = /abort\0absent\0[a-z_\0]+\0zone\0/.exec(wasm) ?? [];
    const keywords = list.split('\0').slice(0, -1);
    expect(keywords.length).toBeGreaterThan(400);
    expect(keywords.map(getKeywordKind)).not.toContain('NO_KEYWORD');
    expect(RESTRICTED_KEYWORDS).toEqual(
      new Set(keywords.filter((each) => getKeywordKind(each) !== 'UNRESERVED_KEYWORD')),
    );
  });
});
