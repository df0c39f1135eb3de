import { type DriverError, getErrorMessage } from '../../core/errors.ts';
import { SCHEMA_SUFFIX } from './file-name.ts';

/** A schema file that cannot be read: only what it describes is out of use. */
export interface BrokenSchema {
  readonly file: string;
  /** What it describes, as far as can be told. */
  readonly names: readonly string[];
  readonly error: DriverError;
}

/** What the text of a broken schema file is about; by its file's name where it does not say. */
export function brokenSchema(text: string, file: string, fileName: string, error: DriverError): BrokenSchema {
  const names = namesIn(text);
  return { file, names: names.length > 0 ? names : [fileName.slice(0, -SCHEMA_SUFFIX.length)], error };
}

/** What a person is told of one. */
export function brokenText({ names, error }: BrokenSchema): string {
  return `${getErrorMessage(error)}; statements that name ${names.map((name) => `"${name}"`).join(' or ')} fail until it is corrected`;
}

function namesIn(text: string): readonly string[] {
  const value = parsed(text);
  if (value === undefined) return [...text.matchAll(TOLD)].map(([, name = '']) => name);
  const members = new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  const name = ['view', 'name', 'table']
    .map((key) => members.get(key))
    .find((each) => typeof each === 'string');
  return typeof name === 'string' && name !== '' ? [name] : [];
}

/** In what is no JSON; columns have names too. */
const TOLD = /"(?:view|table)"\s*:\s*"([^"\\]+)"/g;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
