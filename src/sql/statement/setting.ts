import { resultColumn } from '../types/types.ts';
import type { Node, VariableSetStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { SERVER_SETTINGS, findServerSetting, type ServerSetting } from '../system/server-settings.ts';
import { formatTimeZone } from '../../core/time-zone.ts';
import { changeTimeZone, readTimeZone } from './time-zone-setting.ts';
import { type Command, emptyResult, rowsResult } from '../exec/command.ts';

/** `SHOW name`, `SHOW ALL`: programs read settings when they connect. */
export const showSetting: Command = {
  nodes: ['VariableShowStmt'],
  roleInTransaction: () => 'reads',
  async run(parsed, _parameters, { session }) {
    const target = findShown(parsed);
    const show = (setting: ServerSetting): string =>
      setting.isOfSession === true ? formatTimeZone(session.zone.current) : setting.value;
    return typeof target === 'string'
      ? rowsResult(
          'SHOW',
          ALL_COLUMNS,
          SERVER_SETTINGS.map((setting) => [setting.name, show(setting), setting.doc]),
        )
      : rowsResult('SHOW', [resultColumn(target.name, 'text')], [[show(target)]]);
  },
  async columns(parsed) {
    const target = findShown(parsed);
    return typeof target === 'string' ? ALL_COLUMNS : [resultColumn(target.name, 'text')];
  },
};

/** `SET name = value`: the time zone changes; others are allowed without effect, and to the current value. */
export const setSetting: Command = {
  nodes: ['VariableSetStmt'],
  roleInTransaction: () => 'reads',
  async run(parsed, _parameters, context) {
    if (!('VariableSetStmt' in parsed.node)) throw parsed.unsupported();
    const statement = parsed.node.VariableSetStmt;
    switch (statement.kind) {
      case 'VAR_RESET_ALL':
        changeTimeZone(context.session.zone.initial, context, false);
        return emptyResult('RESET');
      case 'VAR_RESET':
      case 'VAR_SET_DEFAULT': {
        const { isOfSession } = findSetting(statement.name ?? '', parsed);
        if (isOfSession === true) changeTimeZone(context.session.zone.initial, context, statement.is_local);
        return emptyResult(statement.kind === 'VAR_RESET' ? 'RESET' : 'SET');
      }
      case 'VAR_SET_VALUE': {
        const setting = findSetting(statement.name ?? '', parsed);
        if (setting.isOfSession === true)
          changeTimeZone(readTimeZone(statement, parsed), context, statement.is_local);
        else assertUnchanged(setting, formatValue(statement), parsed);
        return emptyResult('SET');
      }
      case 'VAR_SET_MULTI':
      case 'VAR_SET_CURRENT':
      case undefined:
      default:
        throw parsed.unsupported();
    }
  },
};

function assertUnchanged(setting: ServerSetting, value: string, parsed: ParsedCommand): void {
  if (setting.isIgnored === true || isSameValue(setting, value)) return;
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    `parameter "${setting.name}" cannot be changed from "${setting.value}" to "${value}"`,
    {
      position: parsed.position(0),
      remedy: 'Use connection properties to limit what statements read and cost.',
    },
  );
}

const ALL_COLUMNS = ['name', 'setting', 'description'].map((name) => resultColumn(name, 'text'));

function findShown(parsed: ParsedCommand): ServerSetting | 'all' {
  if (!('VariableShowStmt' in parsed.node)) throw parsed.unsupported();
  const name = parsed.node.VariableShowStmt.name ?? '';
  return name === 'all' ? 'all' : findSetting(name, parsed);
}

function findSetting(name: string, parsed: ParsedCommand): ServerSetting {
  const setting = findServerSetting(name);
  if (setting !== undefined) return setting;
  throw new DriverError('SQL_UNKNOWN_SETTING', `unrecognized configuration parameter "${name}"`, {
    position: parsed.position(0),
    candidates: nearest(
      name,
      SERVER_SETTINGS.map((each) => each.name),
    ),
  });
}

function formatValue({ args }: VariableSetStmt): string {
  return (args ?? []).map(formatArgument).join(', ');
}

function formatArgument(node: Node): string {
  if ('TypeCast' in node) return node.TypeCast.arg === undefined ? '' : formatArgument(node.TypeCast.arg);
  if (!('A_Const' in node)) return '';
  const { sval, ival, fval } = node.A_Const;
  return sval?.sval ?? fval?.fval ?? String(ival?.ival ?? 0);
}

/** Whether a value means the current one: `utf-8` is UTF8, and DateStyle `ISO` is part of `ISO, MDY`. */
function isSameValue({ value }: ServerSetting, requested: string): boolean {
  const parts = normalize(value).split(', ');
  return normalize(requested)
    .split(/,\s*/)
    .every((part) => parts.includes(part) || part === normalize(value));
}

function normalize(text: string): string {
  return text.toLowerCase().replaceAll(/[-_"]/g, '');
}
