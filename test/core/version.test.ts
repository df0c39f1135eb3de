import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { PACKAGE_VERSION } from '../../src/core/version.ts';

it('is the version of package.json', () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(manifest).toMatchObject({ version: PACKAGE_VERSION });
});
