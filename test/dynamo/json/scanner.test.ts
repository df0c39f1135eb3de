import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OPEN_LIST } from '../../../src/dynamo/json/bytes.ts';
import { JsonScanner, MAX_NESTING } from '../../../src/dynamo/json/scanner.ts';

function createScanner(json: string | Buffer, mark?: number): JsonScanner {
  const scanner = new JsonScanner(mark);
  scanner.open(Buffer.from(json));
  return scanner;
}

/** Whether the whole input is one JSON value to the scanner. */
function isValue(json: string | Buffer): boolean {
  const scanner = createScanner(json);
  return scanner.skipValue() && scanner.at === scanner.bytes.length;
}

function characters(text: string): readonly string[] {
  return Array.from(text);
}

function isJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

/** Strings with every kind of character, lone surrogates included. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', '"', '\\', '\\"', 'é', '湖', '😀', '\u0000', '\u007f', '\u2028', '{"a":[', '],"'),
);
const document = fc.jsonValue({ stringUnit: 'binary' });
/** Each escape that JSON has for a character, and the character where it needs none. */
const written = text.chain((value) =>
  fc.tuple(...Array.from(value, (character) => fc.constantFrom(...spellings(character)))).map((parts) => ({
    value,
    json: `"${parts.join('')}"`,
  })),
);

function spellings(character: string): readonly string[] {
  const plain = JSON.stringify(character).slice(1, -1);
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  const hex = units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  return [plain, plain, hex, hex.replaceAll(/[a-f]/g, (digit) => digit.toUpperCase())];
}

function nested(levels: number, open: string, close: string): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}

/** Whether the string is plain, and whether it has a comma. */
function skipPlain(json: string): readonly boolean[] {
  const scanner = createScanner(json, 0x2c);
  return [scanner.skipPlainString(), scanner.isMarked];
}

function skipsNumber(json: string, maxDigits = 18): boolean {
  return createScanner(json).skipPlainNumber(maxDigits);
}

function toName(text: string): Buffer {
  return Buffer.from(`${JSON.stringify(text)}:`);
}

