import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type IniFile, readIni } from '../../src/core/ini-file.ts';

const aws = (text: string): IniFile => readIni(text, { indentedBlocks: true });
const contents = (file: IniFile): unknown =>
  Object.fromEntries(
    file.sections.map(({ name, entries }) => [
      name,
      Object.fromEntries([...entries].map(([key, { value }]) => [key, value])),
    ]),
  );

describe('readIni', () => {
  it.each([
    ['keeps dots in names apart', '[a]\nk=1\n[a.b]\nk=2', { a: { k: '1' }, 'a.b': { k: '2' } }],
    ['keeps # and ; inside values', '[a]\nk = abc/def+gh;ij=kl#mn', { a: { k: 'abc/def+gh;ij=kl#mn' } }],
    ['keeps quotes and backslashes', '[a]\nk = "x\\\\t"\nl = \'y\'', { a: { k: '"x\\\\t"', l: "'y'" } }],
    [
      'keeps literals as text',
      '[a]\nt = true\nf = false\nn = null\nd = 1',
      { a: { t: 'true', f: 'false', n: 'null', d: '1' } },
    ],
    [
      'reads keys in any case and with a colon',
      '[a]\nRegion: x\nOUTPUT=json',
      { a: { region: 'x', output: 'json' } },
    ],
    ['passes over comments and empty lines', '# x\n; y\n[a]\n  # z\nk=1\n\n', { a: { k: '1' } }],
    [
      'reads text behind a header as a comment',
      '[a] ; x\nk=1\n[b]# y\nk=2',
      { a: { k: '1' }, b: { k: '2' } },
    ],
    ['reads CRLF and a byte order mark', '\uFEFF[a]\r\nk=1\r\n', { a: { k: '1' } }],
    [
      'reads indented lines as keys of the block above',
      '[a]\ns3 =\n  x = 1\n  y = 2\nk=3',
      { a: { s3: '', 's3.x': '1', 's3.y': '2', k: '3' } },
    ],
    [
      'reads indented lines as more of a value',
      '[a]\nk = one\n  --two = 3\nl=4',
      { a: { k: 'one\n--two = 3', l: '4' } },
    ],
    [
      'reads keys that are all indented alike',
      '[a]\n  k=1\n  l=\n    m=2\n  n=3',
      { a: { k: '1', l: '', 'l.m': '2', n: '3' } },
    ],
    ['has sections without keys', '[a]\n[b]', { a: {}, b: {} }],
    ['puts sections of one name together', '[a]\nk=1\n[b]\n[a]\nl=2', { a: { k: '1', l: '2' }, b: {} }],
    ['lets the later of two equal keys count', '[a]\nk=1\nk=2', { a: { k: '2' } }],
    [
      'takes any name',
      '[a]b]\nk=1\n[ünï, (x)=y]\nk=2\n[__proto__]\nk=3',
      { 'a]b': { k: '1' }, 'ünï, (x)=y': { k: '2' }, ['__proto__']: { k: '3' } },
    ],
    [
      'joins blanks in names',
      '[profile  two]\nk=1\n[profile\ttab]',
      { 'profile two': { k: '1' }, 'profile tab': {} },
    ],
  ])('%s', (_, text, expected) => {
    expect(contents(aws(text))).toEqual(expected);
  });

  it('ignores indentation where the file has no blocks', () => {
    expect(contents(readIni('[a]\nk=\n  l=1', { indentedBlocks: false }))).toEqual({ a: { k: '', l: '1' } });
  });

  it('returns the line numbers of sections and keys', () => {
    const [a, b] = aws('\n[a]\nk=1\n\n[b]\n# c\nl=2').sections;
    expect([a?.line, a?.entries.get('k')?.line, b?.line, b?.entries.get('l')?.line]).toEqual([2, 3, 5, 7]);
  });

  it('reports the lines that it could not parse', () => {
    expect(aws('k=1\n[a]\nnonsense\nk=1\nk=2\n[a]').remarks).toEqual([
      { line: 1, message: 'content before the first section' },
      { line: 3, message: 'expected key = value' },
      { line: 5, message: 'k is set twice; the last value is used' },
      { line: 6, message: 'section [a] appears twice; its keys were merged' },
    ]);
  });

  it('returns values exactly as written', () => {
    const value = fc
      .string({ unit: fc.constantFrom(...`ab #;="'\\[]{}$.`.split('')) })
      .map((text) => text.trim());
    const file = fc.dictionary(
      fc.stringMatching(/^[a-z.]{1,8}$/),
      fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), value),
      {
        noNullPrototype: true,
      },
    );
    fc.assert(
      fc.property(file, (sections) => {
        const text = Object.entries(sections)
          .map(
            ([name, keys]) =>
              `[${name}]\n${Object.entries(keys)
                .map(([k, v]) => `${k} = ${v}\n`)
                .join('')}`,
          )
          .join('');
        const expected = JSON.parse(JSON.stringify(sections)) as unknown;
        expect(contents(aws(text))).toEqual(expected);
      }),
    );
  });
});
