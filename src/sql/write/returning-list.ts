import type { Node, RangeVar, ReturningClause, WithClause } from 'libpg-query';
import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import { inferOutputName } from '../bind/output-name.ts';
import { createUnknownColumnError, foldCase } from '../bind/suggestions.ts';
import { column } from '../dialect/build.ts';
import type { ParsedText } from '../parse/parse.ts';
import { getStringValues, mapInside, mapNodes, visitNodes } from '../parse/tree.ts';
import { listFromAliases } from './from-items.ts';
import { ACTION_COLUMN, toImageName, toSourceName } from './image-columns.ts';
import { resolveAlias } from './target-table.ts';

/** RETURNING as it is written, with the names that it may use. */
export interface Returning {
  readonly exprs: readonly Node[];
  /** The table's name. */
  readonly alias: string;
  /** The names of the images before and after the write; undefined where a relation has the name. */
  readonly old: string | undefined;
  readonly new: string | undefined;
  /** The items of FROM, USING or the source of MERGE. */
  readonly from: readonly Node[];
  readonly withClause: WithClause | undefined;
  /** Which columns `*` lists first: MERGE begins with those of its source. */
  readonly starOrder: StarOrder;
}

export type StarOrder = 'table first' | 'sources first';

/** The relations that a statement joins to its table, and the WITH that they may refer to. */
export interface JoinedRelations {
  readonly from?: readonly Node[] | undefined;
  readonly withClause?: WithClause | undefined;
  readonly starOrder?: StarOrder | undefined;
}

/** The source columns that RETURNING refers to, in the order in which they are carried. */
export interface ReturnedSources {
  readonly references: readonly Node[];
  /** For each item of FROM, by its name, the positions of its columns; those of all items under `*`. */
  readonly stars: ReadonlyMap<string, readonly number[]>;
  /** Gives a carried value its type. */
  readonly restore: readonly ((node: Node) => Node)[];
}

export const NO_SOURCES: ReturnedSources = { references: [], stars: new Map(), restore: [] };

export function readReturning(
  clause: ReturningClause | undefined,
  range: RangeVar | undefined,
  { from = [], withClause, starOrder = 'table first' }: JoinedRelations = {},
): Returning | undefined {
  const exprs = clause?.exprs;
  if (exprs === undefined) return undefined;
  const alias = resolveAlias(range);
  const taken = new Set([alias, ...listFromAliases(from)]);
  const named = new Map<string | undefined, string>();
  for (const option of clause?.options ?? [])
    if ('ReturningOption' in option)
      named.set(option.ReturningOption.option, option.ReturningOption.value ?? '');
  const getAlias = (option: string, usual: string): string | undefined =>
    named.get(option) ?? (taken.has(usual) ? undefined : usual);
  return {
    exprs,
    alias,
    old: getAlias('RETURNING_OPTION_OLD', 'old'),
    new: getAlias('RETURNING_OPTION_NEW', 'new'),
    from,
    withClause,
    starOrder,
  };
}

/** Whether RETURNING refers to the image before the write, or has subqueries, which must not see the write. */
export function needsOldImage(returning: Returning | undefined): boolean {
  return (
    returning !== undefined &&
    (hasSubqueries(returning) || listReferences(returning).some(({ image }) => image === 'old'))
  );
}

export function hasSubqueries({ exprs }: Returning): boolean {
  let found = false;
  visitNodes(exprs, (node) => {
    found ||= 'SubLink' in node;
  });
  return found;
}

/** What a reference in RETURNING means. */
interface Reference {
  readonly fields: readonly string[];
  readonly node: Node;
  /** Undefined: a column of the table, or of a subquery. */
  readonly image: 'old' | 'new' | 'source' | undefined;
}

/** All references of RETURNING that are not columns of its table. */
function listReferences(returning: Returning, table?: TableDef): readonly Reference[] {
  const found: Reference[] = [];
  mapReferences(returning, table, (reference) => {
    found.push(reference);
    return reference.node;
  });
  return found;
}

/** The references to columns of FROM, each once, without stars. */
export function listSourceReferences(returning: Returning, table: TableDef): readonly Node[] {
  const sources = listReferences(returning, table).filter(
    ({ image, fields }) => image === 'source' && fields.at(-1) !== '*',
  );
  return [...new Map(sources.map(({ fields, node }) => [fields.join('\0'), node])).values()];
}

/** The unqualified names in RETURNING that are columns of its table, which FROM must not have, too. */
export function listOwnNames(returning: Returning, { columns }: TableDef): readonly Node[] {
  if (returning.from.length === 0) return [];
  const names = new Map<string, Node>();
  const visit = (node: Node): Node => {
    if ('SubLink' in node) return node;
    const fields = 'ColumnRef' in node ? getStringValues(node.ColumnRef.fields) : [];
    const [name = ''] = fields;
    if (fields.length === 1 && columns.some((each) => foldCase(each.name) === foldCase(name)))
      names.set(name, node);
    return mapInside(node, visit);
  };
  mapNodes(returning.exprs, visit);
  return [...names.values()];
}

/** The items of FROM whose columns RETURNING lists by a star; `*` for all of them. */
export function listSourceStars(returning: Returning): readonly string[] {
  return returning.exprs.flatMap((target) => {
    const fields = getTargetFields(target);
    if (fields?.at(-1) !== '*') return [];
    if (fields.length === 1) return returning.from.length === 0 ? [] : ['*'];
    const [alias = ''] = fields;
    return listFromAliases(returning.from).includes(alias) ? [alias] : [];
  });
}

