import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { errorCode } from '../core/error-code.ts';
import type { Ports, PromptRequest } from '../core/ports.ts';
import { stateDirectory } from '../core/state-directory.ts';
import { diskFiles } from './disk-files.ts';
import { diskFolders } from './disk-folders.ts';
import { openLogFile } from './log-file.ts';
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

const env = (name: string): string | undefined => process.env[name] || undefined;

/** The world as this process sees it. */
export function processPorts(listeners: Listeners = {}): Ports {
  return withListeners(
    {
      now: () => Date.now(),
      random: () => Math.random(),
      env,
      home: homedir(),
      readFile: (path) => unlessAbsent(readFile(path, 'utf8')),
      readBytes: (path) => unlessAbsent(readFile(path)),
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

async function unlessAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The same world with other ears; what is absent stays as it was. */
export function withListeners(ports: Ports, { onWarning, onNotice, onPrompt }: Listeners): Ports {
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
