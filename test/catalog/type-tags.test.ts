import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DECLARED_TYPE_NAMES,
  type DeclaredType,
  parseDeclaredType,
  toSqlType,
} from '../../src/catalog/declared-type.ts';
import type { DeclaredColumn } from '../../src/catalog/schemas/schema-file.ts';
import { parseStoredTime } from '../../src/catalog/stored-time.ts';
import { isTypeTag, parseTypeTags, toTypeTags } from '../../src/catalog/type-tags.ts';

const MODIFIED = ['numeric(10,2)', 'numeric(5)', 'numeric(2,4)', 'character varying(20)', 'character(3)'];
const FORMS = [
  'YYYY-MM-DD',
  'YYYY-MM-DDTHH:mm:ss.sssZ',
  'YYYY-MM-DDTHH:mm:ssZ',
  'YYYY-MM-DD HH:mm:ss',
  'YYYY-MM-DDTHH:mm:ss.ssssss+02:00',
  'epoch seconds',
  'epoch milliseconds',
];

const declaredTypes = fc
  .constantFrom(...DECLARED_TYPE_NAMES, ...MODIFIED)
  .map((text) => parseDeclaredType(text))
  .filter((type): type is DeclaredType => type !== undefined)
  .map((declared): Pick<DeclaredColumn, 'type' | 'declared'> => ({
    type: toSqlType(declared) ?? { kind: 'text' },
    declared,
  }));
const times = fc.constantFrom(...FORMS).map((stored): Pick<DeclaredColumn, 'type'> => ({
  type: { kind: parseStoredTime(stored)?.kind ?? 'date', stored },
}));
const columns = fc.uniqueArray(
  fc
    .tuple(
      fc.oneof(
        fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
        fc.constantFrom('__proto__', 'a:b', 'a=20b', 'a b'),
      ),
      fc.oneof(declaredTypes, times),
    )
    .map(([name, type]): DeclaredColumn => ({ name, path: [name], ...type })),
  { selector: ({ name }) => name, maxLength: 40 },
);

describe('the tags of the types of columns', () => {
  it('hold all columns, in the characters and lengths that AWS allows', () => {
    fc.assert(
      fc.property(columns, (all) => {
        const tags = toTypeTags(all) ?? new Map<string, string>();
        for (const [key, value] of tags) {
          expect(isTypeTag(key)).toBe(true);
          expect(key).toMatch(/^[A-Za-z\d:]{1,128}$/);
          expect(value).toMatch(/^[\p{L}\p{N} +=._:/@-]{1,256}$/u);
        }
        // AWS returns tags in any order.
        const parsed = parseTypeTags(new Map([['other', 'tag:text'], ...[...tags].toReversed()]));
        expect(parsed).toEqual(tags.size === 0 ? [] : all);
      }),
    );
  });

  it('do not exist for names that are too long', () => {
    const name = 'é'.repeat(60);
    expect(toTypeTags([{ name, type: { kind: 'text' } }])).toBeUndefined();
  });

  it('leave out what a later version may have written', () => {
    const tags = new Map([['dynadbc:types', 'a:bigint b:geometry c:date:rata=20die :text d e:text:x:y']]);
    expect(parseTypeTags(tags).map(({ name }) => name)).toEqual(['a', 'e']);
  });
});
