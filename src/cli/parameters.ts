import type { Connection, ParameterValue, Parameters } from '../session/connection.ts';
import { UsageError } from './usage-error.ts';

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const TEXT_PREFIX = 'text:';
/** A double keeps every decimal of so many significant digits. */
const EXACT_DIGITS = 15;

/** What the help says about values. */
export const PARAMETER_HELP = `Values: a JSON number, true, false or null is passed as such, anything else as text.
Text that looks like one of them is written as JSON ("5") or after text: (text:5).`;

/** The values for a statement. Only the statement can tell names from positions, and so what `a=b` means. */
export async function parametersFor(
  connection: Connection,
  sql: string,
  given: readonly string[],
): Promise<Parameters> {
  if (given.length === 0) return [];
  await using statement = await connection.prepare(sql);
  return readParameters(given, statement.parameterNames);
}

/**
 * The values of repeated `--param` options. A statement with `:name` parameters takes `name=value`, any other one
 * takes the whole text as the next value; so a value may hold "=".
 */
export function readParameters(given: readonly string[], names: readonly string[]): Parameters {
  if (names.length === 0) return given.map(parameterValue);
  const values = new Map<string, ParameterValue>();
  for (const text of given) {
    const equals = text.indexOf('=');
    const name = text.slice(0, Math.max(0, equals)).replace(/^:/, '');
    if (!names.includes(name)) {
      const expected = names.map((known) => `:${known}`).join(', ');
      throw new UsageError(
        equals < 0
          ? `--param needs a name here: the statement has ${expected}.`
          : `--param names "${name}", but the statement has ${expected}.`,
        `Write --param ${names[0]}=value.`,
      );
    }
    values.set(name, parameterValue(text.slice(equals + 1)));
  }
  return Object.fromEntries(values);
}

/** One value as the command line spells it. */
export function parameterValue(text: string): ParameterValue {
  if (text.startsWith(TEXT_PREFIX)) return text.slice(TEXT_PREFIX.length);
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (JSON_NUMBER.test(text)) return numberValue(text);
  return jsonStringValue(text) ?? text;
}

/** A number where it keeps all digits, a bigint for longer integers, else the digits as text, which a column's type adopts. */
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
