import { nearest } from '../core/nearest.ts';
import { Secret } from '../core/secret.ts';
import type { ParseResult, ValueType, ParseContext } from './property-spec.ts';
import { REGION_NAMES, regionCode } from '../aws/regions.ts';

/** A type whose values are plain text; what `read` does not understand it answers with undefined. */
function plain<T>(
  label: string,
  expected: string,
  read: (value: string, world: ParseContext) => T | undefined,
): ValueType<T> {
  return {
    label,
    read(value, world) {
      const result = typeof value === 'string' ? read(value, world) : undefined;
      return result === undefined ? { expected } : { value: result };
    },
  };
}

export const text: ValueType<string> = plain('text', 'text', (value) => value);

export const secret: ValueType<Secret> = {
  label: 'secret',
  secret: true,
  read: (value): ParseResult<Secret> => {
    if (typeof value === 'string') return { value: new Secret(value) };
    return value instanceof Secret ? { value } : { expected: 'text' };
  },
};

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
  ['yes', true],
  ['no', false],
  ['on', true],
  ['off', false],
]);

export const boolean: ValueType<boolean> = plain('boolean', 'true or false', (value) =>
  BOOLEANS.get(value.trim().toLowerCase()),
);

/** A whole number within bounds. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): ValueType<number> {
  return bounded('integer', 'a whole number', min, max);
}

/** A span of time as a whole number of seconds. */
export function seconds(min: number, max: number): ValueType<number> {
  return bounded('seconds', 'a whole number of seconds', min, max);
}

function bounded(label: string, noun: string, min: number, max: number): ValueType<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return plain(`${label} ${range}`, `${noun} ${range}`, (value) => {
    const number = /^\s*[+-]?\d{1,16}\s*$/.test(value) ? Number(value) : NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

/** One of these words, in any case. */
export function oneOf<const W extends string>(...words: readonly W[]): ValueType<W> {
  const byWord = new Map(words.map((word) => [word.toLowerCase(), word]));
  const list = words.join(', ');
  return {
    label: `one of ${list}`,
    read(value): ParseResult<W> {
      const key = typeof value === 'string' ? value.trim().toLowerCase() : '';
      const word = byWord.get(key);
      return word === undefined
        ? { expected: `one of ${list}`, candidates: nearest(key, words) }
        : { value: word };
    },
  };
}

/** A Region by its code or name; the value is the code. */
export const region: ValueType<string> = {
  label: 'Region',
  read(value) {
    const given = typeof value === 'string' ? value : '';
    const code = regionCode(given);
    if (code !== undefined) return { value: code };
    const name = given.replaceAll(/[\s_-]/g, '');
    const near = [...nearest(name, REGION_NAMES.keys()), ...nearest(given, new Set(REGION_NAMES.values()))];
    return {
      expected: 'a Region code such as eu-west-1 or a name such as Ireland',
      candidates: near.slice(0, 3),
    };
  },
};

/** The variables that a path may begin with, as Windows writes them; no other part of the environment gets into one. */
const FOLDERS: ReadonlySet<string> = new Set(['APPDATA', 'LOCALAPPDATA', 'USERPROFILE']);
const EXPECTED_PATH = `a path of this machine; one may begin with ~ and, where they are set, ${[...FOLDERS].map((name) => `%${name}%`).join(', ')}`;

/** A file or folder; a leading `~` is the home directory. */
export const path: ValueType<string> = plain('path', EXPECTED_PATH, readPath);

/** A file, or `memory://name`. */
export const pathOrMemory: ValueType<string> = plain(
  'path or memory://name',
  `memory://name or ${EXPECTED_PATH}`,
  (value, world) => (/^memory:\/\//i.test(value) ? value : readPath(value, world)),
);

function readPath(value: string, world: ParseContext): string | undefined {
  // An address of something else would become a folder of that name.
  if (value.includes('\0') || /^[a-z][\w+.-]+:\/\//i.test(value)) return undefined;
  const [variable, name] = /^%(\w+)%/.exec(value) ?? [];
  if (variable === undefined || name === undefined) return value.replace(/^~(?=$|[/\\])/, () => world.home);
  const folder = FOLDERS.has(name.toUpperCase()) ? world.env(name.toUpperCase()) : undefined;
  return folder === undefined ? undefined : folder + value.slice(variable.length);
}

/** An http or https address without credentials in it. */
export const url: ValueType<string> = plain(
  'URL',
  'an http or https address without user and password in it',
  (value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    if (parsed === undefined || parsed.username !== '' || parsed.password !== '') return undefined;
    const allowed = parsed.protocol === 'https:' || parsed.protocol === 'http:';
    return allowed ? value.trim() : undefined;
  },
);

/** Words with commas between them. */
export const list: ValueType<readonly string[]> = plain('list', 'words with commas between them', (value) =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
);

/** An amount of memory or disk, as `512MB`. */
export const size: ValueType<string> = plain('size', 'an amount such as 512MB or 2GB', (value) => {
  const trimmed = value.trim();
  return /^\d{1,12}(\.\d{1,6})?\s*([KMGT]i?)?B$/i.test(trimmed) ? trimmed : undefined;
});

/** Further properties of the connection itself. The parser spreads them, so there is never a value to read. */
export const others: ValueType<never> = {
  label: 'properties',
  spreads: true,
  read: () => ({ expected: 'Key=Value;Key=Value' }),
};
