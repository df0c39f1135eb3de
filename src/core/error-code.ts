/** The system's code of a failure, as `ENOENT`; undefined where it has none. */
export function getErrorCode(failure: unknown): unknown {
  return typeof failure === 'object' && failure !== null && 'code' in failure ? failure.code : undefined;
}

/** There is no such file, or what should be its folder is a file itself. */
const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR']);

/** What the work gives; undefined where there is no such file. */
export async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (ABSENT.has(getErrorCode(error))) return undefined;
    throw error;
  }
}
