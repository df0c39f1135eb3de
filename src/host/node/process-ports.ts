import { homedir } from 'node:os';
import { wait } from '../../core/async/abort.ts';
import type { Ports, PromptRequest } from '../../core/ports.ts';
import { resolveStateDirectory } from '../../core/state-directory.ts';
import { diskFiles } from './disk-files.ts';
import { diskFolders } from './disk-folders.ts';
import { openLogFile } from './log-file.ts';
import { type FileRules, readRegularFile } from './regular-file.ts';
import { runProgram } from './run-program.ts';
import { fileVault } from './vault.ts';

/** Callbacks for warnings, notices and prompts. */
export interface Listeners {
  /** Default: `process.emitWarning`. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Called with one line of information that is not a warning. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** Answers a sign-in prompt, such as for a one-time code. Without it, a sign-in that needs a prompt fails. */
  readonly onPrompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
}

/** Profiles, tokens and certificates are far smaller than this. */
const SETTINGS: FileRules = { maxBytes: 1024 * 1024, links: 'follow' };

/** Options of the embedding program. */
export interface HostOptions extends Listeners {
  /** Clock, files, environment and network; replaced in tests and by embedding programs. */
  readonly ports?: Ports;
  /**
   * Set when the connection string comes from the operator of this process. Only a trusted string may name an identity
   * provider on this machine, or profile files whose `credential_process` is run.
   */
  readonly trusted?: boolean;
}

const env = (name: string): string | undefined => process.env[name] || undefined;

/** The ports of a Node.js process. */
export function processPorts(listeners: Listeners = {}): Ports {
  return withListeners(
    {
      now: () => Date.now(),
      wait,
      random: () => Math.random(),
      env,
      home: homedir(),
      readFile: async (path) => (await readRegularFile(path, SETTINGS))?.toString('utf8'),
      readBytes: (path) => readRegularFile(path, SETTINGS),
      run: runProgram,
      platform: process.platform,
      warn: emitWarning,
      folders: diskFolders,
      dataFiles: diskFiles,
      openLog: openLogFile,
      vault: fileVault(resolveStateDirectory(process.platform, homedir(), env), process.getuid?.()),
    },
    listeners,
  );
}

/** The ports of one connection: those of the options, or this process's. */
export function resolvePorts({ ports, trusted, ...listeners }: HostOptions): Ports {
  const resolved = ports === undefined ? processPorts(listeners) : withListeners(ports, listeners);
  return trusted === undefined ? resolved : { ...resolved, trusted };
}

/** The same ports with these callbacks; absent ones stay as they were. */
function withListeners(ports: Ports, { onWarning, onNotice, onPrompt }: Listeners): Ports {
  return {
    ...ports,
    ...(onWarning === undefined ? {} : { warn: onWarning }),
    ...(onNotice === undefined ? {} : { notice: onNotice }),
    ...(onPrompt === undefined ? {} : { prompt: onPrompt }),
  };
}

function emitWarning(message: string): void {
  process.emitWarning(message, { type: 'DynaDBC' });
}
