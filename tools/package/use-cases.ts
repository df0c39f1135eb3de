import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { UserProject } from './install.ts';

/** Uses the package; returns what went wrong, if anything. */
type UseCase = (project: UserProject) => string | undefined;

/** Uses the parser and the engine, but no network. */
const PROGRAM = `
async function main() {
  const db = await connect('AuthScheme=TemporaryCredentials;AWSAccessKey=a;AWSSecretKey=b;AWSSessionToken=c;AWSRegion=eu-west-1');
  const { rows } = await db.query('SELECT 6 * 7 AS answer');
  await db.close();
  if (rows[0]?.['answer'] !== 42) throw new Error(JSON.stringify(rows));
}
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
`;

export const useCases: readonly UseCase[] = [
  runProgram('imported by an ES module', 'program.mjs', `import { connect } from 'dynadbc';${PROGRAM}`),
  runProgram('required by CommonJS', 'program.cjs', `const { connect } = require('dynadbc');${PROGRAM}`),
  typeCheck('typed for an ES module', 'typed.mts'),
  typeCheck('typed for CommonJS', 'typed.cts'),
  ({ folder, bin }) => run('the command line', [bin, '--version'], folder),
];

function runProgram(what: string, file: string, text: string): UseCase {
  return ({ folder }) => {
    writeFileSync(join(folder, file), text);
    return run(what, [file], folder);
  };
}

/** Type-checks a program, including the types of libraries. */
function typeCheck(what: string, file: string): UseCase {
  return ({ folder }) => {
    writeFileSync(join(folder, file), `import { connect } from 'dynadbc';${PROGRAM}`);
    const tsc = resolve('node_modules/@typescript/native/bin/tsc');
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--lib',
      'es2023,esnext.disposable',
    ];
    return run(what, [tsc, ...options, file], folder);
  };
}

function run(what: string, args: readonly string[], cwd: string): string | undefined {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  return status === 0 ? undefined : `${what}: status ${String(status)}\n${stdout}${stderr}`;
}
