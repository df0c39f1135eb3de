import { DriverError } from '../../core/errors.ts';
import type { ParsedText } from './parse.ts';

/** A parameter's value in a form that SQL has a literal for. */
export type ParameterLiteral =
  | { readonly kind: 'null' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** Decimal digits, with an exponent where JavaScript writes one; `NaN`, `Infinity` and `-Infinity` as well. */
  | { readonly kind: 'number'; readonly text: string }
  /** ISO 8601 in UTC. */
  | { readonly kind: 'timestamp'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'array'; readonly items: readonly ParameterLiteral[] };

/**
 * The values for `$1`, `$2` … of a statement: from an array by position, or from an object by name. Each parameter
 * needs its value and there may be no other.
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
      `The statement has ${counted(parsed.parameterCount, 'parameter')}, but ${counted(values.length, 'value')} came with it.`,
    );
  return values.map((value, i) =>
    toLiteral(value, parsed.parameterNames[i] === undefined ? `$${i + 1}` : `:${parsed.parameterNames[i]}`),
  );
}

/** Stands for values that are not known yet, where a statement is only prepared. */
export function unknownParameters({ parameterCount }: ParsedText): readonly ParameterLiteral[] {
  return Array.from({ length: parameterCount }, () => ({ kind: 'null' }));
}

function byName(parsed: Pick<ParsedText, 'parameterNames'>, parameters: object): unknown[] {
  const given = new Map<string, unknown>(Object.entries(parameters));
  const names = parsed.parameterNames;
  if (names.length === 0 && given.size > 0)
    throw new DriverError(
      'SQL_PARAMETERS',
      `The statement has no :name parameters, but values came by name: ${[...given.keys()].join(', ')}.`,
    );
  const missing = names.filter((name) => !given.has(name));
  if (missing.length > 0)
    throw new DriverError(
      'SQL_PARAMETERS',
      `No value came for ${missing.map((name) => `:${name}`).join(', ')}.`,
    );
  const extra = [...given.keys()].filter((name) => !names.includes(name));
  if (extra.length > 0)
    throw new DriverError(
      'SQL_PARAMETERS',
      `The statement has no parameter named ${extra.join(', ')}; it has ${names.map((name) => `:${name}`).join(', ')}.`,
      {
        candidates: names,
      },
    );
  return names.map((name) => given.get(name));
}

function toLiteral(value: unknown, parameter: string): ParameterLiteral {
  switch (typeof value) {
    case 'undefined':
      return { kind: 'null' };
    case 'string':
      if (value.includes('\0'))
        throw badValue(parameter, 'text with a NUL character, which SQL text cannot hold');
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
      throw badValue(parameter, 'an object; pass its JSON text instead');
    case 'symbol':
    case 'function':
      throw badValue(parameter, `a ${typeof value}`);
  }
}

function timestamp(date: Date, parameter: string): ParameterLiteral {
  const year = date.getUTCFullYear();
  if (Number.isNaN(year)) throw badValue(parameter, 'an invalid Date');
  if (year < 1 || year > 9999)
    throw badValue(parameter, `a Date in the year ${year}; the years 1 to 9999 can be passed`);
  return { kind: 'timestamp', text: date.toISOString() };
}

function badValue(parameter: string, found: string): DriverError {
  return new DriverError('SQL_BAD_VALUE', `Parameter ${parameter} is ${found}.`, {
    remedy: 'Pass text, a number, a bigint, a boolean, null, a Date, a Uint8Array, or an array of these.',
  });
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
