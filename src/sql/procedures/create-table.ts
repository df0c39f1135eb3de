import { DriverError } from '../../core/errors.ts';
import { checkTable } from '../../dynamo/lint/lint-tables.ts';
import { sendCreateTable } from '../ddl/create-table.ts';
import { toThroughput } from '../ddl/table-input.ts';
import { parseTableOptions } from '../ddl/table-options.ts';
import { assertWritable, type DdlContext } from '../ddl/ddl-context.ts';
import type { Value } from '../types/value.ts';
import type { Arguments } from './arguments.ts';

/** The procedure CreateTable: a key whose types are S, N or B. */
export async function callCreateTable(given: Arguments, work: DdlContext): Promise<readonly Value[]> {
  assertWritable('CreateTable', work.context);
  const one = (name: string): string | undefined => given.get(name)?.get(1);
  const all = (name: string): ReadonlyMap<number, string> => given.get(name) ?? new Map<number, string>();
  const types = new Map(
    [...all('AttributeDefinitions_AttributeName#')].map(([number, name]) => [
      name,
      parseKeyType(all('AttributeDefinitions_AttributeType#').get(number)),
    ]),
  );
  const kinds = all('KeySchema_KeyType#');
  const key = [...all('KeySchema_AttributeName#')]
    .map(([number, name]) => ({ name, number, kind: parseKeyRole(kinds.get(number), number) }))
    .toSorted((a, b) => (a.kind === b.kind ? a.number - b.number : a.kind === 'HASH' ? -1 : 1));
  if (key.filter(({ kind }) => kind === 'HASH').length !== 1)
    throw new DriverError('SQL_TABLE_DEFINITION', 'A table has one partition key (HASH).');
  const stray = [...types.keys()].find((name) => !key.some((each) => each.name === name));
  if (stray !== undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `"${stray}" has a type, and is not in the key.`, {
      remedy: 'DynamoDB keeps the types of keys only: leave the others out.',
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
    KeySchema: key.map(({ name, kind }) => ({ AttributeName: name, KeyType: kind })),
    AttributeDefinitions: key.map(({ name }) => ({
      AttributeName: name,
      AttributeType: types.get(name) ?? ('S' as const),
    })),
    ...toThroughput(settings),
  };
  checkTable(input);
  return [await sendCreateTable(input, settings, table, { ifNotExists: false, waits: true }, work)];
}

function toBillingOption(mode: string | undefined): string | undefined {
  return mode?.toUpperCase() === 'PAY_PER_REQUEST' ? 'on_demand' : mode;
}

function parseKeyType(type = 'S'): 'S' | 'N' | 'B' {
  const letter = type.toUpperCase();
  if (letter === 'S' || letter === 'N' || letter === 'B') return letter;
  throw new DriverError('SQL_BAD_ARGUMENT', `The type of a key is S, N or B, and not "${type}".`);
}

function parseKeyRole(written: string | undefined, number: number): 'HASH' | 'RANGE' {
  const kind = written?.toUpperCase() ?? (number === 1 ? 'HASH' : 'RANGE');
  if (kind === 'HASH' || kind === 'RANGE') return kind;
  throw new DriverError('SQL_BAD_ARGUMENT', `A key is HASH or RANGE, and not "${written}".`);
}
