import type { Node, SelectStmt } from 'libpg-query';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { PreparedText } from './prepared-text.ts';
import { scan } from './scan.ts';
import { visitNodes } from './tree.ts';

const WRITES: ReadonlySet<string> = new Set(
  'INSERT UPDATE DELETE MERGE TRUNCATE CREATE DROP ALTER'.split(' '),
);

/** The failure of a statement that starts at this byte, with its position. */
export function refuseAt(
  prepared: PreparedText,
  byte: number,
  code: ErrorCode,
  message: string,
): DriverError {
  return new DriverError(code, message, {
    position: prepared.positionOfIndex(firstToken(prepared, byte).start),
  });
}

/** Why a statement that is no query is refused. */
export function refuseStatement(prepared: PreparedText, byte: number): DriverError {
  const word = firstToken(prepared, byte).text.toUpperCase();
  return WRITES.has(word)
    ? refuseAt(prepared, byte, 'SQL_READ_ONLY', `${word} writes, and this version only reads.`)
    : refuseAt(
        prepared,
        byte,
        'SQL_NOT_SUPPORTED',
        `${word} is not supported here; SELECT, VALUES, TABLE, WITH and EXPLAIN of these are.`,
      );
}

/** Refuses what writes or locks, wherever in the query it stands. */
export function refuseWrites(query: Node, prepared: PreparedText): void {
  visitNodes(query, (node) => {
    for (const kind of ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const)
      if (kind in node)
        throw new DriverError(
          'SQL_READ_ONLY',
          `${kind.slice(0, -4).toUpperCase()} inside WITH writes, and this version only reads.`,
          locationIn(node, prepared),
        );
    if ('LockingClause' in node)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        'FOR UPDATE and its kin are not supported: DynamoDB has no row locks.',
        {
          position: prepared.positionOfIndex(lockIndex(prepared.text)),
        },
      );
    if ('SelectStmt' in node) refuseInto(node.SelectStmt, prepared);
  });
}

function refuseInto(select: SelectStmt, prepared: PreparedText): void {
  if (select.intoClause !== undefined)
    throw new DriverError('SQL_READ_ONLY', 'SELECT INTO creates a table, and this version only reads.', {
      position: prepared.positionOfByte(select.intoClause.rel?.location ?? 0),
    });
  if (select.larg !== undefined) refuseInto(select.larg, prepared);
  if (select.rarg !== undefined) refuseInto(select.rarg, prepared);
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
function lockIndex(text: string): number {
  const tokens = scan(text) ?? [];
  const lock = tokens.find(
    ({ text: word }, i) =>
      /^for$/i.test(word) && /^(?:update|share|no|key)$/i.test(tokens[i + 1]?.text ?? ''),
  );
  return lock?.start ?? 0;
}

/** The first place that a part of the tree knows. */
function locationIn(part: Node, prepared: PreparedText): { readonly position?: number } {
  const found = /"location":(\d+)/.exec(JSON.stringify(part))?.[1];
  return found === undefined ? {} : { position: prepared.positionOfByte(Number(found)) };
}
