import type { Node, CopyStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { JSON_FORMAT_PLACEHOLDER } from '../parse/prepared-text.ts';
import type { ParsedText } from '../parse/parse.ts';
import { type ColumnType, readColumnTypes } from '../parse/table/read-column-types.ts';
import { isNode, getStringValue } from '../parse/tree.ts';
import type { FileAccess } from '../exec/context.ts';
import { COPY_FORMATS, type CopyFormat, detectFormat } from './file-format.ts';

/** A parsed COPY statement. */
export interface CopyRequest {
  readonly statement: CopyStmt;
  readonly file: string;
  readonly files: FileAccess;
  readonly options: CopyOptions;
  /** The column list, if it has one. */
  readonly columns: readonly string[] | undefined;
}

const COMPRESSIONS = ['none', 'gzip', 'zstd', 'snappy'] as const;
type Compression = (typeof COMPRESSIONS)[number];

/** The columns that an option applies to: these, or all. */
type ColumnChoice = '*' | ReadonlySet<string>;

/** The options of a COPY, with defaults. */
export interface CopyOptions {
  readonly format: CopyFormat;
  /** Compression of the whole file; for Parquet, of its pages. `auto`: the first bytes of a file tell it. */
  readonly compression: Compression | 'auto';
  /** `match`: the header must have the names of the columns. */
  readonly header: boolean | 'match';
  readonly delimiter: string;
  readonly null: string;
  readonly quote: string;
  readonly escape: string;
  readonly forceQuote: ColumnChoice;
  readonly forceNull: ColumnChoice;
  readonly forceNotNull: ColumnChoice;
  /** TO: replace an existing file. */
  readonly overwrite: boolean;
  /** FROM: what happens to a row whose key exists. */
  readonly onConflict: 'replace' | 'skip' | 'error';
  /** FROM: whether a NULL is stored, or its attribute left out. */
  readonly nulls: 'omit' | 'store';
  readonly onError: 'stop' | 'skip';
  /** FROM: the file that skipped rows are written to. */
  readonly rejects: string | undefined;
  /** FROM: the types of columns. */
  readonly types: readonly ColumnType[];
  /** FROM: maximum write capacity units per second. */
  readonly rateLimit: number | undefined;
  readonly resume: boolean;
}

interface OptionNode {
  readonly name: string;
  readonly arg: Node | undefined;
  readonly position: number;
}

/** A kind of option: the formats and direction it is valid for, and the parser of its argument. */
interface OptionKind {
  readonly formats?: readonly CopyFormat[];
  readonly direction?: 'TO' | 'FROM';
  readonly parse: (option: OptionNode) => Partial<CopyOptions>;
}

const TEXT_FORMATS = ['text', 'csv'] as const;
const CSV_ONLY = ['csv'] as const;
const FORMATS_WITH_NULLS = ['text', 'csv', 'json', 'ndjson', 'parquet'] as const;
const OPTION_KINDS: ReadonlyMap<string, OptionKind> = new Map<string, OptionKind>([
  ['format', { parse: (option) => ({ format: parseFormat(option) }) }],
  ['compression', { parse: (option) => ({ compression: parseChoice(option, COMPRESSIONS) }) }],
  ['encoding', { formats: TEXT_FORMATS, parse: parseEncoding }],
  ['header', { formats: TEXT_FORMATS, parse: (option) => ({ header: parseHeader(option) }) }],
  ['delimiter', { formats: TEXT_FORMATS, parse: (option) => ({ delimiter: parseCharacter(option) }) }],
  ['null', { formats: TEXT_FORMATS, parse: (option) => ({ null: parseNull(option) }) }],
  ['quote', { formats: CSV_ONLY, parse: (option) => ({ quote: parseCharacter(option) }) }],
  ['escape', { formats: CSV_ONLY, parse: (option) => ({ escape: parseCharacter(option) }) }],
  [
    'force_quote',
    { formats: CSV_ONLY, direction: 'TO', parse: (option) => ({ forceQuote: parseColumns(option) }) },
  ],
  [
    'force_null',
    { formats: CSV_ONLY, direction: 'FROM', parse: (option) => ({ forceNull: parseColumns(option) }) },
  ],
  [
    'force_not_null',
    { formats: CSV_ONLY, direction: 'FROM', parse: (option) => ({ forceNotNull: parseColumns(option) }) },
  ],
  ['overwrite', { direction: 'TO', parse: (option) => ({ overwrite: parseBoolean(option) }) }],
  [
    'on_conflict',
    {
      direction: 'FROM',
      parse: (option) => ({ onConflict: parseChoice(option, ['replace', 'skip', 'error']) }),
    },
  ],
  [
    'nulls',
    {
      formats: FORMATS_WITH_NULLS,
      direction: 'FROM',
      parse: (option) => ({ nulls: parseChoice(option, ['omit', 'store']) }),
    },
  ],
  [
    'on_error',
    { direction: 'FROM', parse: (option) => ({ onError: parseChoice(option, ['stop', 'skip']) }) },
  ],
  ['types', { direction: 'FROM', parse: (option) => ({ types: parseTypes(option) }) }],
  ['rejects', { direction: 'FROM', parse: (option) => ({ rejects: parsePath(option) }) }],
  ['rate_limit', { direction: 'FROM', parse: (option) => ({ rateLimit: parseRate(option) }) }],
  ['resume', { direction: 'FROM', parse: (option) => ({ resume: parseBoolean(option) }) }],
]);

/**
 * Parses the options of a COPY. `found`: the format of the files that a COPY FROM has found. Throws if an option is invalid, or
 * if they contradict each other.
 */
export function parseCopyOptions(
  nodes: readonly Node[],
  file: string,
  direction: 'TO' | 'FROM',
  parsed: ParsedText,
  found?: CopyFormat,
): CopyOptions {
  const entries = nodes.flatMap((node): readonly (OptionNode & OptionKind)[] => {
    if (!('DefElem' in node)) return [];
    const { defname: name = '', arg, location = 0 } = node.DefElem;
    return [{ name, arg, position: parsed.position(location), ...findOptionKind(name, location, parsed) }];
  });
  const duplicate = entries.find(({ name }, i) => entries.findIndex((other) => other.name === name) !== i);
  if (duplicate !== undefined)
    throw new DriverError('SQL_SYNTAX', 'conflicting or redundant options', {
      position: duplicate.position,
      remedy: `Write ${duplicate.name.toUpperCase()} only once.`,
    });
  let explicit: Partial<CopyOptions> = {};
  for (const entry of entries) explicit = { ...explicit, ...entry.parse(entry) };
  const detected = detectFormat(file);
  const { format = found ?? detected.format ?? 'text', quote = '"' } = explicit;
  for (const entry of entries) checkApplicable(entry, format, direction);
  const fileCompression = direction === 'FROM' ? 'auto' : (detected.compression ?? 'none');
  const options: CopyOptions = {
    format,
    compression: format === 'parquet' ? 'zstd' : fileCompression,
    header: false,
    delimiter: format === 'csv' ? ',' : '\t',
    null: format === 'csv' ? '' : '\\N',
    quote,
    escape: quote,
    forceQuote: NONE,
    forceNull: NONE,
    forceNotNull: NONE,
    overwrite: false,
    onConflict: 'replace',
    nulls: 'omit',
    onError: 'stop',
    rejects: undefined,
    types: [],
    rateLimit: undefined,
    resume: false,
    ...explicit,
  };
  checkCombination(options, direction);
  return options;
}

function findOptionKind(name: string, location: number, parsed: ParsedText): OptionKind {
  const kind = OPTION_KINDS.get(name);
  if (kind !== undefined) return kind;
  const all = [...OPTION_KINDS.keys()];
  throw new DriverError('SQL_SYNTAX', `option "${name}" not recognized`, {
    position: parsed.position(location),
    candidates: nearest(name, all),
    remedy: `Use one of ${all.join(', ')}.`,
  });
}

const NONE: ReadonlySet<string> = new Set();

/** PostgreSQL's checks of an option against the format and the direction. */
function checkApplicable(
  { name, position, formats, direction }: OptionNode & OptionKind,
  format: CopyFormat,
  actualDirection: 'TO' | 'FROM',
): void {
  if (formats !== undefined && !formats.includes(format))
    throw new DriverError(
      'SQL_SYNTAX',
      formats === CSV_ONLY
        ? `COPY ${name.toUpperCase()} requires CSV mode`
        : `COPY ${name.toUpperCase()} cannot be used with format ${format}`,
      { position, remedy: `Leave it out, or use FORMAT ${formats.join(', ')}.` },
    );
  if (direction !== undefined && direction !== actualDirection)
    throw new DriverError(
      'SQL_SYNTAX',
      `COPY ${name.toUpperCase()} cannot be used with COPY ${actualDirection}`,
      {
        position,
      },
    );
}

function invalidOptions(message: string): DriverError {
  return new DriverError('SQL_BAD_ARGUMENT', message);
}

function checkCombination(
  { format, compression, delimiter, quote, rejects, onError, ...rest }: CopyOptions,
  direction: 'TO' | 'FROM',
): void {
  if (format === 'ion')
    throw new DriverError('SQL_NOT_SUPPORTED', `COPY ${direction} in format ion is not supported`, {
      remedy: 'Use FORMAT dynamodb_json, and export tables to S3 in DynamoDB JSON: both keep every type.',
    });
  const isZstdSource = compression === 'zstd' && direction === 'FROM';
  if (format !== 'parquet' && (compression === 'zstd' || compression === 'snappy') && !isZstdSource)
    throw invalidOptions(
      `COPY COMPRESSION ${compression} requires FORMAT parquet: other formats support gzip`,
    );
  if (format === 'csv' && delimiter === quote)
    throw invalidOptions('COPY delimiter and quote must be different');
  if (format === 'text' && /[\\.a-z\d]/.test(delimiter))
    throw invalidOptions(`COPY delimiter cannot be "${delimiter}"`);
  if ((format === 'csv' || format === 'text') && rest.null.includes(delimiter))
    throw invalidOptions('COPY delimiter must not appear in the NULL specification');
  if (format === 'csv' && rest.null.includes(quote))
    throw invalidOptions('CSV quote character must not appear in the NULL specification');
  if (rejects !== undefined && onError !== 'skip')
    throw invalidOptions('COPY REJECTS requires ON_ERROR to be set to SKIP');
}

function readKeyword({ arg }: OptionNode): string | undefined {
  if (arg === undefined) return undefined;
  if ('Integer' in arg) return String(arg.Integer.ival ?? 0);
  if ('Float' in arg) return arg.Float.fval ?? '0';
  if ('Boolean' in arg) return arg.Boolean.boolval === true ? 'true' : 'false';
  return getStringValue(arg);
}

function invalidArgument({ position }: OptionNode, message: string, remedy?: string): DriverError {
  return new DriverError('SQL_BAD_ARGUMENT', message, {
    position,
    ...(remedy !== undefined && { remedy }),
  });
}

function parseChoice<const T extends string>(option: OptionNode, choices: readonly T[]): T {
  const value = readKeyword(option);
  const choice = choices.find((each) => each === value?.toLowerCase());
  if (choice !== undefined) return choice;
  const remedy = `Use one of ${choices.join(', ')}.`;
  if (value === undefined) throw invalidArgument(option, `${option.name} requires a parameter`, remedy);
  const name = option.name === 'format' ? option.name : option.name.toUpperCase();
  throw invalidArgument(option, `COPY ${name} "${value}" not recognized`, remedy);
}

function parseFormat(option: OptionNode): CopyFormat {
  return readKeyword(option) === JSON_FORMAT_PLACEHOLDER ? 'json' : parseChoice(option, COPY_FORMATS);
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'on', '1'].map((keyword) => [keyword, true] as const),
  ...['false', 'off', '0'].map((keyword) => [keyword, false] as const),
]);

