import { nearest } from '../core/nearest.ts';
import { resolveTimeZone } from '../core/time-zone.ts';
import { Secret } from '../core/secret.ts';
import type { ParseResult, ValueType, ParseContext } from './property-spec.ts';
import { REGION_NAMES, toRegionCode } from '../aws/regions.ts';

/** A type whose values are strings; `read` returns undefined for an invalid one. */
function textType<T>(
  label: string,
  expected: string,
  read: (value: string, context: ParseContext) => T | undefined,
): ValueType<T> {
  return {
    label,
    read(value, context) {
      const result = typeof value === 'string' ? read(value, context) : undefined;
      return result === undefined ? { expected } : { value: result };
    },
  };
}

export const text: ValueType<string> = textType('text', 'a string', (value) => value);

export const secret: ValueType<Secret> = {
  label: 'secret',
  secret: true,
  read: (value): ParseResult<Secret> => {
    if (typeof value === 'string') return { value: new Secret(value) };
    return value instanceof Secret ? { value } : { expected: 'a string' };
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

export const boolean: ValueType<boolean> = textType('boolean', 'true or false', (value) =>
  BOOLEANS.get(value.trim().toLowerCase()),
);

/** An integer within bounds. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): ValueType<number> {
  return bounded('integer', 'an integer', min, max);
}

/** A duration in whole seconds. */
export function seconds(min: number, max: number): ValueType<number> {
  return bounded('seconds', 'a number of seconds', min, max);
}

function bounded(label: string, noun: string, min: number, max: number): ValueType<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  return textType(`${label} ${range}`, `${noun} ${range}`, (value) => {
    const number = /^\s*[+-]?\d{1,16}\s*$/.test(value) ? Number(value) : NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

/** One of these values, ignoring case. */
export function oneOf<const W extends string>(...values: readonly W[]): ValueType<W> {
  const byName = new Map(values.map((each) => [each.toLowerCase(), each]));
  const names = values.join(', ');
  return {
    label: `one of ${names}`,
    read(value): ParseResult<W> {
      const key = typeof value === 'string' ? value.trim().toLowerCase() : '';
      const known = byName.get(key);
      return known === undefined
        ? { expected: `one of ${names}`, candidates: nearest(key, values) }
        : { value: known };
    },
  };
}

/** A Region by code or name; the value is the code. */
export const region: ValueType<string> = {
  label: 'Region',
  read(value) {
    const input = typeof value === 'string' ? value : '';
    const code = toRegionCode(input);
    if (code !== undefined) return { value: code };
    const name = input.replaceAll(/[\s_-]/g, '');
    const near = [...nearest(name, REGION_NAMES.keys()), ...nearest(input, new Set(REGION_NAMES.values()))];
    return {
      expected: 'a Region code such as eu-west-1 or a name such as Ireland',
      candidates: near.slice(0, 3),
    };
  },
};

/** The environment variables that a path may begin with, in Windows notation. */
const FOLDERS: ReadonlySet<string> = new Set(['APPDATA', 'LOCALAPPDATA', 'USERPROFILE']);
const EXPECTED_PATH = `a local path, which may begin with ~ or, if they are set, ${[...FOLDERS].map((name) => `%${name}%`).join(', ')}`;

/** A file or directory; a leading `~` is the home directory. */
export const path: ValueType<string> = textType('path', EXPECTED_PATH, readPath);

/** A file, or `memory://name`. */
export const pathOrMemory: ValueType<string> = textType(
  'path or memory://name',
  `memory://name or ${EXPECTED_PATH}`,
  (value, context) => (/^memory:\/\//i.test(value) ? value : readPath(value, context)),
);

function readPath(value: string, context: ParseContext): string | undefined {
  // A URL would otherwise become a directory of that name.
  if (value.includes('\0') || /^[a-z][\w+.-]+:\/\//i.test(value)) return undefined;
  const [variable, name] = /^%(\w+)%/.exec(value) ?? [];
  if (variable === undefined || name === undefined) return value.replace(/^~(?=$|[/\\])/, () => context.home);
  const folder = FOLDERS.has(name.toUpperCase()) ? context.env(name.toUpperCase()) : undefined;
  return folder === undefined ? undefined : folder + value.slice(variable.length);
}

/** An http or https URL without credentials. */
export const url: ValueType<string> = textType(
  'URL',
  'an http or https URL without user and password',
  (value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    if (parsed === undefined || parsed.username !== '' || parsed.password !== '') return undefined;
    const allowed = parsed.protocol === 'https:' || parsed.protocol === 'http:';
    return allowed ? value.trim() : undefined;
  },
);

/** A comma-separated list. */
export const list: ValueType<readonly string[]> = textType('list', 'a comma-separated list', (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** A size in bytes with a unit, such as `512MB`. */
export const size: ValueType<string> = textType('size', 'a size such as 512MB or 2GB', (value) => {
  const trimmed = value.trim();
  return /^\d{1,12}(\.\d{1,6})?\s*([KMGT]i?)?B$/i.test(trimmed) ? trimmed : undefined;
});

/** The name of a time zone. */
export const timeZone: ValueType<string> = textType(
  'time zone',
  'the name of a time zone such as Europe/Zurich',
  resolveTimeZone,
);

/** Further properties of the connection itself. The parser merges them, so `read` is never reached with a valid value. */
export const others: ValueType<never> = {
  label: 'properties',
  spreads: true,
  read: () => ({ expected: 'Key=Value;Key=Value' }),
};
