import { execFile, spawn } from 'node:child_process';
import { access, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOTO = 'moto[server]==5.2.5';
const INSTALL_MS = 10 * 60_000;
const START_MS = 60_000;

/**
 * Finds the peers. Tests read INTEROP_MOTO (its address), INTEROP_PYTHON (an interpreter with botocore) and INTEROP_AWS from the
 * environment; INTEROP_…_MISSING is the reason why a peer is not available.
 */
export default async function setup() {
  await peer('PYTHON', pythonWithMoto);
  const python = env['INTEROP_PYTHON'];
  // Tests that start moto themselves find it in the path.
  if (python !== undefined) env['PATH'] = `${dirname(python)}${delimiter}${env['PATH']}`;
  await peer('MOTO', startMoto);
  await peer('AWS', async () => {
    await run('aws', ['--version']);
    return 'aws';
  });
}

async function peer(name, find) {
  try {
    env[`INTEROP_${name}`] = await find();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    env[`INTEROP_${name}_MISSING`] = reason || 'it is not available';
  }
}

/** A virtual environment outside the project, created once with `DYNADBC_INTEROP=install`. */
async function pythonWithMoto() {
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'dynadbc', MOTO.replaceAll(/[^\w.]+/g, '-'));
  const python = join(folder, 'bin', 'python');
  const isMade = await access(join(folder, 'made')).then(
    () => true,
    () => false,
  );
  if (isMade) return python;
  if (env['DYNADBC_INTEROP'] !== 'install')
    throw new Error('not installed (DYNADBC_INTEROP=install installs it)');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_MS });
  await run(python, ['-m', 'pip', 'install', '--quiet', MOTO], { timeout: INSTALL_MS });
  await mkdir(join(folder, 'made'));
  return python;
}

async function startMoto() {
  const python = env['INTEROP_PYTHON'];
  if (python === undefined) throw new Error(env['INTEROP_PYTHON_MISSING']);
  const port = await freePort();
  const server = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  globalThis.interopMoto = server;
  const endpoint = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + START_MS; Date.now() < end; await sleep(200)) {
    if (server.exitCode !== null) throw new Error(`moto ended with status ${server.exitCode}`);
    const answer = await fetch(`${endpoint}/moto-api/`).catch(() => undefined);
    if (answer?.ok) return endpoint;
  }
  server.kill();
  throw new Error(`moto did not answer within ${START_MS / 1000} s`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
