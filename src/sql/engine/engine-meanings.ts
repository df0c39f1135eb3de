import type { ErrorCode } from '../../core/errors.ts';
import { toPostgresType } from '../types/types.ts';

/** What a message of DuckDB means in PostgreSQL's terms. */
export interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** PostgreSQL's message, with the groups of the pattern as `$1`; absent: it is made of what DuckDB's message names. */
  readonly message?: string | ((...groups: readonly string[]) => string);
  readonly remedy?: string;
}

/** A type as DuckDB's messages name it: literals and the types of physical values have names of their own there. */
export function formatTypeName(duckdbType: string): string {
  const name = duckdbType.replace(/_LITERAL$/, '');
  return toPostgresType(PHYSICAL.get(name) ?? name);
}

const PHYSICAL: ReadonlyMap<string, string> = new Map([
  ['STRING', 'VARCHAR'],
  ['INT8', 'SMALLINT'],
  ['INT16', 'SMALLINT'],
  ['INT32', 'INTEGER'],
  ['INT64', 'BIGINT'],
  ['INT128', 'HUGEINT'],
]);

const outOfRange = (value: string, type: string): string =>
  /FLOAT|DOUBLE/.test(type)
    ? `"${value}" is out of range for type ${formatTypeName(type)}`
    : `${formatTypeName(type)} out of range`;

/** A date or time of numbers, each with at least two digits. */
const padded = (numbers: string): string => numbers.replaceAll(/(?<!\d)\d(?!\d)/g, '0$&');

const QUERIES: readonly Meaning[] = [
  {
    pattern: /More than one row returned by a subquery/,
    code: 'SQL_CARDINALITY',
    message: 'more than one row returned by a subquery used as an expression',
  },
  {
    pattern: /Subquery returns (\d+) columns - expected 1\b/,
    code: 'SQL_SYNTAX',
    message: 'subquery must return only one column',
  },
  {
    pattern: /Subquery returns (\d+) columns - expected (\d+)/,
    code: 'SQL_SYNTAX',
    message: (found = '', expected = '') =>
      `subquery has too ${Number(found) < Number(expected) ? 'few' : 'many'} columns`,
  },
  {
    pattern: /can't be cast to the destination type STRUCT/,
    code: 'SQL_SYNTAX',
    message: 'subquery has too few columns',
  },
  {
    pattern: /Set operations can only apply to expressions with the same number of result columns/,
    code: 'SQL_SYNTAX',
    message: 'each UNION, INTERSECT or EXCEPT query must have the same number of columns',
  },
  {
    pattern: /Could not ORDER BY column .*(?:UNION|set operation)/s,
    code: 'SQL_NOT_SUPPORTED',
    message: 'invalid UNION/INTERSECT/EXCEPT ORDER BY clause',
    remedy: 'Add the expression to every SELECT, or move the UNION into a subquery of FROM.',
  },
  {
    pattern: /(ORDER|GROUP) (?:BY )?term out of range - should be between 1 and (\d+)/,
    code: 'SQL_COLUMN_REFERENCE',
    message: '$1 BY position is not in select list (positions are 1 to $2)',
  },
  {
    pattern: /(ORDER|GROUP) BY non-integer literal/,
    code: 'SQL_SYNTAX',
    message: 'non-integer constant in $1 BY',
  },
  {
    pattern: /LIMIT\/OFFSET cannot be negative/,
    code: 'SQL_ROW_COUNT',
    message: 'LIMIT and OFFSET must not be negative',
  },
  {
    pattern: /Referenced column ".*" was not found because the FROM clause is missing/s,
    code: 'SQL_COLUMN_REFERENCE',
    message: 'argument of LIMIT must not contain variables',
  },
  {
    pattern: /\* expression without FROM clause/,
    code: 'SQL_SYNTAX',
    message: 'SELECT * with no tables specified is not valid',
  },
  {
    pattern: /Ambiguous reference to table "[^"]*" \(duplicate alias "([^"]*)"/,
    code: 'SQL_DUPLICATE_ALIAS',
    message: 'table name "$1" specified more than once',
  },
  {
    pattern: /Duplicate CTE name "([^"]*)"/,
    code: 'SQL_DUPLICATE_ALIAS',
    message: 'WITH query name "$1" specified more than once',
  },
  {
    pattern: /Column "([^"]*)" does not exist on (left|right) side of join/,
    code: 'SQL_UNKNOWN_COLUMN',
    message: 'column "$1" specified in USING clause does not exist in $2 table',
  },
  {
    pattern: /table "([^"]*)" has (\d+) columns available but (\d+) columns specified/,
    code: 'SQL_COLUMN_REFERENCE',
    message: 'table "$1" has $2 columns available but $3 columns specified',
  },
  {
    pattern: /VALUES lists must all be the same length/,
    code: 'SQL_SYNTAX',
    message: 'VALUES lists must all be the same length',
  },
  {
    pattern: /Type STRUCT.* does not match with STRUCT/,
    code: 'SQL_SYNTAX',
    message: 'unequal number of entries in row expressions',
  },
];

