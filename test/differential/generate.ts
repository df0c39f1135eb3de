import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { type Random, seededRandom } from '../../src/sandbox/random.ts';
import { compare, comparison, type Condition, pickOne, sameInBoth } from './condition.ts';
import { compareDeep, compareWhole } from './deep-documents.ts';
import { compareMixed } from './mixed-values.ts';
import { compareTime } from './times.ts';
import { BASE64, type Kind, N, S, STORED_TEXTS, TEXTS, VALUES } from './values.ts';
import { compareWide } from './wide-numbers.ts';
import type { IndexSpec, KeySpec, TableSpec } from '../support/test-database.ts';

const ITEMS = 40;

interface Attribute {
  readonly name: string;
  readonly kind: Kind;
}

/** A random table, and the kinds of its attributes. */
export interface RandomTable extends TableSpec {
  readonly attributes: readonly Attribute[];
}

const KEY_KINDS = { S: 'text', N: 'integer', B: 'binary' } as const;

/** Creates a table with random key types, global and local indexes of random projections, and sparse and mixed attributes. */
export function randomTable(seed: number): RandomTable {
  const random = seededRandom(seed * 7919 + 1);
  const hash = pickOne(random, ['S', 'S', 'N', 'B'] as const);
  const range = pickOne(random, ['S', 'N', 'B', undefined] as const);
  const key: KeySpec = range === undefined ? [`pk:${hash}`] : [`pk:${hash}`, `sk:${range}`];
  const first = pickOne(random, ['S', 'N'] as const);
  const second = pickOne(random, ['S', 'N', 'B'] as const);
  const indexes: IndexSpec[] = [
    { name: 'by_g', key: ['g:' + first, 'h:' + second], projection: projection(random) },
    { name: 'by_h', key: ['h:' + second], projection: projection(random) },
    ...(range === undefined
      ? []
      : [
          {
            name: 'local_h',
            key: [`pk:${hash}`, `h:${second}`] as const,
            local: true as const,
            projection: projection(random),
          },
        ]),
  ];
  const attributes: Attribute[] = [
    { name: 'g', kind: KEY_KINDS[first] },
    { name: 'h', kind: KEY_KINDS[second] },
    ...Object.keys(VALUES)
      .filter(() => random.chance(0.5))
      .map((kind) => ({ name: `a_${kind}`, kind: kind as Kind })),
  ];
  const items = new Map<string, AttributeMap>();
  for (let i = 0; i < ITEMS; i++) {
    const item: Record<string, AttributeValue> = { pk: randomKey(random, hash) };
    if (range !== undefined) item['sk'] = randomKey(random, range);
    for (const { name, kind } of attributes) {
      const isKey = name === 'g' || name === 'h';
      if (i > 0 && random.chance(0.25)) continue;
      // With the first item, the values need more digits than any type of DuckDB has.
      if (i === 0 && kind === 'wide') item[name] = N('1.2345678901234567E-100');
      else
        item[name] = random.chance(isKey ? 0 : 0.1)
          ? { NULL: true }
          : isKey
            ? randomKey(random, name === 'g' ? first : second)
            : VALUES[kind](random);
    }
    const identity = JSON.stringify([item['pk'], item['sk']]);
    if (!items.has(identity)) items.set(identity, item);
  }
  const keys: Attribute[] = [
    { name: 'pk', kind: KEY_KINDS[hash] },
    ...(range === undefined ? [] : [{ name: 'sk', kind: KEY_KINDS[range] }]),
  ];
  return {
    name: `random_${seed}`,
    key,
    indexes,
    items: keepMixed([...items.values()]),
    attributes: [...keys, ...keys, ...keys, ...attributes],
  };
}

function projection(random: Random): NonNullable<IndexSpec['projection']> {
  return pickOne(random, ['ALL', 'KEYS_ONLY', ['a_text', 'a_integer'], ['a_price']]);
}

