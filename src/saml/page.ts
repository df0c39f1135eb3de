import { type Token, Tokenizer, TokenizerMode } from 'parse5';
import { collectForms, type TagAttributes } from './form-collector.ts';
import { type Redactor, redactNothing } from '../net/redactor.ts';
import type { HtmlForm } from './html-form.ts';

/** What a sign-in needs to know of a page. */
export interface HtmlPage {
  readonly url: URL;
  readonly title: string;
  readonly forms: readonly HtmlForm[];
  /** Where the page wants to go by itself, as it says so. */
  readonly refresh: string | undefined;
  /** The text of each script that is part of the page. */
  readonly scripts: readonly string[];
  /** The text of the element with that id as one line, 200 characters of it; undefined where there is none. */
  textOf(id: string): string | undefined;
}

type Piece =
  | { readonly kind: 'open' | 'close'; readonly tag: string }
  | { readonly kind: 'text'; readonly text: string };

/** Elements whose content is text, and how it is read. */
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
const VOID: ReadonlySet<string> = new Set(['input', 'br', 'img', 'hr', 'meta', 'link', 'base']);

/**
 * Reads a page's tags one after the other. No tree is built: its repairs take quadratic time on pages made for that,
 * and forms, texts and scripts are found without. What is for people to read of it passes `redact`.
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
          refresh ??= refreshOf(attributes.get('content') ?? '');
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
    textOf(id) {
      const at = ids.get(id);
      return at === undefined ? undefined : excerpt(redact(textFrom(pieces, at)));
    },
  };
}

const EXCERPT_CHARS = 200;

/** A text of a page as one line that may be shown: bounded, and without what terminals act on. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 10 * EXCERPT_CHARS)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > EXCERPT_CHARS ? `${line.slice(0, EXCERPT_CHARS - 1)}…` : line;
}

/** The text between the tag at that place and the one that closes it. */
function textFrom(pieces: readonly Piece[], at: number): string {
  const first = pieces[at];
  if (first?.kind !== 'open') return '';
  let depth = 0;
  let text = '';
  for (let next = at; next < pieces.length && text.length < 10 * EXCERPT_CHARS; next++) {
    const piece = pieces[next];
    if (piece?.kind === 'text') text += piece.text;
    else if (piece?.tag === first.tag) depth += piece.kind === 'open' ? 1 : -1;
    if (depth === 0) break;
  }
  return text;
}

/** `5; url=/next` as browsers read it. */
function refreshOf(content: string): string | undefined {
  const address = content
    .replace(/^[\s\d.]+/, '')
    .replace(/^[;,]\s*/, '')
    .replace(/^url\s*=/i, '')
    .trim()
    .replaceAll(/^["']|["']$/g, '');
  return address === '' ? undefined : address;
}
