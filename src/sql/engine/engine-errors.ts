import { DriverError, ERRORS, getErrorMessage, type ErrorCode } from '../../core/errors.ts';
import { withoutPrefix } from '../dialect/macro-calls.ts';
import type { TypeProblem } from '../dialect/type-problem.ts';
import { findMeaning, formatMeaning, formatTypeName } from './engine-meanings.ts';

/** Errors that the types of the statement may explain. */
const OF_TYPES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SQL_UNKNOWN_FUNCTION',
  'SQL_BIND',
  'SQL_BAD_VALUE',
  'SQL_BAD_DATETIME',
  'SQL_BAD_ARGUMENT',
  'SQL_CANNOT_CAST',
  'SQL_TYPE_MISMATCH',
  'SQL_NOT_SUPPORTED',
  'SQL_NUMERIC_RANGE',
  'SQL_COLUMN_REFERENCE',
  'SQL_SYNTAX',
  'SQL_ROW_COUNT',
  'EXEC_ENGINE',
]);

/**
 * DuckDB's error as a DriverError: one line, PostgreSQL's SQLSTATE and wording, and the position of what it is about. `problems`
 * are those that PostgreSQL has with the types of the statement. The error of DuckDB is the cause.
 */
export function toEngineError(
  thrown: unknown,
  locate: (name: string) => number | undefined,
  problems: () => readonly TypeProblem[] = () => [],
): DriverError {
  if (thrown instanceof DriverError) return thrown;
  const text = getErrorMessage(thrown);
  const raised = parseRaised(text);
  if (raised !== undefined) {
    const { code, message, remedy } = raised;
    return new DriverError(code, message, { cause: thrown, ...(remedy && { remedy }) });
  }
  const meaning = findMeaning(text);
  const { code, remedy } = meaning;
  const called = findCall(text);
  const problem = OF_TYPES.has(code) ? chooseProblem(problems(), called?.name) : undefined;
  if (problem !== undefined) {
    const { position } = problem;
    return new DriverError(problem.code, problem.message, {
      cause: thrown,
      ...(position === undefined ? {} : { position }),
    });
  }
  const named = called?.name ?? /(?:column|reference to column name|named) "?([^"\s!]+)"?/i.exec(text)?.[1];
  const position = named === undefined ? undefined : locate(named);
  const candidates = findCandidates(text);
  return new DriverError(code, formatMeaning(meaning, text) ?? describe(code, text, named, locate), {
    cause: thrown,
    ...(remedy === undefined ? {} : { remedy }),
    ...(position === undefined ? {} : { position }),
    ...(candidates.length === 0 ? {} : { candidates }),
  });
}

/** The function that DuckDB does not have either, or what PostgreSQL refuses of those that exist. */
function chooseProblem(
  problems: readonly TypeProblem[],
  called: string | undefined,
): TypeProblem | undefined {
  return (
    problems.find(({ unknownFunction }) => unknownFunction !== undefined && unknownFunction === called) ??
    problems.find(({ unknownFunction }) => unknownFunction === undefined)
  );
}

interface Raised {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string | undefined;
}