/** Ensures that `a_mixed` has several types, since conditions on it assume a json column. */
function keepMixed(items: readonly AttributeMap[]): readonly AttributeMap[] {
  const types = new Set(items.flatMap(({ a_mixed: value }) => Object.keys(value ?? { NULL: true })));
  types.delete('NULL');
  if (types.size !== 1) return items;
  const [first, second, ...rest] = items;
  if (second === undefined) throw new Error('the table needs two items');
  return [{ ...first, a_mixed: S('a') }, { ...second, a_mixed: N('1') }, ...rest];
}

/** Keys cannot be empty strings or empty binary values. */
function randomKey(random: Random, type: 'S' | 'N' | 'B'): AttributeValue {
  return type === 'S' ? S(pickOne(random, STORED_TEXTS)) : VALUES[KEY_KINDS[type]](random);
}

/** A random condition on the table's columns. */
export function randomCondition(random: Random, table: RandomTable, depth = 0): Condition {
  if (depth < 3 && random.chance(depth === 0 ? 0.6 : 0.3)) {
    const parts = Array.from({ length: 2 + random.below(2) }, () =>
      randomCondition(random, table, depth + 1),
    );
    const word = random.chance(0.65) ? ' AND ' : ' OR ';
    return randomWrapping(random, {
      postgres: parts.map(({ postgres }) => postgres).join(word),
      duckdb: parts.map(({ duckdb }) => duckdb).join(word),
    });
  }
  const attribute = pickOne(random, table.attributes);
  return randomWrapping(random, randomComparison(random, attribute, table.name));
}

function randomWrapping(random: Random, { postgres, duckdb }: Condition): Condition {
  const not = random.chance(0.12) ? 'NOT ' : '';
  return { postgres: `${not}(${postgres})`, duckdb: `${not}(${duckdb})` };
}

function randomComparison(random: Random, { name, kind }: Attribute, table: string): Condition {
  if (random.chance(0.1)) return sameInBoth(`${name} IS ${random.chance(0.5) ? 'NOT ' : ''}NULL`);
  switch (kind) {
    case 'text':
      if (random.chance(0.15)) return size(random, name, ['length', 'length'], ['octet_length', 'strlen']);
      return random.chance(0.35) ? like(random, name) : compare(random, name, textLiteral);
    case 'integer':
    case 'long':
    case 'huge':
    case 'price':
    case 'digits':
      return compare(random, name, (each) => number(each, kind));
    case 'wide':
      return compareWide(random, name);
    case 'day':
    case 'instant':
    case 'clock':
      return compareTime(random, name, kind);
    case 'boolean':
      return sameInBoth(
        pickOne(random, [
          name,
          `NOT ${name}`,
          `${name} = TRUE`,
          `${name} IS TRUE`,
          `${name} IS NOT FALSE`,
          `${name} <> FALSE`,
        ]),
      );
    case 'binary':
      if (random.chance(0.2)) return size(random, name, ['octet_length', 'octet_length']);
      return compare(random, name, binary);
    case 'mixed':
      return compareMixed(random, name);
    case 'deep':
      return compareDeep(random, name);
    case 'map':
      return random.chance(0.2) ? compareWhole(random, name, VALUES.map(random)) : randomMember(random, name);
    case 'list':
      if (random.chance(0.3)) return size(random, name, ['json_array_length', 'json_array_length']);
      if (random.chance(0.3))
        return existsElement(
          table,
          `${name}.value #>> '{}' = 'a' AND _index = 2`,
          name,
          `(${name} ->> 1) = 'a'`,
        );
      return compareDocument(random, sameInBoth(`(${name} ->> ${random.below(3)})`), [
        'a',
        'b',
        '1',
        '-2',
        '',
      ]);
    case 'set':
    case 'numberSet':
      if (random.chance(0.3)) return size(random, name, ['json_array_length', 'json_array_length']);
      if (random.chance(0.2)) return compareWhole(random, name, VALUES[kind](random));
      if (random.chance(0.3))
        return kind === 'set'
          ? memberCondition(random, table, name, 'VARCHAR', "'a'")
          : memberCondition(random, table, name, 'DOUBLE', '2');
      return compareDocument(random, sameInBoth(`(${name} ->> 0)`), ['a', 'b', '1']);
  }
}

