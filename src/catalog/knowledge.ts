import type { TableDescription } from './describe.ts';
import type { Histogram } from './histogram.ts';

/** What statements have shown of a table that its sample did not. */
export interface Knowledge {
  /** The table that it is about. */
  readonly identity: string;
  /** Grows with each new fact about attributes. */
  version: number;
  /** Attributes that were written and that no sampled item had, by attribute name. */
  readonly attributes: Map<string, Histogram>;
  /** Values that their column's type could not hold, by column name. */
  readonly wider: Map<string, Histogram>;
}

export function newKnowledge(identity: string): Knowledge {
  return { identity, version: 0, attributes: new Map(), wider: new Map() };
}

/** Tells a table from another one of the same name that was created later. */
export function tableIdentity({ TableId, CreationDateTime }: TableDescription): string {
  return TableId ?? String(CreationDateTime?.getTime());
}
