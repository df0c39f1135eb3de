/** The system's code of a failure, as `ENOENT`; undefined where it has none. */
export function errorCode(failure: unknown): unknown {
  return typeof failure === 'object' && failure !== null && 'code' in failure ? failure.code : undefined;
}
