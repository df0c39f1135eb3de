import { DriverError, type ErrorCode, getErrorMessage } from './errors.ts';
import type { Ports } from './ports.ts';

/** Reads a file named in the configuration; undefined if it does not exist, an error with this code if it cannot be read. */
export async function readNamedFile(
  file: string,
  ports: Pick<Ports, 'readFile'>,
  code: ErrorCode,
): Promise<string | undefined> {
  try {
    return await ports.readFile(file);
  } catch (cause) {
    throw new DriverError(code, `could not read file "${file}": ${getErrorMessage(cause)}`, { cause });
  }
}
