import { DriverError } from '../core/errors.ts';

/** The position of an element in a document. */
export interface ElementSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Far more than a token or a response with one needs. */
export const MAX_XML_CHARS = 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 20_000;
const MAX_ATTRIBUTES = 64;

/** Characters not allowed in XML 1.0: U+0000 to U+001F except TAB, LF and CR, the noncharacters, and lone surrogates. */
// oxlint-disable-next-line no-control-regex -- these are the characters to find
export const INVALID_XML_CHARACTER = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u;
const DECLARATION = /<\?xml\s+version\s*=\s*["']1\.\d["'](?:\s+encoding\s*=\s*["']([\w.-]+)["'])?[^?<>]*\?>/y;
const TAG_NAME = /<([\p{L}_][\p{L}\p{N}_.-]*(?::[\p{L}_][\p{L}\p{N}_.-]*)?)/uy;
const ATTRIBUTE = /\s+([\p{L}_][\p{L}\p{N}_.:-]*)\s*=\s*(?:"[^"<]*"|'[^'<]*')/uy;
const TAG_END = /\s*(\/?)>/y;
const CLOSING = /<\/([^\s<>/]+)\s*>/y;
const REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\dA-Fa-f]{1,6});)/;

/**
 * Checks a document before it is parsed: no DOCTYPE, no custom entities, well-formed tags, and limits on size, depth and
 * counts. Returns the positions of the elements in the order of their start tags.
 */
export function guardXml(text: string): readonly ElementSpan[] {
  if (text.length > MAX_XML_CHARS) throw xmlError(`has more than ${MAX_XML_CHARS} characters`);
  if (INVALID_XML_CHARACTER.test(text)) throw xmlError('contains characters that XML does not allow');
  const spans: { name: string; start: number; end: number }[] = [];
  const open: { name: string; start: number; end: number }[] = [];
  let at = declarationEnd(text);
  for (;;) {
    const next = text.indexOf('<', at);
    const between = text.slice(at, next === -1 ? text.length : next);
    if (open.length === 0 && between.trim() !== '') throw xmlError('has text outside the root element');
    if (REFERENCE.test(between)) throw xmlError('has a custom entity');
    if (next === -1) break;
    if (text.startsWith('<!--', next)) {
      at = findEnd(text, '-->', next + 4);
    } else if (text.startsWith('<![CDATA[', next) && open.length > 0) {
      at = findEnd(text, ']]>', next + 9);
    } else if (text.startsWith('<!', next)) {
      throw xmlError('has a DOCTYPE or other declarations');
    } else if (text.startsWith('<?', next)) {
      throw xmlError('has processing instructions');
    } else if (text.startsWith('</', next)) {
      const [closing, name] = matchAt(CLOSING, text, next);
      const element = open.pop();
      at = next + closing.length;
      if (element === undefined || element.name !== name) throw xmlError('has tags that do not match');
      element.end = at;
    } else {
      if (spans.length > 0 && open.length === 0) throw xmlError('has more than one root element');
      const tag = parseStartTag(text, next);
      at = tag.end;
      const element = { name: tag.name, start: next, end: tag.end };
      spans.push(element);
      if (spans.length > MAX_ELEMENTS) throw xmlError(`has more than ${MAX_ELEMENTS} elements`);
      if (!tag.isEmpty) open.push(element);
      if (open.length > MAX_DEPTH) throw xmlError(`is nested more than ${MAX_DEPTH} deep`);
    }
  }
  if (spans.length === 0 || open.length > 0) throw xmlError('is incomplete');
  return spans;
}

/** The document was decoded as UTF-8, so it must not declare another encoding. */
function declarationEnd(text: string): number {
  if (!text.startsWith('<?xml')) return 0;
  const [declaration, encoding = 'utf-8'] = matchAt(DECLARATION, text, 0);
  if (!/^(utf-8|us-ascii)$/i.test(encoding)) throw xmlError('is not declared as UTF-8');
  return declaration.length;
}

function parseStartTag(
  text: string,
  start: number,
): { readonly name: string; readonly end: number; readonly isEmpty: boolean } {
  const [opening, name = ''] = matchAt(TAG_NAME, text, start);
  const names = new Set<string>();
  let at = start + opening.length;
  for (;;) {
    TAG_END.lastIndex = at;
    const end = TAG_END.exec(text);
    if (end !== null) return { name, end: at + end[0].length, isEmpty: end[1] === '/' };
    const [attribute, key = ''] = matchAt(ATTRIBUTE, text, at);
    if (names.has(key)) throw xmlError('has a duplicate attribute');
    if (REFERENCE.test(attribute)) throw xmlError('has a custom entity');
    names.add(key);
    if (names.size > MAX_ATTRIBUTES)
      throw xmlError(`has more than ${MAX_ATTRIBUTES} attributes on an element`);
    at += attribute.length;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) throw xmlError('is not well-formed');
  return match;
}

function findEnd(text: string, ending: string, from: number): number {
  const at = text.indexOf(ending, from);
  if (at === -1) throw xmlError('is not well-formed');
  return at + ending.length;
}

/** The document itself is never shown, since it may contain a token. */
export function xmlError(why: string): DriverError {
  return new DriverError('AUTH_MALFORMED', `The identity provider's XML ${why}`);
}
