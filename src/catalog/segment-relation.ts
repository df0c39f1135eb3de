import type { ScanSegment, TableDef } from './table-def.ts';

/** A segment of a table, or of an index, as a table. No key leads to the items of a segment: it can only be scanned. */
export function toSegmentRelation(table: TableDef, segment: ScanSegment): TableDef {
  const parts = Math.max(1, segment.count);
  return {
    ...table,
    segment,
    indexes: table.through === undefined ? [] : table.indexes,
    itemCount: Math.ceil(table.itemCount / parts),
    sizeBytes: Math.ceil(table.sizeBytes / parts),
  };
}
