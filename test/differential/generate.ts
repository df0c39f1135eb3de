import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { type Random, seededRandom } from '../../src/sandbox/random.ts';
import type { IndexSpec, KeySpec, TableSpec } from '../support/test-database.ts';

const S = (text: string): AttributeValue => ({ S: text });
const N = (digits: string): AttributeValue => ({ N: digits });

type Kind = keyof typeof VALUES;

/**
 * Nothing from U+E000 to U+FFFF: DynamoDB orders text by its bytes in UTF-8, dynalite by JavaScript's units, and there
 * these two differ. test/session/dynamodb-local.test.ts has such text.
 */
const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'b',
  'B',
  'a%',
  'a_',
  "o'x",
  '\\',
  'é',
  '\u{1F600}',
  'z\u{10FFFF}',
  'ÿ',
  '\uD7A3',
  '10',
  '9',
];
/** No empty text either: dynalite takes it for a missing attribute in `begins_with` and `contains`. */
const STORED_TEXTS = TEXTS.slice(1);
const BASE64 = ['AA==', 'AQI=', '/w==', 'J1w=', 'YWI='];

/** What the attributes of random tables hold, by kind. */
const VALUES = {
  text: (random: Random) => S(one(random, STORED_TEXTS)),
  integer: (random: Random) => N(String(random.below(9) - 3)),
  long: (random: Random) =>
    N(one(random, ['9007199254740993', '-9223372036854775808', '9223372036854775807', '0', '1', '-1'])),
  huge: (random: Random) =>
    N(
      one(random, [
        '12345678901234567890',
        '9223372036854775808',
        '-99999999999999999999',
        '5',
        '12345678901234567891',
      ]),
    ),
  price: (random: Random) => N((random.below(400) / 100 - 1).toFixed(2).replace(/\.?0+$/, '')),
  digits: (random: Random) =>
    N(
      one(random, [
        '12345678901234567890.123456789012345678',
        '0.1',
        '12345678901234567890.123456789012345679',
        '-1',
        '7.25',
      ]),
    ),
  float: (random: Random) => N(one(random, ['1E+20', '1.5E-20', '0.1', '-2.5', '3E+40', '0', '12345.678'])),
  wild: (random: Random) => N(one(random, ['1E+120', '5', '0.5', '-3'])),
  boolean: (random: Random): AttributeValue => ({ BOOL: random.chance(0.5) }),
  binary: (random: Random): AttributeValue => ({ B: one(random, BASE64) }),
  mixed: (random: Random): AttributeValue => one(random, [S('a'), S('1'), N('1'), N('2.5'), { BOOL: true }]),
  map: (random: Random): AttributeValue => ({
    M: {
      k: VALUES.text(random),
      n: VALUES.integer(random),
      ...(random.chance(0.5) && { deep: { L: [VALUES.text(random)] } }),
    },
  }),
  list: (random: Random): AttributeValue => ({ L: [VALUES.integer(random), VALUES.text(random)] }),
  // A set has no order: with one member every emulator agrees on it.
  set: (random: Random): AttributeValue => ({ SS: [one(random, STORED_TEXTS)] }),
  numberSet: (random: Random): AttributeValue => ({ NS: [String(random.below(3))] }),
} as const satisfies Record<string, (random: Random) => AttributeValue>;

const ITEMS = 40;

interface Attribute {
  readonly name: string;
  readonly kind: Kind;
}

/** A random table, and how its attributes may be compared. */
export interface RandomTable extends TableSpec {
  readonly attributes: readonly Attribute[];
}

/** A condition in the two spellings where PostgreSQL and DuckDB differ. */
export interface Condition {
  readonly ours: string;
  readonly duckdb: string;
}

const KEY_KINDS = { S: 'text', N: 'integer', B: 'binary' } as const;

