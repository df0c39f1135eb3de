import { resultColumn, type ResultColumn } from '../types/types.ts';
import type { CallStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { type Command, rowsResult } from '../exec/command.ts';
import type { DdlContext } from '../ddl/ddl-context.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { getStringValues } from '../parse/tree.ts';
import type { Value } from '../types/value.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { callCreateSchema } from './create-schema.ts';
import { callCreateTable } from './create-table.ts';
import { type ProcedureDefinition, type ProcedureName, PROCEDURES } from '../system/procedure-definitions.ts';

type Procedure = (given: Arguments, work: DdlContext) => Promise<readonly Value[]>;

const RUN: Readonly<Record<ProcedureName, Procedure>> = {
  CreateTable: callCreateTable,
  CreateSchema: callCreateSchema,
};
const NAMES: ReadonlyMap<string, ProcedureName> = new Map([
  ['createtable', 'CreateTable'],
  ['createschema', 'CreateSchema'],
]);

/** `CALL procedure(name => value, …)` */
export const callCommand: Command = {
  nodes: ['CallStmt'],
  async run(parsed, parameters, context, signal) {
    const { name, args } = resolveProcedure(parsed);
    const given = readArguments(PROCEDURES[name], args, parsed, parameters);
    const row = await RUN[name](given, { parsed, context, signal });
    return rowsResult('CALL', toResultColumns(PROCEDURES[name]), [row]);
  },
  async columns(parsed) {
    return toResultColumns(PROCEDURES[resolveProcedure(parsed).name]);
  },
};

function toResultColumns({ results }: ProcedureDefinition): readonly ResultColumn[] {
  return results.map(({ name, type }) => resultColumn(name, type));
}

function resolveProcedure(parsed: ParsedCommand): {
  readonly name: ProcedureName;
  readonly args: NonNullable<NonNullable<CallStmt['funccall']>['args']>;
} {
  if (!('CallStmt' in parsed.node)) throw parsed.unsupported();
  const { funcname, args = [], location = 0 } = parsed.node.CallStmt.funccall ?? {};
  const written = getStringValues(funcname).at(-1) ?? '';
  const name = NAMES.get(written.toLowerCase());
  if (name !== undefined) return { name, args };
  const names = Object.keys(PROCEDURES);
  throw new DriverError('SQL_UNKNOWN_FUNCTION', `There is no procedure ${written}.`, {
    position: parsed.position(location),
    candidates: nearest(written, names),
    remedy: `The procedures are ${names.join(' and ')}.`,
  });
}
