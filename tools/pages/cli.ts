import { PassThrough, Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Io, Screen } from '../../src/cli/io.ts';
import { buildProgram } from '../../src/cli/program.ts';
import type { Page } from './page.ts';

const COLUMNS = 100;

/** The reference of the command line: what `--help` says of every command. */
export const commandLine: Page = {
  file: 'cli.md',
  title: 'Command line',
  async body() {
    const program = buildProgram(helpIo());
    return [
      'Results go to standard output, everything else to standard error.',
      helpBlock(program),
      ...program.commands.map((command) => `## dynadbc ${command.name()}\n\n${helpBlock(command)}`),
    ].join('\n\n');
  },
};

function helpBlock(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
  return `\`\`\`text\n${help.trimEnd()}\n\`\`\``;
}

/** Asking for help touches nothing of the outside world but the width of the screen. */
function helpIo(): Io {
  const screen: Screen = {
    stream: new PassThrough(),
    isTerminal: false,
    colors: false,
    columns: () => COLUMNS,
  };
  return {
    stdin: Readable.from([]),
    stdinIsTerminal: false,
    stdout: screen,
    stderr: screen,
    stateDirectory: '',
    env: () => undefined,
    connect: nothing,
    startSandbox: nothing,
    onInterrupt: nothing,
    exit: nothing,
  };
}

function nothing(): never {
  throw new Error('Help does not go outside.');
}
