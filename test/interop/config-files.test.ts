import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Profile, readProfileFiles } from '../../src/profiles/profile-files.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { readIni } from '../../src/core/ini-file.ts';
import { fakePorts } from '../doubles/ports.ts';
import { found, output, together } from './peers.ts';

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** What a config file holds; null: it is rejected as a whole. */
type Content = {
  readonly profiles: Sections;
  readonly sso_sessions: Sections;
  readonly services: Sections;
} | null;

const FILES = 400;

const word = fc.stringMatching(/^[a-z]{1,4}$/);
const name = fc.oneof(
  word,
  fc.stringMatching(/^[a-z][a-z0-9.@+_-]{0,6}$/),
  fc.constantFrom('ünï', 'a,b', 'p(1)', 'x=y'),
);
const blank = fc.constantFrom('', ' ', '  ', '\t');
const value = fc
  .string({ unit: fc.constantFrom(...`ab1 #;=:"'\\[]{}$%.`.split('')), maxLength: 12 })
  .filter((text) => !/^[#;]/.test(text.trim()));
const key = fc.constantFrom(
  'region',
  'output',
  'role_arn',
  'Source_Profile',
  'aws_access_key_id',
  's3',
  'x.y',
  'a b',
);
const line = fc.tuple(key, blank, fc.constantFrom('=', ':'), blank, value).map((parts) => parts.join(''));
const more = fc
  .tuple(fc.constantFrom('  ', '\t', '    '), word, value)
  .map(([indent, start, rest]) => `${indent}${start}${rest}`);
const inner = fc
  .tuple(fc.constantFrom('  ', '\t'), word, value)
  .map(([indent, k, v]) => `${indent}${k} = ${v}`);
const entry = fc.oneof(
  { weight: 6, arbitrary: line },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        line.filter((text) => !/[=:]\s*$/.test(text)),
        more,
      )
      .map((lines) => lines.join('\n')),
  },
  { weight: 1, arbitrary: fc.tuple(key, inner, inner).map(([k, a, b]) => `${k} =\n${a}\n${b}`) },
  { weight: 1, arbitrary: fc.constantFrom('# note', '; note', '  # note', '', '   ') },
  { weight: 1, arbitrary: word },
);
const header = fc.oneof(
  { weight: 5, arbitrary: name.map((text) => `[profile ${text}]`) },
  { weight: 1, arbitrary: fc.tuple(word, word).map((words) => `[profile "${words.join(' ')}"]`) },
  { weight: 1, arbitrary: fc.tuple(word, word).map((words) => `[profile ${words.join(' ')}]`) },
  { weight: 1, arbitrary: fc.constantFrom('[default]', '[preview]') },
  { weight: 2, arbitrary: name.map((text) => `[sso-session ${text}]`) },
  { weight: 2, arbitrary: name.map((text) => `[services ${text}] # note`) },
);
const section = fc
  .tuple(header, fc.array(entry, { maxLength: 4 }))
  .map(([top, lines]) => [top, ...lines].join('\n'));
const file = fc
  .tuple(
    fc.constantFrom('', '', '', '# first\n', '\n', 'stray = 1\n'),
    fc.array(section, { maxLength: 4 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([before, sections, end]) => `${before}${sections.join('\n')}\n`.replaceAll('\n', end));

async function ours(text: string): Promise<Content> {
  const isRejected = readIni(text, { indentedBlocks: true }).remarks.length > 0;
  if (isRejected) return null;
  const ports = fakePorts({ files: { '/home/ana/.aws/config': text } });
  const files = await readProfileFiles((await parseConnection('', ports)).options, ports);
  return {
    profiles: plain(files.profiles),
    sso_sessions: plain(files.ssoSessions),
    services: plain(files.services),
  };
}

function plain(sections: ReadonlyMap<string, Profile>): Sections {
  return Object.fromEntries(
    [...sections].map(([title, { settings }]) => [
      title,
      Object.fromEntries([...settings].map(([k, setting]) => [k, setting.value])),
    ]),
  );
}

/** A block of botocore is a setting of its own here, and a setting for each of its keys. */
function flat(content: Content): Content {
  return (
    content && {
      profiles: flatSections(content.profiles),
      sso_sessions: flatSections(content.sso_sessions),
      services: flatSections(content.services),
    }
  );
}

function flatSections(given: Sections): Sections {
  return Object.fromEntries(
    Object.entries(given).map(([title, settings]) => [
      title,
      Object.fromEntries(
        Object.entries(settings).flatMap(([k, v]): readonly (readonly [string, unknown])[] =>
          typeof v === 'object' && v !== null
            ? [[k, ''], ...Object.entries(v).map(([inside, text]) => [`${k}.${inside}`, text] as const)]
            : [[k, v]],
        ),
      ),
    ]),
  );
}

const python = together('PYTHON');

python.suite(`config files${python.why}`, () => {
  it('are read as botocore reads them, and what it rejects is remarked upon', async () => {
    const texts = fc.sample(file, FILES);
    const told = await output(found('PYTHON'), ['test/interop/botocore-profiles.py'], {
      input: JSON.stringify(texts),
    });
    const theirs = JSON.parse(told) as readonly Content[];
    const read = await Promise.all(texts.map(ours));
    const compared = texts.map((text, i) => ({ text, content: flat(theirs[i] ?? null) }));
    expect(texts.map((text, i) => ({ text, content: read[i] }))).toEqual(compared);
    expect(theirs.filter((content) => content === null).length).toBeLessThan(FILES);
    expect(theirs.filter((content) => content !== null).length).toBeGreaterThan(FILES / 10);
  });
});
