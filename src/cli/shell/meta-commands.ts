import type { Connection, TableInfo } from '../../session/connection.ts';
import { describeTable, descriptionText, statementOf } from '../commands/describe.ts';
import type { Io } from '../io.ts';
import { escapeControl, escapeControlLines } from '../../host/node/escape-control.ts';
import { writer } from '../output/writer.ts';
import { UsageError } from '../usage-error.ts';
import { type OutputFile, openOutput } from './output-file.ts';

/** What a shell remembers between statements. */
export interface ShellState {
  /** Values under each other instead of beside each other. */
  expanded: boolean;
  /** A line about rows, time, capacity and plan after each statement. */
  timing: boolean;
  leaving: boolean;
  /** Where the results of statements go instead of standard output. */
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

/** A command to the shell itself: it begins with a backslash and ends with its line. */
interface MetaCommand {
  readonly name: string;
  readonly argument?: string;
  readonly doc: string;
  run(context: MetaContext, argument: string): Promise<string> | string;
}

/** What the shell understands besides SQL. */
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
        : descriptionText(await describeTable(context.connection, unquoted(argument)), context.io.stdout),
  },
  {
    name: '\\d+',
    argument: '<table>',
    doc: 'show the CREATE TABLE statement that makes such a table',
    run: async ({ connection }, argument) => {
      if (argument === '') throw new UsageError('\\d+ needs the name of a table.', 'Type \\dt for the list.');
      return `${escapeControlLines(await statementOf(connection, unquoted(argument)))};\n`;
    },
  },
  {
    name: '\\l',
    doc: 'list the schemas',
    run: silently(({ execute }) => execute('SELECT schema_name FROM information_schema.schemata')),
  },
  {
    name: '\\conninfo',
    doc: 'show the connection string, its secrets masked',
    run: ({ connection }) => `${escapeControl(connection.description)}\n`,
  },
  {
    name: '\\i',
    argument: '<file>',
    doc: 'run the statements of a file, up to the first that fails',
    run: silently(({ include }, path) => {
      if (path === '') throw new UsageError('\\i needs the path of a file.', 'Type \\i report.sql.');
      return include(path);
    }),
  },
  {
    name: '\\o',
    argument: '[file]',
    doc: 'write results to a file, which is made anew; without one, to the screen again',
    run: silently(async ({ state }, path) => {
      const opened = path === '' ? undefined : await openOutput(path);
      await state.output?.close();
      state.output = opened;
    }),
  },
  {
    name: '\\explain',
    argument: '<sql>',
    doc: 'show how a statement would be answered',
    run: async ({ connection }, argument) =>
      `${escapeControlLines((await connection.explain(argument)).text.trimEnd())}\n`,
  },
  {
    name: '\\timing',
    doc: 'switch the line about time and cost',
    run: ({ state }) => toggled(state, 'timing'),
  },
  { name: '\\x', doc: 'switch values under each other', run: ({ state }) => toggled(state, 'expanded') },
  { name: '\\?', doc: 'show this list', run: helpText },
  {
    name: '\\q',
    doc: 'leave, as Ctrl-D does',
    run: ({ state }) => {
      state.leaving = true;
      return '';
    },
  },
];

const WORDS: ReadonlyMap<string, string> = new Map([
  ['quit', '\\q'],
  ['exit', '\\q'],
  ['help', '\\?'],
]);

/** The line as a command to the shell, or undefined when it is SQL. */
export function metaLine(line: string): string | undefined {
  const text = line.trim().replace(/\s*;$/, '');
  return text.startsWith('\\') ? text : WORDS.get(text.toLowerCase());
}

/** Runs a command to the shell and prints what it says. */
export async function runMeta(text: string, context: MetaContext): Promise<void> {
  const [, name = '', argument = ''] = /^(\S+)\s*([^]*)$/.exec(text) ?? [];
  const command = META_COMMANDS.find((meta) => meta.name === name);
  if (command === undefined)
    throw new UsageError(`There is no command ${escapeControl(name)}.`, 'Type \\? for the list.');
  const said = await command.run(context, argument);
  if (said !== '') await writer(context.io.stdout.stream)(said);
}

async function listNames({ connection }: MetaContext, kind?: TableInfo['kind']): Promise<string> {
  const tables = await connection.metadata.tables();
  const listed = kind === undefined ? tables : tables.filter((table) => table.kind === kind);
  return listed.length === 0
    ? `There are no ${kind ?? 'table'}s.\n`
    : listed.map((table) => `${escapeControl(table.name)}\n`).join('');
}

function toggled(state: ShellState, key: 'timing' | 'expanded'): string {
  state[key] = !state[key];
  return `${key} is ${state[key] ? 'on' : 'off'}\n`;
}

/** A command that says nothing itself. */
function silently(
  run: (context: MetaContext, argument: string) => Promise<void>,
): (context: MetaContext, argument: string) => Promise<string> {
  return async (context, argument) => {
    await run(context, argument.trim().replace(/^'(.*)'$/, '$1'));
    return '';
  };
}

function helpText(): string {
  const usages = META_COMMANDS.map((meta) => [`${meta.name} ${meta.argument ?? ''}`, meta.doc] as const);
  return [
    'Statements end with ";" and may take several lines. Ctrl-C cancels, Tab completes.',
    ...usages.map(([usage, doc]) => `  ${usage.padEnd(16)} ${doc}`),
    '',
  ].join('\n');
}

function unquoted(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
}
