import { DriverError, type ErrorCode, getErrorMessage } from './errors.ts';
import type { Ports } from './ports.ts';

/** The text of a file that somebody named, undefined where there is none; what keeps it from being read is an error of that code. */
export async function namedFile(
  file: string,
  ports: Pick<Ports, 'readFile'>,
  code: ErrorCode,
): Promise<string | undefined> {
  try {
    return await ports.readFile(file);
  } catch (cause) {
    throw new DriverError(code, `${file} cannot be read: ${getErrorMessage(cause)}`, { cause });
  }
}
