import { DriverError, ERRORS, getErrorMessage, type ErrorCode } from '../../core/errors.ts';
import { toPostgresType } from '../types/types.ts';

/** What DuckDB's messages mean in PostgreSQL's terms; the first that matches counts. */
const MEANINGS: readonly {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** What it says in place of DuckDB's words, with the pattern's groups as `$1`. */
  readonly says?: string;
}[] = [
  {
    pattern: /More than one row returned by a subquery/,
    code: 'SQL_CARDINALITY',
    says: 'A subquery that stands for a value gave more than one row.',
  },
  {
    pattern: /Subquery returns (\d+) columns - expected (\d+)/,
    code: 'SQL_SYNTAX',
    says: 'The number of columns of a subquery does not fit: found $1, expected $2.',
  },
  {
    pattern: /Set operations can only apply to expressions with the same number of result columns/,
    code: 'SQL_SYNTAX',
    says: 'The sides of UNION, INTERSECT and EXCEPT must have the same number of columns.',
  },
  {
    pattern: /ORDER term out of range - should be between 1 and (\d+)/,
    code: 'SQL_COLUMN_REFERENCE',
    says: 'ORDER BY takes positions of the SELECT list, from 1 to $1.',
  },
  {
    pattern: /LIMIT\/OFFSET cannot be negative/,
    code: 'SQL_ROW_COUNT',
    says: 'LIMIT and OFFSET are never negative.',
  },
  {
    pattern: /aggregate function calls cannot be nested/,
    code: 'SQL_GROUPING',
    says: 'An aggregate cannot be computed of an aggregate of the same query.',
  },
  {
    pattern: /(\w+(?: BY)?) clause cannot contain window functions/,
    code: 'SQL_WINDOWING',
    says: 'Window functions are not allowed in $1.',
  },
  {
    pattern: /(\w+(?: BY)?) clause cannot contain aggregates/,
    code: 'SQL_GROUPING',
    says: 'Aggregate functions are not allowed in $1.',
  },
  {
    pattern: /UNNEST\(\) can only be applied to lists, structs and NULL, not JSON/,
    code: 'SQL_UNKNOWN_FUNCTION',
    says: 'There is no function unnest(json); json_array_elements gives the elements of a list.',
  },
  {
    pattern: /Function "(\w+)" is a table function/,
    code: 'SQL_UNKNOWN_FUNCTION',
    says: 'There is no function $1 outside FROM.',
  },
  {
    pattern: /extract specifier "([^"]*)" not recognized/,
    code: 'SQL_BAD_ARGUMENT',
    says: '"$1" is no unit of time.',
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
  { pattern: /because the value is out of range/i, code: 'SQL_NUMERIC_RANGE' },
  { pattern: /^(?:Error: )?Conversion Error|Could not convert|Malformed JSON/i, code: 'SQL_BAD_VALUE' },
  { pattern: /^(?:Error: )?Out of Range Error|Overflow/i, code: 'SQL_NUMERIC_RANGE' },
  { pattern: /^(?:Error: )?Out of Memory Error/i, code: 'EXEC_MEMORY' },
  { pattern: /^(?:Error: )?INTERRUPT Error|Interrupted/i, code: 'EXEC_CANCELLED' },
  { pattern: /^(?:Error: )?Permission Error|disabled by configuration/i, code: 'SQL_NOT_SUPPORTED' },
  { pattern: /^(?:Error: )?(?:Not implemented Error|Parser Error)/i, code: 'SQL_NOT_SUPPORTED' },
  { pattern: /^(?:Error: )?(?:Binder|Catalog|Invalid Input|Invalid Type) Error/i, code: 'SQL_BIND' },
];

const UNKNOWN: (typeof MEANINGS)[number] = { pattern: /^/, code: 'EXEC_ENGINE' };

/** An error of DuckDB as the driver's own: one line, PostgreSQL's SQLSTATE, the position in the user's text where a column is named. */
export function toEngineError(thrown: unknown, locate: (name: string) => number | undefined): DriverError {
  if (thrown instanceof DriverError) return thrown;
  const message = getErrorMessage(thrown);
  const raised = parseRaised(message);
  if (raised !== undefined) return new DriverError(raised.code, raised.message, { cause: thrown });
  const { code, pattern, says } = MEANINGS.find((each) => each.pattern.test(message)) ?? UNKNOWN;
  const named =
    findCall(message)?.name ?? /(?:column|reference to column name|named) "?([^"\s!]+)"?/i.exec(message)?.[1];
  const position = named === undefined ? undefined : locate(named);
  const candidates = findCandidates(message);
  const said = says === undefined ? undefined : pattern.exec(message)?.[0].replace(pattern, says);
  return new DriverError(code, said ?? describe(code, message, named), {
    cause: thrown,
    ...(position === undefined ? {} : { position }),
    ...(candidates.length === 0 ? {} : { candidates }),
  });
}

