import type { Secret } from '../core/secret.ts';

/** Masks secrets in text from a server. */
export type Redactor = (text: string) => string;

/** For text from servers that were sent no secret. */
export const redactNothing: Redactor = (text) => text;

const MASK = '***';
/** Far more than is ever shown, so that a secret at the end of the shown part is still matched as a whole. */
const MAX_CHARS = 1 << 16;

/** Masks these secrets, also as servers echo them: encoded for URLs, HTML, XML, JSON or in base64. */
export function createRedactor(secrets: Iterable<Secret>): Redactor {
  const patterns = [...secrets].flatMap((secret) => toPatterns(secret.reveal()));
  // Longer patterns first: they may contain shorter ones.
  const ordered = patterns.toSorted((one, other) => other.length - one.length);
  const matchers = ordered.map((pattern) => new RegExp(pattern, 'gi'));
  return (text) =>
    matchers.reduce((left, pattern) => left.replaceAll(pattern, MASK), text.slice(0, MAX_CHARS));
}

function toPatterns(secret: string): readonly string[] {
  // Servers trim values, and shown text has its white space collapsed.
  const plain = secret.trim();
  if (plain === '') return [];
  const bytes = Buffer.from(plain);
  const characters = Array.from(plain.replaceAll(/\s+/g, ' '));
  return [
    characters.map(toAnyEncoding).join(''),
    ...base64Forms(bytes),
    ...(bytes.length < MIN_CHARS ? [] : [bytes.toString('hex')]),
  ];
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['&', 'amp'],
  ['<', 'lt'],
  ['>', 'gt'],
  ['"', 'quot'],
  ["'", 'apos'],
  [' ', 'nbsp'],
]);

/** A pattern for a character in any encoding, also when encoded more than once. */
function toAnyEncoding(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const named = NAMED.get(character);
  const numbers = `#(?:0{0,6}${code}|x0{0,6}${hex(code, 1)})`;
  const units = Array.from({ length: character.length }, (_, at) => hex(character.charCodeAt(at), 4));
  const forms = [
    [...Buffer.from(character)].map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join(''),
    `&(?:amp;){0,3}(?:${named === undefined ? '' : `${named}|`}${numbers});`,
    units.map((unit) => String.raw`\\{1,3}u${unit}`).join(''),
    String.raw`\\{1,3}${escapeRegExp(character)}`,
    ...(character === ' ' ? [String.raw`\s+`, String.raw`\+`] : [escapeRegExp(character)]),
  ];
  return `(?:${forms.join('|')})`;
}

/** Shorter strings would match in any text. */
const MIN_CHARS = 6;
const SKIPPED = [0, 2, 3];

/** The base64 encodings of the bytes at any offset in a longer string, such as after a user name and a colon. */
function base64Forms(bytes: Buffer): readonly string[] {
  return SKIPPED.flatMap((skipped, shift) => {
    const isWhole = (shift + bytes.length) % 3 === 0;
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    // The outermost characters also encode bits of the neighbouring bytes.
    const inner = encoded.slice(skipped, isWhole ? undefined : -1);
    if (inner.length < MIN_CHARS) return [];
    return [Array.from(inner, base64Form).join('') + (isWhole ? '' : String.raw`[\w+/-]?(?:=|%3d){0,2}`)];
  });
}

function base64Form(character: string): string {
  switch (character) {
    case '+':
      return String.raw`(?:[+ -]|%(?:25){0,3}2b)`;
    case '/':
      return String.raw`(?:[/_]|%(?:25){0,3}2f)`;
    default:
      return character;
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function escapeRegExp(character: string): string {
  return character.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
