import { DriverError } from '../../core/errors.ts';
import { hasLoneSurrogate, LONE_SURROGATE_FOUND } from '../../core/surrogates.ts';
import type { ParsedText } from './parse.ts';

/** The value of a parameter as an SQL literal. */
export type ParameterLiteral =
  | { readonly kind: 'null' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** As JavaScript formats numbers: decimal digits, perhaps an exponent; or `NaN`, `Infinity`, `-Infinity`. */
  | { readonly kind: 'number'; readonly text: string }
  /** ISO 8601 in UTC. */
  | { readonly kind: 'timestamp'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'array'; readonly items: readonly ParameterLiteral[] };

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
    toLiteral(value, parsed.parameterNames[i] === undefined ? `$${i + 1}` : `:${parsed.parameterNames[i]}`),
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

function toLiteral(value: unknown, parameter: string): ParameterLiteral {
  switch (typeof value) {
    case 'undefined':
      return { kind: 'null' };
    case 'string':
      if (value.includes('\0'))
        throw invalidValue(parameter, 'a string with a NUL character, which SQL cannot store');
      if (hasLoneSurrogate(value)) throw invalidValue(parameter, `a string with ${LONE_SURROGATE_FOUND}`);
      return { kind: 'text', text: value };
    case 'boolean':
      return { kind: 'boolean', value };
    case 'bigint':
      return { kind: 'number', text: value.toString() };
    case 'number':
      return { kind: 'number', text: String(value) };
    case 'object':
      if (value === null) return { kind: 'null' };
      if (value instanceof Date) return timestamp(value, parameter);
      if (value instanceof Uint8Array) return { kind: 'bytes', bytes: value };
      if (Array.isArray(value))
        return { kind: 'array', items: value.map((item: unknown) => toLiteral(item, parameter)) };
      throw invalidValue(parameter, 'an object; pass it as a JSON string');
    case 'symbol':
    case 'function':
      throw invalidValue(parameter, `a ${typeof value}`);
  }
}

function timestamp(date: Date, parameter: string): ParameterLiteral {
  const year = date.getUTCFullYear();
  if (Number.isNaN(year)) throw invalidValue(parameter, 'an invalid Date');
  if (year < 1 || year > 9999)
    throw invalidValue(parameter, `a Date in the year ${year}; years from 1 to 9999 are supported`);
  return { kind: 'timestamp', text: date.toISOString() };
}

function invalidValue(parameter: string, found: string): DriverError {
  return new DriverError('SQL_BAD_VALUE', `invalid value for parameter ${parameter}: ${found}`, {
    remedy: 'Pass a string, number, bigint, boolean, null, Date, Uint8Array, or an array of these.',
  });
}

function formatCount(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
