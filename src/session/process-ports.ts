import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { errorCode } from '../core/error-code.ts';
import type { Ports } from '../core/ports.ts';
import { runProgram } from './run-program.ts';

/** The world as this process sees it. */
export function processPorts(warn: (message: string) => void = emitWarning): Ports {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    env: (name) => process.env[name] || undefined,
    home: homedir(),
    async readFile(path) {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
        throw error;
      }
    },
    run: runProgram,
    platform: process.platform,
    warn,
  };
}

function emitWarning(message: string): void {
  process.emitWarning(message, { type: 'DynaDBC' });
}
