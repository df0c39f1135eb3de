import { CLOSE, CLOSE_LIST, COLON, COMMA, OPEN_LIST, QUOTE } from './bytes.ts';
import { tryParseObject } from './parse-object.ts';
import { JsonScanner } from './scanner.ts';

/** A JSON object divided into one of its arrays, and everything else. */
export interface CutObject {
  /** The bytes of the array, not copied. */
  readonly array: Buffer;
  /** The object as a value, in which the array is empty. */
  readonly rest: object;
}

/** More candidates for the end than this are not worth trying one by one. */
const MAX_TRIES = 8;

/**
 * Cuts a large array out of an object without scanning its elements, which must be objects whose own arrays are the last member
 * of an object each, as in DynamoDB's JSON format. `name` is quoted and followed by a colon. Undefined if there is any doubt, or
 * white space between tokens.
 */
export function cutArray(bytes: Buffer, name: Buffer): CutObject | undefined {
  const json = new JsonScanner();
  json.open(bytes);
  if (!json.findMember(name) || !json.skip(OPEN_LIST)) return undefined;
  const start = json.at - 1;
  const head = bytes.toString('utf8', 0, json.at);
  let end = bytes.length;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    end = findLastArrayEnd(bytes, start, end);
    if (end < 0) return undefined;
    // Valid only if the tail closes exactly what the head opened. A tail that starts inside a string has an odd number of
    // quotes and is never valid.
    const rest = tryParseObject(head + bytes.toString('utf8', end));
    if (rest === undefined) continue;
    return mayEndEarlier(bytes, start, end) ? undefined : { array: bytes.subarray(start, end + 1), rest };
  }
  return undefined;
}

/** The last `]` before `before` that could end an array in an object. */
function findLastArrayEnd(bytes: Buffer, start: number, before: number): number {
  let end = before;
  while (end > start) {
    end = bytes.lastIndexOf(']', end - 1);
    const next = bytes[end + 1];
    if (next === CLOSE || (next === COMMA && bytes[end + 2] === QUOTE)) return end > start ? end : -1;
  }
  return -1;
}

/**
 * Whether the array may end before, and another one of the object here: among the elements a list always ends its object, so that
 * `],"` can only be part of a string there, and the quote ends that string.
 */
function mayEndEarlier(bytes: Buffer, start: number, end: number): boolean {
  for (let at = bytes.indexOf('],"', start); at >= 0 && at < end; at = bytes.indexOf('],"', at + 1)) {
    const next = bytes[at + 3];
    if (next !== CLOSE && next !== COMMA && next !== CLOSE_LIST && next !== COLON) return true;
  }
  return false;
}
