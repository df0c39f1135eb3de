import { DriverError } from '../../core/errors.ts';
import { type ParameterLiteral, toParameterLiteral } from './parameter-value.ts';
import type { ParsedText } from './parse.ts';

/**
 * The values for `$1`, `$2` … of a statement: from an array by position, or from an object by name. Throws
 * SQL_PARAMETERS if values are missing or superfluous.
 */
export function toParameterList(
  parsed: Pick<ParsedText, 'parameterCount' | 'parameterNames'>,
  parameters: readonly unknown[] | object | undefined,
): ParameterLiteral[] {
  const values =
    parameters === undefined ? [] : Array.isArray(parameters) ? parameters : byName(parsed, parameters);
  if (values.length !== parsed.parameterCount)
    throw new DriverError(
      'SQL_PARAMETERS',
      `the statement has ${formatCount(parsed.parameterCount, 'parameter')}, but ${formatCount(values.length, 'value')} ${values.length === 1 ? 'was' : 'were'} supplied`,
    );
  return values.map((value, i) =>
    toParameterLiteral(
      value,
      parsed.parameterNames[i] === undefined ? `$${i + 1}` : `:${parsed.parameterNames[i]}`,
    ),
  );
}

/** Placeholders for the values of a statement that is only prepared. */
export function unknownParameters({ parameterCount }: ParsedText): readonly ParameterLiteral[] {
  return Array.from({ length: parameterCount }, () => ({ kind: 'null' }));
}

function byName(parsed: Pick<ParsedText, 'parameterNames'>, parameters: object): unknown[] {
  const values = new Map<string, unknown>(Object.entries(parameters));
  const names = parsed.parameterNames;
  if (names.length === 0 && values.size > 0)
    throw new DriverError(
      'SQL_PARAMETERS',
      `the statement has no named parameters, but values were supplied by name: ${[...values.keys()].join(', ')}`,
    );
  const missing = names.filter((name) => !values.has(name));
  if (missing.length > 0)
    throw new DriverError(
      'SQL_PARAMETERS',
      `no value was supplied for ${missing.map((name) => `:${name}`).join(', ')}`,
    );
  const extra = [...values.keys()].filter((name) => !names.includes(name));
  if (extra.length > 0)
    throw new DriverError(
      'SQL_PARAMETERS',
      `the statement has no parameter named ${extra.join(', ')} (found ${names.map((name) => `:${name}`).join(', ')})`,
      {
        candidates: names,
      },
    );
  return names.map((name) => values.get(name));
}

function formatCount(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
