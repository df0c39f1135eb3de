import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadModule, scanSync } from 'libpg-query';
import { splitStatements } from '../../../src/sql/parse/split.ts';

const PIECES = [
  'SELECT',
  'e',
  ' ',
  '\n',
  "';'",
  "'it''s'",
  "E'\\';'",
  '";"',
  '"a"";"',
  '$$;$$',
  '$x$ $$;$$ $x$',
  'a$b$',
  '-- ;\n',
  '/* ; /* ; */ ; */',
  '1',
  ',',
  '$1',
  '(',
  'é',
];

describe('splitting statements', () => {
  beforeAll(loadModule);

  it('cuts at semicolons and keeps what is not complete', () => {
    expect(splitStatements('SELECT 1; SELECT\n2;\nSELECT')).toEqual({
      statements: ['SELECT 1', 'SELECT\n2'],
      rest: '\nSELECT',
    });
  });

  it.each(["SELECT ';", 'SELECT ";', 'SELECT $$;', 'SELECT $a$;$b$', 'SELECT /* ;', "SELECT E'\\';"])(
    'does not cut inside what is still open: %s',
    (text) => {
      expect(splitStatements(text)).toEqual({ statements: [], rest: text });
    },
  );

  it('leaves out empty statements, and comments that belong to none', () => {
    expect(splitStatements(';; -- nothing\n ; /* nothing */ ;\n')).toEqual({ statements: [], rest: '' });
  });

  it("finds the semicolons that PostgreSQL's scanner finds", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom(...PIECES)), { minLength: 1 }), (parts) => {
        const text = parts.map((pieces) => `x ${pieces.join(' ')}`).join(' ;');
        const semicolons = scanSync(text).tokens.filter((token) => token.text === ';').length;
        const { statements } = splitStatements(`${text} ;`);
        expect(statements).toHaveLength(semicolons + 1);
        expect(`${statements.join(' ;')}`.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
      }),
    );
  });
});
