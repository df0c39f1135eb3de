import type { Node } from 'libpg-query';
import { isNode } from '../parse/tree.ts';
import {
  isWholeItem,
  type ColumnDef,
  type KeyAttribute,
  type TableDef,
  keyAttributes,
} from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { foldCase } from '../bind/suggestions.ts';
import type { ParsedText } from '../parse/parse.ts';
import { indexOfCharacter } from '../parse/positions.ts';
import type { Destination } from './attribute-of.ts';

/** A place in an item that a statement writes to. */
export interface WriteTarget extends Destination {
  readonly path: DocumentPath;
  /** The table's column there, where it has one. */
  readonly column: ColumnDef | undefined;
  /** The whole item: `"$item"`. */
  readonly whole: boolean;
}

/** What INSERT's column list and SET's left side are made of: a name, and steps into its document. */
export interface NamedTarget {
  readonly name: string;
  readonly steps: readonly Node[];
  readonly location: number;
}

export function namedTarget(node: Node, what: string): NamedTarget {
  if (!('ResTarget' in node) || node.ResTarget.name === undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', `${what} is written with the names of columns.`);
  const { name, indirection = [], location = 0 } = node.ResTarget;
  return { name, steps: indirection, location };
}

/**
 * The place that a name means: the column exactly so called, else the only one that differs in upper and lower case,
 * else a new attribute, spelled as in the statement: items have whatever attributes they are given.
 */
export function writeTarget(
  table: TableDef,
  { name, steps, location }: NamedTarget,
  parsed: ParsedText,
): WriteTarget {
  const alike = table.columns.filter((column) => foldCase(column.name) === foldCase(name));
  const column = alike.find((each) => each.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
  if (column === undefined && alike.length > 1)
    throw new DriverError(
      'SQL_AMBIGUOUS_COLUMN',
      `${name} may be any of ${alike.map((each) => `"${each.name}"`).join(', ')}.`,
      { position: parsed.position(location), candidates: alike.map((each) => each.name) },
    );
  if (column !== undefined && isWholeItem(column))
    return { path: column.path, column, whole: true, label: column.name, key: undefined, seen: {} };
  const start: DocumentPath = column?.path ?? [asWritten(name, location, parsed)];
  const path: DocumentPath = [start[0], ...start.slice(1), ...steps.map((step) => stepOf(step, parsed))];
  const key = path.length === 1 ? keyNamed(table, start[0]) : undefined;
  return {
    path,
    column: steps.length === 0 ? column : undefined,
    whole: false,
    label: placeText(path),
    key,
    seen: steps.length === 0 ? (column?.seen ?? {}) : {},
  };
}

/** A place as SQL writes it: `address.lines[1]`. */
export function placeText(path: DocumentPath): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step + 1}]` : `${i === 0 ? '' : '.'}${step}`))
    .join('');
}

/** The key attribute of that name, the table's before an index's. */
function keyNamed(table: TableDef, name: string): Destination['key'] {
  const find = (attributes: readonly KeyAttribute[]): KeyAttribute | undefined =>
    attributes.find((attribute) => attribute.name === name);
  const own = find(keyAttributes(table.key));
  if (own !== undefined) return { ...own, of: 'table' };
  const other = find(table.indexes.flatMap(({ key }) => keyAttributes(key)));
  return other && { ...other, of: 'index' };
}

/** PostgreSQL counts an array's members from 1, DynamoDB from 0. */
function stepOf(step: Node, parsed: ParsedText): string | number {
  if ('String' in step) return step.String.sval ?? '';
  const index = 'A_Indices' in step && step.A_Indices.is_slice !== true ? step.A_Indices.uidx : undefined;
  if (index !== undefined && isNode(index) && 'A_Const' in index) {
    const { ival, sval } = index.A_Const;
    if (sval !== undefined) return sval.sval ?? '';
    if (ival !== undefined && (ival.ival ?? 0) >= 1) return (ival.ival ?? 1) - 1;
  }
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    'A place in a document is written with names and positions from 1, as in address.city or lines[1].',
    'A_Indices' in step ? {} : { position: parsed.position(0) },
  );
}

/** A new attribute is called what the user wrote, though the parser folds unquoted names to lower case. */
function asWritten(name: string, location: number, { text, position }: ParsedText): string {
  const start = indexOfCharacter(text, position(location) - 1);
  const written = text.slice(start, start + name.length);
  return foldCase(written) === name ? written : name;
}
