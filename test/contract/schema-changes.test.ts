import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DriverError, openDatabase, type Database, type Session } from '../../src/index.ts';
import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import {
  startTestDatabase,
  type IndexSpec,
  type KeySpec,
  type TestDatabase,
} from '../support/test-database.ts';

interface Shape {
  readonly key: KeySpec;
  readonly indexes: readonly IndexSpec[];
}

/** What the table looks like at one time or another. */
const SHAPES: readonly Shape[] = [
  { key: ['id:S'], indexes: [{ name: 'by_kind', key: ['kind:S'] }] },
  { key: ['id:S'], indexes: [] },
  { key: ['id:N'], indexes: [{ name: 'by_kind', key: ['kind:S', 'rank:N'] }] },
  { key: ['pk:S', 'sk:N'], indexes: [{ name: 'by_rank', key: ['rank:N'] }] },
];

/** What may hold texts and numbers is compared as text: so does a column that has held both. */
const MIXED: ReadonlySet<string> = new Set(['v', 'extra', 'more']);
const ATTRIBUTES = ['v', 'kind', 'rank', 'extra', 'more', 'note'];

type Plain = string | number | null;
type Rows = readonly Readonly<Record<string, Plain>>[];

/** The table as it is: its shape, its items, and whether `v` is a number. */
interface Model {
  shape: Shape | undefined;
  items: AttributeMap[];
  isNumeric: boolean;
  count: number;
}

/** What a step is about: each kind uses what it needs. */
interface Choice {
  readonly shape: Shape;
  readonly attribute: string;
  readonly type: 'S' | 'N';
}

const TABLE = 'daily';
let testDatabase: TestDatabase;
let database: Database;
let sessions: readonly Session[] = [];

beforeAll(async () => {
  testDatabase = await startTestDatabase();
  database = await openDatabase(testDatabase.string(), { onWarning: () => undefined });
  sessions = [database.session(), database.session()];
});
afterAll(async () => {
  await database.close();
  await testDatabase.close();
});

function keyNames({ key }: Shape): readonly string[] {
  return key.map((word = '') => word.split(':')[0] ?? '');
}

function newItem(model: Model, shape: Shape): AttributeMap {
  const at = (model.count += 1);
  const key = shape.key.map((word = ''): [string, AttributeValue] => {
    const [name = '', type] = word.split(':');
    return [name, type === 'N' ? { N: String(at) } : { S: `k${at}` }];
  });
  return {
    ...Object.fromEntries(key),
    v: model.isNumeric ? { N: String(at) } : { S: `t${at}` },
    kind: { S: `kind${at % 2}` },
    rank: { N: String(at % 3) },
  };
}

function plain(value: AttributeValue | undefined): Plain {
  if (value === undefined) return null;
  if ('N' in value) return Number(value.N);
  return 'S' in value ? value.S : null;
}

function literal(value: AttributeValue | undefined): string {
  return value !== undefined && 'N' in value ? value.N : `'${plain(value)}'`;
}

async function dropTable(): Promise<void> {
  if ((await testDatabase.client.describeTable(TABLE)) === undefined) return;
  await testDatabase.client.admin.delete(TABLE, new AbortController().signal);
  while ((await testDatabase.client.describeTable(TABLE)) !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 2));
}

/** What another program does to the table. */
const CHANGES: Readonly<Record<string, (model: Model, choice: Choice) => Promise<void>>> = {
  async create(model, { shape }) {
    await dropTable();
    model.shape = shape;
    model.items = [newItem(model, shape), newItem(model, shape)];
    await testDatabase.add({ name: TABLE, ...shape, items: model.items });
  },
  async drop(model) {
    await dropTable();
    model.shape = undefined;
    model.items = [];
  },
  async put(model, { attribute, type }) {
    if (model.shape === undefined || !MIXED.has(attribute) || attribute === 'v') return;
    const value = type === 'N' ? { N: '7' } : { S: 'seven' };
    const item = { ...newItem(model, model.shape), [attribute]: value };
    model.items.push(item);
    await testDatabase.client.putItems(TABLE, [item]);
  },
  async retype(model) {
    model.isNumeric = !model.isNumeric;
    model.items = model.items.map((item, i) => ({
      ...item,
      v: model.isNumeric ? { N: String(i) } : { S: `t${i}` },
    }));
    if (model.shape !== undefined) await testDatabase.client.putItems(TABLE, model.items);
  },
};

interface Asked extends Choice {
  readonly model: Model;
  readonly shape: Shape;
  readonly session: Session;
  /** The rows of a statement, or the code of its failure. */
  readonly ask: (sql: string) => Promise<Rows | string>;
}

interface Answer {
  readonly got: unknown;
  readonly expected: unknown;
}

function whereKey({ shape }: Asked, item: AttributeMap): string {
  return keyNames(shape)
    .map((name) => `${name} = ${literal(item[name])}`)
    .join(' AND ');
}

function cell(name: string, value: Plain): Plain {
  return MIXED.has(name) && value !== null ? `${value}` : value;
}

/** Rows in an order of their own, as these columns show them. */
function shown(rows: Rows | string, names: readonly string[]): unknown {
  if (typeof rows === 'string') return rows;
  return rows
    .map((row) => JSON.stringify(names.map((name) => cell(name, row[name] ?? null))))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

function rowsOf(items: readonly AttributeMap[]): Rows {
  return items.map((item) =>
    Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)])),
  );
}

