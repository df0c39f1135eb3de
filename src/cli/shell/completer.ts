import { KEYWORDS } from './keywords.ts';
import { META_COMMANDS } from './meta-commands.ts';

/** Where the names come from; they are asked for when the key is pressed. */
export interface Names {
  tables(): Promise<readonly string[]>;
  columns(table: string): Promise<readonly string[]>;
}

/** What readline wants: the completions, and the part of the line that they replace. */
export type Completion = [completions: string[], replaced: string];

const RESERVED: ReadonlySet<string> = new Set(KEYWORDS.map((word) => word.toLowerCase()));
const WORD = /(?:"[^"]*(?:"|$)|[\p{L}\p{N}_$.])+/gu;
const WANTS_TABLE = /\b(?:from|join|table)\s+$/i;

/** Completes the end of a line that follows the statement's earlier lines. */
export async function complete(line: string, earlier: string, names: Names): Promise<Completion> {
  if (earlier.trim() === '' && line.trimStart().startsWith('\\'))
    return completeMeta(line.trimStart(), names);
  const word = lastWord(line);
  const before = line.slice(0, line.length - word.length);
  const tables = await names.tables();
  if (WANTS_TABLE.test(`${earlier}\n${before}`)) return [matching(tables.map(quoted), word), word];

  const columns = await columnsOf(mentioned(tables, earlier + line), names);
  const dot = word.lastIndexOf('.');
  if (dot >= 0) {
    const qualifier = word.slice(0, dot + 1);
    return [matching(columns.map(quoted), word.slice(dot + 1)).map((name) => qualifier + name), word];
  }
  if (word === '') return [columns.map(quoted), word];
  const keywords = word === word.toLowerCase() ? KEYWORDS.map((keyword) => keyword.toLowerCase()) : KEYWORDS;
  return [matching([...columns.map(quoted), ...tables.map(quoted), ...keywords], word), word];
}

async function completeMeta(line: string, names: Names): Promise<Completion> {
  const [, command = '', blank = '', argument = ''] = /^(\S+)(\s*)(.*)$/.exec(line) ?? [];
  if (blank === '') {
    return [META_COMMANDS.map((meta) => meta.name).filter((name) => name.startsWith(command)), command];
  }
  if (command === '\\explain') return complete(argument, '', names);
  return command === '\\d'
    ? [matching((await names.tables()).map(quoted), argument), argument]
    : [[], argument];
}

/** The word at the end, quotes and qualifiers included. Quotes pair from the left, so all of the line is read. */
function lastWord(line: string): string {
  const last = [...line.matchAll(WORD)].at(-1);
  return last !== undefined && last.index + last[0].length === line.length ? last[0] : '';
}

function matching(candidates: readonly string[], word: string): string[] {
  const wanted = word.replaceAll('"', '').toLowerCase();
  const found = candidates.filter((name) => name.replaceAll('"', '').toLowerCase().startsWith(wanted));
  return [...new Set(found)].toSorted();
}

function mentioned(tables: readonly string[], statement: string): readonly string[] {
  const text = statement.toLowerCase();
  return tables.filter((table) => text.includes(table.toLowerCase()));
}

async function columnsOf(tables: readonly string[], names: Names): Promise<string[]> {
  return (await Promise.all(tables.map((table) => names.columns(table)))).flat();
}

/** A name as SQL spells it: in quotes where it would otherwise be read as something else. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