/** What a macro or a function of ours raised: `[SQL_DIVISION_BY_ZERO] division by zero`. */
function parseRaised(message: string): { readonly code: ErrorCode; readonly message: string } | undefined {
  const [, code = '', text = ''] = /^(?:Error: )?Invalid Input Error: \[(\w+)\] (.*)/s.exec(message) ?? [];
  return isErrorCode(code) ? { code, message: text.trim() } : undefined;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

function describe(code: ErrorCode, message: string, named: string | undefined): string {
  if (code === 'SQL_UNKNOWN_COLUMN' && named !== undefined) return `column "${named}" does not exist`;
  const operator = findOperator(message);
  if (operator !== undefined) return operator;
  const called = findCall(message);
  if (called !== undefined) return `There is no function ${called.name}${called.types ?? ''}.`;
  const [, left, right] = /Cannot compare values of type (.+?) and type (.+?) - an/.exec(message) ?? [];
  if (left !== undefined && right !== undefined)
    return `There is no comparison of ${formatTypeName(left)} with ${formatTypeName(right)}; cast one of them.`;
  const overflowed = /Overflow in \w+ of ([A-Z]+\d*)/.exec(message)?.[1];
  if (overflowed !== undefined) return `The result is out of range for ${formatTypeName(overflowed)}.`;
  const unfit = UNFIT.exec(message);
  if (unfit !== null) return `"${unfit[1] ?? ''}" is no ${formatTypeName(unfit[2] ?? '')}.`;
  const [, kind, text] = /invalid (\w+) field format: "([^]*?)", expected/.exec(message) ?? [];
  if (kind !== undefined) return `"${text ?? ''}" is no ${kind}.`;
  const [firstLine = ''] = message.replace(/^(?:Error: )?[A-Za-z ]+ Error: /, '').split('\n');
  // Stub names are of no use to the person who wrote the statement.
  return firstLine.replace(/\s*Candidate bindings:.*$/s, '').trim();
}

/** DuckDB could not make a value of a type of a text. */
const UNFIT = /Could not convert string ["']([^]*?)["'] to ([A-Z]\w*(?: WITH TIME ZONE)?)/;

/** The function that there is not, or not for these types. */
function findCall(message: string): { readonly name: string; readonly types?: string } | undefined {
  const unknown = /Function with name "?([^"\s!]+)"? does not exist/i.exec(message)?.[1];
  if (unknown !== undefined) return { name: withoutPrefix(unknown) };
  const macro = /Macro "?(\w+?)"?\(\) does not support the supplied arguments/.exec(message)?.[1];
  if (macro !== undefined) return { name: withoutPrefix(macro), types: ' for these arguments' };
  const [, name, types] =
    /No function matches the given name and argument types '(\w+)\((.*)\)'/.exec(message) ?? [];
  if (name === undefined || types === undefined) return undefined;
  return { name: withoutPrefix(name), types: `(${parseTypeList(types).join(', ')})` };
}

/** DuckDB takes these operators for functions. */
const OPERATORS: ReadonlyMap<string, string> = new Map([
  ['~~', 'LIKE'],
  ['!~~', 'NOT LIKE'],
  ['~~*', 'ILIKE'],
  ['!~~*', 'NOT ILIKE'],
  ['~~~', 'GLOB'],
]);

function findOperator(message: string): string | undefined {
  const [, sign, types] =
    /No function matches the given name and argument types '([^\w(]+)\((.*)\)'/.exec(message) ?? [];
  if (sign === undefined || types === undefined) return undefined;
  return `There is no operator ${OPERATORS.get(sign) ?? sign} for ${parseTypeList(types).join(' and ')}.`;
}

function parseTypeList(list: string): readonly string[] {
  // Commas within brackets belong to a type.
  return list === '' ? [] : list.split(/,\s*(?![^(]*\))/).map(formatTypeName);
}

/** What stands in for PostgreSQL's functions is called after them. */
function withoutPrefix(name: string): string {
  return name.replace(/^pg_(?!get_|is_|table|backend|encoding)/, '');
}

/** DuckDB calls integers by their width in some messages, and literals by themselves. */
function formatTypeName(engineName: string): string {
  const plain = engineName.replace(/_LITERAL$/, '').replace(/^STRING$/, 'VARCHAR');
  return WIDTHS.get(plain) ?? toPostgresType(plain);
}

const WIDTHS: ReadonlyMap<string, string> = new Map([
  ['INT16', 'smallint'],
  ['INT32', 'integer'],
  ['INT64', 'bigint'],
  ['INT128', 'numeric'],
  ['DECIMAL', 'numeric'],
  ['BOOL', 'boolean'],
]);

/** DuckDB lists them as `"r0.status"`, `"status"` or, for functions, after a line of its own. */
function findCandidates(message: string): readonly string[] {
  const list = /(?:Candidate bindings|Did you mean):?\s*(.*)/s.exec(message)?.[1]?.split('\nLINE')[0] ?? '';
  return [
    ...new Set([...list.matchAll(/"([^"]+)"/g)].map((match) => (match[1] ?? '').replace(/^.*\./, ''))),
  ].slice(0, 5);
}