describe('the JSON scanner', () => {
  it('skips every document that JSON.stringify writes, to its end', () => {
    fc.assert(
      fc.property(document, fc.constantFrom('', ',', ']', '}', ' ', '\u0000'), (value, rest) => {
        const json = Buffer.from(JSON.stringify(value));
        const scanner = createScanner(`${json.toString()}${rest}`);
        expect(scanner.skipValue()).toBe(true);
        expect(scanner.at).toBe(json.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts no damaged document that JSON.parse does not accept, and refuses only those and white space', () => {
    const damage = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 2 }),
      insert: fc.constantFrom(
        ...characters('"\\,:[]{}0-.eE+tfn u1\u0001\n'),
        'true',
        '00',
        '\\u12',
        '\\x',
        '""',
        'é',
      ),
    });
    fc.assert(
      fc.property(document, damage, (value, { at, remove, insert }) => {
        const json = JSON.stringify(value);
        const place = at % (json.length + 1);
        const damaged = Buffer.from(json.slice(0, place) + insert + json.slice(place + remove)).toString();
        const expected = isJson(damaged);
        const isCompact = expected && !/^\s|\s$/.test(damaged) && !hasSpaceBetweenTokens(damaged);
        expect(isValue(damaged)).toBe(expected && isCompact);
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts no random bytes that JSON.parse does not accept', () => {
    const pieces = fc.constantFrom(
      ...characters('"\\,:[]{}019-.eEnu'),
      'true',
      'null',
      '"a":',
      '\\u00e9',
      '\u00e9',
    );
    const soup = fc.oneof(
      fc.array(pieces, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''))),
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from([0x22, ...bytes, 0x22])),
    );
    fc.assert(
      fc.property(soup, (bytes) => {
        expect(isValue(bytes)).toBe(isJson(bytes.toString()) && !hasSpaceBetweenTokens(bytes.toString()));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses every beginning of a document', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(document), fc.dictionary(text, document)), (value) => {
        const json = Buffer.from(JSON.stringify(value));
        const lengths = Array.from({ length: json.length }, (_, length) => length);
        expect(lengths.filter((length) => createScanner(json.subarray(0, length)).skipValue())).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('follows a bounded number of levels, and needs no stack for them', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      expect(isValue(nested(MAX_NESTING, open, close))).toBe(true);
      expect(isValue(nested(MAX_NESTING + 1, open, close))).toBe(false);
      expect(isValue(nested(1_000_000, open, close))).toBe(false);
    }
  });

  it('reads strings as JSON.parse does, however they are escaped', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 8 }), (strings) => {
        const scanner = createScanner(`[${strings.map(({ json }) => json).join(',')}]`);
        for (const { json } of strings) {
          scanner.at++;
          const { at } = scanner;
          expect(scanner.readString()).toBe(JSON.parse(scanner.bytes.toString('utf8', at, scanner.at)));
          expect(scanner.at - at).toBe(Buffer.byteLength(json));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads strings of any length, in any order', () => {
    const lengths = [0, 1, 12, 13, 100, 8191, 8192, 8193, 65_535, 65_536, 65_537, 200_000, 5, 40_000, 40_000];
    const strings = lengths.map((length, i) => String.fromCharCode(97 + i).repeat(length));
    const scanner = createScanner(JSON.stringify(strings));
    const starts: number[] = [];
    for (const value of strings) {
      starts.push(++scanner.at);
      expect(scanner.readString()).toBe(value);
    }
    for (const [i, start] of [...starts.entries()].toReversed()) {
      scanner.at = start;
      expect(scanner.readString()).toBe(strings[i]);
    }
    scanner.open(Buffer.from('"other"'));
    expect(scanner.readString()).toBe('other');
  });

  it.each(['"', '"a', '"\\"', '"\\', '"\\u12"', '"\\u12g4"', '"\\x"', '"\n"', '"\u0000"', "'a'", 'a', ''])(
    'reads no string from %j',
    (json) => {
      expect(createScanner(json).readString()).toBeUndefined();
    },
  );

  it('tells strings that equal their bytes, and those with the marked byte', () => {
    expect(skipPlain('"a;b"')).toEqual([true, false]);
    expect(skipPlain('"a,b"')).toEqual([true, true]);
    expect(skipPlain('"é,湖"')).toEqual([true, true]);
    expect(skipPlain('"a\\n"')).toEqual([false, false]);
  });

  it('skips a quoted number only if every type formats it the same', () => {
    for (const json of ['"0"', '"-1"', '"123456789012345678"', '"0.5"', '"-1234567.25"', '"100"'])
      expect([json, skipsNumber(json)]).toEqual([json, true]);
    for (const json of ['"-0"', '"007"', '"1.50"', '"1e3"', '"0.05"', '"1."', '".5"', '"-"', '""', '"1', '1'])
      expect([json, skipsNumber(json)]).toEqual([json, false]);
    expect(skipsNumber('"1234"', 3)).toBe(false);
  });

  it('finds a member of an object, past values of all types', () => {
    fc.assert(
      fc.property(fc.dictionary(text, document, { minKeys: 1 }), fc.nat(), (object, index) => {
        const names = Object.keys(object);
        const searched = names[index % names.length] ?? '';
        const json = JSON.stringify(object);
        const scanner = createScanner(json);
        expect(scanner.findMember(toName(searched))).toBe(true);
        const start = scanner.at;
        expect(scanner.skipValue()).toBe(true);
        expect(scanner.bytes.toString('utf8', start, scanner.at)).toBe(JSON.stringify(object[searched]));
        expect(createScanner(json).findMember(toName(`not ${searched}`))).toBe(`not ${searched}` in object);
      }),
    );
    for (const json of ['', '{', '{}', '[]', '{"b":[1}', '{"b" :1,"a":2}', '{"b":1 "a":2}'])
      expect(createScanner(json).findMember(toName('a'))).toBe(false);
  });

  it('stays in place where a byte is not there', () => {
    const scanner = createScanner('[1]');
    expect([scanner.skip(OPEN_LIST), scanner.skip(OPEN_LIST), scanner.at]).toEqual([true, false, 1]);
    expect([scanner.skipBytes(Buffer.from('1,')), scanner.at]).toEqual([false, 1]);
    expect([scanner.skipBytes(Buffer.from('1]')), scanner.skip(OPEN_LIST), scanner.at]).toEqual([
      true,
      false,
      3,
    ]);
  });
});

/** Whether valid JSON has white space outside its strings. */
function hasSpaceBetweenTokens(json: string): boolean {
  return /\s/.test(json.replaceAll(/"(?:[^"\\]|\\.)*"/g, ''));
}
