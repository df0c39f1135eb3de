import { formatInternalType } from '../types/types.ts';
import type { BoundStatement } from './bind.ts';
import type { InternalType } from './resolve-signature.ts';
import { TypeInference } from './type-inference.ts';

/** A query whose parameters have types, and the types that the columns of its result are converted to. */
export interface TypedQuery extends Pick<BoundStatement, 'select' | 'relations' | 'system'> {
  readonly expected?: readonly InternalType[];
}

/**
 * The types of a statement's parameters as PostgreSQL infers them, from the queries that it consists of: the first use that
 * asks for a type decides, and where none does it is text.
 */
export function inferParameterTypes(
  queries: readonly TypedQuery[],
  parameterCount: number,
): readonly string[] {
  const parameters = new Map<number, string>();
  for (const { select, relations, system, expected } of queries) {
    const inference = new TypeInference([...relations, ...system], { parameters });
    inference.query(select, undefined, new Map(), expected);
  }
  return Array.from({ length: parameterCount }, (_, i) =>
    formatInternalType(parameters.get(i + 1) ?? 'text'),
  );
}
