import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Io, OutputScreen } from '../src/cli/io.ts';
import { runShell } from '../src/cli/shell/shell.ts';
import { connect } from '../src/index.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { terminalSvg } from './picture/svg.ts';
import { Terminal } from './picture/terminal.ts';

/** Draws docs/shell.svg: types statements into the shell over the demo's tables and renders what it printed. */
const COLUMNS = 100;
const PROMPTS = ['dynadbc=>', 'dynadbc->'];
const TYPED = [
  'SELECT order_id, status, total FROM orders',
  `WHERE customer_id = 'c0042' ORDER BY order_id DESC LIMIT 3;`,
  'SELECT c.name, c.country, o.order_id, o.total',
  'FROM orders o JOIN customers c ON c.id = o.customer_id',
  `WHERE o.status = 'paid' AND o.total > 600 ORDER BY o.total DESC LIMIT 3;`,
  'SELECT return_reason, count(*), sum(total) FROM orders',
  `WHERE status = 'returned' GROUP BY return_reason;`,
  'SELECT custmer_id FROM orders;',
];

const terminal = new Terminal();
const stdin = new PassThrough();
const screen: OutputScreen = {
  stream: new Writable({
    decodeStrings: false,
    write(output: string, _encoding, done) {
      terminal.write(output);
      done();
    },
  }),
  isTerminal: true,
  colors: true,
  columns: () => COLUMNS,
};

await using sandbox = await startSandbox({});
await using connection = await connect(sandbox.connectionString);
// The first statement over a table samples it; the picture shows a session that has done so.
for (const table of ['customers', 'orders']) await connection.metadata.columns(table);

const stateDirectory = await mkdtemp(join(tmpdir(), 'dynadbc-picture-'));
const io: Io = {
  stdin,
  stdinIsTerminal: true,
  stdout: screen,
  stderr: screen,
  stateDirectory,
  now: () => Date.now(),
  env: () => undefined,
  connect: refuse,
  fetchCredentials: refuse,
  diagnose: refuse,
  startSandbox: refuse,
  onInterrupt: () => () => {},
  exit: refuse,
};
const shell = runShell(connection, io, { format: 'table', yes: false });
for (const line of TYPED) {
  await prompted();
  stdin.write(`${line}\r`);
  await delay(50);
}
await prompted();
const lines = terminal.lines().slice(0, -1);
stdin.end('\\q\r');
await shell;
await rm(stateDirectory, { recursive: true });
await writeFile(
  new URL('../docs/shell.svg', import.meta.url),
  terminalSvg('The dynadbc shell on the demo tables', lines, COLUMNS),
);

/** Resolves when the shell waits for input. */
async function prompted(): Promise<void> {
  while (!PROMPTS.includes(terminal.lastLine)) await delay(20);
}

function refuse(): never {
  throw new Error('The picture needs the shell alone.');
}
