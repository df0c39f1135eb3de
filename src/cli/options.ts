import { InvalidArgumentError, Option } from 'commander';
import { FORMATS } from './output/row-printer.ts';
import { CONNECTION_VARIABLE } from './with-connection.ts';

/** `-c`, for every command that connects. */
export function connectionOption(): Option {
  return new Option(
    '-c, --connection <string>',
    `connection string; ${CONNECTION_VARIABLE} in the environment when absent`,
  );
}

/** `--format`, for every command that prints rows. */
export function formatOption(): Option {
  return new Option('--format <format>', 'how rows are printed, on a terminal and elsewhere')
    .choices(FORMATS)
    .default('table');
}

/** `--param`, which may be repeated. */
export function parameterOption(): Option {
  return new Option(
    '-p, --param <value>',
    'value of the next $n or ?, or name=value for :name; may be repeated',
  ).argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
}

/** An option whose value is a number; what numbers it may be, the driver knows. */
export function numberOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string) => {
    const number = value.trim() === '' ? NaN : Number(value);
    if (Number.isNaN(number)) throw new InvalidArgumentError('A number is expected.');
    return number;
  });
}
