import type { Node, RangeVar } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { column } from '../dialect/build.ts';
import { getStringValues } from '../parse/tree.ts';
import { STUB_SCHEMA } from '../print/print.ts';
import { type Binder, renameColumns } from './binder.ts';
import type { KnownEntity, KnownView } from './known-table.ts';
import { collectColumnNames } from './names-in.ts';
import { offeredColumns } from './relation.ts';
import type { Scope } from './scope.ts';

/** The maximum depth of nested views. */
const MAX_DEPTH = 32;

/** Expands a view to a subquery. Its query does not see the statement around it. */
export function bindView(range: RangeVar, view: KnownView, scope: Scope, binder: Binder): Node {
  checkDepth(range, view.name, binder);
  const alias = range.alias?.aliasname ?? range.relname ?? view.name;
  const aliases = getStringValues(range.alias?.colnames);
  const names = [...aliases, ...view.columns.slice(aliases.length)];
  // An error inside the view is reported at its position in the statement.
  const query = relocate(view.query, range.location ?? 0);
  const bound = withViewContext(view.name, () =>
    binder.forView(view.name, query).query(query, new Map(), undefined),
  );
  if (bound.columns !== undefined && names.length > bound.columns.length)
    throw new DriverError(
      'SQL_SYNTAX',
      `view "${view.name}" has ${bound.columns.length} columns available but ${names.length} columns specified`,
      { position: binder.position(range.location) },
    );
  const { columns, list } = renameColumns(bound.columns, names);
  scope.sources.push({ alias, columns });
  return {
    RangeSubselect: {
      subquery: { SelectStmt: bound.select },
      alias: { aliasname: alias, ...list },
    },
  };
}

/** Expands an entity to a subquery over its table, including hidden columns that the statement references. */
export function bindEntity(range: RangeVar, entity: KnownEntity, scope: Scope, binder: Binder): Node {
  const alias = range.alias?.aliasname ?? range.relname ?? entity.name;
  const aliases = getStringValues(range.alias?.colnames);
  const where = entity.where && relocate(entity.where, range.location ?? 0);
  const relation = binder.relation(entity.table, where && collectColumnNames(where));
  const offered = offeredColumns(relation);
  const inner: Scope = {
    sources: [{ alias: entity.name, columns: offered }],
    merged: new Set(),
    outer: undefined,
  };
  const whereClause = where && withViewContext(entity.name, () => binder.expression(where, inner, new Map()));
  const { columns, list } = renameColumns(offered, aliases);
  scope.sources.push({ alias, columns });
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
      alias: { aliasname: alias, ...list },
    },
  };
}

function checkDepth(range: RangeVar, view: string, binder: Binder): void {
  const position = binder.position(range.location);
  if (binder.views.includes(view))
    throw new DriverError(
      'CATALOG_VIEW',
      `view "${view}" refers to itself: ${[...binder.views.slice(binder.views.indexOf(view)), view].join(' -> ')}`,
      { position },
    );
  if (binder.views.length >= MAX_DEPTH)
    throw new DriverError('CATALOG_VIEW', `views are nested more than ${MAX_DEPTH} levels deep`, {
      position,
    });
}

/** Adds the view's name to the errors of its query. */
function withViewContext<T>(view: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DriverError) || error.code === 'CATALOG_VIEW') throw error;
    throw new DriverError(error.code, `in view "${view}": ${error.message}`, {
      cause: error,
      candidates: error.candidates,
      attempts: error.attempts,
      remedy: error.remedy,
      ...(error.position === undefined ? {} : { position: error.position }),
    });
  }
}

/** Returns the tree with all its locations set to one place of the statement. */
function relocate<T>(tree: T, location: number): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only numbers are replaced, by numbers
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
