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