function readBoolean(option: OptionNode): boolean | undefined {
  return BOOLEANS.get(readKeyword(option)?.toLowerCase() ?? 'true');
}

function parseBoolean(option: OptionNode): boolean {
  const value = readBoolean(option);
  if (value === undefined) throw invalidArgument(option, `${option.name} requires a Boolean value`);
  return value;
}

function parseHeader(option: OptionNode): boolean | 'match' {
  if (readKeyword(option)?.toLowerCase() === 'match') return 'match';
  const value = readBoolean(option);
  if (value === undefined)
    throw invalidArgument(option, `${option.name} requires a Boolean value or "match"`);
  return value;
}

function parseEncoding(option: OptionNode): Partial<CopyOptions> {
  const encoding = readKeyword(option);
  if (encoding === undefined || !/^utf-?8$/i.test(encoding))
    throw invalidArgument(option, `COPY supports only the encoding UTF8, not "${encoding ?? ''}"`);
  return {};
}

function parseCharacter(option: OptionNode): string {
  const text = readKeyword(option);
  if (text?.length !== 1 || /[\u0080-\uffff]/.test(text))
    throw invalidArgument(option, `COPY ${option.name} must be a single one-byte character`);
  if (/[\r\n]/.test(text))
    throw invalidArgument(option, `COPY ${option.name} cannot be newline or carriage return`);
  return text;
}

