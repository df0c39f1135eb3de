import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLOSE, COMMA, OPEN } from '../../../src/dynamo/json/bytes.ts';
import { MemberNames } from '../../../src/dynamo/json/member-names.ts';
import { JsonScanner } from '../../../src/dynamo/json/scanner.ts';

const TARGETS = new Map([
  ['id', 0],
  ['é', 1],
  ['a"b', 2],
  ['__proto__', 3],
]);

/** The targets of the names of each object, in order. */
function readAll(objects: readonly string[]): readonly number[][] {
  const scanner = new JsonScanner();
  const names = new MemberNames(scanner, TARGETS, () => -1);
  return objects.map((json) => {
    scanner.open(Buffer.from(json));
    const found: number[] = [];
    if (!scanner.skip(OPEN) || scanner.skip(CLOSE)) return found;
    do {
      found.push(names.read(found.length) ?? NaN);
      if (!scanner.skipValue()) throw new Error(json);
    } while (scanner.skip(COMMA));
    return found;
  });
}

describe('member names', () => {
  it('are found in any order of the members', () => {
    const names = fc.uniqueArray(fc.constantFrom(...TARGETS.keys(), 'other', 'i', 'id2'), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(names, { maxLength: 5 }), (objects) => {
        const texts = objects.map((each) => `{${each.map((name) => `${JSON.stringify(name)}:1`).join(',')}}`);
        expect(readAll(texts)).toEqual(objects.map((each) => each.map((name) => TARGETS.get(name) ?? -1)));
      }),
    );
  });

  it('are the same however they are escaped', () => {
    expect(readAll(['{"\\u0069d":1,"\\u00e9":1}', '{"id":1,"é":1}'])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it.each(['{id:1}', '{"id"1}', '{"id" :1}', '{"id', '{'])('are undefined in %j', (json) => {
    const scanner = new JsonScanner();
    scanner.open(Buffer.from(json));
    scanner.skip(OPEN);
    expect(new MemberNames(scanner, TARGETS, () => -1).read(0)).toBeUndefined();
  });
});
