import type { Connection, TableInfo } from '../../session/connection.ts';
import { describeTable, formatDescription, createStatement } from '../commands/describe.ts';
import type { Io } from '../io.ts';
import { escapeControl, escapeControlLines } from '../../host/node/escape-control.ts';
import { createWriter } from '../output/writer.ts';
import { UsageError } from '../usage-error.ts';
import { type OutputFile, openOutputFile } from './shell-files.ts';

/** The state of a shell between statements. */
export interface ShellState {
  /** Print one value per line. */
  expanded: boolean;
  /** Print rows, time, capacity and plan after each statement. */
  timing: boolean;
  leaving: boolean;
  /** Receives the results in place of standard output. */
  output: OutputFile | undefined;
}

interface MetaContext {
  readonly connection: Connection;
  readonly io: Io;
  readonly state: ShellState;
  /** Runs a statement and prints its rows. */
  readonly execute: (sql: string) => Promise<void>;
  /** Runs the statements and commands of a file. */
  readonly include: (path: string) => Promise<void>;
}

/** A command to the shell itself: a line that begins with a backslash. */
interface MetaCommand {
  readonly name: string;
  readonly argument?: string;
  readonly doc: string;
  run(context: MetaContext, argument: string): Promise<string> | string;
}

/** The shell's own commands. */
export const META_COMMANDS: readonly MetaCommand[] = [
  { name: '\\dt', doc: 'list the tables', run: (context) => listNames(context, 'table') },
  { name: '\\dv', doc: 'list the views', run: (context) => listNames(context, 'view') },
  {
    name: '\\d',
    argument: '[table]',
    doc: 'show the columns, keys and indexes of a table, or a view',
    run: async (context, argument) =>
      argument === ''
        ? listNames(context)
        : formatDescription(
            await describeTable(context.connection, unquoteIdentifier(argument)),
            context.io.stdout,
          ),
  },
  {
    name: '\\d+',
    argument: '<table>',
    doc: 'show the CREATE TABLE statement of a table',
    run: async ({ connection }, argument) => {
      if (argument === '') throw new UsageError('\\d+ requires a table name', 'Type \\dt for the list.');
      return `${escapeControlLines(await createStatement(connection, unquoteIdentifier(argument)))};\n`;
    },
  },
  {
    name: '\\l',
    doc: 'list the schemas',
    run: withoutOutput(({ execute }) => execute('SELECT schema_name FROM information_schema.schemata')),
  },
  {
    name: '\\conninfo',
    doc: 'show the connection string with secrets masked',
    run: ({ connection }) => `${escapeControl(connection.description)}\n`,
  },
  {
    name: '\\i',
    argument: '<file>',
    doc: 'run the statements of a file, stopping at the first error',
    run: withoutOutput(({ include }, path) => {
      if (path === '') throw new UsageError('\\i requires a file path', 'For example: \\i report.sql');
      return include(path);
    }),
  },
  {
    name: '\\o',
    argument: '[file]',
    doc: 'write results to a file, replacing it; without a file, to the terminal',
    run: withoutOutput(async ({ state }, path) => {
      const opened = path === '' ? undefined : await openOutputFile(path);
      await state.output?.close();
      state.output = opened;
    }),
  },
  {
    name: '\\explain',
    argument: '<sql>',
    doc: 'show the plan of a statement',
    run: async ({ connection }, argument) =>
      `${escapeControlLines((await connection.explain(argument)).text.trimEnd())}\n`,
  },
  {
    name: '\\timing',
    doc: 'toggle the line with time and cost',
    run: ({ state }) => toggle(state, 'timing'),
  },
  { name: '\\x', doc: 'toggle expanded output', run: ({ state }) => toggle(state, 'expanded') },
  { name: '\\?', doc: 'show this list', run: formatHelp },
  {
    name: '\\q',
    doc: 'quit (also Ctrl-D)',
    run: ({ state }) => {
      state.leaving = true;
      return '';
    },
  },
];

const META_ALIASES: ReadonlyMap<string, string> = new Map([
  ['quit', '\\q'],
  ['exit', '\\q'],
  ['help', '\\?'],
]);

/** The line if it is a command to the shell; undefined if it is SQL. */
export function parseMetaCommand(line: string): string | undefined {
  const text = line.trim().replace(/\s*;$/, '');
  return text.startsWith('\\') ? text : META_ALIASES.get(text.toLowerCase());
}

/** Runs a command to the shell and prints its output. */
export async function runMetaCommand(text: string, context: MetaContext): Promise<void> {
  const [, name = '', argument = ''] = /^(\S+)\s*([^]*)$/.exec(text) ?? [];
  const command = META_COMMANDS.find((meta) => meta.name === name);
  if (command === undefined)
    throw new UsageError(`invalid command ${escapeControl(name)}`, 'Type \\? for the list.');
  const output = await command.run(context, argument);
  if (output !== '') await createWriter(context.io.stdout.stream)(output);
}

async function listNames({ connection }: MetaContext, kind?: TableInfo['kind']): Promise<string> {
  const tables = await connection.metadata.tables();
  const listed = kind === undefined ? tables : tables.filter((table) => table.kind === kind);
  return listed.length === 0
    ? `No ${kind ?? 'table'}s found.\n`
    : listed.map((table) => `${escapeControl(table.name)}\n`).join('');
}

function toggle(state: ShellState, key: 'timing' | 'expanded'): string {
  state[key] = !state[key];
  return `${key} is ${state[key] ? 'on' : 'off'}\n`;
}

/** Wraps a command that prints nothing. */
function withoutOutput(
  run: (context: MetaContext, argument: string) => Promise<void>,
): (context: MetaContext, argument: string) => Promise<string> {
  return async (context, argument) => {
    await run(context, argument.trim().replace(/^'(.*)'$/, '$1'));
    return '';
  };
}

function formatHelp(): string {
  const usages = META_COMMANDS.map((meta) => [`${meta.name} ${meta.argument ?? ''}`, meta.doc] as const);
  return [
    'Statements end with ";" and may take several lines. Ctrl-C cancels, Tab completes.',
    ...usages.map(([usage, doc]) => `  ${usage.padEnd(16)} ${doc}`),
    '',
  ].join('\n');
}

function unquoteIdentifier(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
}
