import type { TableDescription } from './describe.ts';
import type { Histogram } from './histogram.ts';

/** What statements have revealed about a table beyond its sample. */
export interface Knowledge {
  /** Identifies the table, see `getTableIdentity`. */
  readonly identity: string;
  /** Incremented with each observed attribute value. */
  version: number;
  /** Written attributes that no sampled item has, by attribute name. */
  readonly attributes: Map<string, Histogram>;
  /** Values that did not fit their column's type, by column name. */
  readonly wider: Map<string, Histogram>;
}

export function newKnowledge(identity: string): Knowledge {
  return { identity, version: 0, attributes: new Map(), wider: new Map() };
}

/** Distinguishes a table from a later one of the same name. */
export function getTableIdentity({ TableId, CreationDateTime }: TableDescription): string {
  return TableId ?? String(CreationDateTime?.getTime());
}
