import { DriverError } from '../../src/core/errors.ts';

/** Returns the DriverError that the work throws. Anything else fails the test. */
export async function thrownBy(work: () => unknown): Promise<DriverError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
  throw new Error('expected a DriverError, but nothing was thrown');
}
