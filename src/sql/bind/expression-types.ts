import type { Node, SelectStmt } from 'libpg-query';
import type { SqlType } from '../../catalog/table-def.ts';
import type { ExpressionTypes } from '../dialect/types.ts';
import type { Relation } from './relation.ts';
import { TypeInference } from './type-inference.ts';

interface BoundQueryTables {
  readonly select: SelectStmt;
  /** The occurrences of tables and system tables. */
  readonly relations: readonly Pick<Relation, 'alias' | 'columns'>[];
  readonly system: readonly Pick<Relation, 'alias' | 'columns'>[];
}

/** The types of a bound query's expressions as PostgreSQL has them, inferred when one is first asked for. */
export function inferExpressionTypes({ select, relations, system }: BoundQueryTables): ExpressionTypes {
  const [types, stored] = [new Map<Node, string>(), new Map<Node, SqlType>()];
  let isInferred = false;
  const infer = (): void => {
    if (isInferred) return;
    isInferred = true;
    const findings = { parameters: new Map<number, string>(), types, stored };
    new TypeInference([...relations, ...system], findings).query(select, undefined, new Map());
  };
  return {
    typeOf: (node) => {
      infer();
      return types.get(node);
    },
    columnTypeOf: (node) => {
      infer();
      return stored.get(node);
    },
  };
}
