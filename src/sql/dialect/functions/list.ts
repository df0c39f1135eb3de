import { toPostgresType } from '../../types/types.ts';
import { toColumnForm } from '../../types/column-form.ts';
import { addMarks, markNumbers, stripTypes, toEngineNumber } from '../../types/document-marks.ts';
import { expandExponent, trimFraction } from '../../types/number-value.ts';
import { formatArray } from '../../types/text-format.ts';
import { formatFloat } from '../../types/text-format.ts';
import {
  isJson,
  toComparableJson,
  type JsonNode,
  normalizeJson,
  normalizeMarkedJson,
  formatJsonb,
  parseJson,
} from '../../types/json-text.ts';
import { formatRowDocument } from './row-document.ts';
import { formatText } from './format-text.ts';
import { formatNumberByPattern, parseNumberByPattern } from './format-number.ts';
import { formatTimeByPattern } from './format-time.ts';
import { isValidInput } from './input-valid.ts';
import { jsonContains } from './json-contains.ts';
import { concatenate, deleteKey, deletePath, insertAt, setPath, stripNulls } from './json-edit.ts';
import { followPath, pathExists, pathMatches } from './json-path.ts';
import { orderDigits, orderDocument, orderNumber, readString, requireNumber } from './json-scalars.ts';
import { matchGroups } from './like-regex.ts';
import { parseTimeByPattern } from './parse-time.ts';
import { divideNumerics, measureSpread, readNumeric } from './numeric-input.ts';
import { raise } from './raise.ts';

/** A function that runs in JavaScript. Its arguments and its result are strings; it returns NULL if an argument is NULL. */
export interface TextFunction {
  readonly name: string;
  readonly parameters: number;
  readonly apply: (...texts: readonly string[]) => string | null;
}

const define = (name: string, parameters: number, apply: TextFunction['apply']): TextFunction => ({
  name,
  parameters,
  apply: (...texts) => {
    try {
      return apply(...texts);
    } catch (error) {
      if (error instanceof SyntaxError) return raise('SQL_BAD_VALUE', 'invalid input syntax for type json');
      throw error;
    }
  },
});

const FLOATS: ReadonlySet<string> = new Set(['DOUBLE', 'FLOAT']);
const NUMBERS = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL.*|DOUBLE|FLOAT|BIGNUM)$/;

