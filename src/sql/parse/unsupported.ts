import type { Node, SelectStmt } from 'libpg-query';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { PreparedText } from './prepared-text.ts';
import { scan } from './scan.ts';
import { visitNodes } from './tree.ts';
import { findNestedWrite } from './writing-ctes.ts';

/** An error with the position of the first token at or after this byte. */
export function errorAt(prepared: PreparedText, byte: number, code: ErrorCode, message: string): DriverError {
  return new DriverError(code, message, {
    position: prepared.positionOfIndex(firstToken(prepared, byte).start),
  });
}

/** Statements that DynamoDB has no equivalent for: why, and what to use instead. */
const REASONS: ReadonlyMap<string, { readonly why?: string; readonly remedy: string }> = new Map([
  [
    'COMMENT',
    {
      why: 'DynamoDB does not store comments',
      remedy: 'Tag the table instead: ALTER TABLE name SET (tag.description = …).',
    },
  ],
  ['GRANT', { why: 'IAM policies control access', remedy: 'Attach an IAM policy that allows the access.' }],
  ['REVOKE', { why: 'IAM policies control access', remedy: 'Change the IAM policy that allows the access.' }],
  ['VACUUM', { why: 'DynamoDB maintains its storage', remedy: 'Remove the statement.' }],
  ['REINDEX', { why: 'DynamoDB maintains its indexes', remedy: 'Remove the statement.' }],
  [
    'ANALYZE',
    {
      why: 'DynamoDB has no statistics; the driver samples tables when it needs them',
      remedy: 'Remove the statement.',
    },
  ],
  [
    'CLUSTER',
    { why: 'DynamoDB orders items by their key', remedy: 'Create an index with the order that you need.' },
  ],
  ['LOCK', { why: 'DynamoDB has no locks', remedy: 'Use conditional writes, or write in a transaction.' }],
]);

/** The error for a statement that is not a query and that no command implements. */
export function unsupportedStatement(prepared: PreparedText, byte: number): DriverError {
  const { text, start } = firstToken(prepared, byte);
  const keyword = text.toUpperCase();
  const reason = REASONS.get(keyword);
  if (reason !== undefined) {
    const why = reason.why === undefined ? '' : `: ${reason.why}`;
    return new DriverError('SQL_NOT_SUPPORTED', `${keyword} is not supported${why}`, {
      position: prepared.positionOfIndex(start),
      remedy: reason.remedy,
    });
  }
  return errorAt(prepared, byte, 'SQL_NOT_SUPPORTED', `${statementName(prepared, byte)} is not supported`);
}

/** The name of a statement: `CREATE TYPE`, `SHOW` … */
function statementName(prepared: PreparedText, byte: number): string {
  const index = prepared.indexOfByte(byte);
  const tokens = (scan(prepared.text) ?? []).filter(({ start, text }) => start >= index && text !== ';');
  const [first = '', second = ''] = tokens.slice(0, 2).map(({ text }) => text.toUpperCase());
  if (first === 'EXPLAIN') return 'EXPLAIN of this statement';
  return TWO_WORDS.has(first) ? `${first} ${second}` : first;
}

const TWO_WORDS: ReadonlySet<string> = new Set(['CREATE', 'ALTER', 'DROP']);

/** Rejects statements that write anywhere but in a WITH at the top level. */
export function rejectNestedWrites(statement: Node, prepared: PreparedText): void {
  const nested = findNestedWrite(statement);
  if (nested === undefined) return;
  if ('ViewStmt' in statement)
    throw new DriverError('SQL_NOT_SUPPORTED', 'views must not contain data-modifying statements in WITH');
  if ('CopyStmt' in statement)
    throw new DriverError('SQL_NOT_SUPPORTED', 'COPY of a query that writes is not supported', {
      ...findPosition(nested, prepared),
      remedy: 'Run the statement with RETURNING, and write its rows to a file with the command line.',
    });
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    'WITH clause containing a data-modifying statement must be at the top level',
    findPosition(nested, prepared),
  );
}

/** Rejects locking clauses except one at the end of the statement, and SELECT INTO. */
export function rejectClauses(query: Node, prepared: PreparedText): void {
  const locks = 'SelectStmt' in query ? (query.SelectStmt.lockingClause ?? []) : [];
  visitNodes(query, (node) => {
    if (
      'LockingClause' in node &&
      !(locks.includes(node) && node.LockingClause.waitPolicy !== 'LockWaitSkip')
    )
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        'a locking clause in a subquery or with SKIP LOCKED is not supported',
        {
          position: prepared.positionOfIndex(findLockingClause(prepared.text)),
          remedy: 'Write FOR UPDATE at the end of the statement, without SKIP LOCKED.',
        },
      );
    if ('SelectStmt' in node) rejectInto(node.SelectStmt, prepared);
  });
}

function rejectInto(select: SelectStmt, prepared: PreparedText): void {
  if (select.intoClause !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', 'SELECT INTO is not supported here', {
      position: prepared.positionOfByte(select.intoClause.rel?.location ?? 0),
      remedy: 'Write CREATE TABLE name AS before the query.',
    });
  if (select.larg !== undefined) rejectInto(select.larg, prepared);
  if (select.rarg !== undefined) rejectInto(select.rarg, prepared);
}

function firstToken(prepared: PreparedText, byte: number): { readonly text: string; readonly start: number } {
  const index = prepared.indexOfByte(byte);
  return (
    scan(prepared.text)?.find((token) => token.start >= index && token.text !== ';') ?? {
      text: '',
      start: index,
    }
  );
}

/** The parse tree does not contain the location of a locking clause. */
function findLockingClause(text: string): number {
  const tokens = scan(text) ?? [];
  const lock = tokens.find(
    ({ text: word }, i) =>
      /^for$/i.test(word) && /^(?:update|share|no|key)$/i.test(tokens[i + 1]?.text ?? ''),
  );
  return lock?.start ?? 0;
}

/** The position of the first location in a part of the parse tree. */
function findPosition(part: Node, prepared: PreparedText): { readonly position?: number } {
  const found = /"location":(\d+)/.exec(JSON.stringify(part))?.[1];
  return found === undefined ? {} : { position: prepared.positionOfByte(Number(found)) };
}
