import type { AttributeMap } from '../../../src/dynamo/attribute-value.ts';
import { toItem } from '../../../src/sandbox/attributes.ts';
import type { TableSpec } from '../../support/test-database.ts';

export interface CostedQuery {
  readonly table: string;
  readonly sql: string;
  /** Holds a whole key, of the table or of an index, or its partition. */
  readonly isKeyQuery?: true;
}

const pad = (n: number): string => String(n).padStart(4, '0');
const STATUSES = ['new', 'paid', 'sent', 'sent', 'done', 'done', 'done', 'done', 'done', 'done'];

const orders: readonly AttributeMap[] = Array.from({ length: 1500 }, (_, n) =>
  toItem({
    customer: `c${pad((n * 7) % 90)}`,
    placed: n,
    status: n % 300 === 0 ? 'held' : (STATUSES[n % 10] ?? ''),
    region: `r${n % 5}`,
    total: (n * 37) % 1000,
    note: 'x'.repeat(150 + (n % 100)),
    ...(n % 25 === 0 ? { coupon: `k${n % 4}` } : {}),
  }),
);
const events: readonly AttributeMap[] = Array.from({ length: 1200 }, (_, n) =>
  toItem({
    device: `d${n % 12}`,
    at: `2026-${pad(n)}`,
    level: n % 40 === 0 ? 'error' : 'info',
    code: n % 60,
    extra: n % 2 === 0 ? `e${n}` : n,
    body: 'y'.repeat(300),
    ...(n % 3 === 0 ? { tag: `t${n % 7}` } : {}),
  }),
);
const users: readonly AttributeMap[] = Array.from({ length: 400 }, (_, n) =>
  toItem({
    id: `u${pad(n)}`,
    mail: `m${n}@example.org`,
    team: `team${n % 8}`,
    age: n % 70,
    bio: 'z'.repeat(900),
  }),
);

export const COSTED_TABLES: readonly TableSpec[] = [
  {
    name: 'orders',
    key: ['customer:S', 'placed:N'],
    indexes: [
      { name: 'by_status', key: ['status:S', 'placed:N'] },
      { name: 'by_region', key: ['region:S', 'total:N'], projection: ['status'] },
      { name: 'by_coupon', key: ['coupon:S', 'placed:N'] },
      { name: 'keys', key: ['placed:N', 'customer:S'], projection: 'KEYS_ONLY' },
      { name: 'by_total', key: ['customer:S', 'total:N'], local: true, projection: 'KEYS_ONLY' },
    ],
    items: orders,
  },
  {
    name: 'events',
    key: ['device:S', 'at:S'],
    indexes: [
      { name: 'by_level', key: ['level:S', 'at:S'], projection: 'KEYS_ONLY' },
      { name: 'by_code', key: ['code:N', 'at:S'] },
      { name: 'by_tag', key: ['tag:S'] },
      { name: 'local_code', key: ['device:S', 'code:N'], local: true },
    ],
    items: events,
  },
  {
    name: 'users',
    key: ['id:S'],
    indexes: [
      { name: 'by_mail', key: ['mail:S'], projection: 'KEYS_ONLY' },
      { name: 'by_team', key: ['team:S', 'age:N'], projection: ['mail'] },
      { name: 'ages', key: ['age:N', 'id:S'], projection: 'KEYS_ONLY' },
    ],
    items: users,
  },
];

const createKeyQuery = (table: string, ...statements: readonly string[]): readonly CostedQuery[] =>
  statements.map((sql) => ({ table, sql, isKeyQuery: true }));
const createQuery = (table: string, ...statements: readonly string[]): readonly CostedQuery[] =>
  statements.map((sql) => ({ table, sql }));

