import { readdirSync, readFileSync } from 'node:fs';
import { checkText } from './names/prose.ts';
import { checkIdentifiers } from './names/identifiers.ts';
import { findDuplicates } from './names/duplicates.ts';
import { parseSource } from './names/source.ts';

/** Checks the names, comments and strings of `src` against the rules of CONTRIBUTING.md, "How the code is written". */
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .toSorted()
  .map((file) => parseSource(file, readFileSync(file, 'utf8')));

const problems = [
  ...findDuplicates(sources),
  ...sources.flatMap((source) => [...checkIdentifiers(source), ...checkText(source)]),
];

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`The names, comments and strings of ${sources.length} files follow the rules.`);
