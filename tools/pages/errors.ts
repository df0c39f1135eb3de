import { ERRORS } from '../../src/core/errors.ts';
import { type Page, code, table } from './page.ts';

/** Every error code, with its SQLSTATE and what to do about it. */
export const errors: Page = {
  file: 'errors.md',
  async body() {
    const rows = Object.entries(ERRORS).map(([name, spec]) => [code(name), code(spec.sqlState), spec.remedy]);
    return [
      '# Errors',
      'An error has a code, which stays as it is between versions, a SQLSTATE, a message and a remedy.',
      table(['Code', 'SQLSTATE', 'Remedy'], rows),
    ].join('\n\n');
  },
};
