import {
  hasSqlDetails,
  loadModule,
  type Node,
  type ParseResult,
  parseSync,
  type SelectStmt,
} from 'libpg-query';
import { DriverError, type ErrorCode, messageOf } from '../../core/errors.ts';
import { checkNesting } from './nesting.ts';
import { numberParameters } from './parameters.ts';
import { indexOfByte, indexOfCharacter, originalIndex, positionAt } from './positions.ts';
import { scan } from './scan.ts';
import { textsOf, visitNodes } from './tree.ts';

/** A statement that can be planned: a SELECT, or the SELECT that EXPLAIN is about. */
export interface ParsedStatement {
  /** As the user wrote it. */
  readonly text: string;
  readonly kind: 'select' | 'explain';
  /** EXPLAIN ANALYZE. */
  readonly analyze: boolean;
  readonly ast: SelectStmt;
  readonly parameterCount: number;
  /** The names of `:name` parameters in the order of their numbers. */
  readonly parameterNames: readonly string[];
  /** The one-based character position in `text` of a `location` of the tree. */
  readonly position: (location: number) => number;
}

const MAX_STATEMENT_BYTES = 1_048_576;
const WRITES: ReadonlySet<string> = new Set(
  'INSERT UPDATE DELETE MERGE TRUNCATE CREATE DROP ALTER'.split(' '),
);

/** Parses one statement as PostgreSQL does. Whatever is no query is refused by name. */
export async function parseStatement(sql: string): Promise<ParsedStatement> {
  await loadModule();
  checkText(sql);
  const numbered = numberParameters(sql);
  const byteIndex = lazy(() => indexOfByte(numbered.text));
  const positionOfIndex = (index: number): number => positionAt(sql, originalIndex(numbered.edits, index));
  const position = (location: number): number => positionOfIndex(byteIndex()(location));

  checkNesting(numbered.text, positionOfIndex);
  const statements = parseText(numbered.text, (character) =>
    positionOfIndex(indexOfCharacter(numbered.text, character)),
  );
  const refuse = (code: ErrorCode, message: string, byte: number): DriverError =>
    new DriverError(code, message, {
      position: positionOfIndex(firstToken(numbered.text, byteIndex()(byte)).start),
    });

  const [first, second] = statements;
  if (first?.stmt === undefined)
    throw new DriverError('SQL_SYNTAX', 'There is no statement.', { position: 1 });
  if (second !== undefined)
    throw refuse(
      'SQL_NOT_SUPPORTED',
      `One statement at a time: found ${statements.length}, separated by ";".`,
      second.stmt_location ?? 0,
    );

  const explain = 'ExplainStmt' in first.stmt ? first.stmt.ExplainStmt : undefined;
  const query = explain === undefined ? first.stmt : (explain.query ?? first.stmt);
  if (!('SelectStmt' in query))
    throw refuse(
      ...refusalOf(numbered.text, byteIndex()(first.stmt_location ?? 0), explain !== undefined),
      first.stmt_location ?? 0,
    );
  checkSelect(query, position);
  return {
    text: sql,
    kind: explain === undefined ? 'select' : 'explain',
    analyze: explain !== undefined && isAnalyze(explain.options ?? []),
    ast: query.SelectStmt,
    parameterCount: numbered.parameterCount,
    parameterNames: numbered.parameterNames,
    position,
  };
}

/** The position of the first column reference that ends in this name. */
export function locate(parsed: ParsedStatement, name: string): number | undefined {
  let found: number | undefined;
  visitNodes({ SelectStmt: parsed.ast }, (node) => {
    if (!('ColumnRef' in node) || textsOf(node.ColumnRef.fields).at(-1)?.toLowerCase() !== name.toLowerCase())
      return;
    const location = node.ColumnRef.location ?? 0;
    if (found === undefined || location < found) found = location;
  });
  return found === undefined ? undefined : parsed.position(found);
}