/** What one of the driver's macros or functions raised: `[SQL_DIVISION_BY_ZERO] division by zero`, and a line with a remedy. */
function parseRaised(raised: string): Raised | undefined {
  const [, code = '', text = ''] = /^(?:Error: )?Invalid Input Error: \[(\w+)\] (.*)/s.exec(raised) ?? [];
  const [message = '', remedy] = text.trim().split('\nRemedy: ');
  return isErrorCode(code) ? { code, message, remedy } : undefined;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** PostgreSQL's message, made of the names and types in DuckDB's, of which nothing else is shown. */
function describe(
  code: ErrorCode,
  message: string,
  named: string | undefined,
  locate: (name: string) => number | undefined,
): string {
  if (code === 'SQL_UNKNOWN_COLUMN' && named !== undefined) return `column "${named}" does not exist`;
  if (code === 'SQL_AMBIGUOUS_COLUMN' && named !== undefined)
    return `column reference "${named}" is ambiguous`;
  const operator = describeOperator(message);
  if (operator !== undefined) return operator;
  const called = findCall(message);
  if (called !== undefined)
    return isInternal(called.name, locate)
      ? `no function matches the argument types${called.types === undefined ? '' : ` ${called.types}`}`
      : `function ${called.name}${called.types ?? ''} does not exist${called.reason ?? ''}`;
  const [, input, type] = BAD_INPUT.exec(message) ?? [];
  if (type !== undefined) return `invalid input syntax for type ${formatTypeName(type)}: "${input ?? ''}"`;
  return FALLBACKS.get(code) ?? 'the statement cannot be executed';
}

/** Whether the user did not write this name, but the driver's translation did. */
function isInternal(name: string, locate: (name: string) => number | undefined): boolean {
  return INTERNAL_NAMES.test(name) && locate(name) === undefined;
}

/** Names that the translation gives to functions of DuckDB. */
const INTERNAL_NAMES =
  /^(?:pg_|num_|list_|array_extract|struct_|json_|date_?part|regexp_|string_split|to_|epoch|unhex)/;

/** What is said where DuckDB's own words would be all that is known. */
const FALLBACKS: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ['SQL_BIND', 'the types of an expression do not fit each other'],
  ['SQL_NOT_SUPPORTED', 'an expression of the statement is not supported'],
  ['SQL_BAD_VALUE', 'a value does not fit the type that it is converted to'],
  ['SQL_NUMERIC_RANGE', 'value out of range'],
  ['SQL_DATETIME_RANGE', 'date/time field value out of range'],
  ['SQL_UNKNOWN_FUNCTION', 'no function matches the argument types'],
  ['SQL_LOGARITHM', 'cannot take logarithm of zero or a negative number'],
  ['SQL_POWER', 'cannot take square root of a negative number'],
  ['SQL_GROUPING', 'a column must appear in the GROUP BY clause or be used in an aggregate function'],
]);

const BAD_INPUT = /Could not convert string ["']([^]*?)["'] to ([A-Z]\w*(?: WITH TIME ZONE)?)/;

interface Call {
  readonly name: string;
  /** The types of its arguments, in parentheses, where DuckDB names them. */
  readonly types?: string;
  readonly reason?: string;
}

/** The function that does not exist, or not for these types. */
function findCall(message: string): Call | undefined {
  const unknown = /Function with name "?([^"\s!]+)"? does not exist/i.exec(message)?.[1];
  if (unknown !== undefined) return { name: withoutPrefix(unknown) };
  const macro = /Macro "?(\w+?)"?\(\) does not support the supplied arguments/.exec(message)?.[1];
  if (macro !== undefined) return { name: withoutPrefix(macro), reason: ' for these arguments' };
  const window = /\b([A-Z_]+) needs \d+ parameters?, got/.exec(message)?.[1];
  if (window !== undefined) return { name: window.toLowerCase(), reason: ' for these arguments' };
  const [, name, types] =
    /No function matches the given name and argument types '(\w+)\((.*)\)'/.exec(message) ?? [];
  if (name === undefined || types === undefined) return undefined;
  return { name: withoutPrefix(name), types: `(${parseTypeList(types).join(', ')})` };
}

/** To DuckDB an operator is a function of its sign. */
function describeOperator(message: string): string | undefined {
  const [, sign, types] =
    /No function matches the given name and argument types '([^\w(]+)\((.*)\)'/.exec(message) ?? [];
  if (sign === undefined || types === undefined) return undefined;
  const [left = '', right] = parseTypeList(types);
  return `operator does not exist: ${right === undefined ? `${sign} ${left}` : `${left} ${sign} ${right}`}`;
}

function parseTypeList(list: string): readonly string[] {
  // Commas within brackets belong to a type.
  return list === '' ? [] : list.split(/,\s*(?![^(]*\))/).map(formatTypeName);
}

/** What may have been meant, from DuckDB's lists: `"r0.status"` or `"status"`. */
function findCandidates(message: string): readonly string[] {
  const list = /(?:Candidate bindings|Did you mean):?\s*(.*)/s.exec(message)?.[1]?.split('\nLINE')[0] ?? '';
  return [
    ...new Set([...list.matchAll(/"([^"]+)"/g)].map((match) => (match[1] ?? '').replace(/^.*\./, ''))),
  ].slice(0, 5);
}