/** Tables of every kind of key, with global and local indexes of every projection, sparse and mixed attributes. */
export function randomTable(seed: number): RandomTable {
  const random = seededRandom(seed * 7919 + 1);
  const hash = one(random, ['S', 'S', 'N', 'B'] as const);
  const range = one(random, ['S', 'N', 'B', undefined] as const);
  const key: KeySpec = range === undefined ? [`pk:${hash}`] : [`pk:${hash}`, `sk:${range}`];
  const first = one(random, ['S', 'N'] as const);
  const second = one(random, ['S', 'N', 'B'] as const);
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
    const item: Record<string, AttributeValue> = { pk: keyOf(random, hash) };
    if (range !== undefined) item['sk'] = keyOf(random, range);
    for (const { name, kind } of attributes) {
      const isKey = name === 'g' || name === 'h';
      if (i > 0 && random.chance(0.25)) continue;
      // The first item settles that no number of SQL holds such values.
      if (i === 0 && kind === 'wild') item[name] = N('1.2345678901234567E-100');
      else
        item[name] = random.chance(isKey ? 0 : 0.1)
          ? { NULL: true }
          : isKey
            ? keyOf(random, name === 'g' ? first : second)
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
    items: reallyMixed([...items.values()]),
    attributes: [...keys, ...keys, ...keys, ...attributes],
  };
}

function projection(random: Random): NonNullable<IndexSpec['projection']> {
  return one(random, ['ALL', 'KEYS_ONLY', ['a_text', 'a_integer'], ['a_price']]);
}

/** Items whose `a_mixed` has several types: conditions on it take the column for json. */
function reallyMixed(items: readonly AttributeMap[]): readonly AttributeMap[] {
  const types = new Set(items.flatMap(({ a_mixed: value }) => Object.keys(value ?? { NULL: true })));
  types.delete('NULL');
  if (types.size !== 1) return items;
  const [first, second, ...rest] = items;
  if (second === undefined) throw new Error('One item has no several types');
  return [{ ...first, a_mixed: S('a') }, { ...second, a_mixed: N('1') }, ...rest];
}

/** Empty text and empty binary are no keys. */
function keyOf(random: Random, type: 'S' | 'N' | 'B'): AttributeValue {
  return type === 'S' ? S(one(random, STORED_TEXTS)) : VALUES[KEY_KINDS[type]](random);
}

/** A random condition on the table's columns. */
export function randomCondition(random: Random, table: RandomTable, depth = 0): Condition {
  if (depth < 3 && random.chance(depth === 0 ? 0.6 : 0.3)) {
    const parts = Array.from({ length: 2 + random.below(2) }, () =>
      randomCondition(random, table, depth + 1),
    );
    const word = random.chance(0.65) ? ' AND ' : ' OR ';
    return wrap(random, {
      ours: parts.map(({ ours }) => ours).join(word),
      duckdb: parts.map(({ duckdb }) => duckdb).join(word),
    });
  }
  const attribute = one(random, table.attributes);
  return wrap(random, leaf(random, attribute, table.name));
}

function wrap(random: Random, { ours, duckdb }: Condition): Condition {
  const not = random.chance(0.12) ? 'NOT ' : '';
  return { ours: `${not}(${ours})`, duckdb: `${not}(${duckdb})` };
}

