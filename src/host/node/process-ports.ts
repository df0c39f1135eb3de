import { homedir } from 'node:os';
import type { Ports, PromptRequest } from '../../core/ports.ts';
import { stateDirectory } from '../../core/state-directory.ts';
import { diskFiles } from './disk-files.ts';
import { diskFolders } from './disk-folders.ts';
import { openLogFile } from './log-file.ts';
import { type FileRules, readRegularFile } from './regular-file.ts';
import { runProgram } from './run-program.ts';
import { fileVault } from './vault.ts';

/** How the person who uses the driver is told and asked things. */
export interface Listeners {
  /** Absent: Node's process warnings. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** One line of news that is no warning. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** Answers a question of the sign-in, such as for a one-time code. Absent: whoever would ask fails instead. */
  readonly onPrompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
}

/** Profiles, tokens and certificates: none comes near this size. */
const SETTINGS: FileRules = { maxBytes: 1024 * 1024, links: 'follow' };

/** What whoever embeds the driver says of it. */
export interface Embedding extends Listeners {
  /** The world outside; for tests and embedders. */
  readonly ports?: Ports;
  /**
   * Whoever runs this process wrote the connection string, or chose who did. Only such a string may name an identity
   * provider on this machine, or files of profiles whose `credential_process` is run.
   */
  readonly trusted?: boolean;
}

const env = (name: string): string | undefined => process.env[name] || undefined;

/** The world as this process sees it. */
export function processPorts(listeners: Listeners = {}): Ports {
  return withListeners(
    {
      now: () => Date.now(),
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
      vault: fileVault(stateDirectory(process.platform, homedir(), env), process.getuid?.()),
    },
    listeners,
  );
}

/** The world of one connection. */
export function portsOf({ ports, trusted, ...listeners }: Embedding): Ports {
  const world = ports === undefined ? processPorts(listeners) : withListeners(ports, listeners);
  return trusted === undefined ? world : { ...world, trusted };
}

/** The same world with other ears; what is absent stays as it was. */
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
