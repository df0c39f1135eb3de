import { META_COMMANDS } from './meta-commands.ts';
import type { Connection } from '../../session/connection.ts';

/** Names of a connection, each looked up once. A failed look-up yields no completions. */
export function cachedNames({ metadata }: Connection): NameSource {
  const known = new Map<string, Promise<readonly string[]>>();
  const once = (key: string, load: () => Promise<readonly string[]>): Promise<readonly string[]> => {
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const names = load().catch(() => {
      // Completion is optional: a user who may not list tables can still type their names.
      known.delete(key);
      return [];
    });
    known.set(key, names);
    return names;
  };
  return {
    tables: () => once('', async () => (await metadata.tables()).map((table) => table.name)),
    columns: (table) =>
      once(table, async () =>
        (await metadata.columns(table)).filter((column) => !column.hidden).map((column) => column.name),
      ),
  };
}

/** Keywords that the shell completes and that identifiers must be quoted for. */
export const KEYWORDS: readonly string[] = (
  'ALL AND ANY AS ASC BETWEEN BY CASE CAST COALESCE COUNT CROSS CURRENT_DATE CURRENT_TIMESTAMP DESC DISTINCT ELSE END ' +
  'EXCEPT EXISTS EXPLAIN EXTRACT FALSE FETCH FILTER FIRST FROM FULL GROUP HAVING ILIKE IN INNER INTERSECT INTERVAL IS JOIN ' +
  'LAST LATERAL LEFT LIKE LIMIT MAX MIN NOT NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION RANK RECURSIVE RIGHT ROWS ' +
  'ROW_NUMBER SELECT SUBSTRING SUM AVG TABLE THEN TRUE UNION USING VALUES WHEN WHERE WINDOW WITH'
).split(' ');

/** Supplies names for completion, looked up when Tab is pressed. */
export interface NameSource {
  tables(): Promise<readonly string[]>;
  columns(table: string): Promise<readonly string[]>;
}

/** What readline expects: the completions and the part of the line they replace. */
export type Completion = [completions: string[], replaced: string];

const RESERVED: ReadonlySet<string> = new Set(KEYWORDS.map((word) => word.toLowerCase()));
const WORD = /(?:"[^"]*(?:"|$)|[\p{L}\p{N}_$.])+/gu;
const BEFORE_TABLE_NAME = /\b(?:from|join|table)\s+$/i;

/** Completes the end of a line that follows the statement's earlier lines. */
export async function complete(line: string, earlier: string, names: NameSource): Promise<Completion> {
  if (earlier.trim() === '' && line.trimStart().startsWith('\\'))
    return completeMeta(line.trimStart(), names);
  const word = wordAtEnd(line);
  const before = line.slice(0, line.length - word.length);
  const tables = await names.tables();
  if (BEFORE_TABLE_NAME.test(`${earlier}\n${before}`))
    return [matchPrefix(tables.map(quoteIdentifier), word), word];

  const columns = await listColumns(tablesMentioned(tables, earlier + line), names);
  const dot = word.lastIndexOf('.');
  if (dot >= 0) {
    const qualifier = word.slice(0, dot + 1);
    return [
      matchPrefix(columns.map(quoteIdentifier), word.slice(dot + 1)).map((name) => qualifier + name),
      word,
    ];
  }
  if (word === '') return [columns.map(quoteIdentifier), word];
  const keywords = word === word.toLowerCase() ? KEYWORDS.map((keyword) => keyword.toLowerCase()) : KEYWORDS;
  return [
    matchPrefix([...columns.map(quoteIdentifier), ...tables.map(quoteIdentifier), ...keywords], word),
    word,
  ];
}

async function completeMeta(line: string, names: NameSource): Promise<Completion> {
  const [, command = '', blank = '', argument = ''] = /^(\S+)(\s*)(.*)$/.exec(line) ?? [];
  if (blank === '') {
    return [META_COMMANDS.map((meta) => meta.name).filter((name) => name.startsWith(command)), command];
  }
  if (command === '\\explain') return complete(argument, '', names);
  return command === '\\d'
    ? [matchPrefix((await names.tables()).map(quoteIdentifier), argument), argument]
    : [[], argument];
}

/** The word at the end of a line, with quotes and qualifiers. Quotes pair from the left, so the whole line is scanned. */
function wordAtEnd(line: string): string {
  const last = [...line.matchAll(WORD)].at(-1);
  return last !== undefined && last.index + last[0].length === line.length ? last[0] : '';
}

function matchPrefix(candidates: readonly string[], word: string): string[] {
  const prefix = word.replaceAll('"', '').toLowerCase();
  const found = candidates.filter((name) => name.replaceAll('"', '').toLowerCase().startsWith(prefix));
  return [...new Set(found)].toSorted();
}

function tablesMentioned(tables: readonly string[], statement: string): readonly string[] {
  const text = statement.toLowerCase();
  return tables.filter((table) => text.includes(table.toLowerCase()));
}

async function listColumns(tables: readonly string[], names: NameSource): Promise<string[]> {
  return (await Promise.all(tables.map((table) => names.columns(table)))).flat();
}

/** Quotes an identifier if it needs quotes. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
