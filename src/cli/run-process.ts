import { homedir } from 'node:os';
import { isatty, type WriteStream } from 'node:tty';
import type { PromptRequest } from '../core/ports.ts';
import { resolveStateDirectory } from '../core/state-directory.ts';
import type { Io, OutputScreen } from './io.ts';
import { escapeControlLines } from '../host/node/escape-control.ts';
import { isBrokenPipe } from './output/writer.ts';
import { runCli } from './program.ts';
import { terminalPrompter } from '../host/node/terminal-prompter.ts';

const DEFAULT_COLUMNS = 80;

// The engines field of package.json says which Node versions are supported; the SDK's warning is only noise.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const env = (name: string): string | undefined => process.env[name] || undefined;

function screen(stream: WriteStream & { readonly fd: 1 | 2 }): OutputScreen {
  stream.on('error', (failure) => {
    // Awaited writes report their own failures; a write that is not awaited must not end the process.
    if (!isBrokenPipe(failure)) throw failure;
  });
  const isTerminal = isatty(stream.fd);
  return {
    stream,
    isTerminal,
    colors: isTerminal && env('NO_COLOR') === undefined && env('TERM') !== 'dumb',
    columns: () => stream.columns || DEFAULT_COLUMNS,
  };
}

function onWarning(message: string): void {
  process.stderr.write(`warning: ${escapeControlLines(message)}\n`);
}

function onNotice(message: string): void {
  process.stderr.write(`${escapeControlLines(message)}\n`);
}

/** Runs the command line of this process and sets its exit status. */
export async function runProcess(): Promise<void> {
  const stderr = screen(process.stderr);
  const prompter = terminalPrompter(process.stdin, process.stderr);
  const isAttended = isatty(process.stdin.fd) && stderr.isTerminal;
  const embedding = {
    // The user who types the string also runs the process.
    trusted: true,
    onWarning,
    onNotice,
    ...(isAttended
      ? { onPrompt: (request: PromptRequest, signal: AbortSignal) => prompter.answer(request, signal) }
      : {}),
  };

  const io: Io = {
    stdin: process.stdin,
    stdinIsTerminal: isatty(process.stdin.fd),
    stdout: screen(process.stdout),
    stderr: { ...stderr, isPrompting: () => prompter.isPrompting() },
    stateDirectory: resolveStateDirectory(process.platform, homedir(), env),
    now: () => Date.now(),
    env,
    connect: async (connectionString, options) =>
      (await import('../host/node/connect.ts')).connect(connectionString, { ...options, ...embedding }),
    fetchCredentials: async (connectionString, options) =>
      (await import('../host/node/fetch-credentials.ts')).fetchCredentials(connectionString, {
        ...options,
        ...embedding,
      }),
    async *diagnose(connectionString, options) {
      const { diagnose } = await import('../doctor/diagnose.ts');
      yield* diagnose(connectionString, { ...options, ...embedding });
    },
    startSandbox: async (options) => (await import('../sandbox/sandbox.ts')).startSandbox(options),
    ...(isAttended && {
      ask: (message: string, signal: AbortSignal) => prompter.answer({ kind: 'code', message }, signal),
    }),
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      return () => void process.off('SIGINT', listener);
    },
    exit: (status) => process.exit(status),
  };

  process.exitCode = await runCli(process.argv.slice(2), io);
}
