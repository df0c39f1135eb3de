import { type Token, Tokenizer, TokenizerMode } from 'parse5';
import { excerpt } from './excerpt.ts';
import { collectForms, type TagAttributes } from './form-collector.ts';
import { type Redactor, redactNothing } from '../net/redactor.ts';
import type { HtmlForm } from './html-form.ts';

/** The parts of a page that a sign-in needs. */
export interface HtmlPage {
  readonly url: URL;
  readonly title: string;
  readonly forms: readonly HtmlForm[];
  /** The target of a `meta` refresh. */
  readonly refresh: string | undefined;
  /** The text of each inline script. */
  readonly scripts: readonly string[];
  /** An excerpt of the text of the element with this id; undefined if there is none. */
  textById(id: string): string | undefined;
}

type Piece =
  | { readonly kind: 'open' | 'close'; readonly tag: string }
  | { readonly kind: 'text'; readonly text: string };

/** Elements whose content is text, with the tokenizer mode for it. */
const TEXT_MODES: ReadonlyMap<string, (typeof TokenizerMode)[keyof typeof TokenizerMode]> = new Map([
  ['title', TokenizerMode.RCDATA],
  ['textarea', TokenizerMode.RCDATA],
  ['script', TokenizerMode.SCRIPT_DATA],
  ['style', TokenizerMode.RAWTEXT],
  ['xmp', TokenizerMode.RAWTEXT],
  ['iframe', TokenizerMode.RAWTEXT],
  ['noembed', TokenizerMode.RAWTEXT],
  ['noframes', TokenizerMode.RAWTEXT],
  ['plaintext', TokenizerMode.PLAINTEXT],
]);
/** More than an excerpt needs. */
const MAX_TEXT_CHARS = 2000;
const VOID: ReadonlySet<string> = new Set(['input', 'br', 'img', 'hr', 'meta', 'link', 'base']);

/**
 * Reads a page tag by tag. No tree is built, since its repairs take quadratic time on hostile pages, and forms, texts and
 * scripts can be found without one. Text for display passes through `redact`.
 */
export function readPage(html: string, url: URL, redact: Redactor = redactNothing): HtmlPage {
  const forms = collectForms(url);
  const pieces: Piece[] = [];
  const ids = new Map<string, number>();
  const scripts: string[] = [];
  let title: string | undefined;
  let base: string | undefined;
  let refresh: string | undefined;
  let inside = '';

  const onText = ({ chars }: Token.CharacterToken): void => {
    forms.text(chars);
    if (inside === 'title') title = (title ?? '') + chars;
    else if (inside === 'script') scripts.push((scripts.pop() ?? '') + chars);
    else if (inside === '' || inside === 'textarea') pieces.push({ kind: 'text', text: chars });
  };
  const tokenizer = new Tokenizer(
    { sourceCodeLocationInfo: false },
    {
      onStartTag({ tagName: tag, attrs }) {
        const attributes: TagAttributes = new Map(attrs.map(({ name, value }) => [name, value]));
        forms.open(tag, attributes);
        const id = attributes.get('id');
        if (id !== undefined && !ids.has(id)) ids.set(id, pieces.length);
        if (!VOID.has(tag)) pieces.push({ kind: 'open', tag });
        if (tag === 'base') base ??= attributes.get('href');
        if (tag === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'refresh') {
          refresh ??= parseRefresh(attributes.get('content') ?? '');
        }
        const mode = TEXT_MODES.get(tag);
        if (mode === undefined) return;
        tokenizer.state = mode;
        inside = tag;
        if (tag === 'script') scripts.push('');
      },
      onEndTag({ tagName: tag }) {
        if (tag === inside) inside = '';
        forms.close(tag);
        pieces.push({ kind: 'close', tag });
      },
      onCharacter: onText,
      onWhitespaceCharacter: onText,
      onNullCharacter: () => undefined,
      onComment: () => undefined,
      onDoctype: () => undefined,
      onEof: () => undefined,
    },
  );
  tokenizer.write(html, true);
  return {
    url,
    title: excerpt(redact(title ?? '')),
    forms: forms.forms(base ?? url.href),
    refresh,
    scripts,
    textById(id) {
      const at = ids.get(id);
      return at === undefined ? undefined : excerpt(redact(readText(pieces, at)));
    },
  };
}

/** The text between the tag at an index and its closing tag. */
function readText(pieces: readonly Piece[], at: number): string {
  const first = pieces[at];
  if (first?.kind !== 'open') return '';
  let depth = 0;
  let text = '';
  for (let next = at; next < pieces.length && text.length < MAX_TEXT_CHARS; next++) {
    const piece = pieces[next];
    if (piece?.kind === 'text') text += piece.text;
    else if (piece?.tag === first.tag) depth += piece.kind === 'open' ? 1 : -1;
    if (depth === 0) break;
  }
  return text;
}

/** Parses `5; url=/next` as browsers do. */
function parseRefresh(content: string): string | undefined {
  const address = content
    .replace(/^[\s\d.]+/, '')
    .replace(/^[;,]\s*/, '')
    .replace(/^url\s*=/i, '')
    .trim()
    .replaceAll(/^["']|["']$/g, '');
  return address === '' ? undefined : address;
}
