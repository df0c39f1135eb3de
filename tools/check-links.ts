import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Checks that every relative link of the Markdown files, and every page named in the source, exists. */
const root = fileURLToPath(new URL('..', import.meta.url));

/** The folders with Markdown files; subfolders are included except in the project's root. */
const PLACES = ['.', '.github', 'docs'];
const LINK = /\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)|\b(?:src|href)="([^"]+)"/g;
/** A page of the documentation in a string of the source, such as docs/guide/limits.md#bounds. */
const NAMED_PAGE = /\bdocs\/(?:guide|reference)\/[\w-]+\.md(?:#[\w-]+)?/g;

interface Link {
  readonly file: string;
  readonly target: string;
  /** What the target is relative to. */
  readonly folder: string;
}

const pages = (await Promise.all(PLACES.map(listMarkdown))).flat();
const sources = await listFiles('src', '.ts');
const links = (
  await Promise.all([
    ...pages.map(async (file) => findLinks(file, await read(file))),
    ...sources.map(async (file) => findNamedPages(file, await read(file))),
  ])
).flat();
const problems = (await Promise.all(links.map(findProblem))).filter((line) => line !== undefined);

for (const line of problems) console.error(line);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${links.length} links in ${pages.length} pages and the source are valid.`);

function findLinks(file: string, markdown: string): readonly Link[] {
  return [...removeCode(markdown).matchAll(LINK)]
    .map(([, target, attribute]) => target ?? attribute ?? '')
    .filter((target) => !/^[a-z][a-z+.-]*:|^\//i.test(target))
    .map((target) => ({ file, target, folder: dirname(file) }));
}

function findNamedPages(file: string, source: string): readonly Link[] {
  return [...source.matchAll(NAMED_PAGE)].map(([target]) => ({ file, target, folder: '.' }));
}

/** Returns what is wrong with a link, if anything. */
async function findProblem({ file, target, folder }: Link): Promise<string | undefined> {
  const [path = '', anchor] = target.split('#', 2);
  const page = path === '' ? file : join(folder, decodeURI(path));
  const content = await read(page).catch((error: NodeJS.ErrnoException) =>
    error.code === 'EISDIR' ? '' : undefined,
  );
  if (content === undefined) return `${file}: ${target} leads to a missing file (${page})`;
  if (anchor === undefined || !page.endsWith('.md') || findAnchors(content).has(anchor)) return undefined;
  return `${file}: ${target} leads to a missing heading of ${page}`;
}

/** The anchors of a page's headings, as GitHub forms them. */
function findAnchors(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = [...removeCode(markdown, true).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(
    ([, heading = '']) => {
      const slug = heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
        .replaceAll(' ', '-');
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    },
  );
  return new Set(anchors);
}

/** Removes code, in which brackets are not links and `#` does not begin a heading. */
function removeCode(markdown: string, keepsInlineCode = false): string {
  const text = markdown.replaceAll(/^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1\2`*$/gm, '');
  return keepsInlineCode ? text : text.replaceAll(/`[^`\n]*`/g, '``');
}

async function listMarkdown(place: string): Promise<readonly string[]> {
  return place === '.'
    ? (await readdir(root)).filter((name) => name.endsWith('.md'))
    : await listFiles(place, '.md');
}

async function listFiles(folder: string, ending: string): Promise<readonly string[]> {
  const names = await readdir(join(root, folder), { recursive: true });
  return names
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith(ending) && !/(^|[\\/])(dist|cache)[\\/]/.test(name));
}

function read(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}
