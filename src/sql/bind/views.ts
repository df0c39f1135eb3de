import type { Node, RangeVar } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { column, name } from '../dialect/build.ts';
import { textsOf } from '../parse/tree.ts';
import { STUB_SCHEMA } from '../print/print.ts';
import { type Binder, renameColumns } from './binder.ts';
import type { KnownEntity, KnownView } from './known-table.ts';
import { collectColumnNames } from './names-in.ts';
import { offeredColumns } from './relation.ts';
import type { Scope } from './scope.ts';

/** How many views may stand in each other. */
const MAX_DEPTH = 32;

/** A view becomes a subquery with its query, which knows nothing of the statement around it. */
export function bindView(range: RangeVar, view: KnownView, scope: Scope, binder: Binder): Node {
  checkDepth(range, view.name, binder);
  const alias = range.alias?.aliasname ?? range.relname ?? view.name;
  const given = textsOf(range.alias?.colnames);
  const names = [...given, ...view.columns.slice(given.length)];
  // What fails in the view is shown where the statement names the view.
  const query = relocate(view.query, range.location ?? 0);
  const bound = withViewContext(view.name, () =>
    binder.forView(view.name, query).query(query, new Map(), undefined),
  );
  if (bound.columns !== undefined && names.length > bound.columns.length)
    throw new DriverError(
      'SQL_SYNTAX',
      `View ${view.name} has ${bound.columns.length} columns, but ${names.length} names are given for them.`,
      { position: binder.position(range.location) },
    );
  scope.sources.push({ alias, columns: renameColumns(bound.columns, names) });
  return {
    RangeSubselect: {
      subquery: { SelectStmt: bound.select },
      alias: { aliasname: alias, ...(names.length === 0 ? {} : { colnames: names.map(name) }) },
    },
  };
}

/** An entity becomes a subquery over its table, hidden columns that the statement names included. */
export function bindEntity(range: RangeVar, entity: KnownEntity, scope: Scope, binder: Binder): Node {
  const alias = range.alias?.aliasname ?? range.relname ?? entity.name;
  const given = textsOf(range.alias?.colnames);
  const where = entity.where && relocate(entity.where, range.location ?? 0);
  const relation = binder.relation(entity.table, where && collectColumnNames(where));
  const offered = offeredColumns(relation);
  const inner: Scope = {
    sources: [{ alias: entity.name, columns: offered }],
    merged: new Set(),
    outer: undefined,
  };
  const whereClause = where && withViewContext(entity.name, () => binder.expression(where, inner, new Map()));
  scope.sources.push({ alias, columns: renameColumns(offered, given) });
  return {
    RangeSubselect: {
      subquery: {
        SelectStmt: {
          targetList: offered.map(({ engineName }) => ({
            ResTarget: { val: column(entity.name, engineName) },
          })),
          fromClause: [
            {
              RangeVar: {
                schemaname: STUB_SCHEMA,
                relname: relation.alias,
                inh: true,
                alias: { aliasname: entity.name },
              },
            },
          ],
          ...(whereClause === undefined ? {} : { whereClause }),
        },
      },
      alias: { aliasname: alias, ...(given.length === 0 ? {} : { colnames: given.map(name) }) },
    },
  };
}

function checkDepth(range: RangeVar, view: string, binder: Binder): void {
  const position = binder.position(range.location);
  if (binder.views.includes(view))
    throw new DriverError(
      'CATALOG_VIEW',
      `View "${view}" is made from itself: ${[...binder.views.slice(binder.views.indexOf(view)), view].join(' -> ')}.`,
      { position },
    );
  if (binder.views.length >= MAX_DEPTH)
    throw new DriverError('CATALOG_VIEW', `More than ${MAX_DEPTH} views stand in each other.`, { position });
}

/** The failure of a view's query says which view it is. */
function withViewContext<T>(view: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DriverError) || error.code === 'CATALOG_VIEW') throw error;
    throw new DriverError(error.code, `In view "${view}": ${error.message}`, {
      cause: error,
      candidates: error.candidates,
      attempts: error.attempts,
      remedy: error.remedy,
      ...(error.position === undefined ? {} : { position: error.position }),
    });
  }
}

/** The tree as if all of it stood at one place of a statement. */
function relocate<T>(tree: T, location: number): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- numbers take the places of numbers
  return relocatePart(tree, location) as T;
}

function relocatePart(part: unknown, location: number): unknown {
  if (Array.isArray(part)) return part.map((item: unknown) => relocatePart(item, location));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]: [string, unknown]) => [
      key,
      key === 'location' && typeof value === 'number' ? location : relocatePart(value, location),
    ]),
  );
}