/** Statements of a session, and what they must answer; undefined where the model has nothing to compare with. */
const STATEMENTS: Readonly<Record<string, (asked: Asked) => Promise<Answer | undefined>>> = {
  async 'select all'({ model: { items }, shape, ask }) {
    const rows = await ask(`SELECT * FROM ${TABLE}`);
    // What no sample showed may be missing; what is there must be right.
    const names = Object.keys(rows[0] ?? {}).filter((name) => items.some((item) => name in item));
    const all = items.length === 0 ? [] : [...new Set([...keyNames(shape), ...names])];
    return { got: shown(rows, all), expected: shown(rowsOf(items), all) };
  },
  async count({ model: { items }, ask }) {
    return { got: await ask(`SELECT count(*) AS n FROM ${TABLE}`), expected: [{ n: items.length }] };
  },
  async group({ model: { items }, ask }) {
    const ranks = new Map<Plain, number>();
    for (const { rank } of items) ranks.set(plain(rank), (ranks.get(plain(rank)) ?? 0) + 1);
    const names = ['rank', 'n'];
    return {
      got: shown(await ask(`SELECT rank, count(*) AS n FROM ${TABLE} GROUP BY rank`), names),
      expected: shown(
        [...ranks].map(([rank, n]) => ({ rank, n })),
        names,
      ),
    };
  },
  async 'by index'({ model: { items }, ask }) {
    const wanted = items.filter(({ kind, rank }) => plain(kind ?? rank) === 'kind1' && plain(rank) === 1);
    const rows = await ask(`SELECT v FROM ${TABLE} WHERE kind = 'kind1' AND rank = 1`);
    return { got: shown(rows, ['v']), expected: shown(rowsOf(wanted), ['v']) };
  },
  async insert({ model, shape, ask }) {
    const item = newItem(model, shape);
    const names = Object.keys(item);
    const values = names.map((name) => literal(item[name])).join(', ');
    const got = await ask(`INSERT INTO ${TABLE} (${names.join(', ')}) VALUES (${values})`);
    model.items.push(item);
    return { got, expected: [] };
  },
  async update(asked) {
    const { items } = asked.model;
    const [first] = items;
    if (first === undefined) return undefined;
    items[0] = { ...first, note: { S: 'set' } };
    return {
      got: await asked.ask(`UPDATE ${TABLE} SET note = 'set' WHERE ${whereKey(asked, first)} RETURNING note`),
      expected: [{ note: 'set' }],
    };
  },
  async delete(asked) {
    const first = asked.model.items.shift();
    if (first === undefined) return undefined;
    return {
      got: await asked.ask(`DELETE FROM ${TABLE} WHERE ${whereKey(asked, first)} RETURNING rank`),
      expected: [{ rank: plain(first['rank']) }],
    };
  },
  async prepare({ model: { items }, shape, session }) {
    const names = keyNames(shape);
    const statement = await session.prepare(`SELECT ${names.join(', ')} FROM ${TABLE}`);
    const { rowCount } = await statement.query();
    return { got: [statement.columns.map(({ name }) => name), rowCount], expected: [names, items.length] };
  },
  async sum({ model: { items, isNumeric }, ask }) {
    if (items.length === 0) return undefined;
    const n = items.reduce((total, { v }) => total + Number(plain(v)), 0);
    const got = await ask(`SELECT sum(v) AS n FROM ${TABLE}`);
    return { got, expected: isNumeric ? [{ n }] : 'SQL_UNKNOWN_FUNCTION' };
  },
  async select({ model: { items }, attribute, ask }) {
    const got = shown(await ask(`SELECT ${attribute} FROM ${TABLE}`), [attribute]);
    // A column whose attribute is gone reads as NULL until the table is looked at again.
    const isUnknown = got === 'SQL_UNKNOWN_COLUMN' && !items.some((item) => attribute in item);
    return { got, expected: isUnknown ? got : shown(rowsOf(items), [attribute]) };
  },
  async 'select by key'(asked) {
    const { model, attribute, ask } = asked;
    const item = model.items.find((each) => attribute in each);
    if (item === undefined) return undefined;
    const rows = await ask(`SELECT ${attribute} FROM ${TABLE} WHERE ${whereKey(asked, item)}`);
    return { got: shown(rows, [attribute]), expected: shown(rowsOf([item]), [attribute]) };
  },
};

async function compare(
  name: string,
  model: Model,
  choice: Choice,
  session: Session,
): Promise<Answer | undefined> {
  const ask = async (sql: string): Promise<Rows | string> => {
    try {
      return (await session.query<Readonly<Record<string, Plain>>>(sql)).rows;
    } catch (error) {
      if (error instanceof DriverError) return error.code;
      throw error;
    }
  };
  const { shape } = model;
  if (shape === undefined)
    return { got: await ask(`SELECT * FROM ${TABLE}`), expected: 'CATALOG_UNKNOWN_TABLE' };
  return STATEMENTS[name]?.({ ...choice, shape, model, session, ask });
}

describe('a table that another program changes between statements', () => {
  const shapes = fc.constantFrom(...SHAPES);
  const step = fc.record({
    does: fc.constantFrom(...Object.keys(CHANGES), ...Object.keys(STATEMENTS), ...Object.keys(STATEMENTS)),
    shape: shapes,
    attribute: fc.constantFrom(...ATTRIBUTES),
    type: fc.constantFrom('S' as const, 'N' as const),
  });

  it('never gives a wrong row, nor a failure that is out of date', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(step, { minLength: 5, maxLength: 25 }), async (shape, steps) => {
        const model: Model = { shape: undefined, items: [], isNumeric: true, count: 0 };
        await CHANGES['drop']?.(model, { attribute: 'v', type: 'S', shape });
        await CHANGES['create']?.(model, { attribute: 'v', type: 'S', shape });
        for (const [i, { does, ...choice }] of steps.entries()) {
          const session = sessions[i % sessions.length];
          await CHANGES[does]?.(model, choice);
          const answer = session && (await compare(does, model, choice, session));
          expect(answer?.got).toEqual(answer?.expected);
        }
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});
