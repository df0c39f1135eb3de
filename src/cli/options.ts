import { InvalidArgumentError, Option } from 'commander';
import { FORMATS } from './output/row-printer.ts';
import { CONNECTION_VARIABLE } from './with-connection.ts';

/** Formats the examples at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** `-c`, for the commands that connect. */
export function connectionOption(): Option {
  return new Option('-c, --connection <string>', `connection string [env: ${CONNECTION_VARIABLE}]`);
}

/** `--format`, for the commands that print rows. */
export function formatOption(): Option {
  return new Option('--format <format>', 'output format').choices(FORMATS).default('table');
}

/** `--param`, repeatable. */
export function parameterOption(): Option {
  return new Option(
    '-p, --param <value>',
    'value of the next $n or ? parameter, or name=value for :name (repeatable)',
  ).argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
}

/** A numeric option; the driver checks its range. */
export function numberOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string) => {
    const number = value.trim() === '' ? NaN : Number(value);
    if (Number.isNaN(number)) throw new InvalidArgumentError('Expected a number.');
    return number;
  });
}
