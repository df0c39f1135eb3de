import type { Node, RawStmt, SelectStmt } from 'libpg-query';
import { DriverError, getErrorMessage } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { readTableStatement } from './table/read-statement.ts';
import { readSelectInto } from './table/select-into.ts';
import type { TableNode, TableStatement } from './table/table-statement.ts';
import { extractHints } from './hints.ts';
import { checkNesting } from './nesting.ts';
import { getErrorPosition, loadParser, parseTree } from './parser.ts';
import { type PreparedText, prepareText } from './prepared-text.ts';
import type { InsertKind } from './insert-kind.ts';
import { errorAt, unsupportedStatement, rejectClauses, rejectNestedWrites } from './unsupported.ts';
import { scan } from './scan.ts';
import type { StatementHints } from './statement-hints.ts';
import { getStringValue, getStringValues, visitNodes } from './tree.ts';
import { hasWritingCtes } from './writing-ctes.ts';

/** What every parsed statement has: its source and its parameters. */
export interface ParsedText {
  /** The statement as the user wrote it. */
  readonly text: string;
  readonly parameterCount: number;
  /** The names of `:name` parameters, ordered by number. */
  readonly parameterNames: readonly string[];
  /** The one-based character position in `text` of a `location` of the parse tree. */
  readonly position: (location: number) => number;
  /** The hints after SELECT. */
  readonly hints: StatementHints;
}

/** A statement that can be planned: a SELECT, or the SELECT of an EXPLAIN. */
export interface ParsedQuery extends ParsedText {
  readonly kind: 'select' | 'explain';
  /** EXPLAIN ANALYZE. */
  readonly analyze: boolean;
  /** EXPLAIN (FORMAT JSON). */
  readonly asJson?: true;
  /** FOR UPDATE and the other locking clauses: COMMIT fails if the items read have changed. */
  readonly locks?: true;
  readonly ast: SelectStmt;
}

/** Any other statement: a command, or the command of an EXPLAIN. */
export interface ParsedCommand extends ParsedText {
  readonly kind: 'command';
  readonly node: Node | TableNode;
  /** For an INSERT: which keyword it was written with. */
  readonly insertKind: InsertKind;
  readonly explain: boolean;
  readonly analyze: boolean;
  /** The error for a command that is not supported. */
  readonly unsupported: () => DriverError;
}

export type ParsedStatement = ParsedQuery | ParsedCommand;

/** Parses one statement as PostgreSQL does. */
export async function parseStatement(sql: string): Promise<ParsedStatement> {
  await loadParser();
  const prepared = prepareText(sql);
  checkNesting(prepared.text, prepared.positionOfIndex);

  const tables = readTableStatement(sql);
  if (tables?.kind === 'create-table-as') return parseTableQuery(sql, tables, prepared);
  if (tables !== undefined)
    return {
      text: sql,
      parameterCount: 0,
      parameterNames: [],
      position: prepared.positionOfByte,
      hints: {},
      ...toTableCommand(tables, prepared),
    };

  const statements = prepared.restore(parseText(prepared));
  const hints = extractHints(prepared, statements);
  const [first, second] = statements;
  if (first?.stmt === undefined)
    throw new DriverError('SQL_SYNTAX', 'the statement is empty', { position: 1 });
  if (second !== undefined)
    throw errorAt(
      prepared,
      second.stmt_location ?? 0,
      'SQL_NOT_SUPPORTED',
      `cannot execute multiple statements in one call (found ${statements.length})`,
    );

  const explain = 'ExplainStmt' in first.stmt ? first.stmt.ExplainStmt : undefined;
  const node = explain === undefined ? first.stmt : (explain.query ?? first.stmt);
  const text: ParsedText = {
    text: sql,
    parameterCount: prepared.parameterCount,
    parameterNames: prepared.parameterNames,
    position: prepared.positionOfByte,
    hints,
  };
  const options = explain?.options ?? [];
  const analyze = hasAnalyze(options);
  const format = getExplainFormat(options);
  const isQuery = 'SelectStmt' in node && !hasWritingCtes(node);
  if (format !== 'TEXT' && (format !== 'JSON' || !isQuery))
    throw errorAt(
      prepared,
      first.stmt_location ?? 0,
      'SQL_NOT_SUPPORTED',
      `EXPLAIN format ${format} is not supported: use TEXT or, for queries, JSON`,
    );
  rejectNestedWrites(node, prepared);
  const into =
    'SelectStmt' in node && explain === undefined ? readSelectInto(node.SelectStmt, text) : undefined;
  if (into !== undefined) return { ...text, ...toTableCommand(into, prepared) };
  if ('SelectStmt' in node) rejectClauses(node, prepared);
  if (!('SelectStmt' in node) || !isQuery)
    return {
      ...text,
      kind: 'command',
      node,
      insertKind: prepared.insertKind,
      explain: explain !== undefined,
      analyze,
      unsupported: () => unsupportedStatement(prepared, first.stmt_location ?? 0),
    };
  const { lockingClause: locking, ...ast } = node.SelectStmt;
  const locks = locking === undefined ? {} : ({ locks: true } as const);
  const json = format === 'JSON' ? ({ asJson: true } as const) : {};
  return { ...text, kind: explain === undefined ? 'select' : 'explain', analyze, ...json, ...locks, ast };
}

