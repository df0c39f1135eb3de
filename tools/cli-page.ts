import { PassThrough, Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Io, OutputScreen } from '../src/cli/io.ts';
import { buildProgram } from '../src/cli/program.ts';

const COLUMNS = 100;

/** The reference of the command line: what `--help` says of every command. */
export async function cliPage(): Promise<string> {
  const program = await buildProgram(helpIo());
  const sections = program.commands.flatMap((command) => createSections(command, '## dynadbc'));
  return [
    '# Command line',
    'Results go to standard output, everything else to standard error.',
    helpBlock(program),
    ...sections,
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function helpBlock(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
  return `\`\`\`text\n${help.trimEnd()}\n\`\`\``;
}

/** Asking for help touches nothing of the outside world but the width of the screen. */
function helpIo(): Io {
  const screen: OutputScreen = {
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
    now: nothing,
    env: () => undefined,
    connect: nothing,
    fetchCredentials: nothing,
    diagnose: nothing,
    startSandbox: nothing,
    onInterrupt: nothing,
    exit: nothing,
  };
}

function nothing(): never {
  throw new Error('Help does not go outside.');
}

function createSections(command: Command, heading: string): readonly string[] {
  const title = `${heading} ${command.name()}`;
  return [
    `${title}\n\n${helpBlock(command)}`,
    ...command.commands.flatMap((each) => createSections(each, `#${title}`)),
  ];
}