/** A condition on a member of a map: a string, a number, an element of a list, or a missing member. */
function randomMember(random: Random, name: string): Condition {
  switch (random.below(5)) {
    case 0: {
      const op = comparison(random);
      const type = pickOne(random, ['int', 'numeric', 'float8']);
      return sameInBoth(`(${name} ->> 'n')::${type} ${op} ${random.below(9) - 3}`);
    }
    case 1: {
      const member = { postgres: `(${name} #>> '{deep,0}')`, duckdb: `(${name} ->> '$.deep[0]')` };
      return compareDocument(random, member, TEXTS);
    }
    case 2:
      return compareDocument(random, sameInBoth(`((${name} -> 'deep') ->> 0)`), TEXTS);
    case 3:
      return compareDocument(random, sameInBoth(`(${name} ->> 'n')`), ['1', '-2', '0', '1.0', 'a']);
    default:
      return compareDocument(
        random,
        sameInBoth(`(${name} ->> '${pickOne(random, ['k', 'nothing'])}')`),
        TEXTS,
      );
  }
}

/** A random comparison of a member of a document. */
function compareDocument(
  random: Random,
  { postgres, duckdb }: Condition,
  strings: readonly string[],
): Condition {
  const literal = (): string => `'${pickOne(random, strings).replaceAll("'", "''")}'`;
  const [x, y] = [literal(), literal()];
  const not = random.chance(0.4) ? ' NOT' : '';
  const rest = pickOne(random, [
    `${comparison(random)} ${x}`,
    `${comparison(random)} ${x}`,
    `= ${x}`,
    `IS${not} NULL`,
    `${not} IN (${x}, ${y})`,
    `${not} BETWEEN ${x} AND ${y}`,
    `${not} LIKE '${pickOne(random, ['a%', '%b%', '1%', '%'])}'`,
  ]);
  return { postgres: `${postgres} ${rest}`, duckdb: `${duckdb} ${rest}` };
}

/** A condition on the size of an attribute, by one of these functions. */
function size(
  random: Random,
  name: string,
  ...functions: readonly (readonly [postgres: string, duckdb: string])[]
): Condition {
  const [postgres, duckdb] = pickOne(random, functions);
  const rest = `(${name}) ${comparison(random)} ${random.below(5)}`;
  return { postgres: postgres + rest, duckdb: duckdb + rest };
}

/** Items with an element that meets a condition: through the child table, and for DuckDB through the item. */
function existsElement(table: string, postgres: string, name: string, duckdb: string): Condition {
  return {
    postgres: `pk IN (SELECT ${name}.pk FROM "${table}.${name}" AS ${name} WHERE ${postgres})`,
    duckdb: `pk IN (SELECT inner_t.pk FROM ${table} AS inner_t WHERE ${duckdb})`,
  };
}

function memberCondition(
  random: Random,
  table: string,
  name: string,
  type: string,
  value: string,
): Condition {
  const elements = `from_json(${name}, '["${type}"]')`;
  // The members of a set have one order, in which the child table counts them.
  return random.chance(0.5)
    ? existsElement(table, `${name}.value = ${value}`, name, `list_contains(${elements}, ${value})`)
    : existsElement(table, `${name}.value = ${value} AND _index = 1`, name, `${elements}[1] = ${value}`);
}

/** Patterns contain no backslash, which is an escape character only in PostgreSQL. */
function like(random: Random, name: string): Condition {
  const pattern = pickOne(random, [
    'a%',
    '%b%',
    'ab',
    '%',
    '_',
    'a_',
    '%b',
    "o''%",
    '\u{1F600}%',
    '%\uD7A3%',
    'z%',
    '',
    'a%c',
    '_b%',
  ]);
  return sameInBoth(`${name} ${random.chance(0.3) ? 'NOT ' : ''}LIKE '${pattern}'`);
}