function toTableCommand(statement: TableStatement, prepared: PreparedText) {
  return {
    kind: 'command',
    node: { TableStatement: statement },
    insertKind: prepared.insertKind,
    explain: false,
    analyze: false,
    unsupported: () => unsupportedStatement(prepared, 0),
  } as const;
}

/** Parses the query of CREATE TABLE AS, whose parameters are those of the statement. */
async function parseTableQuery(
  sql: string,
  statement: Extract<TableStatement, { kind: 'create-table-as' }>,
  prepared: PreparedText,
): Promise<ParsedCommand> {
  const inner = await parseStatement(statement.query.text);
  if (inner.kind !== 'select')
    throw new DriverError('SQL_NOT_SUPPORTED', 'CREATE TABLE AS takes a query that only reads', {
      position: inner.position(0),
      remedy: 'Create the table first, then run the statement with INSERT.',
    });
  const { parameterCount, parameterNames, position, hints } = inner;
  const query = { text: statement.query.text, parsed: inner.ast };
  return {
    text: sql,
    parameterCount,
    parameterNames,
    position,
    hints,
    ...toTableCommand({ ...statement, query }, prepared),
  };
}

/** Parses a query; throws SQL_NOT_SUPPORTED for any other statement. */
export async function parseQuery(sql: string): Promise<ParsedQuery> {
  const parsed = await parseStatement(sql);
  if (parsed.kind !== 'command') return parsed;
  if ('SelectStmt' in parsed.node)
    throw new DriverError('SQL_NOT_SUPPORTED', 'the query must not write', {
      position: parsed.position(0),
      remedy: 'Remove INTO, and what writes in WITH.',
    });
  throw parsed.unsupported();
}

/** The query in a command, such as the SELECT of an INSERT. */
export function toParsedQuery(
  { text, parameterCount, parameterNames, position, hints }: ParsedText,
  ast: SelectStmt,
): ParsedQuery {
  return { text, parameterCount, parameterNames, position, hints, kind: 'select', analyze: false, ast };
}

/** The position of the first column or function with this unqualified name. */
export function locate(parsed: ParsedQuery, name: string): number | undefined {
  let found: number | undefined;
  visitNodes({ SelectStmt: parsed.ast }, (node) => {
    const named = getNamed(node);
    if (getStringValues(named?.parts).at(-1)?.toLowerCase() !== name.toLowerCase()) return;
    const location = named?.location ?? 0;
    if (found === undefined || location < found) found = location;
  });
  return found === undefined ? undefined : parsed.position(found);
}

function getNamed(node: Node): { readonly parts?: Node[]; readonly location?: number } | undefined {
  if ('ColumnRef' in node)
    return { parts: node.ColumnRef.fields ?? [], location: node.ColumnRef.location ?? 0 };
  if ('FuncCall' in node)
    return { parts: node.FuncCall.funcname ?? [], location: node.FuncCall.location ?? 0 };
  return undefined;
}

function parseText(prepared: PreparedText): RawStmt[] {
  if (prepared.text === '') return [];
  try {
    return parseTree(prepared.text).stmts ?? [];
  } catch (error) {
    const position = getErrorPosition(error);
    const place = {
      cause: error,
      ...(position === undefined ? {} : { position: prepared.positionOfCharacter(position) }),
    };
    const message = prepared.restore(getErrorMessage(error));
    if (error instanceof RangeError || message.startsWith('memory exhausted'))
      throw new DriverError('SQL_NOT_SUPPORTED', 'the statement is nested too deeply', place);
    throw new DriverError('SQL_SYNTAX', message, {
      ...place,
      ...suggestCorrection(message),
    });
  }
}

/** Candidates or a remedy for the keyword or name at a syntax error. */
function suggestCorrection(message: string): {
  readonly candidates?: readonly string[];
  readonly remedy?: string;
} {
  const word = /^syntax error at or near "(\w+)"$/.exec(message)?.[1];
  if (word === undefined) return {};
  if (scan(word)?.[0]?.kind === 'reserved')
    return {
      remedy: `Correct the statement at the marked position. ${word} is a reserved keyword; to use it as a name, write "${word}".`,
    };
  return { candidates: nearest(word, KEYWORDS) };
}

/** Keywords that begin statements and clauses, as corrections of misspelt ones. */
const KEYWORDS: readonly string[] =
  'SELECT FROM WHERE GROUP ORDER HAVING LIMIT OFFSET INSERT INTO UPDATE DELETE VALUES SET JOIN UNION CREATE ALTER DROP EXPLAIN BETWEEN DISTINCT'.split(
    ' ',
  );

/** If an EXPLAIN has several FORMAT options, the last one counts, as in PostgreSQL. */
function getExplainFormat(options: readonly Node[]): string {
  const formats = options.flatMap((option) =>
    'DefElem' in option && option.DefElem.defname === 'format'
      ? (getStringValue(option.DefElem.arg) ?? '')
      : [],
  );
  return (formats.at(-1) ?? 'text').toUpperCase();
}

function hasAnalyze(options: readonly Node[]): boolean {
  return options.some((option) => {
    if (!('DefElem' in option) || option.DefElem.defname !== 'analyze') return false;
    const value = option.DefElem.arg;
    return (
      value === undefined ||
      !/"(?:false|off)"|"ival":0|\{"Integer":\{\}\}|"Boolean":\{\}/i.test(JSON.stringify(value))
    );
  });
}
