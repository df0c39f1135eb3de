import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { ParsedOption } from '../parse/table/table-statement.ts';

interface OptionSpec {
  readonly on: 'table' | 'index' | 'both';
  readonly takes: 'number' | 'boolean' | 'name' | readonly string[];
  /** What holds where it is not given; undefined: nothing. */
  readonly usual?: string;
  readonly doc: string;
}

/** The options of tables and indexes. */
export const TABLE_OPTIONS = {
  billing: {
    on: 'table',
    takes: ['on_demand', 'provisioned'],
    usual: 'on_demand',
    doc: 'How capacity is paid for.',
  },
  read_capacity: { on: 'both', takes: 'number', doc: 'Provisioned read capacity units a second.' },
  write_capacity: { on: 'both', takes: 'number', doc: 'Provisioned write capacity units a second.' },
  max_read_units: { on: 'both', takes: 'number', doc: 'The most read units a second on demand.' },
  max_write_units: { on: 'both', takes: 'number', doc: 'The most write units a second on demand.' },
  ttl: {
    on: 'table',
    takes: 'name',
    doc: 'The attribute that holds the second (since 1970) after which DynamoDB deletes an item.',
  },
  stream: {
    on: 'table',
    takes: ['none', 'keys_only', 'new_image', 'old_image', 'new_and_old_images'],
    usual: 'none',
    doc: 'What the stream of changes holds.',
  },
  table_class: {
    on: 'table',
    takes: ['standard', 'standard_infrequent_access'],
    usual: 'standard',
    doc: 'Cheaper storage, or cheaper reads and writes.',
  },
  deletion_protection: {
    on: 'table',
    takes: 'boolean',
    usual: 'false',
    doc: 'DROP TABLE is refused until it is taken away.',
  },
  point_in_time_recovery: {
    on: 'table',
    takes: 'boolean',
    usual: 'false',
    doc: 'DynamoDB keeps what is needed to restore any second of the last days.',
  },
  encryption: {
    on: 'table',
    takes: 'name',
    doc: "`kms` for AWS's managed key, or the ARN of a key of your own; usually a key that DynamoDB owns.",
  },
} as const satisfies Record<string, OptionSpec>;

export type TableOptionName = keyof typeof TABLE_OPTIONS;

/** Options as they hold: the values in one spelling, undefined where one is to be as usual. */
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

/** Reads the options of a table or an index, each of which is given once. */
export function parseTableOptions(written: readonly ParsedOption[], on: 'table' | 'index'): TableOptions {
  const options = new Map<TableOptionName, string | undefined>();
  const tags = new Map<string, string | undefined>();
  for (const option of written) {
    const { name } = option;
    if (on === 'table' && name.startsWith(TAG)) {
      tags.set(name.slice(TAG.length), option.value);
      continue;
    }
    const spec = BY_NAME.get(name);
    if (!isOptionName(name) || spec === undefined || (spec.on !== on && spec.on !== 'both'))
      throw unknownOption(option, on);
    if (options.has(name)) throw problem(option, `Option ${name} is given twice.`);
    options.set(name, option.value === undefined ? undefined : parseOptionValue(option, option.value, spec));
  }
  return { options, tags };
}

function isOptionName(name: string): name is TableOptionName {
  return BY_NAME.has(name);
}

function parseOptionValue(option: ParsedOption, value: string, { takes }: OptionSpec): string {
  switch (takes) {
    case 'name':
      if (value === '') throw problem(option, `Option ${option.name} is empty.`);
      return value;
    case 'boolean': {
      const known = BOOLEANS.get(value.toLowerCase());
      if (known === undefined)
        throw problem(option, `Option ${option.name} is "${value}"; expected true or false.`);
      return known;
    }
    case 'number':
      if (!/^\d{1,15}$/.test(value) || Number(value) === 0)
        throw problem(option, `Option ${option.name} is "${value}"; expected a whole number from 1.`);
      return String(Number(value));
    default: {
      const known = takes.find((each) => each === value.toLowerCase().replaceAll('-', '_'));
      if (known === undefined)
        throw problem(option, `Option ${option.name} is "${value}"; expected one of ${takes.join(', ')}.`);
      return known;
    }
  }
}

function unknownOption(option: ParsedOption, on: 'table' | 'index'): DriverError {
  const names = [...BY_NAME].filter(([, spec]) => spec.on === on || spec.on === 'both').map(([name]) => name);
  const article = on === 'table' ? 'a table' : 'an index';
  return new DriverError('SQL_TABLE_DEFINITION', `There is no option ${option.name} of ${article}.`, {
    position: option.position,
    candidates: nearest(option.name, names),
    remedy: `The options of ${article} are ${names.join(', ')}${on === 'table' ? ' and tag.name' : ''}.`,
  });
}

function problem({ position }: ParsedOption, message: string): DriverError {
  return new DriverError('SQL_TABLE_DEFINITION', message, { position });
}
