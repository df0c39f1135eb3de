import { PassThrough, Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Io, OutputScreen } from '../src/cli/io.ts';
import { buildProgram } from '../src/cli/program.ts';

const COLUMNS = 100;

/** The reference of the command line: the output of `--help` for every command. */
export async function createCliPage(): Promise<string> {
  const program = await buildProgram(createHelpIo());
  const sections = program.commands.flatMap((command) => createSections(command, '## dynadbc'));
  return [
    '# Command line',
    'Results go to standard output, everything else to standard error.',
    formatHelp(program),
    ...sections,
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function formatHelp(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
  return `\`\`\`text\n${help.trimEnd()}\n\`\`\``;
}

/** Help uses nothing but the width of the screen. */
function createHelpIo(): Io {
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
    now: refuse,
    env: () => undefined,
    connect: refuse,
    fetchCredentials: refuse,
    diagnose: refuse,
    startSandbox: refuse,
    onInterrupt: refuse,
    exit: refuse,
  };
}

function refuse(): never {
  throw new Error('help uses no input or output');
}

function createSections(command: Command, heading: string): readonly string[] {
  const title = `${heading} ${command.name()}`;
  return [
    `${title}\n\n${formatHelp(command)}`,
    ...command.commands.flatMap((each) => createSections(each, `#${title}`)),
  ];
}