/** Each names its one table right after FROM. */
export const COSTED_QUERIES: readonly CostedQuery[] = [
  ...createKeyQuery(
    'orders',
    "SELECT note FROM orders WHERE customer = 'c0007' AND placed = 1",
    "SELECT * FROM orders WHERE customer = 'c0014' AND placed = 2",
    "SELECT note FROM orders WHERE customer = 'c0021'",
    "SELECT note FROM orders WHERE customer BETWEEN 'c0021' AND 'c0021' AND placed >= 3 AND placed <= 3",
    "SELECT note FROM orders WHERE customer = 'c0021' AND placed > 700",
    "SELECT note FROM orders WHERE customer = 'c0021' AND placed BETWEEN 100 AND 400",
    "SELECT placed FROM orders WHERE customer = 'c0021' AND total = 111",
    "SELECT note FROM orders WHERE status = 'held'",
    "SELECT placed FROM orders WHERE status = 'new'",
    "SELECT note FROM orders WHERE status = 'paid' AND placed < 300",
    "SELECT note FROM orders WHERE status = 'sent' AND placed > 1200",
    "SELECT total FROM orders WHERE region = 'r1' AND total < 100",
    "SELECT status FROM orders WHERE region = 'r2' AND total = 74",
    "SELECT note FROM orders WHERE coupon = 'k1' AND placed > 0",
    'SELECT customer FROM orders WHERE placed = 77',
    "SELECT note FROM orders WHERE customer IN ('c0007', 'c0014')",
    "SELECT count(*) FROM orders WHERE status = 'done' AND placed > 1000",
    "SELECT note FROM orders WHERE customer = 'c0050' AND status = 'held'",
    "SELECT note FROM orders WHERE status = 'held' AND customer = 'c0000'",
    "SELECT note FROM orders WHERE customer = 'missing'",
    'SELECT note FROM orders WHERE placed = 42',
  ),
  ...createQuery(
    'orders',
    'SELECT count(*) FROM orders',
    'SELECT customer, placed FROM orders',
    'SELECT placed FROM orders WHERE placed > 1400',
    'SELECT note FROM orders WHERE total = 500',
    "SELECT note FROM orders WHERE status <> 'done'",
    "SELECT note FROM orders WHERE status = 'done'",
    "SELECT note FROM orders WHERE region = 'r3'",
    "SELECT status FROM orders WHERE region = 'r3' AND total BETWEEN 100 AND 900",
    "SELECT note FROM orders WHERE status IN ('held', 'paid')",
    "SELECT note FROM orders WHERE (region = 'r1' AND total < 8) OR (region = 'r4' AND total > 995)",
    "SELECT note FROM orders WHERE (region = 'r1' AND total < 500) OR (region = 'r4' AND total > 300)",
    "SELECT note FROM orders WHERE region IN ('r0', 'r2') AND total IN (74, 175, 999)",
    "SELECT note FROM orders WHERE region = 'r2' AND status = 'held'",
    "SELECT note FROM orders WHERE region = 'r1' AND status = 'sent'",
  ),
  ...createKeyQuery(
    'events',
    "SELECT body FROM events WHERE device = 'd3' AND at = '2026-0003'",
    "SELECT body FROM events WHERE device = 'd3' AND at > '2026-1100'",
    "SELECT body FROM events WHERE device = 'd3' AND at LIKE '2026-00%'",
    "SELECT body FROM events WHERE device = 'd3' AND code = 15",
    'SELECT body FROM events WHERE code = 15',
    "SELECT body FROM events WHERE code = 15 AND at > '2026-0600'",
    "SELECT at FROM events WHERE level = 'error'",
    "SELECT at FROM events WHERE level = 'error' AND at < '2026-0300'",
    "SELECT body FROM events WHERE device = 'd5' AND level = 'error'",
    "SELECT body FROM events WHERE tag = 't2'",
    "SELECT device FROM events WHERE device = 'd4' AND code BETWEEN 10 AND 20",
    'SELECT body FROM events WHERE code IN (1, 2)',
  ),
  ...createQuery(
    'events',
    'SELECT count(*) FROM events',
    "SELECT body FROM events WHERE level = 'info'",
    "SELECT body FROM events WHERE level = 'error'",
    "SELECT body FROM events WHERE (level = 'error' AND at < '2026-0150') OR (level = 'info' AND at > '2026-1195')",
    "SELECT body FROM events WHERE level = 'error' AND device = 'd4'",
    'SELECT body FROM events WHERE code > 55',
    "SELECT device, at FROM events WHERE at > '2026-1000'",
    'SELECT count(*) FROM events WHERE code < 10',
  ),
  ...createKeyQuery(
    'users',
    "SELECT bio FROM users WHERE id = 'u0001'",
    "SELECT bio FROM users WHERE id IN ('u0001', 'u0002', 'u0003')",
    "SELECT id FROM users WHERE mail = 'm17@example.org'",
    "SELECT bio FROM users WHERE mail = 'm17@example.org'",
    "SELECT mail FROM users WHERE team = 'team1' AND age = 21",
    'SELECT id FROM users WHERE age = 33',
    "SELECT bio FROM users WHERE team = 'team2' AND age > 60",
  ),
  ...createQuery(
    'users',
    'SELECT count(*) FROM users',
    'SELECT id FROM users',
    'SELECT id FROM users WHERE age > 60',
    "SELECT bio FROM users WHERE team = 'team2'",
    "SELECT mail FROM users WHERE team = 'team1'",
    'SELECT bio FROM users WHERE age = 33',
    'SELECT bio FROM users WHERE age IN (33, 34)',
    "SELECT bio FROM users WHERE (team = 'team1' AND age = 21) OR (team = 'team2' AND age > 66)",
    "SELECT bio FROM users WHERE mail = 'm17@example.org' OR mail = 'm18@example.org'",
    "SELECT bio FROM users WHERE team = 'team2' AND mail = 'm2@example.org'",
  ),
];
