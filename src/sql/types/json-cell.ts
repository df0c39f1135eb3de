import { isJson } from './json-text.ts';

/**
 * Values of JSON columns in text files. A string is written without JSON's quotes, unless it would be read as another value:
 * reading, a cell that is JSON is that value, and any other cell is a string.
 */

/** A document as a cell. */
export function toCellText(json: string): string {
  if (!json.startsWith('"')) return json;
  const text = String(JSON.parse(json));
  return isJsonCell(text) ? json : text;
}

const MAY_BE_JSON = /^[-\d"[{tfn]/;
const BLANK_ENDS = /^\s|\s$/;

/** Whether a cell is JSON: a number, true, false, null, or a string in double quotes, an array or an object. */
export function isJsonCell(text: string): boolean {
  return MAY_BE_JSON.test(text) && !BLANK_ENDS.test(text) && isJson(text);
}

/** Whether a cell may be JSON by its first character, a byte in ASCII. */
export function mayBeginJson(byte: number): boolean {
  return byte < 0x80 && MAY_BE_JSON.test(String.fromCharCode(byte));
}