function getTargetFields(target: Node): readonly string[] | undefined {
  const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
  return value !== undefined && 'ColumnRef' in value ? getStringValues(value.ColumnRef.fields) : undefined;
}

/** Replaces the references of RETURNING that are not columns of its table. */
function mapReferences(
  { exprs, old, new: after, from }: Returning,
  table: TableDef | undefined,
  replace: (reference: Reference) => Node,
): readonly Node[] {
  const aliases = new Set(listFromAliases(from));
  const isOwn = (name: string): boolean =>
    table?.columns.some((each) => foldCase(each.name) === foldCase(name)) ?? true;
  const change =
    (isInside: boolean) =>
    (node: Node): Node => {
      if ('SubLink' in node) return mapInside(node, change(true));
      if (!('ColumnRef' in node)) return mapInside(node, change(isInside));
      const fields = getStringValues(node.ColumnRef.fields);
      const [qualifier = '', second] = fields;
      const image =
        second === undefined
          ? // Unqualified names of a subquery are its own.
            !isInside && aliases.size > 0 && !isOwn(qualifier) && qualifier !== '*'
            ? 'source'
            : undefined
          : qualifier === old
            ? 'old'
            : qualifier === after
              ? 'new'
              : aliases.has(qualifier)
                ? 'source'
                : undefined;
      return image === undefined ? node : replace({ fields, node, image });
    };
  return mapNodes(exprs, change(false));
}

/** RETURNING's expressions over items that carry the images and the source columns. */
export function resolveReturning(
  returning: Returning,
  table: TableDef,
  sources: ReturnedSources,
  parsed: ParsedText,
): readonly Node[] {
  const { exprs, alias } = returning;
  const positions = new Map(
    sources.references.map((node, i) => [
      'ColumnRef' in node ? getStringValues(node.ColumnRef.fields).join('\0') : '',
      i,
    ]),
  );
  const toSource = (position: number): Node => {
    const reference = column(alias, toSourceName(position));
    return sources.restore[position]?.(reference) ?? reference;
  };
  const replace = ({ fields, node, image }: Reference): Node => {
    if (image === 'source') {
      const position = positions.get(fields.join('\0'));
      return position === undefined ? node : toSource(position);
    }
    if (image === undefined) return node;
    const [, name = '', ...rest] = fields;
    const found = findImageColumn(name, table);
    if (found === undefined)
      throw createUnknownColumnError(
        fields,
        table.columns
          .filter(({ hidden }) => hidden !== true)
          .map((each) => ({ qualifier: fields[0], name: each.name })),
        () => parsed.position(('ColumnRef' in node ? node.ColumnRef.location : undefined) ?? 0),
      );
    return column(alias, toImageName(image, found.name), ...rest);
  };
  return exprs
    .flatMap((target) => expandStar(target, returning, table, sources, toSource))
    .flatMap((target) => {
      const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
      if (!('ResTarget' in target) || value === undefined) return [target];
      const [changed] = mapReferences(
        { ...returning, exprs: [replaceMergeAction(value, alias)] },
        table,
        replace,
      );
      if (changed === undefined || changed === value) return [target];
      const name = target.ResTarget.name ?? inferReturnedName(value, table);
      return [{ ResTarget: { ...target.ResTarget, name, val: changed } }];
    });
}

/** `old.Total` has the name of the column, in its spelling. */
function inferReturnedName(value: Node, table: TableDef): string {
  if ('MergeSupportFunc' in value) return 'merge_action';
  const written = inferOutputName(value);
  return 'ColumnRef' in value ? (findImageColumn(written, table)?.name ?? written) : written;
}

function findImageColumn(name: string, { columns }: TableDef): ColumnDef | undefined {
  const alike = columns.filter((each) => foldCase(each.name) === foldCase(name));
  return alike.find((each) => each.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
}

/** The columns of a star that is not the table's own. */
function expandStar(
  target: Node,
  returning: Returning,
  table: TableDef,
  { stars, references }: ReturnedSources,
  toSource: (position: number) => Node,
): readonly Node[] {
  const fields = getTargetFields(target);
  if (fields?.at(-1) !== '*') return [target];
  const [qualifier = ''] = fields;
  const listSources = (positions: readonly number[]): readonly Node[] =>
    positions.map((position) => {
      const reference = references[position];
      const name = reference === undefined ? '' : inferOutputName(reference);
      return { ResTarget: { name, val: toSource(position) } };
    });
  if (fields.length === 1) {
    if (returning.from.length === 0) return [target];
    const own: Node = {
      ResTarget: { val: { ColumnRef: { fields: [{ String: { sval: returning.alias } }, { A_Star: {} }] } } },
    };
    const others = listSources(stars.get('*') ?? []);
    return returning.starOrder === 'table first' ? [own, ...others] : [...others, own];
  }
  const image = qualifier === returning.old ? 'old' : qualifier === returning.new ? 'new' : undefined;
  if (image !== undefined)
    return table.columns
      .filter(({ hidden }) => hidden !== true)
      .map(({ name }) => ({ ResTarget: { name, val: column(returning.alias, toImageName(image, name)) } }));
  const positions = stars.get(qualifier);
  return positions === undefined ? [target] : listSources(positions);
}

/** `merge_action()` is a column of what MERGE wrote. */
function replaceMergeAction(value: Node, alias: string): Node {
  const replace = (node: Node): Node =>
    'MergeSupportFunc' in node ? column(alias, ACTION_COLUMN) : mapInside(node, replace);
  return mapNodes(value, replace);
}
