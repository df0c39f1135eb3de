import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Profile, readProfileFiles } from '../../src/profiles/profile-files.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { readIni } from '../../src/core/ini-file.ts';
import { fakePorts } from '../doubles/ports.ts';
import { getPeer, runProgram, requirePeers } from './peers.ts';

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** The contents of a config file; null if it is rejected as a whole. */
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

async function readWithDriver(text: string): Promise<Content> {
  const isRejected = readIni(text, { indentedBlocks: true }).remarks.length > 0;
  if (isRejected) return null;
  const ports = fakePorts({ files: { '/home/ana/.aws/config': text } });
  const files = await readProfileFiles((await parseConnection('', ports)).options, ports);
  return {
    profiles: toSections(files.profiles),
    sso_sessions: toSections(files.ssoSessions),
    services: toSections(files.services),
  };
}

function toSections(sections: ReadonlyMap<string, Profile>): Sections {
  return Object.fromEntries(
    [...sections].map(([title, { settings }]) => [
      title,
      Object.fromEntries([...settings].map(([k, setting]) => [k, setting.value])),
    ]),
  );
}

/** Converts botocore's nested blocks: here a block is a setting, and each of its keys another one. */
function flatten(content: Content): Content {
  return (
    content && {
      profiles: flattenSections(content.profiles),
      sso_sessions: flattenSections(content.sso_sessions),
      services: flattenSections(content.services),
    }
  );
}

function flattenSections(sections: Sections): Sections {
  return Object.fromEntries(
    Object.entries(sections).map(([title, settings]) => [
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

const python = requirePeers('PYTHON');

python.suite(`config files${python.why}`, () => {
  it('are parsed as botocore parses them, and rejected if it rejects them', async () => {
    const files = fc.sample(file, FILES);
    const output = await runProgram(getPeer('PYTHON'), ['test/interop/botocore-profiles.py'], {
      input: JSON.stringify(files),
    });
    const byBotocore = JSON.parse(output) as readonly Content[];
    const byDriver = await Promise.all(files.map(readWithDriver));
    const expected = files.map((text, i) => ({ text, content: flatten(byBotocore[i] ?? null) }));
    expect(files.map((text, i) => ({ text, content: byDriver[i] }))).toEqual(expected);
    expect(byBotocore.filter((content) => content === null).length).toBeLessThan(FILES);
    expect(byBotocore.filter((content) => content !== null).length).toBeGreaterThan(FILES / 10);
  });
});
