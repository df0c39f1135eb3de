import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The folders whose messages a sign-in can show. */
const FOLDERS = [
  'core',
  'net',
  'connstring',
  'aws',
  'saml',
  'cognito',
  'profiles',
  'credentials',
  'authschemes',
  'host',
  'database',
];

/** The literal parts of every string in these folders. */
const texts: readonly (readonly string[])[] = FOLDERS.flatMap((folder) =>
  readdirSync(new URL(`src/${folder}`, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => findStrings(read(`src/${folder}/${name}`))),
);

function findStrings(source: string): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push([node.text]);
    if (ts.isTemplateExpression(node))
      found.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest));
  return found;
}

/** Whether a string of the source can produce this message. Strings that are mostly placeholders do not count. */
function isWhole(message: string): boolean {
  return texts.some((parts) => {
    const pattern = new RegExp(`^${parts.map(escapeRegExp).join('.*')}$`, 'u');
    return 3 * parts.join('').length > message.length && pattern.test(message);
  });
}

/** Whether strings of the source contain all pieces of the message: some messages are composed. */
function isMadeOfPieces(message: string): boolean {
  const pieces = message.split(/…|: /).map((piece) => piece.trim());
  return pieces.every((piece) => texts.some((parts) => parts.some((part) => part.includes(piece))));
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}

/** The messages that a page explains, with `…` for the variable parts. */
function readMessages(page: string): readonly string[] {
  const [, section = ''] = read(`docs/guide/${page}`).split('## When it does not work');
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|')[1]?.trim() ?? '')
    .filter((title) => title !== 'message' && !/^-+$/.test(title));
}

const pages = readdirSync(new URL('docs/guide', root)).filter((name) => /^sign-in.*\.md$/.test(name));

it('the guide has pages for the identity providers', () => {
  expect(pages).toEqual(
    expect.arrayContaining(['sign-in.md', 'sign-in-adfs.md', 'sign-in-okta.md', 'sign-in-pingfederate.md']),
  );
});

describe.each(pages)('docs/guide/%s', (page) => {
  const messages = readMessages(page);

  it('has messages to explain', () => {
    expect(messages.length).toBeGreaterThan(5);
  });

  it.each(messages)('explains a message of the driver: %s', (title) => {
    // The error code of Okta follows the message.
    const message = title.replace(/ \(E\d+\)$/, '');
    expect(isWhole(message) || isMadeOfPieces(message)).toBe(true);
  });
});
