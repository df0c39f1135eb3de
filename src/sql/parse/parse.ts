import { hasSqlDetails, loadModule, type Node, parseSync, type RawStmt, type SelectStmt } from 'libpg-query';
import { DriverError, messageOf } from '../../core/errors.ts';
import { checkNesting } from './nesting.ts';
import { type PreparedText, prepareText } from './prepared-text.ts';
import { refuseAt, refuseStatement, refuseWrites } from './refusals.ts';
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

/** Parses one statement as PostgreSQL does. Whatever is no query is refused by name. */
export async function parseStatement(sql: string): Promise<ParsedStatement> {
  await loadModule();
  const prepared = prepareText(sql);
  checkNesting(prepared.text, prepared.positionOfIndex);

  const statements = prepared.restore(parseText(prepared));
  const [first, second] = statements;
  if (first?.stmt === undefined)
    throw new DriverError('SQL_SYNTAX', 'There is no statement.', { position: 1 });
  if (second !== undefined)
    throw refuseAt(
      prepared,
      second.stmt_location ?? 0,
      'SQL_NOT_SUPPORTED',
      `One statement at a time: found ${statements.length}, separated by ";".`,
    );

  const explain = 'ExplainStmt' in first.stmt ? first.stmt.ExplainStmt : undefined;
  const query = explain === undefined ? first.stmt : (explain.query ?? first.stmt);
  if (!('SelectStmt' in query)) throw refuseStatement(prepared, first.stmt_location ?? 0);
  refuseWrites(query, prepared);
  return {
    text: sql,
    kind: explain === undefined ? 'select' : 'explain',
    analyze: isAnalyze(explain?.options ?? []),
    ast: query.SelectStmt,
    parameterCount: prepared.parameterCount,
    parameterNames: prepared.parameterNames,
    position: prepared.positionOfByte,
  };
}

/** The position of the first column or function whose name ends in this. */
export function locate(parsed: ParsedStatement, name: string): number | undefined {
  let found: number | undefined;
  visitNodes({ SelectStmt: parsed.ast }, (node) => {
    const named = namedIn(node);
    if (textsOf(named?.parts).at(-1)?.toLowerCase() !== name.toLowerCase()) return;
    const location = named?.location ?? 0;
    if (found === undefined || location < found) found = location;
  });
  return found === undefined ? undefined : parsed.position(found);
}

function namedIn(node: Node): { readonly parts?: Node[]; readonly location?: number } | undefined {
  if ('ColumnRef' in node)
    return { parts: node.ColumnRef.fields ?? [], location: node.ColumnRef.location ?? 0 };
  if ('FuncCall' in node)
    return { parts: node.FuncCall.funcname ?? [], location: node.FuncCall.location ?? 0 };
  return undefined;
}

function parseText(prepared: PreparedText): RawStmt[] {
  if (prepared.text === '') return [];
  try {
    return parseSync(prepared.text).stmts ?? [];
  } catch (error) {
    const place = hasSqlDetails(error)
      ? { cause: error, position: prepared.positionOfCharacter(error.sqlDetails?.cursorPosition ?? 0) }
      : { cause: error };
    const message = prepared.restore(messageOf(error));
    if (error instanceof RangeError || message.startsWith('memory exhausted'))
      throw new DriverError('SQL_NOT_SUPPORTED', 'The statement is nested too deeply.', place);
    throw new DriverError('SQL_SYNTAX', `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, place);
  }
}

function isAnalyze(options: readonly Node[]): boolean {
  return options.some((option) => {
    if (!('DefElem' in option) || option.DefElem.defname !== 'analyze') return false;
    const value = option.DefElem.arg;
    return (
      value === undefined ||
      !/"(?:false|off)"|"ival":0|\{"Integer":\{\}\}|"Boolean":\{\}/i.test(JSON.stringify(value))
    );
  });
}
