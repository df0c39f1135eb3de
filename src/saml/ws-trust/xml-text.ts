import { DriverError } from '../../core/errors.ts';

/** What XML 1.0 cannot carry, not even escaped: control characters, halves of surrogate pairs, non-characters. */
const UNSENDABLE = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
  // A parser would make it a line feed.
  ['\r', '&#13;'],
]);

/** A value as text of an XML element; `name` is the property it came from. */
export function xmlText(name: string, value: string): string {
  if (UNSENDABLE.test(value)) {
    throw new DriverError('CONN_BAD_VALUE', `${name} holds a character that XML cannot carry`, {
      remedy: `Remove control characters from ${name}.`,
    });
  }
  return value.replaceAll(/[&<>"'\r]/g, (character) => ESCAPES.get(character) ?? character);
}