const AGGREGATES: readonly Meaning[] = [
  {
    pattern: /aggregate function calls cannot be nested/,
    code: 'SQL_GROUPING',
    message: 'aggregate function calls cannot be nested',
  },
  {
    pattern: /aggregate function calls cannot contain window function calls/,
    code: 'SQL_GROUPING',
    message: 'aggregate function calls cannot contain window function calls',
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
    pattern: /Table function cannot contain aggregates/,
    code: 'SQL_GROUPING',
    message: 'aggregate functions are not allowed in functions in FROM',
  },
  {
    pattern: /Aggregate functions are not supported here/,
    code: 'SQL_GROUPING',
    message: 'aggregate functions are not allowed here',
  },
  {
    pattern: /column "?([^"]+?)"? must appear in the GROUP BY clause/,
    code: 'SQL_GROUPING',
    message: 'column "$1" must appear in the GROUP BY clause or be used in an aggregate function',
  },
  {
    pattern: /GROUPING (?:child|statement)/,
    code: 'SQL_GROUPING',
    message: 'arguments to GROUPING must be grouping expressions of the associated query level',
  },
  {
    pattern: /Unknown ordered aggregate "?(\w+)"?/,
    code: 'SQL_WRONG_OBJECT',
    message: '$1 is not an ordered-set aggregate, so it cannot have WITHIN GROUP',
  },
  {
    pattern: /Function "?(\w+)"? is a Scalar Function\. "DISTINCT", "FILTER"/,
    code: 'SQL_WRONG_OBJECT',
    message: 'DISTINCT, FILTER or ORDER BY specified, but $1 is not an aggregate function',
  },
  {
    pattern: /PERCENTILEs can only take parameters in the range/,
    code: 'SQL_NUMERIC_RANGE',
    message: 'percentile value is not between 0 and 1',
  },
];

const WINDOWS: readonly Meaning[] = [
  {
    pattern:
      /Function with name "?(row_number|rank|dense_rank|percent_rank|cume_dist|ntile|lag|lead|first_value|last_value|nth_value)"? does not exist/i,
    code: 'SQL_WRONG_OBJECT',
    message: 'window function $1 requires an OVER clause',
  },
  {
    pattern: /^(?:Error: )?\w+ Error: "?(\w+)"? is not an aggregate function/,
    code: 'SQL_WRONG_OBJECT',
    message: 'OVER specified, but $1 is not a window function nor an aggregate function',
  },
  {
    pattern: /window functions are not allowed in window definitions/,
    code: 'SQL_WINDOWING',
    message: 'window functions are not allowed in window definitions',
  },
  {
    pattern: /Unimplemented expression class in ExpressionBinder.*WINDOW/,
    code: 'SQL_WINDOWING',
    message: 'window functions are not allowed here',
  },
  {
    pattern: /window "([^"]*)" does not exist/,
    code: 'SQL_UNKNOWN_OBJECT',
    message: 'window "$1" does not exist',
  },
  {
    pattern: /window "([^"]*)" is already defined/,
    code: 'SQL_WINDOWING',
    message: 'window "$1" is already defined',
  },
  {
    pattern: /Cannot override (ORDER BY|PARTITION BY) clause of window "([^"]*)"/i,
    code: 'SQL_WINDOWING',
    message: 'cannot override $1 clause of window "$2"',
  },
  {
    pattern: /(frame (?:start|end|starting from) (?:cannot be|\w+ row cannot have) \w+(?: \w+)?)/,
    code: 'SQL_WINDOWING',
    message: '$1',
  },
  {
    pattern: /RANGE frames must have only one ORDER BY expression/,
    code: 'SQL_WINDOWING',
    message: 'RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column',
  },
  {
    pattern: /Invalid (?:GROUPS|ROWS|RANGE) (PRECEDING|FOLLOWING) value/,
    code: 'SQL_WINDOW_FRAME',
    message: (side = '') =>
      `frame ${side === 'PRECEDING' ? 'starting' : 'ending'} offset must not be negative`,
  },
  {
    pattern: /Argument for ntile must be greater than zero/i,
    code: 'SQL_BAD_ARGUMENT',
    message: 'argument of ntile must be greater than zero',
  },
  {
    pattern: /FILTER is not implemented for non-aggregate window functions/,
    code: 'SQL_NOT_SUPPORTED',
    message: 'FILTER is not implemented for non-aggregate window functions',
  },
];

