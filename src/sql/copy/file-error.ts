import { DriverError, type ErrorCode, getErrorMessage } from '../../core/errors.ts';
import { getErrorCode } from '../../core/error-code.ts';

/** The codes and POSIX messages of system errors; `open`: the file could not be opened at all. */
const SYSTEM_ERRORS: ReadonlyMap<unknown, readonly [code: ErrorCode, reason: string, open: boolean]> =
  new Map([
    ['ENOENT', ['FILE_NOT_FOUND', 'No such file or directory', true]],
    ['ENOTDIR', ['FILE_NOT_FOUND', 'Not a directory', true]],
    ['EEXIST', ['FILE_EXISTS', 'File exists', true]],
    ['EACCES', ['FILE_DENIED', 'Permission denied', true]],
    ['EPERM', ['FILE_DENIED', 'Operation not permitted', true]],
    ['EROFS', ['FILE_DENIED', 'Read-only file system', true]],
    ['EMFILE', ['FILE_IO', 'Too many open files', true]],
    ['EISDIR', ['FILE_IO', 'Is a directory', false]],
    ['ENOSPC', ['FILE_IO', 'No space left on device', false]],
    ['EDQUOT', ['FILE_IO', 'Disk quota exceeded', false]],
    ['EFBIG', ['FILE_IO', 'File too large', false]],
  ] as const);

/** Converts a file system error to PostgreSQL's message for it; returns any other error unchanged. */
export function toFileError(thrown: unknown, operation: 'read' | 'write', path: string): unknown {
  if (thrown instanceof DriverError) return thrown;
  const system = getErrorCode(thrown);
  if (typeof system !== 'string' || !/^(?:E[A-Z]+|Z_\w+)$/.test(system)) return thrown;
  const [code, reason, open] =
    SYSTEM_ERRORS.get(system) ?? (['FILE_IO', getErrorMessage(thrown), false] as const);
  const action = open
    ? `open file "${path}" for ${operation === 'read' ? 'reading' : 'writing'}`
    : `${operation} file "${path}"`;
  return new DriverError(code, `could not ${action}: ${reason}`, { cause: thrown });
}
