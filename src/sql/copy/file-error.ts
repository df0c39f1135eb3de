import { DriverError, type ErrorCode, messageOf } from '../../core/errors.ts';
import { errorCode } from '../../core/error-code.ts';

const CODES: ReadonlyMap<unknown, readonly [code: ErrorCode, reason: string]> = new Map([
  ['ENOENT', ['FILE_NOT_FOUND', 'there is no such file or folder']],
  ['ENOTDIR', ['FILE_NOT_FOUND', 'its folder is no folder']],
  ['EEXIST', ['FILE_EXISTS', 'there is such a file already']],
  ['EACCES', ['FILE_DENIED', 'this process may not do that']],
  ['EPERM', ['FILE_DENIED', 'this process may not do that']],
  ['EROFS', ['FILE_DENIED', 'its disk cannot be written to']],
  ['EISDIR', ['FILE_IO', 'it is a folder']],
  ['ENOSPC', ['FILE_IO', 'the disk is full']],
  ['EDQUOT', ['FILE_IO', "the disk's quota is used up"]],
  ['EFBIG', ['FILE_IO', 'it would be too large']],
  ['EMFILE', ['FILE_IO', 'too many files are open']],
] as const);

/** A failure of the file system in the user's words; every other failure as it is. */
export function fileError(thrown: unknown, doing: 'read' | 'written', path: string): unknown {
  if (thrown instanceof DriverError) return thrown;
  const system = errorCode(thrown);
  if (typeof system !== 'string' || !/^(?:E[A-Z]+|Z_\w+)$/.test(system)) return thrown;
  const [code, reason] = CODES.get(system) ?? (['FILE_IO', messageOf(thrown)] as const);
  return new DriverError(code, `${path} cannot be ${doing}: ${reason}.`, { cause: thrown });
}