function checkText(sql: string): void {
  if (Buffer.byteLength(sql) > MAX_STATEMENT_BYTES)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `The statement has ${Buffer.byteLength(sql)} bytes; at most ${MAX_STATEMENT_BYTES} are read.`,
      {
        remedy: 'Shorten the statement: pass long values as parameters.',
      },
    );
  const stray = sql.search(/\0|\p{Surrogate}/u);
  if (stray >= 0)
    throw new DriverError(
      'SQL_SYNTAX',
      'The statement holds a character that is no Unicode text (NUL or half of a surrogate pair).',
      {
        position: positionAt(sql, stray),
      },
    );
}

function parseText(
  text: string,
  positionOfCharacter: (character: number) => number,
): NonNullable<ParseResult['stmts']> {
  if (text === '') return [];
  try {
    return parseSync(text).stmts ?? [];
  } catch (error) {
    if (!hasSqlDetails(error))
      throw new DriverError('SQL_SYNTAX', `The statement cannot be parsed: ${messageOf(error)}.`, {
        cause: error,
      });
    const position = positionOfCharacter(error.sqlDetails?.cursorPosition ?? 0);
    if (error.message.startsWith('memory exhausted'))
      throw new DriverError('SQL_NOT_SUPPORTED', 'The statement is nested too deeply.', {
        cause: error,
        position,
      });
    throw new DriverError('SQL_SYNTAX', `${error.message[0]?.toUpperCase()}${error.message.slice(1)}.`, {
      cause: error,
      position,
    });
  }
}

function refusalOf(text: string, index: number, explained: boolean): [ErrorCode, string] {
  const word = firstToken(text, index).text.toUpperCase();
  if (WRITES.has(word)) return ['SQL_READ_ONLY', `${word} writes, and this version only reads.`];
  return [
    'SQL_NOT_SUPPORTED',
    `${word} is not supported${explained ? ' for what is no query' : ''}; SELECT, VALUES, TABLE, WITH and EXPLAIN are.`,
  ];
}

/** Refuses what writes or locks, wherever in the query it stands. */
function checkSelect(query: Node, position: (location: number) => number): void {
  visitNodes(query, (node) => {
    for (const kind of ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const)
      if (kind in node)
        throw new DriverError(
          'SQL_READ_ONLY',
          `${kind.slice(0, -4).toUpperCase()} inside WITH writes, and this version only reads.`,
          locationIn(node, position),
        );
    if ('LockingClause' in node)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        'FOR UPDATE and its kin are not supported: DynamoDB has no row locks.',
        locationIn(query, position),
      );
    if ('SelectStmt' in node) checkInto(node.SelectStmt, position);
  });
}

function checkInto(select: SelectStmt, position: (location: number) => number): void {
  if (select.intoClause !== undefined)
    throw new DriverError('SQL_READ_ONLY', 'SELECT INTO creates a table, and this version only reads.', {
      position: position(select.intoClause.rel?.location ?? 0),
    });
  if (select.larg !== undefined) checkInto(select.larg, position);
  if (select.rarg !== undefined) checkInto(select.rarg, position);
}

/** The first place that a part of the tree knows. */
function locationIn(part: Node, position: (location: number) => number): { position?: number } {
  const found = /"location":(\d+)/.exec(JSON.stringify(part))?.[1];
  return found === undefined ? {} : { position: position(Number(found)) };
}

function isAnalyze(options: readonly Node[]): boolean {
  return options.some((option) => {
    if (!('DefElem' in option) || option.DefElem.defname !== 'analyze') return false;
    const value = option.DefElem.arg;
    if (value === undefined) return true;
    return !/false|off|"ival":0|\{"Integer":\{\}\}/i.test(JSON.stringify(value));
  });
}

function firstToken(text: string, index: number): { readonly text: string; readonly start: number } {
  return (
    scan(text)?.find((token) => token.start >= index && token.text !== ';') ?? { text: '', start: index }
  );
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
