import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { ParsedOption } from '../parse/table/table-statement.ts';

interface OptionSpec {
  readonly on: 'table' | 'index' | 'both';
  readonly type: 'number' | 'boolean' | 'name' | readonly string[];
  readonly default?: string;
  readonly doc: string;
}

/** The options of tables and indexes. */
export const TABLE_OPTIONS = {
  billing: {
    on: 'table',
    type: ['on_demand', 'provisioned'],
    default: 'on_demand',
    doc: 'The billing mode.',
  },
  read_capacity: { on: 'both', type: 'number', doc: 'Provisioned read capacity units per second.' },
  write_capacity: { on: 'both', type: 'number', doc: 'Provisioned write capacity units per second.' },
  max_read_units: { on: 'both', type: 'number', doc: 'Maximum on-demand read units per second.' },
  max_write_units: { on: 'both', type: 'number', doc: 'Maximum on-demand write units per second.' },
  ttl: {
    on: 'table',
    type: 'name',
    doc: 'The attribute with the Unix time, in seconds, after which DynamoDB deletes an item.',
  },
  stream: {
    on: 'table',
    type: ['none', 'keys_only', 'new_image', 'old_image', 'new_and_old_images'],
    default: 'none',
    doc: 'The contents of the stream of changes.',
  },
  table_class: {
    on: 'table',
    type: ['standard', 'standard_infrequent_access'],
    default: 'standard',
    doc: 'The table class: cheaper reads and writes, or cheaper storage.',
  },
  deletion_protection: {
    on: 'table',
    type: 'boolean',
    default: 'false',
    doc: 'Rejects DROP TABLE until it is set to false.',
  },
  point_in_time_recovery: {
    on: 'table',
    type: 'boolean',
    default: 'false',
    doc: 'Backs up the table continuously, so that it can be restored to any second of the last 35 days.',
  },
  encryption: {
    on: 'table',
    type: 'name',
    doc: '`kms` for the AWS managed key, or the ARN of a customer managed key (default: a key owned by DynamoDB).',
  },
} as const satisfies Record<string, OptionSpec>;

export type TableOptionName = keyof typeof TABLE_OPTIONS;

/** Parsed options: values are normalized; undefined resets an option to its default. */
export interface TableOptions {
  readonly options: ReadonlyMap<TableOptionName, string | undefined>;
  readonly tags: ReadonlyMap<string, string | undefined>;
}

const BY_NAME: ReadonlyMap<string, OptionSpec> = new Map<string, OptionSpec>(Object.entries(TABLE_OPTIONS));
const TAG = 'tag.';
const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['on', 'true'],
  ['yes', 'true'],
  ['1', 'true'],
  ['false', 'false'],
  ['off', 'false'],
  ['no', 'false'],
  ['0', 'false'],
]);

/** Parses the options of a table or index; throws SQL_TABLE_DEFINITION for unknown, repeated and invalid ones. */
export function parseTableOptions(parsed: readonly ParsedOption[], on: 'table' | 'index'): TableOptions {
  const options = new Map<TableOptionName, string | undefined>();
  const tags = new Map<string, string | undefined>();
  for (const option of parsed) {
    const { name } = option;
    if (on === 'table' && name.startsWith(TAG)) {
      tags.set(name.slice(TAG.length), option.value);
      continue;
    }
    const spec = BY_NAME.get(name);
    if (!isOptionName(name) || spec === undefined || (spec.on !== on && spec.on !== 'both'))
      throw unknownOption(option, on);
    if (options.has(name)) throw invalidOption(option, `option "${name}" specified more than once`);
    options.set(name, option.value === undefined ? undefined : parseOptionValue(option, option.value, spec));
  }
  return { options, tags };
}

function isOptionName(name: string): name is TableOptionName {
  return BY_NAME.has(name);
}

function parseOptionValue(option: ParsedOption, value: string, { type }: OptionSpec): string {
  switch (type) {
    case 'name':
      if (value === '') throw invalidValue(option, value, 'a name');
      return value;
    case 'boolean': {
      const known = BOOLEANS.get(value.toLowerCase());
      if (known === undefined) throw invalidValue(option, value, 'true or false');
      return known;
    }
    case 'number':
      if (!/^\d{1,15}$/.test(value) || Number(value) === 0)
        throw invalidValue(option, value, 'a positive integer');
      return String(Number(value));
    default: {
      const known = type.find((each) => each === value.toLowerCase().replaceAll('-', '_'));
      if (known === undefined) throw invalidValue(option, value, `one of ${type.join(', ')}`);
      return known;
    }
  }
}

function unknownOption(option: ParsedOption, on: 'table' | 'index'): DriverError {
  const names = [...BY_NAME].filter(([, spec]) => spec.on === on || spec.on === 'both').map(([name]) => name);
  const article = on === 'table' ? 'a table' : 'an index';
  return new DriverError('SQL_TABLE_DEFINITION', `unrecognized ${on} option "${option.name}"`, {
    position: option.position,
    candidates: nearest(option.name, names),
    remedy: `Use one of the options of ${article}: ${names.join(', ')}${on === 'table' ? ', tag.name' : ''}.`,
  });
}

function invalidValue(option: ParsedOption, value: string, expected: string): DriverError {
  return invalidOption(
    option,
    `invalid value for option "${option.name}": "${value}" (expected ${expected})`,
  );
}

function invalidOption({ position }: ParsedOption, message: string): DriverError {
  return new DriverError('SQL_TABLE_DEFINITION', message, { position });
}
