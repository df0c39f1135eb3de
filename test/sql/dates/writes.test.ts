import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { requireStoredTime } from '../../../src/catalog/stored-time.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { formatIso } from './moments.ts';

const FORMS = [
  'YYYY-MM-DDTHH:mm:ss.sssZ',
  'YYYY-MM-DDTHH:mm:ssZ',
  'YYYY-MM-DDTHH:mmZ',
  'YYYY-MM-DD HH:mm:ss.ssssss+00:00',
  'YYYY-MM-DDTHH:mm:ss.ss+02:00',
  'YYYY-MM-DDTHH:mm:ss-0530',
  'epoch seconds',
  'epoch milliseconds',
  'epoch microseconds',
  'YYYY-MM-DDTHH:mm:ss.sss',
  'YYYY-MM-DD HH:mm:ss.ssssss',
  'YYYY-MM-DD HH:mm',
  'YYYY-MM-DD',
] as const;

const SCHEMA = {
  version: 1,
  table: 'forms',
  columns: [
    { name: 'id', type: 'text' },
    ...FORMS.map((stored, i) => ({ name: `c${i}`, type: typeOf(stored), stored })),
  ],
};

function typeOf(form: string): string {
  const { kind } = requireStoredTime(form);
  return kind === 'timestamptz' ? 'timestamp with time zone' : kind;
}

