import { resultColumn } from '../types/types.ts';
import type { Node, VariableSetStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { SERVER_SETTINGS, serverSetting, type ServerSetting } from '../system/server-settings.ts';
import { type Command, emptyResult, rowsResult } from '../exec/command.ts';

/** `SHOW name`, `SHOW ALL`: what programs ask of a server when they connect. */
export const showSetting: Command = {
  nodes: ['VariableShowStmt'],
  roleInTransaction: () => 'reads',
  async run(parsed) {
    const asked = shown(parsed);
    return typeof asked === 'string'
      ? rowsResult(
          'SHOW',
          ALL_COLUMNS,
          SERVER_SETTINGS.map(({ name, value, doc }) => [name, value, doc]),
        )
      : rowsResult('SHOW', [resultColumn(asked.name, 'text')], [[asked.value]]);
  },
  async columns(parsed) {
    const asked = shown(parsed);
    return typeof asked === 'string' ? ALL_COLUMNS : [resultColumn(asked.name, 'text')];
  },
};

/** `SET name = value`: where nothing depends on it, and to the value that it has. */
export const setSetting: Command = {
  nodes: ['VariableSetStmt'],
  roleInTransaction: () => 'reads',
  async run(parsed) {
    if (!('VariableSetStmt' in parsed.node)) throw parsed.refusal();
    const statement = parsed.node.VariableSetStmt;
    switch (statement.kind) {
      case 'VAR_RESET_ALL':
        return emptyResult('RESET');
      case 'VAR_RESET':
        known(statement.name ?? '', parsed);
        return emptyResult('RESET');
      case 'VAR_SET_DEFAULT':
        known(statement.name ?? '', parsed);
        return emptyResult('SET');
      case 'VAR_SET_VALUE':
        refuseChange(known(statement.name ?? '', parsed), valueOf(statement), parsed);
        return emptyResult('SET');
      case 'VAR_SET_MULTI':
      case 'VAR_SET_CURRENT':
      case undefined:
      default:
        throw parsed.refusal();
    }
  },
};

function refuseChange(setting: ServerSetting, value: string, parsed: ParsedCommand): void {
  if (setting.isFree === true || sameValue(setting, value)) return;
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    `${setting.name} is ${setting.value}, and cannot be set to ${value}.`,
    {
      position: parsed.position(0),
      remedy: 'Properties of the connection say what a statement may cost and what it reads.',
    },
  );
}

const ALL_COLUMNS = ['name', 'setting', 'description'].map((name) => resultColumn(name, 'text'));

function shown(parsed: ParsedCommand): ServerSetting | 'all' {
  if (!('VariableShowStmt' in parsed.node)) throw parsed.refusal();
  const name = parsed.node.VariableShowStmt.name ?? '';
  return name === 'all' ? 'all' : known(name, parsed);
}

function known(name: string, parsed: ParsedCommand): ServerSetting {
  const setting = serverSetting(name);
  if (setting !== undefined) return setting;
  throw new DriverError('SQL_UNKNOWN_SETTING', `There is no setting ${name}.`, {
    position: parsed.position(0),
    candidates: nearest(
      name,
      SERVER_SETTINGS.map((each) => each.name),
    ),
  });
}

function valueOf({ args }: VariableSetStmt): string {
  return (args ?? []).map(textOfValue).join(', ');
}

function textOfValue(node: Node): string {
  if ('TypeCast' in node) return node.TypeCast.arg === undefined ? '' : textOfValue(node.TypeCast.arg);
  if (!('A_Const' in node)) return '';
  const { sval, ival, fval } = node.A_Const;
  return sval?.sval ?? fval?.fval ?? String(ival?.ival ?? 0);
}

/** `utf-8` is UTF8, and DateStyle `ISO` one part of `ISO, MDY`. */
function sameValue({ value }: ServerSetting, wanted: string): boolean {
  const parts = plain(value).split(', ');
  return plain(wanted)
    .split(/,\s*/)
    .every((part) => parts.includes(part) || part === plain(value));
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[-_"]/g, '');
}
