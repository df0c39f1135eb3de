import type { Node, SelectStmt } from 'libpg-query';
import type { ColumnDef, SqlType } from '../../catalog/table-def.ts';
import type { AttributeType } from '../../dynamo/attribute-value.ts';
import type { ExpressionTypes } from '../dialect/types.ts';
import type { Relation } from './relation.ts';
import { type TypedColumn, TypeInference } from './type-inference.ts';

interface BoundQueryTables {
  readonly select: SelectStmt;
  /** The occurrences of tables and system tables. */
  readonly relations: readonly Pick<Relation, 'alias' | 'columns'>[];
  readonly system: readonly Pick<Relation, 'alias' | 'columns'>[];
}

export interface QueryTypes extends ExpressionTypes {
  /** Whether the expression is a column, also through subqueries, whose sampled values are all maps, lists or sets. */
  readonly isDocumentColumn: (node: Node) => boolean;
  /** The columns of the query's result. */
  readonly resultColumns: () => readonly TypedColumn[];
}

/** The types of a bound query's expressions as PostgreSQL has them, inferred when one is first asked for. */
export function inferExpressionTypes({ select, relations, system }: BoundQueryTables): QueryTypes {
  const [types, converted] = [new Map<Node, string>(), new Map<Node, string>()];
  const [stored, definitions] = [new Map<Node, SqlType>(), new Map<Node, readonly Node[]>()];
  const seen = new Map<Node, ColumnDef['seen']>();
  const outputs = new Map<SelectStmt, readonly TypedColumn[]>();
  let columns: readonly TypedColumn[] | undefined;
  const infer = (): readonly TypedColumn[] => {
    if (columns !== undefined) return columns;
    const findings = {
      parameters: new Map<number, string>(),
      types,
      converted,
      stored,
      seen,
      definitions,
      outputs,
    };
    columns = new TypeInference([...relations, ...system], findings).query(select, undefined, new Map());
    return columns;
  };
  return {
    typeOf: (node) => {
      infer();
      return types.get(node);
    },
    convertedTypeOf: (node) => {
      infer();
      return converted.get(node);
    },
    columnTypeOf: (node) => {
      infer();
      return stored.get(node);
    },
    isDocumentColumn: (node) => {
      infer();
      const types = Object.keys(seen.get(node) ?? {});
      return types.length > 0 && types.every((type) => DOCUMENT_TYPES.has(type));
    },
    definitionsOf: (node) => {
      infer();
      return definitions.get(node);
    },
    outputOf: (query) => {
      infer();
      return outputs.get(query) ?? [];
    },
    resultColumns: infer,
  };
}

const DOCUMENT_TYPES: ReadonlySet<string> = new Set<AttributeType>(['M', 'L', 'SS', 'NS', 'BS']);
