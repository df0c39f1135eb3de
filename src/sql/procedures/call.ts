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

type Procedure = (args: Arguments, ddl: DdlContext) => Promise<readonly Value[]>;

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
    const { name, nodes } = resolveProcedure(parsed);
    const args = readArguments(PROCEDURES[name], nodes, parsed, parameters);
    const row = await RUN[name](args, { parsed, context, signal });
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
  readonly nodes: NonNullable<NonNullable<CallStmt['funccall']>['args']>;
} {
  if (!('CallStmt' in parsed.node)) throw parsed.unsupported();
  const { funcname, args: nodes = [], location = 0 } = parsed.node.CallStmt.funccall ?? {};
  const called = getStringValues(funcname).at(-1) ?? '';
  const name = NAMES.get(called.toLowerCase());
  if (name !== undefined) return { name, nodes };
  const names = Object.keys(PROCEDURES);
  throw new DriverError('SQL_UNKNOWN_FUNCTION', `procedure ${called} does not exist`, {
    position: parsed.position(location),
    candidates: nearest(called, names),
    remedy: `Call ${names.join(' or ')}.`,
  });
}
