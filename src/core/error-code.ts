/** The system error code of a thrown value, such as `ENOENT`; undefined if it has none. */
export function getErrorCode(failure: unknown): unknown {
  return typeof failure === 'object' && failure !== null && 'code' in failure ? failure.code : undefined;
}

/** The file does not exist, or a part of its path is a file instead of a directory. */
const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR']);

/** The result of a file operation; undefined if the file does not exist. */
export async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (ABSENT.has(getErrorCode(error))) return undefined;
    throw error;
  }
}
