import { DriverError } from '../../core/errors.ts';

/** The suffix of schema files; other files in the folder are ignored. */
export const SCHEMA_SUFFIX = '.schema.json';

const MAX_STEM_CHARACTERS = 120;

/** A file name for a schema that stays in its folder and differs from all others, ignoring case. */
export function chooseFileName(name: string, taken: readonly string[]): string {
  // Windows reserves these names with any suffix.
  const stem = name
    .replaceAll(/[^\w.-]/g, '_')
    .replace(/^(?=\.|(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))/i, '_');
  const short = stem.slice(0, MAX_STEM_CHARACTERS);
  const others = new Set(taken.map((each) => each.toLowerCase()));
  let file = `${short}${SCHEMA_SUFFIX}`;
  for (let n = 2; others.has(file.toLowerCase()); n += 1) file = `${short}-${n}${SCHEMA_SUFFIX}`;
  return file;
}

/** Rejects a user's name for a new schema file if it would leave the folder or exists. */
export function assertFileName(name: string, taken: readonly string[]): void {
  if (!name.endsWith(SCHEMA_SUFFIX) || chooseFileName(name.slice(0, -SCHEMA_SUFFIX.length), []) !== name)
    throw new DriverError('CATALOG_SCHEMA_FILE', `invalid name of a schema file: "${name}"`, {
      remedy: `Use letters, digits, "_", "-" and ".", without a folder, and end the name in ${SCHEMA_SUFFIX}.`,
    });
  if (taken.some((each) => each.toLowerCase() === name.toLowerCase()))
    throw new DriverError('CATALOG_SCHEMA_FILE', `file "${name}" already exists`, {
      remedy: 'Choose another name, or remove the file.',
    });
}
