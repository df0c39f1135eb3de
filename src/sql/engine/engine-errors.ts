import { DriverError, ERRORS, getErrorMessage, type ErrorCode } from '../../core/errors.ts';
import { withoutPrefix } from '../dialect/macro-calls.ts';
import { toPostgresType } from '../types/types.ts';

interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** PostgreSQL's message, with the groups of the pattern as `$1`; absent: it is made of what DuckDB's message names. */
  readonly message?: string;
  readonly remedy?: string;
}

/** What DuckDB's messages mean in PostgreSQL's terms; the first that matches counts. */
const MEANINGS: readonly Meaning[] = [
  {
    pattern: /More than one row returned by a subquery/,
    code: 'SQL_CARDINALITY',
    message: 'more than one row returned by a subquery used as an expression',
  },
  {
    pattern: /Subquery returns (\d+) columns - expected 1\b/,
    code: 'SQL_SYNTAX',
    message: 'subquery must return only one column (found $1)',
  },
  {
    pattern: /Subquery returns (\d+) columns - expected (\d+)/,
    code: 'SQL_SYNTAX',
    message: 'subquery returns $1 columns, expected $2',
  },
  {
    pattern: /Set operations can only apply to expressions with the same number of result columns/,
    code: 'SQL_SYNTAX',
    message: 'each UNION, INTERSECT or EXCEPT query must have the same number of columns',
  },
  {
    pattern: /ORDER term out of range - should be between 1 and (\d+)/,
    code: 'SQL_COLUMN_REFERENCE',
    message: 'ORDER BY position is not in select list (positions are 1 to $1)',
  },
  {
    pattern: /LIMIT\/OFFSET cannot be negative/,
    code: 'SQL_ROW_COUNT',
    message: 'LIMIT and OFFSET must not be negative',
  },
  {
    pattern: /aggregate function calls cannot be nested/,
    code: 'SQL_GROUPING',
    message: 'aggregate function calls cannot be nested',
  },
  {
    pattern: /(\w+(?: BY)?) clause cannot contain window functions/,
    code: 'SQL_WINDOWING',
    message: 'window functions are not allowed in $1',
  },
  {
    pattern: /(\w+(?: BY)?) clause cannot contain aggregates/,
    code: 'SQL_GROUPING',
    message: 'aggregate functions are not allowed in $1',
  },
  {
    pattern: /column "?([^"]+?)"? must appear in the GROUP BY clause/,
    code: 'SQL_GROUPING',
    message: 'column "$1" must appear in the GROUP BY clause or be used in an aggregate function',
  },
  {
    pattern: /UNNEST\(\) can only be applied to lists, structs and NULL, not JSON/,
    code: 'SQL_UNKNOWN_FUNCTION',
    message: 'function unnest(json) does not exist',
    remedy: 'Use json_array_elements for the elements of a list.',
  },
  {
    pattern: /Function "(\w+)" is a table function/,
    code: 'SQL_UNKNOWN_FUNCTION',
    message: 'function $1 does not exist outside FROM',
  },
  {
    pattern: /extract specifier "([^"]*)" not recognized/,
    code: 'SQL_BAD_ARGUMENT',
    message: 'unit "$1" not recognized',
  },
  {
    pattern:
      /Referenced (?:column|table) ".*" not found|does not have a column named|Table ".*" does not have/i,
    code: 'SQL_UNKNOWN_COLUMN',
  },
  { pattern: /Ambiguous reference|Ambiguous column/i, code: 'SQL_AMBIGUOUS_COLUMN' },
  {
    pattern:
      /Scalar Function with name|Aggregate Function with name|Table Function with name|No function matches|Cannot compare values of type|Macro .* does not/i,
    code: 'SQL_UNKNOWN_FUNCTION',
  },
  {
    pattern: /must appear in the GROUP BY clause|must be part of the GROUP BY|cannot contain aggregates/i,
    code: 'SQL_GROUPING',
  },
  { pattern: /cannot take logarithm/i, code: 'SQL_LOGARITHM' },
  { pattern: /cannot take square root/i, code: 'SQL_POWER' },
  { pattern: /field value out of range/i, code: 'SQL_DATETIME_RANGE' },
  {
    pattern:
      /to type DECIMAL\(.*out of range|Could not cast value .* to DECIMAL\(|Could not convert string ["']\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*["'] to DECIMAL\(.*/,
    code: 'SQL_NUMERIC_RANGE',
    message: 'numeric field overflow',
  },
  { pattern: /because the value is out of range/i, code: 'SQL_NUMERIC_RANGE' },
  { pattern: /^(?:Error: )?Conversion Error|Could not convert|Malformed JSON/i, code: 'SQL_BAD_VALUE' },
  { pattern: /^(?:Error: )?Out of Range Error|Overflow/i, code: 'SQL_NUMERIC_RANGE' },
  { pattern: /^(?:Error: )?Out of Memory Error/i, code: 'EXEC_MEMORY' },
  { pattern: /^(?:Error: )?INTERRUPT Error|Interrupted/i, code: 'EXEC_CANCELLED' },
  { pattern: /^(?:Error: )?Permission Error|disabled by configuration/i, code: 'SQL_NOT_SUPPORTED' },
  { pattern: /^(?:Error: )?(?:Not implemented Error|Parser Error)/i, code: 'SQL_NOT_SUPPORTED' },
  { pattern: /^(?:Error: )?(?:Binder|Catalog|Invalid Input|Invalid Type) Error/i, code: 'SQL_BIND' },
];

const UNKNOWN: Meaning = { pattern: /^/, code: 'EXEC_ENGINE' };

/** DuckDB's error as a DriverError: one line, PostgreSQL's SQLSTATE, and the position of the column or function that it names. */
export function toEngineError(thrown: unknown, locate: (name: string) => number | undefined): DriverError {
  if (thrown instanceof DriverError) return thrown;
  const text = getErrorMessage(thrown);
  const raised = parseRaised(text);
  if (raised !== undefined) return new DriverError(raised.code, raised.message, { cause: thrown });
  const { code, pattern, message, remedy } = MEANINGS.find((each) => each.pattern.test(text)) ?? UNKNOWN;
  const named =
    findCall(text)?.name ?? /(?:column|reference to column name|named) "?([^"\s!]+)"?/i.exec(text)?.[1];
  const position = named === undefined ? undefined : locate(named);
  const candidates = findCandidates(text);
  const known = message === undefined ? undefined : pattern.exec(text)?.[0].replace(pattern, message);
  return new DriverError(code, known ?? describe(code, text, named), {
    cause: thrown,
    ...(remedy === undefined ? {} : { remedy }),
    ...(position === undefined ? {} : { position }),
    ...(candidates.length === 0 ? {} : { candidates }),
  });
}

