import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { JSON_STAND_IN } from '../parse/copy-format.ts';
import type { ParsedText } from '../parse/parse.ts';
import { isNode, textOf } from '../parse/tree.ts';

export const COPY_FORMATS = ['text', 'csv', 'json', 'ndjson', 'dynamodb_json', 'parquet'] as const;
export type CopyFormat = (typeof COPY_FORMATS)[number];

const COMPRESSIONS = ['none', 'gzip', 'zstd', 'snappy'] as const;

/** Columns that an option is about: these, or all. */
export type ColumnChoice = '*' | ReadonlySet<string>;

/** What WITH ( … ) says, with defaults where it says nothing. */
export interface CopyOptions {
  readonly format: CopyFormat;
  /** Of the file as a whole; Parquet compresses its parts. */
  readonly compression: (typeof COMPRESSIONS)[number];
  /** `match`: the names must be those of the columns. */
  readonly header: boolean | 'match';
  readonly delimiter: string;
  readonly null: string;
  readonly quote: string;
  readonly escape: string;
  readonly forceQuote: ColumnChoice;
  readonly forceNull: ColumnChoice;
  readonly forceNotNull: ColumnChoice;
  /** TO: a file that is there is replaced. */
  readonly overwrite: boolean;
  /** FROM: what becomes of an item with the key of a row. */
  readonly onConflict: 'replace' | 'skip' | 'error';
  /** FROM: whether NULLs are stored; an item need not have the attribute. DynamoDB's JSON says it itself. */
  readonly nulls: 'omit' | 'store';
  readonly onError: 'stop' | 'skip';
  /** Where rows go that were skipped. */
  readonly rejects: string | undefined;
  /** Write capacity units a second. */
  readonly rateLimit: number | undefined;
  readonly resume: boolean;
}

interface Given {
  readonly name: string;
  readonly arg: Node | undefined;
  readonly position: number;
}

/** An option: where it may stand, and what it makes of its argument. */
interface OptionKind {
  readonly formats?: readonly CopyFormat[];
  readonly direction?: 'TO' | 'FROM';
  readonly read: (given: Given) => Partial<CopyOptions>;
}

const TEXTS = ['text', 'csv'] as const;
const CSV = ['csv'] as const;
const WITH_NULLS = ['text', 'csv', 'json', 'ndjson', 'parquet'] as const;
const OPTION_KINDS: ReadonlyMap<string, OptionKind> = new Map<string, OptionKind>([
  ['format', { read: (given) => ({ format: formatOf(given) }) }],
  ['compression', { read: (given) => ({ compression: oneOf(given, COMPRESSIONS) }) }],
  ['encoding', { formats: TEXTS, read: utf8 }],
  ['header', { formats: TEXTS, read: (given) => ({ header: headerOf(given) }) }],
  ['delimiter', { formats: TEXTS, read: (given) => ({ delimiter: character(given) }) }],
  ['null', { formats: TEXTS, read: (given) => ({ null: lineText(given) }) }],
  ['quote', { formats: CSV, read: (given) => ({ quote: character(given) }) }],
  ['escape', { formats: CSV, read: (given) => ({ escape: character(given) }) }],
  ['force_quote', { formats: CSV, direction: 'TO', read: (given) => ({ forceQuote: columnsOf(given) }) }],
  ['force_null', { formats: CSV, direction: 'FROM', read: (given) => ({ forceNull: columnsOf(given) }) }],
  [
    'force_not_null',
    { formats: CSV, direction: 'FROM', read: (given) => ({ forceNotNull: columnsOf(given) }) },
  ],
  ['overwrite', { direction: 'TO', read: (given) => ({ overwrite: booleanOf(given) }) }],
  [
    'on_conflict',
    {
      direction: 'FROM',
      read: (given) => ({ onConflict: oneOf(given, ['replace', 'skip', 'error']) }),
    },
  ],
  [
    'nulls',
    {
      formats: WITH_NULLS,
      direction: 'FROM',
      read: (given) => ({ nulls: oneOf(given, ['omit', 'store']) }),
    },
  ],
  ['on_error', { direction: 'FROM', read: (given) => ({ onError: oneOf(given, ['stop', 'skip']) }) }],
  ['rejects', { direction: 'FROM', read: (given) => ({ rejects: path(given) }) }],
  ['rate_limit', { direction: 'FROM', read: (given) => ({ rateLimit: rate(given) }) }],
  ['resume', { direction: 'FROM', read: (given) => ({ resume: booleanOf(given) }) }],
]);