const ARRAYS: readonly Meaning[] = [
  {
    pattern: /UNNEST\(\) can only be applied to lists, structs and NULL, not JSON/,
    code: 'SQL_UNKNOWN_FUNCTION',
    message: 'function unnest(json) does not exist',
    remedy: 'Use json_array_elements for the elements of a list.',
  },
  {
    pattern: /Nested UNNEST calls are not supported/,
    code: 'SQL_NOT_SUPPORTED',
    message: 'nested set-returning functions are not supported',
  },
  {
    pattern: /UNNEST not supported here/,
    code: 'SQL_NOT_SUPPORTED',
    message: 'set-returning functions are not allowed here',
    remedy: 'Call the function in FROM.',
  },
  {
    pattern: /Type VARCHAR with value '(.*)' can't be cast to the destination type .*\[\]/s,
    code: 'SQL_BAD_VALUE',
    message: 'malformed array literal: "$1"',
  },
  {
    pattern: /Function "(\w+)" is a table function/,
    code: 'SQL_UNKNOWN_FUNCTION',
    message: 'function $1 does not exist outside FROM',
  },
];

const STRINGS: readonly Meaning[] = [
  {
    pattern: /Invalid escape string|escape string must be/i,
    code: 'SQL_BAD_ESCAPE',
    message: 'invalid escape string',
  },
  {
    pattern: /pattern must not end with escape character/i,
    code: 'SQL_BAD_ESCAPE',
    message: 'LIKE pattern must not end with escape character',
  },
  ...(
    [
      [/(?:missing|unexpected) \): /, 'parentheses () not balanced'],
      [/missing \]: /, 'brackets [] not balanced'],
      [/no argument for repetition operator|bad repetition operator/, 'quantifier operand invalid'],
      [/invalid repetition size/, 'invalid repetition count(s)'],
      [/trailing \\|invalid escape sequence: /, 'invalid escape \\ sequence'],
      [/invalid character class range/, 'invalid character range'],
      [/invalid character class: /, 'invalid character class'],
      [/invalid (?:perl operator|named capture|group)/i, 'quantifier operand invalid'],
    ] as const
  ).map(([pattern, reason]) => ({
    pattern,
    code: 'SQL_REGULAR_EXPRESSION' as const,
    message: `invalid regular expression: ${reason}`,
  })),
  {
    pattern: /Option 'g' \(global replace\)/,
    code: 'SQL_BAD_ARGUMENT',
    message: 'regexp_match() does not support the "global" option',
  },
  {
    pattern: /Invalid UTF8 Codepoint (\d+)/,
    code: 'SQL_PROGRAM_LIMIT',
    message: 'requested character too large for encoding: $1',
  },
  {
    pattern: /Invalid UTF8 Codepoint -/,
    code: 'SQL_BAD_ARGUMENT',
    message: 'character number must be positive',
  },
  {
    pattern: /Invalid input for hex digit: (.)/s,
    code: 'SQL_BAD_ARGUMENT',
    message: 'invalid hexadecimal digit: "$1"',
  },
  {
    pattern: /Could not decode string ".*" as base64/s,
    code: 'SQL_BAD_ARGUMENT',
    message: 'invalid base64 end sequence',
  },
];

const DOCUMENTS: readonly Meaning[] = [
  { pattern: /Malformed JSON/, code: 'SQL_BAD_VALUE', message: 'invalid input syntax for type json' },
  {
    pattern: /json_object\(\) requires an even number of arguments/,
    code: 'SQL_BAD_ARGUMENT',
    message: 'argument list must have even number of elements',
  },
  {
    pattern: /json_object\(\) keys must be VARCHAR/,
    code: 'SQL_BAD_ARGUMENT',
    message: 'null value not allowed for object key',
  },
  {
    pattern: /json_group_object key cannot be NULL/,
    code: 'SQL_BAD_ARGUMENT',
    message: 'field name must not be null',
  },
  { pattern: /JSON path error/, code: 'SQL_BAD_VALUE', message: 'invalid path into a document' },
];

