import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitStatements } from '../../../src/sql/parse/split.ts';

describe('splitStatements', () => {
  it.each<[string, string[], string]>([
    ['select 1; select 2;', ['select 1', 'select 2'], ''],
    ['select 1', [], 'select 1'],
    ['select 1; sel', ['select 1'], ' sel'],
    [';; ; select 1;', ['select 1'], ''],
    ["select ';' ; x", ["select ';'"], ' x'],
    ["select 'it''s;' ;", ["select 'it''s;'"], ''],
    ["select E'\\';' ;", ["select E'\\';'"], ''],
    ["select '\\'; x", ["select '\\'"], ' x'],
    ['select ";"";" ;', ['select ";"";"'], ''],
    ['select $$;$$; $a$ ;$$; $a$;', ['select $$;$$', '$a$ ;$$; $a$'], ''],
    ['select a$b; c$b$;', ['select a$b', 'c$b$'], ''],
    ['select 1 -- ;\n;', ['select 1 -- ;'], ''],
    ['/* ; /* ; */ ; */ select 1;', ['/* ; /* ; */ ; */ select 1'], ''],
    ['-- only a comment;\n;', [], ''],
    ["select 'open; ", [], "select 'open; "],
    ['select "open; ', [], 'select "open; '],
    ['select $x$ open; ', [], 'select $x$ open; '],
    ['select /* open; ', [], 'select /* open; '],
    ["select E'open\\", [], "select E'open\\"],
  ])('splits %j', (text, statements, rest) => {
    expect(splitStatements(text)).toEqual({ statements, rest });
  });

  it('is the inverse of joining statements', () => {
    const piece = fc.constantFrom(
      "'a;b'",
      '";"',
      '$$;$$',
      '$t$ $$;$$ $t$',
      '/* ; */ x',
      "E'\\';'",
      'select',
      '1',
      "'it''s;'",
      '\n',
      'é',
    );
    const statement = fc
      .array(piece, { minLength: 1, maxLength: 8 })
      .map((parts) => `x ${parts.join(' ')} y`);
    fc.assert(
      fc.property(fc.array(statement), fc.string(), (statements, between) => {
        const gap = between.replace(/\S/g, ' ');
        expect(splitStatements(statements.map((each) => `${gap}${each};`).join(''))).toEqual({
          statements,
          rest: '',
        });
      }),
    );
  });
});
