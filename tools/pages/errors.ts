import { ERRORS } from '../../src/core/errors.ts';
import { type Page, formatCode, formatTable } from './page.ts';

/** All error codes, with their SQLSTATE and remedy. */
export const errors: Page = {
  file: 'errors.md',
  async body() {
    const rows = Object.entries(ERRORS).map(([name, spec]) => [
      formatCode(name),
      formatCode(spec.sqlState),
      spec.retryable ? 'yes' : '',
      spec.remedy,
    ]);
    return [
      '# Errors',
      'An error has a stable code, a SQLSTATE, a message, a remedy and `retryable`: whether the same statement or ' +
        'sign-in may succeed when it is repeated unchanged. A failure can differ from its row: an INSERT that was ' +
        'throttled after it had stored some items is not retryable.',
      formatTable(['Code', 'SQLSTATE', 'Retryable', 'Remedy'], rows),
    ].join('\n\n');
  },
};
