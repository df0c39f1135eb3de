import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The messages that the guide explains; `…` stands for what differs. */
const [, troubles = ''] = read('docs/guide/sign-in-okta.md').split('## When it does not work');
const titles = troubles
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|')[1]?.trim() ?? '')
  .filter((title) => title !== 'message' && !/^-+$/.test(title));

const folder = 'src/saml/okta';
const files = readdirSync(new URL(`../../${folder}`, import.meta.url)).map((name) => `${folder}/${name}`);
const source = [...files, 'src/authschemes/okta.ts', 'src/saml/roles.ts'].map(read).join('\n');

it('has messages to explain', () => {
  expect(titles.length).toBeGreaterThan(15);
});

it.each(titles)('the guide explains a message that the driver has: %s', (title) => {
  const pieces = title
    .replace(/ \(E\d+\)$/, '')
    .split(/…| \(status \d+\)|several roles; set| (?:until|by|to) /);
  const absent = pieces.map((piece) => piece.trim()).filter((piece) => !source.includes(piece));
  expect(absent).toEqual([]);
});