const TIMES: readonly Meaning[] = [
  {
    pattern: /extract specifier "([^"]*)" not recognized/i,
    code: 'SQL_BAD_ARGUMENT',
    message: 'unit "$1" not recognized',
  },
  {
    pattern:
      /No function matches the given name and argument types '(year|month|day|hour|minute|second|quarter|week|decade|century|millennium|dow|doy|isodow|isoyear|epoch|era|milliseconds?|microseconds?|timezone|timezone_hour|timezone_minute)\((.*?)\)'/,
    code: 'SQL_NOT_SUPPORTED',
    message: (unit = '', type = '') => `unit "${unit}" not supported for type ${formatTypeName(type)}`,
  },
  {
    pattern: /Date out of range: (\d+-\d+-\d+)/,
    code: 'SQL_DATETIME_RANGE',
    message: (date = '') => `date field value out of range: ${padded(date)}`,
  },
  {
    pattern: /Time out of range: (\d+:\d+:\d+)/,
    code: 'SQL_DATETIME_RANGE',
    message: (time = '') => `time field value out of range: ${padded(time)}`,
  },
  {
    pattern: /Unknown TimeZone '(.*)'/s,
    code: 'SQL_BAD_ARGUMENT',
    message: 'time zone "$1" not recognized',
  },
  {
    pattern: /Type INT32 with value [-\d]+ (?:\(BC\) )?can't be cast to the destination type INT64/,
    code: 'SQL_DATETIME_RANGE',
    message: 'date out of range for timestamp',
  },
  {
    pattern: /Date and time not in timestamp range|(?:Interval|timestamp|Date) .*out of range/i,
    code: 'SQL_DATETIME_RANGE',
    message: 'timestamp out of range',
  },
  {
    pattern: /Can't bucket using zero/,
    code: 'SQL_DATETIME_RANGE',
    message: 'stride must be greater than zero',
  },
  { pattern: /interval cannot be 0/, code: 'SQL_BAD_ARGUMENT', message: 'step size cannot equal zero' },
  {
    pattern: /invalid (timestamp|date|time) field format: "([^]*?)", expected/,
    code: 'SQL_BAD_DATETIME',
    message: 'invalid input syntax for type $1: "$2"',
  },
  {
    pattern: /(?:timestamp|date|time) field value out of range: "(\s*[-+\d][^]*?)", expected/,
    code: 'SQL_DATETIME_RANGE',
    message: 'date/time field value out of range: "$1"',
  },
  {
    pattern: /(timestamp|date|time) field value out of range: "([^]*?)", expected/,
    code: 'SQL_BAD_DATETIME',
    message: 'invalid input syntax for type $1: "$2"',
  },
  { pattern: /field value out of range/i, code: 'SQL_DATETIME_RANGE' },
  {
    pattern:
      /Could not convert string ["']([^]*?)["'] to (INTERVAL|DATE|TIME|TIMESTAMP|TIMESTAMP WITH TIME ZONE)\b(?! WITH)/,
    code: 'SQL_BAD_DATETIME',
    message: (text = '', type = '') =>
      `invalid input syntax for type ${formatTypeName(type).replace(' without time zone', '')}: "${text}"`,
  },
];

