import type { Node, SelectStmt } from 'libpg-query';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { PreparedText } from './prepared-text.ts';
import { scan } from './scan.ts';
import { visitNodes } from './tree.ts';

/** The failure of a statement that starts at this byte, with its position. */
export function errorAt(prepared: PreparedText, byte: number, code: ErrorCode, message: string): DriverError {
  return new DriverError(code, message, {
    position: prepared.positionOfIndex(firstToken(prepared, byte).start),
  });
}

/** Statements that DynamoDB has nothing for, and what does the same. */
const REASONS: ReadonlyMap<string, readonly [message: string, remedy: string]> = new Map([
  ['COMMENT', ['DynamoDB keeps no comments.', 'Tag the table: ALTER TABLE name SET (tag.description = …).']],
  ['GRANT', ['IAM says who may do what, and not SQL.', 'Attach an IAM policy that allows it.']],
  ['REVOKE', ['IAM says who may do what, and not SQL.', 'Change the IAM policy that allows it.']],
  ['VACUUM', ['DynamoDB looks after its storage by itself.', 'Leave it out.']],
  ['REINDEX', ['DynamoDB looks after its indexes by itself.', 'Leave it out.']],
  ['ANALYZE', ['DynamoDB keeps no statistics; the driver samples tables by itself.', 'Leave it out.']],
  ['CLUSTER', ['DynamoDB keeps items in the order of their keys.', 'Make an index with the order you need.']],
  [
    'MERGE',
    [
      'it is not supported.',
      'Write INSERT … ON CONFLICT (key) DO UPDATE, or UPDATE and DELETE with WHERE key IN (SELECT …).',
    ],
  ],
  [
    'LOCK',
    ['DynamoDB has no locks.', 'Write with conditions, or in a transaction: those see no half changes.'],
  ],
]);

/** Why a statement that is no query is refused. */
export function unsupportedStatement(prepared: PreparedText, byte: number): DriverError {
  const { text, start } = firstToken(prepared, byte);
  const word = text.toUpperCase();
  const reason = REASONS.get(word);
  if (reason !== undefined)
    return new DriverError('SQL_NOT_SUPPORTED', `${word}: ${reason[0]}`, {
      position: prepared.positionOfIndex(start),
      remedy: reason[1],
    });
  return errorAt(
    prepared,
    byte,
    'SQL_NOT_SUPPORTED',
    `${statementName(prepared, byte)} is not supported here.`,
  );
}

/** What a statement is called: `CREATE TYPE`, `SHOW` … */
function statementName(prepared: PreparedText, byte: number): string {
  const index = prepared.indexOfByte(byte);
  const tokens = (scan(prepared.text) ?? []).filter(({ start, text }) => start >= index && text !== ';');
  const [first = '', second = ''] = tokens.slice(0, 2).map(({ text }) => text.toUpperCase());
  if (first === 'EXPLAIN') return 'EXPLAIN of this statement';
  return TWO_WORDS.has(first) ? `${first} ${second}` : first;
}

const TWO_WORDS: ReadonlySet<string> = new Set(['CREATE', 'ALTER', 'DROP']);

/** Refuses what writes or locks, wherever in the query it stands. */
export function rejectWrites(query: Node, prepared: PreparedText): void {
  const locks = 'SelectStmt' in query ? (query.SelectStmt.lockingClause ?? []) : [];
  visitNodes(query, (node) => {
    for (const kind of ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const)
      if (kind in node)
        throw new DriverError(
          'SQL_NOT_SUPPORTED',
          `${kind.slice(0, -4).toUpperCase()} inside WITH is not supported.`,
          {
            ...findPosition(node, prepared),
            remedy: 'Run it as a statement of its own; RETURNING gives its rows.',
          },
        );
    if (
      'LockingClause' in node &&
      !(locks.includes(node) && node.LockingClause.waitPolicy !== 'LockWaitSkip')
    )
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        'FOR UPDATE and its kin stand at the end of a statement, without SKIP LOCKED: DynamoDB has no row locks.',
        { position: prepared.positionOfIndex(findLockingClause(prepared.text)) },
      );
    if ('SelectStmt' in node) rejectInto(node.SelectStmt, prepared);
  });
}

function rejectInto(select: SelectStmt, prepared: PreparedText): void {
  if (select.intoClause !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', 'SELECT INTO is not supported.', {
      position: prepared.positionOfByte(select.intoClause.rel?.location ?? 0),
      remedy: 'Write INSERT INTO table SELECT …; CREATE TABLE makes the table.',
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

/** The tree does not say where a locking clause stands. */
function findLockingClause(text: string): number {
  const tokens = scan(text) ?? [];
  const lock = tokens.find(
    ({ text: word }, i) =>
      /^for$/i.test(word) && /^(?:update|share|no|key)$/i.test(tokens[i + 1]?.text ?? ''),
  );
  return lock?.start ?? 0;
}

/** The first place that a part of the tree knows. */
function findPosition(part: Node, prepared: PreparedText): { readonly position?: number } {
  const found = /"location":(\d+)/.exec(JSON.stringify(part))?.[1];
  return found === undefined ? {} : { position: prepared.positionOfByte(Number(found)) };
}