function textLiteral(random: Random): Condition {
  return sameInBoth(`'${pickOne(random, TEXTS).replaceAll("'", "''")}'`);
}

function binary(random: Random): Condition {
  return bytes(pickOne(random, BASE64));
}

function bytes(base64: string): Condition {
  const hex = Buffer.from(base64, 'base64').toString('hex');
  return { postgres: `'\\x${hex}'::bytea`, duckdb: `'${hex.replace(/../g, '\\x$&')}'::BLOB` };
}

/** Usually a number of the column's kind, sometimes one of another. */
function number(random: Random, kind: Kind): Condition {
  const from = random.chance(0.8) ? kind : pickOne(random, ['integer', 'price'] as const);
  const value = VALUES[from](random);
  if (!('N' in value)) throw new TypeError(`${from} is not a number`);
  return sameInBoth(value.N.startsWith('-') ? `(${value.N})` : value.N);
}

/** A few partitions, possibly with a condition, ordered by their keys, with a random limit and offset. */
export function randomSlice(
  random: Random,
  table: RandomTable,
): { readonly where: Condition; readonly slice: { readonly order: string; readonly limit: string } } {
  const partitions = Array.from({ length: 1 + random.below(3) }, () =>
    toLiteral(pickOne(random, table.items)['pk']),
  );
  const more = random.chance(0.5) ? randomCondition(random, table, 2) : sameInBoth('TRUE');
  const [first, second] = pickOne(random, [['sk', 'pk'] as const, ['pk', 'sk'] as const]);
  const direction = (): string => (random.chance(0.5) ? ' DESC' : '');
  const order = `${first}${direction()}, ${second}${direction()}`;
  const limit = random.chance(0.7) ? ` LIMIT ${random.below(4)}` : '';
  const offset = random.chance(0.4) ? ` OFFSET ${random.below(3)}` : '';
  const write = (side: keyof Condition): string =>
    `pk IN (${partitions.map((partition) => partition[side]).join(', ')}) AND ${more[side]}`;
  return {
    where: { postgres: write('postgres'), duckdb: write('duckdb') },
    slice: { order, limit: limit + offset },
  };
}

/** The whole key of a random item. */
export function randomLookup(random: Random, table: RandomTable): Condition {
  const item = pickOne(random, table.items);
  const names = table.key.flatMap((word) => word?.split(':')[0] ?? []);
  const parts = names.map((name) => ({ name, literal: toLiteral(item[name]) }));
  return {
    postgres: parts.map(({ name, literal }) => `${name} = ${literal.postgres}`).join(' AND '),
    duckdb: parts.map(({ name, literal }) => `${name} = ${literal.duckdb}`).join(' AND '),
  };
}

/** Two or three alternatives: a partition, possibly with a condition, or a whole key. */
export function randomAlternatives(random: Random, table: RandomTable): Condition {
  const branches = Array.from({ length: 2 + random.below(2) }, () => {
    if (random.chance(0.5)) return randomLookup(random, table);
    const partition = toLiteral(pickOne(random, table.items)['pk']);
    const more = randomCondition(random, table, 1);
    return {
      postgres: `pk = ${partition.postgres} AND (${more.postgres})`,
      duckdb: `pk = ${partition.duckdb} AND (${more.duckdb})`,
    };
  });
  const joined = (side: keyof Condition): string =>
    branches.map((branch) => `(${branch[side]})`).join(' OR ');
  return { postgres: joined('postgres'), duckdb: joined('duckdb') };
}

function toLiteral(value: AttributeValue | undefined): Condition {
  if (value !== undefined && 'N' in value) return sameInBoth(value.N);
  if (value !== undefined && 'B' in value) return bytes(value.B);
  if (value !== undefined && 'S' in value) return sameInBoth(`'${value.S.replaceAll("'", "''")}'`);
  throw new TypeError('expected a string, a number or binary');
}
