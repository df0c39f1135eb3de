import { type DriverError, getErrorMessage } from '../../core/errors.ts';
import { SCHEMA_SUFFIX } from './file-name.ts';

/** A schema file that cannot be read. Only statements on what it describes fail. */
export interface BrokenSchema {
  readonly file: string;
  /** The tables and views that it describes, if they can be read. */
  readonly names: readonly string[];
  readonly error: DriverError;
}

/** Finds out what a broken schema file describes: from its text, or else from its file name. */
export function toBrokenSchema(
  text: string,
  file: string,
  fileName: string,
  error: DriverError,
): BrokenSchema {
  const names = extractNames(text);
  return { file, names: names.length > 0 ? names : [fileName.slice(0, -SCHEMA_SUFFIX.length)], error };
}

/** The warning about a broken schema file. */
export function describeBrokenSchema({ names, error }: BrokenSchema): string {
  return `${getErrorMessage(error)}; statements that name ${names.map((name) => `"${name}"`).join(' or ')} fail until it is corrected`;
}

function extractNames(text: string): readonly string[] {
  const value = tryParseJson(text);
  if (value === undefined) return [...text.matchAll(NAME_PATTERN)].map(([, name = '']) => name);
  const members = new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  const name = ['view', 'name', 'table']
    .map((key) => members.get(key))
    .find((each) => typeof each === 'string');
  return typeof name === 'string' && name !== '' ? [name] : [];
}

/** For text that is not JSON. Without `name`, since columns have names, too. */
const NAME_PATTERN = /"(?:view|table)"\s*:\s*"([^"\\]+)"/g;

function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