/** What one of the driver's macros or functions raised: `[SQL_DIVISION_BY_ZERO] division by zero`. */
function parseRaised(message: string): { readonly code: ErrorCode; readonly message: string } | undefined {
  const [, code = '', text = ''] = /^(?:Error: )?Invalid Input Error: \[(\w+)\] (.*)/s.exec(message) ?? [];
  return isErrorCode(code) ? { code, message: text.trim() } : undefined;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** PostgreSQL's message, made of the names and types in DuckDB's. */
function describe(code: ErrorCode, message: string, named: string | undefined): string {
  if (code === 'SQL_UNKNOWN_COLUMN' && named !== undefined) return `column "${named}" does not exist`;
  if (code === 'SQL_AMBIGUOUS_COLUMN' && named !== undefined)
    return `column reference "${named}" is ambiguous`;
  const operator = describeOperator(message);
  if (operator !== undefined) return operator;
  const called = findCall(message);
  if (called !== undefined)
    return `function ${called.name}${called.types ?? ''} does not exist${called.reason ?? ''}`;
  const [, left, right] = /Cannot compare values of type (.+?) and type (.+?) - an/.exec(message) ?? [];
  if (left !== undefined && right !== undefined)
    return `cannot compare ${formatTypeName(left)} with ${formatTypeName(right)} without a cast`;
  const overflowed = /Overflow in \w+ of ([A-Z]+\d*)/.exec(message)?.[1];
  if (overflowed !== undefined) return `${formatTypeName(overflowed)} out of range`;
  const [, input, type] = BAD_INPUT.exec(message) ?? [];
  if (type !== undefined) return `invalid input syntax for type ${formatTypeName(type)}: "${input ?? ''}"`;
  const [, kind, text] = /invalid (\w+) field format: "([^]*?)", expected/.exec(message) ?? [];
  if (kind !== undefined) return `invalid input syntax for type ${kind}: "${text ?? ''}"`;
  const [firstLine = ''] = message.replace(/^(?:Error: )?[A-Za-z ]+ Error: /, '').split('\n');
  // The names of stubs mean nothing to the user.
  return firstLine.replace(/\s*Candidate bindings:.*$/s, '').trim();
}

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

/** A type as DuckDB's messages name it: literals have types of their own there. */
function formatTypeName(duckdbType: string): string {
  return toPostgresType(duckdbType.replace(/_LITERAL$/, '').replace(/^STRING$/, 'VARCHAR'));
}

/** What may have been meant, from DuckDB's lists: `"r0.status"` or `"status"`. */
function findCandidates(message: string): readonly string[] {
  const list = /(?:Candidate bindings|Did you mean):?\s*(.*)/s.exec(message)?.[1]?.split('\nLINE')[0] ?? '';
  return [
    ...new Set([...list.matchAll(/"([^"]+)"/g)].map((match) => (match[1] ?? '').replace(/^.*\./, ''))),
  ].slice(0, 5);
}
