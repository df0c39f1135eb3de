import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An npm package that contains DynamoDB Local. npm verifies its checksum. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';
const JAR = 'DynamoDBLocal.jar';
/** It runs too briefly to benefit from Java's second compiler and parallel collectors, and starts in half the time without them. */
const QUICK_START = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
const START_TIMEOUT_MS = 60_000;
const FETCH_TIMEOUT_MS = 120_000;

export interface DynamoDbLocal {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Starts an empty DynamoDB Local on a free port. This takes two seconds, so start it once per test file. Returns the reason if
 * it is not available.
 */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal | { readonly skipped: string }> {
  try {
    await run('java', ['-version']);
  } catch {
    return { skipped: 'DynamoDB Local needs Java' };
  }
  let folder: string;
  try {
    folder = await installEmulator();
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    return { skipped: `${PACKAGE} cannot be fetched: ${reason}` };
  }
  // Another process may take the port before DynamoDB Local does.
  return launch(folder, await findFreePort()).catch(async () => launch(folder, await findFreePort()));
}

/** Installs the package into the user's cache, once per machine. */
async function installEmulator(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'dynadbc');
  const folder = join(cache, PACKAGE);
  if (await exists(join(folder, JAR))) return folder;

  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'fetching-'));
  try {
    const pack = ['pack', PACKAGE, '--silent', '--pack-destination', work];
    const { stdout } = await run('npm', pack, { cwd: work, timeout: FETCH_TIMEOUT_MS });
    const archive = join(work, stdout.trim());
    const unpacked = join(work, 'emulator');
    await mkdir(unpacked);
    await run('tar', ['-xzf', archive, '-C', unpacked, '--strip-components=2', 'package/emulator']);
    await rename(unpacked, folder).catch(async (error: unknown) => {
      // Another test file has installed it meanwhile.
      if (!(await exists(join(folder, JAR)))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

async function launch(folder: string, port: number): Promise<DynamoDbLocal> {
  const child = spawn(
    'java',
    [
      ...QUICK_START,
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      '-Xmx512m',
      '-jar',
      join(folder, JAR),
      '-inMemory',
      '-sharedDb',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const endpoint = `http://127.0.0.1:${port}`;
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const close = async (): Promise<void> => {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    kill();
    await once(child, 'exit');
  };
  try {
    await waitUntilReady(endpoint, child);
  } catch (error) {
    await close();
    throw new Error(`DynamoDB Local did not start: ${errors.join('').slice(0, 500)}`, { cause: error });
  }
  return { endpoint, close };
}

async function waitUntilReady(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const response = await fetch(endpoint).catch(() => undefined);
    if (response !== undefined) return;
    await sleep(100);
  }
  throw new Error(`it does not respond; exit status ${String(child.exitCode)}`);
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