const NUMBERS: readonly Meaning[] = [
  {
    pattern: /cannot take logarithm of (zero|a negative number)/i,
    code: 'SQL_LOGARITHM',
    message: 'cannot take logarithm of $1',
  },
  {
    pattern: /cannot take square root/i,
    code: 'SQL_POWER',
    message: 'cannot take square root of a negative number',
  },
  {
    pattern: /A?(?:SIN|COS|TAN)H? is undefined/i,
    code: 'SQL_NUMERIC_RANGE',
    message: 'input is out of range',
  },
  ...(['smallint', 'integer', 'bigint'] as const).map((type, i) => ({
    pattern: new RegExp(`Could not convert string ["']\\s*([-+]?\\d+)\\s*["'] to INT${16 << i}\\b.*`, 's'),
    code: 'SQL_NUMERIC_RANGE' as const,
    message: `value "$1" is out of range for type ${type}`,
  })),
  {
    pattern:
      /to type DECIMAL\(.*out of range|Could not cast value .* to DECIMAL\(|Could not convert string ["']\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*["'] to DECIMAL\(.*/,
    code: 'SQL_NUMERIC_RANGE',
    message: 'numeric field overflow',
  },
  {
    pattern:
      /with value (\S+) can't be cast because the value is out of range for the destination type (\w+)/,
    code: 'SQL_NUMERIC_RANGE',
    message: (value = '', type = '') => outOfRange(value, type),
  },
  {
    pattern: /Overflow (?:in negation of|on abs)/,
    code: 'SQL_NUMERIC_RANGE',
    message: 'integer out of range',
  },
  {
    pattern: /Overflow in \w+ of ([A-Z]+\d*)/,
    code: 'SQL_NUMERIC_RANGE',
    message: (type = '') => `${formatTypeName(type)} out of range`,
  },
];

const CASTS: readonly Meaning[] = [
  {
    pattern: /Unimplemented type for cast \((.+?) -> (.+?)\)/,
    code: 'SQL_CANNOT_CAST',
    message: (from = '', to = '') => `cannot cast type ${formatTypeName(from)} to ${formatTypeName(to)}`,
  },
  {
    pattern: /Cannot (?:mix values of type|combine types of|combine types) (.+?) and (.+?)(?: in | - )/,
    code: 'SQL_TYPE_MISMATCH',
    message: (left = '', right = '') =>
      `types ${formatTypeName(left)} and ${formatTypeName(right)} cannot be matched`,
  },
  {
    pattern: /Cannot compare values of type (.+?) and (?:type )?(.+?)(?: in | - an)/,
    code: 'SQL_UNKNOWN_FUNCTION',
    message: (left = '', right = '') =>
      `operator does not exist: ${formatTypeName(left)} = ${formatTypeName(right)}`,
  },
  {
    pattern: /Cannot concatenate lists of types (\S+) and (\S+) - an/,
    code: 'SQL_UNKNOWN_FUNCTION',
    message: (left = '', right = '') =>
      `operator does not exist: ${formatTypeName(left)} || ${formatTypeName(right)}`,
  },
];

const NAMES: readonly Meaning[] = [
  {
    pattern:
      /Referenced (?:column|table) ".*" not found|does not have a column named|Table ".*" does not have/i,
    code: 'SQL_UNKNOWN_COLUMN',
  },
  { pattern: /Ambiguous reference|Ambiguous column/i, code: 'SQL_AMBIGUOUS_COLUMN' },
  {
    pattern:
      /Scalar Function with name|Aggregate Function with name|Table Function with name|No function matches|Macro .* does not|best candidate function|Cannot deduce template type|needs \d+ parameters?, got/i,
    code: 'SQL_UNKNOWN_FUNCTION',
  },
  {
    pattern: /must appear in the GROUP BY clause|must be part of the GROUP BY|cannot contain aggregates/i,
    code: 'SQL_GROUPING',
  },
];

/** The kinds of DuckDB's errors, where their text is none of the above. */
const KINDS: readonly Meaning[] = [
  { pattern: /because the value is out of range/i, code: 'SQL_NUMERIC_RANGE' },
  { pattern: /^(?:Error: )?Conversion Error|Could not convert/i, code: 'SQL_BAD_VALUE' },
  { pattern: /^(?:Error: )?Out of Range Error|Overflow/i, code: 'SQL_NUMERIC_RANGE' },
  { pattern: /^(?:Error: )?Out of Memory Error/i, code: 'EXEC_MEMORY', message: 'out of memory' },
  {
    pattern: /^(?:Error: )?INTERRUPT Error|Interrupted/i,
    code: 'EXEC_CANCELLED',
    message: 'canceling statement due to user request',
  },
  {
    pattern: /^(?:Error: )?Permission Error|disabled by configuration/i,
    code: 'SQL_NOT_SUPPORTED',
    message: 'a query cannot read or write files',
    remedy: 'Use COPY.',
  },
  { pattern: /^(?:Error: )?(?:Not implemented Error|Parser Error)/i, code: 'SQL_NOT_SUPPORTED' },
  { pattern: /^(?:Error: )?(?:Binder|Catalog|Invalid Input|Invalid Type) Error/i, code: 'SQL_BIND' },
];

const UNKNOWN: Meaning = { pattern: /^/, code: 'EXEC_ENGINE' };

const MEANINGS: readonly Meaning[] = [
  ...QUERIES,
  ...AGGREGATES,
  ...WINDOWS,
  ...ARRAYS,
  ...STRINGS,
  ...DOCUMENTS,
  ...TIMES,
  ...NUMBERS,
  ...CASTS,
  ...NAMES,
  ...KINDS,
];

/** The meaning of a message of DuckDB; the first that matches counts. */
export function findMeaning(text: string): Meaning {
  return MEANINGS.find((each) => each.pattern.test(text)) ?? UNKNOWN;
}

/** PostgreSQL's message, with the parts of DuckDB's text; undefined if the meaning has none. */
export function formatMeaning({ pattern, message }: Meaning, text: string): string | undefined {
  if (message === undefined) return undefined;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  if (typeof message === 'string') return match[0].replace(pattern, message);
  return message(...match.slice(1));
}
