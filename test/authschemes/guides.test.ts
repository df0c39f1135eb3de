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

/** The fixed parts of every string in these folders; what the program inserts is between them. */
const texts: readonly (readonly string[])[] = FOLDERS.flatMap((folder) =>
  readdirSync(new URL(`src/${folder}`, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => textsIn(read(`src/${folder}/${name}`))),
);

function textsIn(source: string): readonly (readonly string[])[] {
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

/** Whether a text of the program can come out as this message; one with few words of its own does not count. */
function isWhole(message: string): boolean {
  return texts.some((parts) => {
    const pattern = new RegExp(`^${parts.map(escaped).join('.*')}$`, 'u');
    return 3 * parts.join('').length > message.length && pattern.test(message);
  });
}

/** Whether texts of the program have all pieces of the message: some are put together from several. */
function isMadeOfPieces(message: string): boolean {
  const pieces = message.split(/…|: /).map((piece) => piece.trim());
  return pieces.every((piece) => texts.some((parts) => parts.some((part) => part.includes(piece))));
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}

/** The messages that a page explains; `…` stands for what differs. */
function titlesOf(page: string): readonly string[] {
  const [, troubles = ''] = read(`docs/guide/${page}`).split('## When it does not work');
  return troubles
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|')[1]?.trim() ?? '')
    .filter((title) => title !== 'message' && !/^-+$/.test(title));
}

const pages = readdirSync(new URL('docs/guide', root)).filter((name) => /^sign-in.*\.md$/.test(name));

it('there are pages for the identity providers', () => {
  expect(pages).toEqual(
    expect.arrayContaining(['sign-in.md', 'sign-in-adfs.md', 'sign-in-okta.md', 'sign-in-pingfederate.md']),
  );
});

describe.each(pages)('docs/guide/%s', (page) => {
  const titles = titlesOf(page);

  it('has messages to explain', () => {
    expect(titles.length).toBeGreaterThan(5);
  });

  it.each(titles)('explains a message that the driver has: %s', (title) => {
    // Okta's own code follows the message.
    const message = title.replace(/ \(E\d+\)$/, '');
    expect(isWhole(message) || isMadeOfPieces(message)).toBe(true);
  });
});
