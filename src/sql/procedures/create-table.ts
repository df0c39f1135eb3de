import { DriverError } from '../../core/errors.ts';
import { checkTable } from '../../dynamo/lint/lint-tables.ts';
import { sendCreateTable } from '../ddl/create-table.ts';
import { toThroughput } from '../ddl/table-input.ts';
import { parseTableOptions } from '../ddl/table-options.ts';
import { assertWritable, type DdlContext } from '../ddl/ddl-context.ts';
import type { Value } from '../types/value.ts';
import type { Arguments } from './arguments.ts';

/** The procedure CreateTable: creates a table with one or two key attributes. */
export async function callCreateTable(args: Arguments, ddl: DdlContext): Promise<readonly Value[]> {
  assertWritable('CreateTable', ddl.context);
  const one = (name: string): string | undefined => args.get(name)?.get(1);
  const all = (name: string): ReadonlyMap<number, string> => args.get(name) ?? new Map<number, string>();
  const types = new Map(
    [...all('AttributeDefinitions_AttributeName#')].map(([number, name]) => [
      name,
      parseKeyType(all('AttributeDefinitions_AttributeType#').get(number)),
    ]),
  );
  const roles = all('KeySchema_KeyType#');
  const key = [...all('KeySchema_AttributeName#')]
    .map(([number, name]) => ({ name, number, role: parseKeyRole(roles.get(number), number) }))
    .toSorted((a, b) => (a.role === b.role ? a.number - b.number : a.role === 'HASH' ? -1 : 1));
  if (key.filter(({ role }) => role === 'HASH').length !== 1)
    throw new DriverError('SQL_TABLE_DEFINITION', 'a table must have exactly one partition key (HASH)');
  const unused = [...types.keys()].find((name) => !key.some((each) => each.name === name));
  if (unused !== undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `attribute "${unused}" has a type but is not a key`, {
      remedy: 'Define only key attributes: DynamoDB does not store the types of others.',
    });
  const table = { value: one('TableName') ?? '', position: 1 };
  const settings = parseTableOptions(
    [
      { name: 'billing', value: toBillingOption(one('BillingMode')), position: 1 },
      { name: 'read_capacity', value: one('ProvisionedThroughput_ReadCapacityUnits'), position: 1 },
      { name: 'write_capacity', value: one('ProvisionedThroughput_WriteCapacityUnits'), position: 1 },
    ],
    'table',
  );
  const input = {
    TableName: table.value,
    KeySchema: key.map(({ name, role }) => ({ AttributeName: name, KeyType: role })),
    AttributeDefinitions: key.map(({ name }) => ({
      AttributeName: name,
      AttributeType: types.get(name) ?? ('S' as const),
    })),
    ...toThroughput(settings),
  };
  checkTable(input);
  return [await sendCreateTable(input, settings, table, { ifNotExists: false, waits: true }, ddl)];
}

function toBillingOption(mode: string | undefined): string | undefined {
  return mode?.toUpperCase() === 'PAY_PER_REQUEST' ? 'on_demand' : mode;
}

function parseKeyType(type = 'S'): 'S' | 'N' | 'B' {
  const letter = type.toUpperCase();
  if (letter === 'S' || letter === 'N' || letter === 'B') return letter;
  throw new DriverError('SQL_BAD_ARGUMENT', `invalid key type "${type}" (expected S, N or B)`);
}

function parseKeyRole(keyType: string | undefined, number: number): 'HASH' | 'RANGE' {
  const role = keyType?.toUpperCase() ?? (number === 1 ? 'HASH' : 'RANGE');
  if (role === 'HASH' || role === 'RANGE') return role;
  throw new DriverError('SQL_BAD_ARGUMENT', `invalid KeyType "${keyType}" (expected HASH or RANGE)`);
}
