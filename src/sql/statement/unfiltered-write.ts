import { DriverError } from '../../core/errors.ts';
import { type ParsedCommand, parseStatement, type ParsedStatement } from '../parse/parse.ts';
import { listWritingCtes } from '../parse/writing-ctes.ts';

/** A statement that affects every item of its tables, perhaps by mistake. */
export interface UnfilteredWrite {
  /** `DELETE without WHERE` … */
  readonly what: string;
  readonly tables: readonly string[];
  /** Whether it writes each item, and so consumes capacity for it. */
  readonly writes: boolean;
}

/** The unfiltered write that a statement is; undefined if it is filtered, does not write, or cannot be parsed. */
export async function findUnfilteredWrite(sql: string): Promise<UnfilteredWrite | undefined> {
  let parsed: ParsedStatement;
  try {
    parsed = await parseStatement(sql);
  } catch (error) {
    // Running it reports the same error with its position.
    if (error instanceof DriverError) return undefined;
    throw error;
  }
  if (parsed.kind !== 'command' || (parsed.explain && !parsed.analyze)) return undefined;
  const { node } = parsed;
  for (const part of [...listWritingCtes(node), node]) {
    const found = findUnfiltered(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findUnfiltered(node: ParsedCommand['node']): UnfilteredWrite | undefined {
  if ('UpdateStmt' in node && node.UpdateStmt.whereClause === undefined)
    return { what: 'UPDATE without WHERE', tables: [node.UpdateStmt.relation?.relname ?? ''], writes: true };
  if ('DeleteStmt' in node && node.DeleteStmt.whereClause === undefined)
    return { what: 'DELETE without WHERE', tables: [node.DeleteStmt.relation?.relname ?? ''], writes: true };
  if ('TruncateStmt' in node) {
    const relations = node.TruncateStmt.relations ?? [];
    const tables = relations.flatMap((each) => ('RangeVar' in each ? (each.RangeVar.relname ?? []) : []));
    return { what: 'TRUNCATE', tables, writes: true };
  }
  if ('TableStatement' in node && node.TableStatement.kind === 'drop-table')
    return {
      what: 'DROP TABLE',
      tables: node.TableStatement.tables.map(({ value }) => value),
      writes: false,
    };
  return undefined;
}
