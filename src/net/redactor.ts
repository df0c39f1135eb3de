import type { Secret } from '../core/secret.ts';

/** Takes secrets out of a text that somebody else wrote. */
export type Redactor = (text: string) => string;

/** For texts of those who were told no secret. */
export const redactNothing: Redactor = (text) => text;

const MASK = '***';
/** Nobody is shown as much; a secret that begins where showing ends is still seen whole. */
const MAX_CHARS = 1 << 16;

/** Hides these secrets as they are and as servers give them back: encoded for addresses, HTML, XML, JSON or in base64. */
export function redactor(secrets: Iterable<Secret>): Redactor {
  const patterns = [...secrets].flatMap((secret) => patternsOf(secret.reveal()));
  // What is longer may hold what is shorter.
  const ordered = patterns.toSorted((one, other) => other.length - one.length);
  const found = ordered.map((pattern) => new RegExp(pattern, 'gi'));
  return (text) => found.reduce((left, pattern) => left.replaceAll(pattern, MASK), text.slice(0, MAX_CHARS));
}

function patternsOf(secret: string): readonly string[] {
  // Servers trim, and what is shown has one blank for several.
  const plain = secret.trim();
  if (plain === '') return [];
  const bytes = Buffer.from(plain);
  const characters = Array.from(plain.replaceAll(/\s+/g, ' '));
  return [
    characters.map(anyForm).join(''),
    ...base64Forms(bytes),
    ...(bytes.length < LEAST_CHARS ? [] : [bytes.toString('hex')]),
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

/** A character in any of the forms, also where it was encoded more than once. */
function anyForm(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const named = NAMED.get(character);
  const numbers = `#(?:0{0,6}${code}|x0{0,6}${hex(code, 1)})`;
  const units = Array.from({ length: character.length }, (_, at) => hex(character.charCodeAt(at), 4));
  const forms = [
    [...Buffer.from(character)].map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join(''),
    `&(?:amp;){0,3}(?:${named === undefined ? '' : `${named}|`}${numbers});`,
    units.map((unit) => String.raw`\\{1,3}u${unit}`).join(''),
    String.raw`\\{1,3}${literal(character)}`,
    ...(character === ' ' ? [String.raw`\s+`, String.raw`\+`] : [literal(character)]),
  ];
  return `(?:${forms.join('|')})`;
}

/** Fewer would be found in any text. */
const LEAST_CHARS = 6;
const SKIPPED = [0, 2, 3];

/** What base64 makes of the bytes wherever they stand in a longer text, such as after a name and a colon. */
function base64Forms(bytes: Buffer): readonly string[] {
  return SKIPPED.flatMap((skipped, shift) => {
    const isWhole = (shift + bytes.length) % 3 === 0;
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    // The outermost characters hold bits of what is around, too.
    const own = encoded.slice(skipped, isWhole ? undefined : -1);
    if (own.length < LEAST_CHARS) return [];
    return [Array.from(own, base64Form).join('') + (isWhole ? '' : String.raw`[\w+/-]?(?:=|%3d){0,2}`)];
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

function literal(character: string): string {
  return character.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