const EXTENSIONS: ReadonlyMap<string, CopyFormat> = new Map([
  ['csv', 'csv'],
  ['json', 'json'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
  ['parquet', 'parquet'],
]);

/** The format that a file's name tells, and whether it says that it is compressed. */
export function formatOfName(file: string): {
  readonly format: CopyFormat | undefined;
  readonly gzip: boolean;
} {
  const gzip = /\.gz$/i.test(file);
  const extension = /\.(\w+)$/.exec(gzip ? file.slice(0, -3) : file)?.[1];
  return { format: EXTENSIONS.get(extension?.toLowerCase() ?? ''), gzip };
}

/** Reads the options of a COPY; throws where they do not go together. */
export function copyOptions(
  nodes: readonly Node[],
  file: string,
  direction: 'TO' | 'FROM',
  parsed: ParsedText,
): CopyOptions {
  const asked = nodes.flatMap((node): readonly (Given & OptionKind)[] => {
    if (!('DefElem' in node)) return [];
    const { defname: name = '', arg, location = 0 } = node.DefElem;
    return [{ name, arg, position: parsed.position(location), ...kindNamed(name, location, parsed) }];
  });
  const twice = asked.find(({ name }, i) => asked.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined)
    throw new DriverError('SQL_SYNTAX', `${twice.name.toUpperCase()} is given twice.`, {
      position: twice.position,
    });
  let given: Partial<CopyOptions> = {};
  for (const option of asked) given = { ...given, ...option.read(option) };
  const named = formatOfName(file);
  const { format = named.format ?? 'text', quote = '"' } = given;
  for (const option of asked) checkPlace(option, format, direction);
  const zipped = named.gzip ? 'gzip' : 'none';
  const chosen: CopyOptions = {
    format,
    compression: format === 'parquet' ? 'zstd' : zipped,
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
    rateLimit: undefined,
    resume: false,
    ...given,
  };
  checkTogether(chosen);
  return chosen;
}

function kindNamed(name: string, location: number, parsed: ParsedText): OptionKind {
  const kind = OPTION_KINDS.get(name);
  if (kind !== undefined) return kind;
  const all = [...OPTION_KINDS.keys()];
  throw new DriverError('SQL_SYNTAX', `COPY has no option ${name}.`, {
    position: parsed.position(location),
    candidates: nearest(name, all),
    remedy: `Its options are ${all.join(', ')}.`,
  });
}

const NONE: ReadonlySet<string> = new Set();

function checkPlace(
  { name, position, formats, direction }: Given & OptionKind,
  format: CopyFormat,
  going: 'TO' | 'FROM',
): void {
  if (formats !== undefined && !formats.includes(format))
    throw new DriverError('SQL_SYNTAX', `${name.toUpperCase()} does not go with the format ${format}.`, {
      position,
      remedy: `It goes with ${formats.join(', ')}.`,
    });
  if (direction !== undefined && direction !== going)
    throw new DriverError('SQL_SYNTAX', `${name.toUpperCase()} goes with COPY ${direction} only.`, {
      position,
    });
}

function wrong(message: string): DriverError {
  return new DriverError('SQL_BAD_ARGUMENT', message);
}

function checkTogether({
  format,
  compression,
  delimiter,
  quote,
  rejects,
  onError,
  ...rest
}: CopyOptions): void {
  if (format !== 'parquet' && (compression === 'zstd' || compression === 'snappy'))
    throw wrong(`COMPRESSION ${compression} goes with the format parquet; the others have gzip.`);
  if (format === 'csv' && delimiter === quote) throw wrong('DELIMITER and QUOTE must differ.');
  if (format === 'text' && /[\\.a-z\d]/.test(delimiter)) throw wrong(`DELIMITER cannot be "${delimiter}".`);
  if ((format === 'csv' || format === 'text') && rest.null.includes(delimiter))
    throw wrong('NULL must not hold the DELIMITER.');
  if (format === 'csv' && rest.null.includes(quote)) throw wrong('NULL must not hold the QUOTE.');
  if (rejects !== undefined && onError !== 'skip') throw wrong('REJECTS goes with ON_ERROR skip.');
}

function wordOf({ arg }: Given): string | undefined {
  if (arg === undefined) return undefined;
  if ('Integer' in arg) return String(arg.Integer.ival ?? 0);
  if ('Float' in arg) return arg.Float.fval ?? '0';
  if ('Boolean' in arg) return arg.Boolean.boolval === true ? 'true' : 'false';
  return textOf(arg);
}

function misfit({ name, position }: Given, expected: string, found: string | undefined): DriverError {
  const what = found === undefined ? 'nothing' : JSON.stringify(found);
  return new DriverError('SQL_BAD_ARGUMENT', `${name.toUpperCase()} takes ${expected}, not ${what}.`, {
    position,
  });
}

function oneOf<const T extends string>(given: Given, words: readonly T[]): T {
  const word = wordOf(given)?.toLowerCase();
  const found = words.find((each) => each === word);
  if (found === undefined) throw misfit(given, words.join(', '), wordOf(given));
  return found;
}

function formatOf(given: Given): CopyFormat {
  return wordOf(given) === JSON_STAND_IN ? 'json' : oneOf(given, COPY_FORMATS);
}

function booleanOf(given: Given): boolean {
  const word = wordOf(given)?.toLowerCase() ?? 'true';
  if (['true', 'on', '1'].includes(word)) return true;
  if (['false', 'off', '0'].includes(word)) return false;
  throw misfit(given, 'true or false', word);
}

function headerOf(given: Given): boolean | 'match' {
  return wordOf(given)?.toLowerCase() === 'match' ? 'match' : booleanOf(given);
}

function utf8(given: Given): Partial<CopyOptions> {
  if (!/^utf-?8$/i.test(wordOf(given) ?? '')) throw misfit(given, 'UTF8', wordOf(given));
  return {};
}

function character(given: Given): string {
  const text = wordOf(given);
  if (text?.length !== 1 || /[\r\n\u0080-\uffff]/.test(text))
    throw misfit(given, 'one ASCII character', text);
  return text;
}

function lineText(given: Given): string {
  const text = wordOf(given);
  if (text === undefined || /[\r\n]/.test(text)) throw misfit(given, 'text within a line', text);
  return text;
}

function path(given: Given): string {
  const text = wordOf(given);
  if (text === undefined || text === '') throw misfit(given, 'the name of a file', text);
  return text;
}

function rate(given: Given): number {
  const units = Number(wordOf(given));
  if (!(units > 0 && units < Infinity)) throw misfit(given, 'write capacity units a second', wordOf(given));
  return units;
}

function columnsOf(given: Given): ColumnChoice {
  const { arg } = given;
  if (arg !== undefined && 'A_Star' in arg) return '*';
  const items = arg !== undefined && 'List' in arg ? (arg.List.items ?? []) : [];
  if (items.length === 0) throw misfit(given, 'a list of columns or *', wordOf(given));
  return new Set(items.filter(isNode).map((item) => textOf(item) ?? ''));
}

/** Whether an option is about the column. */
export function concerns(choice: ColumnChoice, name: string): boolean {
  return choice === '*' || choice.has(name);
}