function leaf(random: Random, { name, kind }: Attribute, table: string): Condition {
  if (random.chance(0.1)) return same(`${name} IS ${random.chance(0.5) ? 'NOT ' : ''}NULL`);
  switch (kind) {
    case 'text':
      if (random.chance(0.15)) return size(random, name, ['length', 'length'], ['octet_length', 'strlen']);
      return random.chance(0.35) ? like(random, name) : compare(random, name, textLiteral);
    case 'integer':
    case 'long':
    case 'huge':
    case 'price':
    case 'digits':
    case 'float':
      return compare(random, name, (each) => number(each, kind));
    case 'wild':
      // Digits that no type of SQL holds are text.
      return compare(random, name, textLiteral);
    case 'boolean':
      return same(
        one(random, [
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
    case 'mixed': {
      if (random.chance(0.7))
        return place(random, { ours: name, duckdb: `(${name} ->> '$')` }, ['a', '1', '2.5', 'true', 'b']);
      const rest = `${one(random, ['=', '<>'])} `;
      const value = one(random, ['1', '2.5', 'true']);
      return { ours: `${name} ${rest}${value}`, duckdb: `CAST(${name} AS VARCHAR) ${rest}'${value}'` };
    }
    case 'map':
      return inMap(random, name);
    case 'list':
      if (random.chance(0.3)) return size(random, name, ['json_array_length', 'json_array_length']);
      if (random.chance(0.3))
        return inChild(table, `${name}.value #>> '{}' = 'a' AND _index = 2`, name, `(${name} ->> 1) = 'a'`);
      return place(random, same(`(${name} ->> ${random.below(3)})`), ['a', 'b', '1', '-2', '']);
    case 'set':
    case 'numberSet':
      if (random.chance(0.3)) return size(random, name, ['json_array_length', 'json_array_length']);
      if (random.chance(0.3))
        return kind === 'set'
          ? member(random, table, name, 'VARCHAR', "'a'")
          : member(random, table, name, 'BIGINT', '1');
      return place(random, same(`(${name} ->> 0)`), ['a', 'b', '1']);
  }
}

/** What `->>` and its kin reach in a map: texts, numbers, elements of a list, and what is not there. */
function inMap(random: Random, name: string): Condition {
  switch (random.below(5)) {
    case 0: {
      const op = comparison(random);
      const type = one(random, ['int', 'numeric', 'float8']);
      return same(`(${name} ->> 'n')::${type} ${op} ${random.below(9) - 3}`);
    }
    case 1: {
      const reached = { ours: `(${name} #>> '{deep,0}')`, duckdb: `(${name} ->> '$.deep[0]')` };
      return place(random, reached, TEXTS);
    }
    case 2:
      return place(random, same(`((${name} -> 'deep') ->> 0)`), TEXTS);
    case 3:
      return place(random, same(`(${name} ->> 'n')`), ['1', '-2', '0', '1.0', 'a']);
    default:
      return place(random, same(`(${name} ->> '${one(random, ['k', 'nothing'])}')`), TEXTS);
  }
}

/** A text in a document, compared in some way. */
function place(random: Random, { ours, duckdb }: Condition, texts: readonly string[]): Condition {
  const literal = (): string => `'${one(random, texts).replaceAll("'", "''")}'`;
  const [x, y] = [literal(), literal()];
  const not = random.chance(0.4) ? ' NOT' : '';
  const rest = one(random, [
    `${comparison(random)} ${x}`,
    `${comparison(random)} ${x}`,
    `= ${x}`,
    `IS${not} NULL`,
    `${not} IN (${x}, ${y})`,
    `${not} BETWEEN ${x} AND ${y}`,
    `${not} LIKE '${one(random, ['a%', '%b%', '1%', '%'])}'`,
  ]);
  return { ours: `${ours} ${rest}`, duckdb: `${duckdb} ${rest}` };
}

/** The size of an attribute by one of these functions, in PostgreSQL's spelling and in DuckDB's. */
function size(
  random: Random,
  name: string,
  ...functions: readonly (readonly [ours: string, duckdb: string])[]
): Condition {
  const [ours, duckdb] = one(random, functions);
  const rest = `(${name}) ${comparison(random)} ${random.below(5)}`;
  return { ours: ours + rest, duckdb: duckdb + rest };
}

/** Items some of whose elements meet a condition, found by the table of the elements; to DuckDB by a condition on the item. */
function inChild(table: string, ours: string, name: string, duckdb: string): Condition {
  return {
    ours: `pk IN (SELECT ${name}.pk FROM "${table}.${name}" AS ${name} WHERE ${ours})`,
    duckdb: `pk IN (SELECT inner_t.pk FROM ${table} AS inner_t WHERE ${duckdb})`,
  };
}

function member(random: Random, table: string, name: string, type: string, value: string): Condition {
  const ours = one(random, [`${name}.value = ${value}`, `${name}.value = ${value} AND _index = 1`]);
  return inChild(table, ours, name, `list_contains(from_json(${name}, '["${type}"]'), ${value})`);
}

function compare(random: Random, name: string, literal: (random: Random) => Condition): Condition {
  const operands = [literal(random), literal(random), literal(random)];
  const not = random.chance(0.3) ? 'NOT ' : '';
  const op = comparison(random);
  const shape = random.below(9);
  const write = ([x, y, z]: readonly string[]): string => {
    if (shape === 0) return `${name} ${not}BETWEEN ${x} AND ${y}`;
    if (shape === 1) return `${name} ${not}IN (${x}, ${y}, ${z})`;
    if (shape === 2) return `${x} ${op} ${name}`;
    if (shape === 3) return `${name} IS ${not}DISTINCT FROM ${x}`;
    return `${name} ${op} ${x}`;
  };
  return {
    ours: write(operands.map(({ ours }) => ours)),
    duckdb: write(operands.map(({ duckdb }) => duckdb)),
  };
}

function comparison(random: Random): string {
  return one(random, ['=', '=', '=', '<', '<=', '>', '>=', '<>']);
}

/** Patterns escape nothing: PostgreSQL's escape by default is the backslash, DuckDB has none. */
function like(random: Random, name: string): Condition {
  const pattern = one(random, [
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
  return same(`${name} ${random.chance(0.3) ? 'NOT ' : ''}LIKE '${pattern}'`);
}

function textLiteral(random: Random): Condition {
  return same(`'${one(random, TEXTS).replaceAll("'", "''")}'`);
}

function binary(random: Random): Condition {
  return bytes(one(random, BASE64));
}

function bytes(base64: string): Condition {
  const hex = Buffer.from(base64, 'base64').toString('hex');
  return { ours: `'\\x${hex}'::bytea`, duckdb: `'${hex.replace(/../g, '\\x$&')}'::BLOB` };
}

/** Mostly a number that the column may hold; now and then one of another kind. */
function number(random: Random, kind: Kind): Condition {
  const from = random.chance(0.8) ? kind : one(random, ['integer', 'price'] as const);
  const value = VALUES[from](random);
  if (!('N' in value)) throw new TypeError(`${from} is no number`);
  return same(value.N.startsWith('-') ? `(${value.N})` : value.N);
}

function same(sql: string): Condition {
  return { ours: sql, duckdb: sql };
}

function one<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

/** Some partitions, perhaps under a condition, in an order of their keys, from somewhere to somewhere. */
export function randomSlice(
  random: Random,
  table: RandomTable,
): { readonly where: Condition; readonly slice: { readonly order: string; readonly limit: string } } {
  const partitions = Array.from({ length: 1 + random.below(3) }, () =>
    literalOf(one(random, table.items)['pk']),
  );
  const more = random.chance(0.5) ? randomCondition(random, table, 2) : same('TRUE');
  const [first, second] = one(random, [['sk', 'pk'] as const, ['pk', 'sk'] as const]);
  const direction = (): string => (random.chance(0.5) ? ' DESC' : '');
  const order = `${first}${direction()}, ${second}${direction()}`;
  const limit = random.chance(0.7) ? ` LIMIT ${random.below(4)}` : '';
  const offset = random.chance(0.4) ? ` OFFSET ${random.below(3)}` : '';
  const write = (side: keyof Condition): string =>
    `pk IN (${partitions.map((partition) => partition[side]).join(', ')}) AND ${more[side]}`;
  return { where: { ours: write('ours'), duckdb: write('duckdb') }, slice: { order, limit: limit + offset } };
}

/** The whole key of some item. */
export function randomLookup(random: Random, table: RandomTable): Condition {
  const item = one(random, table.items);
  const names = table.key.flatMap((word) => word?.split(':')[0] ?? []);
  const parts = names.map((name) => ({ name, literal: literalOf(item[name]) }));
  return {
    ours: parts.map(({ name, literal }) => `${name} = ${literal.ours}`).join(' AND '),
    duckdb: parts.map(({ name, literal }) => `${name} = ${literal.duckdb}`).join(' AND '),
  };
}

/** Two or three alternatives, each with a partition of its own and perhaps a condition, or a whole key. */
export function randomAlternatives(random: Random, table: RandomTable): Condition {
  const branches = Array.from({ length: 2 + random.below(2) }, () => {
    if (random.chance(0.5)) return randomLookup(random, table);
    const partition = literalOf(one(random, table.items)['pk']);
    const more = randomCondition(random, table, 1);
    return {
      ours: `pk = ${partition.ours} AND (${more.ours})`,
      duckdb: `pk = ${partition.duckdb} AND (${more.duckdb})`,
    };
  });
  const joined = (side: keyof Condition): string =>
    branches.map((branch) => `(${branch[side]})`).join(' OR ');
  return { ours: joined('ours'), duckdb: joined('duckdb') };
}

function literalOf(value: AttributeValue | undefined): Condition {
  if (value !== undefined && 'N' in value) return same(value.N);
  if (value !== undefined && 'B' in value) return bytes(value.B);
  if (value !== undefined && 'S' in value) return same(`'${value.S.replaceAll("'", "''")}'`);
  throw new TypeError('A key is text, a number or bytes');
}
