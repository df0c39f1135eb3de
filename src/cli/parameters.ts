import { isJsonNumber } from '../sql/types/number-value.ts';
import type { Connection, ParameterValue, Parameters } from '../session/connection.ts';
import { UsageError } from './usage-error.ts';

const TEXT_PREFIX = 'text:';
/** Decimals of up to this many significant digits survive a round trip through a double. */
const EXACT_DIGITS = 15;

/** Help text about parameter values. */
export const PARAMETER_HELP = `Values: a JSON number, true, false and null are passed as such, anything else as a string.
To pass a string that looks like one of these, quote it ("5") or prefix it (text:5).`;

/** Parses the values for a statement. Whether `a=b` names a parameter depends on the statement. */
export async function parametersFor(
  connection: Connection,
  sql: string,
  args: readonly string[],
): Promise<Parameters> {
  if (args.length === 0) return [];
  await using statement = await connection.prepare(sql);
  return readParameters(args, statement.parameterNames);
}

/**
 * Parses repeated `--param` options: `name=value` for a statement with `:name` parameters, otherwise the next value, which
 * may contain "=".
 */
export function readParameters(args: readonly string[], names: readonly string[]): Parameters {
  if (names.length === 0) return args.map(parameterValue);
  const values = new Map<string, ParameterValue>();
  for (const text of args) {
    const equals = text.indexOf('=');
    const name = text.slice(0, Math.max(0, equals)).replace(/^:/, '');
    if (!names.includes(name)) {
      const expected = names.map((known) => `:${known}`).join(', ');
      throw new UsageError(
        equals < 0
          ? `--param needs a name: the statement has ${expected}`
          : `--param ${name}=…: the statement has no :${name}, only ${expected}`,
        `Use --param ${names[0]}=value.`,
      );
    }
    values.set(name, parameterValue(text.slice(equals + 1)));
  }
  return Object.fromEntries(values);
}

/** Parses one value. */
export function parameterValue(text: string): ParameterValue {
  if (text.startsWith(TEXT_PREFIX)) return text.slice(TEXT_PREFIX.length);
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (isJsonNumber(text)) return numberValue(text);
  return jsonStringValue(text) ?? text;
}

/** A number if that keeps all digits, a bigint for longer integers, otherwise the digits as a string for the column's type to parse. */
function numberValue(text: string): number | bigint | string {
  const significant = text
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  const number = Number(text);
  if (significant.length <= EXACT_DIGITS && Number.isFinite(number) && (number !== 0 || significant === '')) {
    return number;
  }
  if (!/^-?\d+$/.test(text)) return text;
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

function jsonStringValue(text: string): string | undefined {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
}
