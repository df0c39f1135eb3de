import type { Node } from 'libpg-query';
import { call, matchCall } from '../dialect/build.ts';

const CARRIED = 'pg_carried';

/** A parameter whose documents keep the DynamoDB type of each value, as those of columns do. */
export function carryParameter(parameter: Node): Node {
  return call(CARRIED, [parameter]);
}

/** The parameter of `carryParameter`. */
export function getCarriedParameter(node: Node): Node | undefined {
  const { name, args: [parameter] = [] } = matchCall(node) ?? {};
  return name === CARRIED ? parameter : undefined;
}