/** Functions that can be written neither as macros nor as rewrites, which call them. */
export const DIALECT_FUNCTIONS: readonly TextFunction[] = [
  define('pg_formatted', 3, (text = '', type = '', pattern = '') =>
    NUMBERS.test(type)
      ? formatNumberByPattern(
          FLOATS.has(type) ? toExactDigits(toFiniteDigits(text)) : toFiniteDigits(text),
          pattern,
          FLOATS.has(type) ? 'even' : 'away',
        )
      : formatTimeByPattern(text, type, pattern),
  ),
  define('pg_parsed_time', 2, (text = '', pattern = '') => parseTimeByPattern(text, pattern)),
  define('pg_parsed_number', 2, (text = '', pattern = '') => parseNumberByPattern(text, pattern)),
  define('pg_numeric_input', 2, (text = '', scale = '') => readNumeric(text, Number(scale))),
  define('pg_divided', 3, (dividend = '', divisor = '', scale = '') =>
    divideNumerics(dividend, divisor, Number(scale)),
  ),
  define('pg_spread', 5, (name = '', count = '', sum = '', squares = '', scale = '') =>
    measureSpread(name, count, sum, squares, Number(scale)),
  ),
  define('pg_format', 2, (pattern = '', args = '') => formatText(pattern, args)),
  define('pg_normal_form', 2, (text = '', form = '') =>
    /^NFK?[CD]$/.test(form)
      ? text.normalize(form)
      : raise('SQL_BAD_ARGUMENT', `invalid normalization form: ${form}`),
  ),
  define('pg_double_text', 1, (text = '') => formatFloat(toNumber(text))),
  define('pg_single_text', 1, (text = '') => formatFloat(Math.fround(toNumber(text)), 'real')),
  define('pg_row_json', 2, (json = '', type = '') => formatRowDocument(json, type)),
  define('pg_array_text', 2, (json = '', type = '') =>
    formatJsonArray(parseJson(json), toPostgresType(type)),
  ),
  define('pg_type_name', 1, (type = '') => toPostgresType(type)),
  define('pg_normal_json', 1, (text = '') => normalizeOrRaise(text, normalizeMarkedJson)),
  define('pg_column_json', 1, (text = '') => normalizeOrRaise(text, toColumnForm)),
  define('pg_jsonb_text', 1, (text = '') => normalizeOrRaise(text, normalizeJson)),
  define('pg_marked_json', 1, (text = '') => addMarks(text)),
  define('pg_marked_numbers', 1, (json = '') => markNumbers(json)),
  define('pg_untyped_json', 1, (json = '') => stripTypes(json)),
  define(
    'pg_comparable_json',
    1,
    (text = '') => toComparableJson(text) ?? normalizeOrRaise(text, normalizeMarkedJson),
  ),
  define('pg_number_json', 1, (digits = '') => toEngineNumber(digits)),
  define('pg_json_set', 3, (document = '', path = '', value = '') => setPath(document, path, value, true)),
  define('pg_json_replace', 3, (document = '', path = '', value = '') =>
    setPath(document, path, value, false),
  ),
  define('pg_json_insert', 4, (document = '', path = '', value = '', where = '') =>
    insertAt(document, path, value, where === 'after'),
  ),
  define('pg_json_delete', 2, (document = '', key = '') => deleteKey(document, key)),
  define('pg_json_delete_path', 2, (document = '', path = '') => deletePath(document, path)),
  define('pg_json_concat', 2, (left = '', right = '') => concatenate(left, right)),
  define('pg_json_contains', 2, (document = '', part = '') => (jsonContains(document, part) ? 't' : 'f')),
  define('pg_document_key', 1, (text = '') => orderDocument(text)),
  define('pg_document_number_key', 1, (text = '') => orderNumber(text)),
  define('pg_document_string', 1, (text = '') => readString(text)),
  define('pg_mixed_number', 2, (text = '', column = '') => requireNumber(text, column)),
  define('pg_json_strict', 1, (text = '') => toTruth(isJson(text))),
  define('pg_valid_input', 2, (text = '', type = '') => (isValidInput(text, type) ? 't' : 'f')),
  define('pg_number_key', 1, (digits = '') => orderDigits(digits)),
  define('pg_json_path', 4, (document = '', path = '', variables = '', silent = '') =>
    followPath(document, path, variables, silent === 'true'),
  ),
  define('pg_json_path_exists', 4, (document = '', path = '', variables = '', silent = '') =>
    toTruth(pathExists(document, path, variables, silent === 'true')),
  ),
  define('pg_json_path_match', 4, (document = '', path = '', variables = '', silent = '') =>
    toTruth(pathMatches(document, path, variables, silent === 'true')),
  ),
  define('pg_match_groups', 3, (text = '', pattern = '', flags = '') => matchGroups(text, pattern, flags)),
  define('pg_element_number', 2, (text = '', scale = '') => toElementNumber(text, Number(scale))),
  define('pg_json_without_nulls', 1, (document = '') => stripNulls(document)),
];

function normalizeOrRaise(text: string, normalize: (text: string) => string): string {
  try {
    return normalize(text);
  } catch (error) {
    if (error instanceof SyntaxError) return raise('SQL_BAD_VALUE', 'invalid input syntax for type json');
    throw error;
  }
}

/** A boolean as a function of strings returns it. */
function toTruth(value: boolean | null): string | null {
  return value === null ? null : value ? 't' : 'f';
}

function toNumber(text: string): number {
  return /inf/.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}

/** The digits of a number that has at most `scale` decimal places, and 38 digits with that number of places. */
function toElementNumber(text: string, scale: number): string {
  const digits = /^-?\d/.test(text) ? trimFraction(expandExponent(text)) : '';
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.');
  if (digits !== '' && fraction.length <= scale && whole.replace(/^0+/, '').length <= 38 - scale)
    return digits;
  return raise(
    'SQL_BAD_VALUE',
    `an element contains ${text.slice(0, 80)}, but its column has ${fraction.length > scale || digits === '' ? `${scale} decimal places` : `${38 - scale} digits before the decimal point`}`,
  );
}

/** All digits of a double below 1e21, of which its shortest text has only some. */
function toExactDigits(digits: string): string {
  const value = Number(digits);
  return Math.abs(value) < 1e21 ? value.toFixed(100) : digits;
}

function toFiniteDigits(text: string): string {
  return /inf|nan/.test(text)
    ? raise('SQL_BAD_VALUE', `to_char cannot format ${text}`)
    : expandExponent(text);
}

function formatJsonArray(list: JsonNode, type: string): string {
  const items = Array.isArray(list) ? list : [list];
  const element = (item: JsonNode): string | null => {
    if (item === null || typeof item === 'string') return item;
    if (Array.isArray(item)) return formatJsonArray(item, type);
    if (typeof item === 'boolean') return item ? 't' : 'f';
    const text = formatJsonb(item);
    return type === 'double precision[]' ? formatFloat(Number(text)) : text;
  };
  return formatArray(items.map(element), items.some(Array.isArray));
}
