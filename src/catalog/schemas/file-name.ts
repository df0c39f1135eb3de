import { DriverError } from '../../core/errors.ts';

/** How names of schema files end; other files of the folder are left alone. */
export const SCHEMA_SUFFIX = '.schema.json';

const MAX_STEM_CHARACTERS = 120;

/** A file name for a schema: within its folder whatever the name is, and unlike every other in any case of letters. */
export function fileNameFor(name: string, taken: readonly string[]): string {
  // A reserved name of Windows is reserved with any ending.
  const stem = name
    .replaceAll(/[^\w.-]/g, '_')
    .replace(/^(?=\.|(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))/i, '_');
  const short = stem.slice(0, MAX_STEM_CHARACTERS);
  const others = new Set(taken.map((each) => each.toLowerCase()));
  let file = `${short}${SCHEMA_SUFFIX}`;
  for (let n = 2; others.has(file.toLowerCase()); n += 1) file = `${short}-${n}${SCHEMA_SUFFIX}`;
  return file;
}

/** Refuses a name that a user chose for a new schema file where it leaves the folder or is that of another file. */
export function checkFileName(name: string, taken: readonly string[]): void {
  if (!name.endsWith(SCHEMA_SUFFIX) || fileNameFor(name.slice(0, -SCHEMA_SUFFIX.length), []) !== name)
    throw new DriverError('CATALOG_SCHEMA_FILE', `"${name}" cannot be the name of a schema file`, {
      remedy: `Give a name of letters, digits, "_", "-" and "." that ends in ${SCHEMA_SUFFIX}, without a folder.`,
    });
  if (taken.some((each) => each.toLowerCase() === name.toLowerCase()))
    throw new DriverError('CATALOG_SCHEMA_FILE', `There is a file ${name} already`, {
      remedy: 'Choose another name, or remove the file.',
    });
}
