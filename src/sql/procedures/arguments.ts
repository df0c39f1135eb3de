import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { evaluateConstant } from '../write/constant.ts';
import type { ProcedureDefinition, ProcedureParameter } from '../system/procedure-definitions.ts';

/** The arguments of a procedure: by the name of the parameter, the values by their numbers from 1. */
export type Arguments = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** Reads arguments written as `name => value`, `"name#1" => value`, or in the order of the parameters. */
export function readArguments(
  { name: procedure, parameters }: ProcedureDefinition,
  nodes: readonly Node[],
  parsed: ParsedCommand,
  literals: readonly ParameterLiteral[],
): Arguments {
  const values = new Map<string, Map<number, string>>();
  for (const [at, node] of nodes.entries()) {
    const named = 'NamedArgExpr' in node ? node.NamedArgExpr : undefined;
    const position = parsed.position(named?.location ?? 0);
    const name = named?.name ?? parameters[at]?.name;
    const { parameter, number } = findParameter(name, parameters, procedure, position);
    const value = toArgumentValue(named?.arg ?? node, literals);
    if (value === null) continue;
    if (value === undefined)
      throw new DriverError(
        'SQL_BAD_ARGUMENT',
        `argument "${parameter.name}" of procedure ${procedure} must be a constant`,
        { position },
      );
    const numbers = values.get(parameter.name) ?? new Map<number, string>();
    if (numbers.has(number))
      throw new DriverError('SQL_BAD_ARGUMENT', `argument name "${name}" used more than once`, { position });
    numbers.set(number, value);
    values.set(parameter.name, numbers);
  }
  const missing = parameters.find(({ name, required }) => required === true && !values.has(name));
  if (missing !== undefined)
    throw new DriverError(
      'SQL_BAD_ARGUMENT',
      `procedure ${procedure} requires an argument "${missing.name}"`,
      { remedy: `Write CALL ${procedure}(${formatUsage(parameters)}).` },
    );
  return values;
}

function findParameter(
  argument: string | undefined,
  parameters: readonly ProcedureParameter[],
  procedure: string,
  position: number,
): { readonly parameter: ProcedureParameter; readonly number: number } {
  const [, stem = '', digits] = /^([^]*?)(?:#(\d*))?$/.exec(argument ?? '') ?? [];
  const parameter = parameters.find(
    ({ name, numbered }) =>
      name.replace('#', '').toLowerCase() === stem.toLowerCase() &&
      (numbered === true || digits === undefined),
  );
  if (parameter !== undefined) return { parameter, number: Number(digits ?? 1) };
  const names = parameters.map(({ name }) => name);
  throw new DriverError(
    'SQL_BAD_ARGUMENT',
    argument === undefined
      ? `procedure ${procedure} has only ${parameters.length} parameters`
      : `procedure ${procedure} has no parameter named "${argument}"`,
    {
      position,
      candidates: nearest(argument ?? '', names),
      remedy: `Use the parameters of the procedure: ${names.join(', ')}.`,
    },
  );
}

/** The value as a string; null for NULL, undefined if it is not a constant. */
function toArgumentValue(node: Node, literals: readonly ParameterLiteral[]): string | null | undefined {
  const value = evaluateConstant(node, literals);
  switch (value?.kind) {
    case 'text':
    case 'number':
    case 'json':
      return value.text;
    case 'boolean':
      return String(value.value);
    case 'null':
      return null;
    case 'missing':
    case 'bytes':
    case 'array':
    case 'attribute':
    case undefined:
      return undefined;
  }
}

function formatUsage(parameters: readonly ProcedureParameter[]): string {
  return parameters
    .filter(({ required }) => required === true)
    .map(({ name, numbered }) => (numbered === true ? `"${name}1" => '…'` : `${name} => '…'`))
    .join(', ');
}
