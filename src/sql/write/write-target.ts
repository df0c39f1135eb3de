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
import { toTimeTarget } from './time-attribute.ts';
import { isSamePath } from '../plan/implies.ts';
import type { AttributeTarget, MemberTarget } from './to-attribute.ts';

/** An attribute, or a part of a document, that a statement writes to. */
export interface WriteTarget extends AttributeTarget {
  readonly path: DocumentPath;
  /** The table's column of that path, if it has one. */
  readonly column: ColumnDef | undefined;
  /** The whole item: `"$item"`. */
  readonly whole: boolean;
}

/** An entry of INSERT's column list or the left side of an assignment: a name, and a path into its document. */
export interface NamedTarget {
  readonly name: string;
  readonly steps: readonly Node[];
  readonly location: number;
}

export function parseNamedTarget(node: Node, clause: 'INSERT' | 'SET'): NamedTarget {
  if (!('ResTarget' in node) || node.ResTarget.name === undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', `${clause} expects column names`);
  const { name, indirection = [], location = 0 } = node.ResTarget;
  return { name, steps: indirection, location };
}

/**
 * Resolves a name to a column: the one with exactly that name, else the only one that differs in case, else a new attribute
 * spelled as in the statement, since items may have any attributes. Throws where several columns match.
 */
export function resolveWriteTarget(
  table: TableDef,
  { name, steps, location }: NamedTarget,
  parsed: ParsedText,
): WriteTarget {
  const alike = table.columns.filter((column) => foldCase(column.name) === foldCase(name));
  const column = alike.find((each) => each.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
  if (column === undefined && alike.length > 1)
    throw new DriverError(
      'SQL_AMBIGUOUS_COLUMN',
      `column reference "${name}" is ambiguous: it matches ${alike.map((each) => `"${each.name}"`).join(', ')}`,
      { position: parsed.position(location), candidates: alike.map((each) => each.name) },
    );
  if (column !== undefined && isWholeItem(column))
    return { path: column.path, column, whole: true, label: column.name, key: undefined, seen: {} };
  const start: DocumentPath = column?.path ?? [originalSpelling(name, location, parsed)];
  const path: DocumentPath = [start[0], ...start.slice(1), ...steps.map((step) => parseStep(step, parsed))];
  const key = path.length === 1 ? findKeyAttribute(table, start[0]) : undefined;
  const typed = steps.length === 0 ? column : table.columns.find((each) => isSamePath(each.path, path));
  return {
    path,
    column: steps.length === 0 ? column : undefined,
    whole: false,
    label: formatPath(path),
    key,
    seen: steps.length === 0 ? (column?.seen ?? {}) : {},
    declared: typed?.declared,
    time: toTimeTarget(typed, table),
    members: listMembers(path, table),
  };
}

const nestedTargets = new WeakMap<TableDef, readonly (AttributeTarget & { readonly path: DocumentPath })[]>();

/** The columns of declared types that lie within the document at a path. */
function listMembers(path: DocumentPath, table: TableDef): readonly MemberTarget[] | undefined {
  const nested =
    nestedTargets.get(table) ??
    table.columns.flatMap((column) => {
      const time = toTimeTarget(column, table);
      const isDeclared = column.declared !== undefined || time?.isDeclared === true;
      if (column.path.length === 1 || !isDeclared) return [];
      const { name: label, declared } = column;
      return { path: column.path, label, declared, time, key: undefined, seen: {} };
    });
  nestedTargets.set(table, nested);
  const members = nested.filter(
    (each) => each.path.length > path.length && path.every((step, i) => step === each.path[i]),
  );
  return members.length === 0
    ? undefined
    : members.map(({ path: whole, ...target }) => ({ ...target, within: whole.slice(path.length) }));
}

/** A path in SQL's notation: `address.lines[1]`. */
export function formatPath(path: DocumentPath): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`))
    .join('');
}

/** The key attribute of that name; the table's key takes precedence over an index's. */
function findKeyAttribute(table: TableDef, name: string): AttributeTarget['key'] {
  const find = (attributes: readonly KeyAttribute[]): KeyAttribute | undefined =>
    attributes.find((attribute) => attribute.name === name);
  const own = find(keyAttributes(table.key));
  if (own !== undefined) return { ...own, of: 'table', table: table.name };
  const other = find(table.indexes.flatMap(({ key }) => keyAttributes(key)));
  return other && { ...other, of: 'index', table: table.name };
}

/** A step of a path. PostgreSQL counts the elements of jsonb from 0, as DynamoDB counts those of lists. */
function parseStep(step: Node, parsed: ParsedText): string | number {
  if ('String' in step) return step.String.sval ?? '';
  const index = 'A_Indices' in step && step.A_Indices.is_slice !== true ? step.A_Indices.uidx : undefined;
  if (index !== undefined && isNode(index) && 'A_Const' in index) {
    const { ival, sval } = index.A_Const;
    if (sval !== undefined) return sval.sval ?? '';
    if (ival !== undefined && (ival.ival ?? 0) >= 0) return ival.ival ?? 0;
  }
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    'a path into a document consists of names and positions from 0, as in address.city or lines[0]',
    'A_Indices' in step ? {} : { position: parsed.position(0) },
  );
}

/** The name as the user spelled it, because the parser folds unquoted names to lower case. */
function originalSpelling(name: string, location: number, { text, position }: ParsedText): string {
  const start = indexOfCharacter(text, position(location) - 1);
  const spelling = text.slice(start, start + name.length);
  return foldCase(spelling) === name ? spelling : name;
}