/** The microseconds since 1970 of a stored value, by Date.parse. */
function parseStored(stored: string | undefined, form: string): bigint | undefined {
  if (stored === undefined) return undefined;
  const { step } = requireStoredTime(form);
  if (form.startsWith('epoch')) return BigInt(stored) * step;
  const fraction = /\.(\d+)/.exec(stored)?.[1] ?? '';
  const zone = /(?:Z|[-+]\d\d:?\d\d)$/.exec(stored.slice(10))?.[0] ?? 'Z';
  const time =
    stored.slice(11, stored.length - (form.endsWith(zone) ? zone.length : 0)).replace(/\..*/, '') || '00:00';
  const iso = `${stored.slice(0, 10)}T${time}${zone.replace(/(\d\d)(\d\d)$/, '$1:$2')}`;
  return BigInt(Date.parse(iso)) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

const instants = fc
  .tuple(
    fc.integer({ min: Date.parse('0001-01-03T00:00:00Z'), max: Date.parse('9999-12-29T00:00:00Z') }),
    fc.integer({ min: 0, max: 999 }),
  )
  .map(([millis, rest]) => BigInt(millis) * 1000n + BigInt(rest));

/** The latest value of a form until an instant, as PostgreSQL reads it. */
function valueUntil(instant: bigint, form: string): { readonly micros: bigint; readonly text: string } {
  const { step, kind } = requireStoredTime(form);
  const micros = instant - (((instant % step) + step) % step);
  const iso = formatIso(micros);
  return { micros, text: kind === 'timestamptz' ? `${iso}Z` : kind === 'date' ? iso.slice(0, 10) : iso };
}

function quoteTexts(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(', ');
}

/** An expression with the value of a column. */
function backAndForth(name: string, type: string | undefined): string {
  return type === 'date' ? `(${name} + 1) - 1` : `${name} + interval '1 day' - interval '1 day'`;
}

describe('Dates that are written', () => {
  let db: TestDatabase;
  let connection: Connection;
  let sdk: DynamoDBClient;
  let folder: string;
  let next = 0;
  beforeAll(async () => {
    db = await startTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'dynadbc-dates-'));
    await db.add({ name: 'forms', key: ['id:S'], items: [] });
    await writeFile(join(folder, 'forms.schema.json'), JSON.stringify(SCHEMA));
    connection = await db.open(`Location=${folder}`);
    sdk = new DynamoDBClient({
      endpoint: db.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' },
    });
  });
  afterAll(async () => {
    sdk.destroy();
    await db.close();
    await rm(folder, { recursive: true });
  });

  const names = FORMS.map((_, i) => `c${i}`);
  const types = FORMS.map((form) => typeOf(form));
  const list = names.join(', ');

  type Write = (id: string, texts: readonly string[]) => Promise<unknown>;
  const query: (sql: (id: string, texts: readonly string[]) => string) => Write = (sql) => (id, texts) =>
    connection.query(sql(id, texts));
  const shift = (sign: string): string =>
    names
      .map((name, i) => `${name} = ${name} ${sign} ${types[i] === 'date' ? '1' : "interval '1 day'"}`)
      .join(', ');
  const casts = (texts: readonly string[]): string =>
    texts.map((text, i) => `'${text}'::${types[i]} AS ${names[i]}`).join(', ');
  const assignments = (texts: readonly string[]): string =>
    texts.map((text, i) => `${names[i]} = '${text}'`).join(', ');
  const copy =
    (format: string, line: (id: string, texts: readonly string[]) => string): Write =>
    async (id, texts) => {
      const file = join(folder, `in.${format}`);
      await writeFile(file, line(id, texts));
      await connection.query(`COPY forms (id, ${list}) FROM '${file}' (FORMAT ${format})`);
    };

  const WRITES: readonly (readonly [name: string, write: Write])[] = [
    [
      'INSERT',
      query((id, texts) => `INSERT INTO forms (id, ${list}) VALUES ('${id}', ${quoteTexts(texts)})`),
    ],
    [
      'UPSERT',
      query((id, texts) => `UPSERT INTO forms (id, ${list}) VALUES ('${id}', ${quoteTexts(texts)})`),
    ],
    [
      'INSERT SELECT',
      query((id, texts) => `INSERT INTO forms (id, ${list}) SELECT '${id}', ${casts(texts)}`),
    ],
    [
      'INSERT SELECT with a computation',
      query(
        (id, texts) =>
          `INSERT INTO forms (id, ${list}) SELECT '${id}', ${names.map((name, i) => backAndForth(name, types[i])).join(', ')} FROM (SELECT ${casts(texts)}) x`,
      ),
    ],
    [
      'UPDATE',
      async (id, texts) => {
        await connection.query(`INSERT INTO forms (id) VALUES ('${id}')`);
        await connection.query(`UPDATE forms SET ${assignments(texts)} WHERE id = '${id}'`);
      },
    ],
    [
      'ON CONFLICT',
      async (id, texts) => {
        const insert = `INSERT INTO forms (id, ${list}) VALUES ('${id}', ${quoteTexts(texts)}) ON CONFLICT (id) DO UPDATE SET`;
        await connection.query(`INSERT INTO forms (id) VALUES ('${id}')`);
        await connection.query(`${insert} ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`);
      },
    ],
    [
      'UPDATE with an interval',
      async (id, texts) => {
        await connection.query(`INSERT INTO forms (id, ${list}) VALUES ('${id}', ${quoteTexts(texts)})`);
        await connection.query(`UPDATE forms SET ${shift('+')} WHERE id = '${id}'`);
        await connection.query(`UPDATE forms SET ${shift('-')} WHERE id = '${id}'`);
      },
    ],
    [
      'parameters of text',
      (id, texts) =>
        connection.query(
          `INSERT INTO forms (id, ${list}) VALUES ($1, ${names.map((_, i) => `$${i + 2}`).join(', ')})`,
          [id, ...texts],
        ),
    ],
    ['COPY of CSV', copy('csv', (id, texts) => `${[id, ...texts].join(',')}\n`)],
    [
      'COPY of NDJSON',
      copy('ndjson', (id, texts) => {
        const members = names.map((name, i) => [name, texts[i]] as const);
        return `${JSON.stringify(Object.fromEntries([['id', id], ...members]))}\n`;
      }),
    ],
  ];

  const read = async (id: string): Promise<readonly (string | undefined)[]> => {
    const { Item: item = {} } = await sdk.send(
      new GetItemCommand({ TableName: 'forms', Key: { id: { S: id } } }),
    );
    return FORMS.map((form, i) => {
      const value = item[`c${i}`];
      return form.startsWith('epoch') ? value?.N : value?.S;
    });
  };

  it.each(WRITES)('by %s have the form of their columns', async (_, write) => {
    await fc.assert(
      fc.asyncProperty(instants, async (instant) => {
        const values = FORMS.map((form) => valueUntil(instant, form));
        const id = `i${next++}`;
        await write(
          id,
          values.map(({ text }) => text),
        );
        const stored = await read(id);
        expect(stored.map((text, i) => parseStored(text, FORMS[i] ?? ''))).toEqual(
          values.map(({ micros }) => micros),
        );
        expect(stored.map((text) => text?.length)).toEqual(
          FORMS.map((form, i) => (form.startsWith('epoch') ? stored[i]?.length : form.length)),
        );
        // And they are read back by themselves.
        const where = names.map((name, i) => `${name} = '${values[i]?.text}'`).join(' AND ');
        const { rows } = await connection.query(`SELECT id FROM forms WHERE ${where}`);
        expect(rows).toContainEqual({ id });
      }),
      { numRuns: 12 },
    );
  });

  it('are refused if their form does not hold them exactly', async () => {
    await fc.assert(
      fc.asyncProperty(instants, fc.constantFrom(...FORMS.entries()), async (instant, [i, form]) => {
        const { text, micros } = valueUntil(instant, 'YYYY-MM-DD HH:mm:ss.ssssss');
        const { write, kind } = requireStoredTime(form);
        fc.pre(kind !== 'date' && write(micros) === undefined);
        const zone = kind === 'timestamptz' ? 'Z' : '';
        const inserted = connection.query(
          `INSERT INTO forms (id, c${i}) VALUES ('refused', '${text}${zone}')`,
        );
        await expect(inserted).rejects.toMatchObject({ sqlState: '22008' });
      }),
      { numRuns: 30 },
    );
  });

  it.each(['infinity', '-infinity', '10000-01-02', '0044-03-15 BC'])(
    'are refused beyond their form: %s',
    async (text) => {
      for (const i of FORMS.keys())
        await expect(
          connection.query(`INSERT INTO forms (id, c${i}) VALUES ('refused', '${text}')`),
        ).rejects.toMatchObject({ sqlState: '22008' });
    },
  );

  it.each(['soon', '', '2024-02-30', '2024-13-01', '12', 'true'])(
    'are refused if they are none: %j',
    async (text) => {
      for (const i of FORMS.keys())
        await expect(
          connection.query(`INSERT INTO forms (id, c${i}) VALUES ('refused', $1)`, [text]),
        ).rejects.toMatchObject({ sqlState: expect.stringMatching(/^2200[78]$/) });
    },
  );

  it('may be the current time, which is rounded', async () => {
    await connection.query(
      `INSERT INTO forms (id, ${list}) VALUES ('now', ${names.map(() => 'now()').join(', ')})`,
    );
    const stored = await read('now');
    const ages = stored.map((text, i) =>
      Math.abs(Number((parseStored(text, FORMS[i] ?? '') ?? 0n) / 1000n) - Date.now()),
    );
    for (const [i, age] of ages.entries())
      expect(age).toBeLessThan(FORMS[i] === 'YYYY-MM-DD' ? 86_400_000 * 2 : 120_000);
  });
});
