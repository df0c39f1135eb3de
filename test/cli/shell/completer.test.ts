import { describe, expect, it } from '@jest/globals';
import { complete, quoteIdentifier, type NameSource } from '../../../src/cli/shell/completer.ts';

const TABLES = new Map([
  ['orders', ['customer_id', 'order_id', 'Total', 'order']],
  ['customers', ['id', 'name']],
  ['My.Table', ['a b']],
]);
const NAMES: NameSource = {
  tables: async () => [...TABLES.keys()],
  columns: async (table) => TABLES.get(table) ?? [],
};

describe('completion', () => {
  it.each([
    ['SEL', ['SELECT'], 'SEL'],
    ['sel', ['select'], 'sel'],
    ['SELECT * FROM o', ['orders'], 'o'],
    ['SELECT * FROM ', ['"My.Table"', 'customers', 'orders'], ''],
    ['SELECT * FROM my', ['"My.Table"'], 'my'],
    ['SELECT * FROM "My', ['"My.Table"'], '"My'],
    ['SELECT * FROM orders WHERE cust', ['customer_id', 'customers'], 'cust'],
    ['SELECT * FROM orders o WHERE o.cu', ['o.customer_id'], 'o.cu'],
    ['SELECT * FROM orders o WHERE o.', ['o."Total"', 'o."order"', 'o.customer_id', 'o.order_id'], 'o.'],
    ['SELECT * FROM customers WHERE ', ['id', 'name'], ''],
    ['SELECT * FROM "My.Table" WHERE a', ['"a b"', 'all', 'and', 'any', 'as', 'asc', 'avg'], 'a'],
    [
      '\\',
      [
        '\\dt',
        '\\dv',
        '\\d',
        '\\d+',
        '\\l',
        '\\conninfo',
        '\\i',
        '\\o',
        '\\explain',
        '\\timing',
        '\\x',
        '\\?',
        '\\q',
      ],
      '\\',
    ],
    ['\\d cu', ['customers'], 'cu'],
    ['\\explain SELECT * FROM cu', ['customers'], 'cu'],
    ['\\timing o', [], 'o'],
  ])('of %j', async (line, completions, replaced) => {
    expect(await complete(line, '', NAMES)).toEqual([completions, replaced]);
  });

  it('knows the tables that earlier lines of the statement name', async () => {
    expect(await complete('WHERE cus', 'SELECT * FROM orders\n', NAMES)).toEqual([
      ['customer_id', 'customers'],
      'cus',
    ]);
    expect(await complete('cu', 'SELECT * FROM\n', NAMES)).toEqual([['customers'], 'cu']);
  });

  it('quotes names that SQL would read otherwise', () => {
    expect(['plain_1', 'Mixed', 'a.b', 'say "hi"', 'select', '1st'].map(quoteIdentifier)).toEqual([
      'plain_1',
      '"Mixed"',
      '"a.b"',
      '"say ""hi"""',
      '"select"',
      '"1st"',
    ]);
  });
});
