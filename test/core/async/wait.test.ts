import { expect, it } from '@jest/globals';
import { wait } from '../../../src/core/async/abort.ts';
import { DriverError } from '../../../src/core/errors.ts';
import { thrownBy } from '../../support/thrown.ts';

it('a wait ends after its time', async () => {
  await expect(wait(1, new AbortController().signal)).resolves.toBeUndefined();
});

it('a wait ends with its signal, and with the reason if that is a DriverError', async () => {
  const caller = new AbortController();
  const closing = new AbortController();
  const aborted = thrownBy(() => wait(60_000, caller.signal));
  const closed = thrownBy(() => wait(60_000, closing.signal));
  const reason = new DriverError('CONN_CLOSED', 'the connection is closed');
  caller.abort();
  closing.abort(reason);
  expect((await aborted).code).toBe('EXEC_CANCELLED');
  expect(await closed).toBe(reason);
  expect((await thrownBy(() => wait(60_000, caller.signal))).code).toBe('EXEC_CANCELLED');
});