function parseNull(option: OptionNode): string {
  const text = readKeyword(option);
  if (text === undefined) throw invalidArgument(option, `${option.name} requires a parameter`);
  if (/[\r\n]/.test(text))
    throw invalidArgument(option, 'COPY null representation cannot use newline or carriage return');
  return text;
}

function parsePath(option: OptionNode): string {
  const text = readKeyword(option);
  if (text === undefined || text === '')
    throw invalidArgument(option, `${option.name} requires the name of a file`);
  return text;
}

function parseTypes(option: OptionNode): readonly ColumnType[] {
  const text = readKeyword(option);
  if (text === undefined || text.trim() === '')
    throw invalidArgument(
      option,
      `${option.name} requires a list of columns with their types`,
      "Write it as in TYPES 'qty bigint, price numeric(10,2)'.",
    );
  return readColumnTypes(text);
}

function parseRate(option: OptionNode): number {
  const units = Number(readKeyword(option));
  if (!(units > 0 && units < Infinity))
    throw invalidArgument(
      option,
      `${option.name} requires a positive number of write capacity units per second`,
    );
  return units;
}

function parseColumns(option: OptionNode): ColumnChoice {
  const { arg } = option;
  if (arg !== undefined && 'A_Star' in arg) return '*';
  const items = arg !== undefined && 'List' in arg ? (arg.List.items ?? []) : [];
  if (items.length === 0)
    throw invalidArgument(option, `argument to option "${option.name}" must be a list of column names`);
  return new Set(items.filter(isNode).map((item) => getStringValue(item) ?? ''));
}

/** Whether an option applies to the column. */
export function appliesTo(choice: ColumnChoice, name: string): boolean {
  return choice === '*' || choice.has(name);
}
