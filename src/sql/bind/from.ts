import type { JoinExpr, Node, RangeFunction, RangeSubselect, RangeVar, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { name } from '../dialect/build.ts';
import { SET_RETURNING } from '../dialect/set-returning.ts';
import { getIndexHint } from '../parse/hints.ts';
import { getStringValues } from '../parse/tree.ts';
import { STUB_SCHEMA } from '../print/print.ts';
import { CATALOG_NAME, isTableSchema } from '../types/table-schema.ts';
import { isPostgresFunction } from './resolve-signature.ts';
import { findSystemTable } from '../system/registry.ts';
import { bindArray, isDocumentPath, type PathContext } from './attribute-path.ts';
import {
  getRowType,
  POPULATE_FUNCTIONS,
  RECORD_FUNCTIONS,
  recordColumns,
  recordQuery,
  tableRecordColumns,
  unnestTargets,
} from './table-functions.ts';
import {
  type Binder,
  type CommonTables,
  createNotSupportedError,
  renameColumns,
  unwrapSelect,
} from './binder.ts';
import { offeredColumns, type Relation, type SystemRelation } from './relation.ts';
import { findColumn, type FromItem, type OfferedColumn, type Scope } from './scope.ts';
import { createNameMarker } from './name-marks.ts';
import { bindChildTable, hasChild } from './child-tables.ts';
import { foldCase } from './suggestions.ts';
import { resolveHint } from './index-names.ts';
import { bindSegment, SEGMENT_FUNCTION } from './segments.ts';
import { bindEntity, bindView } from './views.ts';

/** Binds an item of FROM and adds its columns to the scope. */
export function bindFromItem(node: Node, scope: Scope, tables: CommonTables, binder: Binder): Node {
  if ('RangeVar' in node) return bindTable(node.RangeVar, scope, tables, binder);
  if ('JoinExpr' in node) return bindJoin(node.JoinExpr, scope, tables, binder);
  if ('RangeSubselect' in node) return bindSubquery(node.RangeSubselect, scope, tables, binder);
  if ('RangeFunction' in node) return bindFunction(node.RangeFunction, scope, tables, binder);
  if ('RangeTableSample' in node) {
    const { relation, args } = node.RangeTableSample;
    if (relation === undefined || node.RangeTableSample.repeatable !== undefined)
      throw createNotSupportedError(binder, 'TABLESAMPLE … REPEATABLE', node.RangeTableSample.location);
    return {
      RangeTableSample: {
        ...node.RangeTableSample,
        relation: bindFromItem(relation, scope, tables, binder),
        args: binder.expression(args ?? [], scope, tables),
      },
    };
  }
  if ('RangeTableFunc' in node)
    throw createNotSupportedError(binder, 'XMLTABLE', node.RangeTableFunc.location);
  throw createNotSupportedError(binder, 'JSON_TABLE', undefined, 'Use json_array_elements and ->> instead.');
}

function bindTable(range: RangeVar, scope: Scope, tables: CommonTables, binder: Binder): Node {
  const written = range.relname ?? '';
  const alias = range.alias?.aliasname ?? written;
  const columnNames = getStringValues(range.alias?.colnames);
  const schema = range.schemaname;
  if (schema === undefined && tables.has(written)) {
    refuseHint(range, binder);
    const { columns, list } = renameColumns(tables.get(written), columnNames);
    scope.sources.push({ alias, columns });
    return {
      RangeVar: list.colnames === undefined ? range : { ...range, alias: { aliasname: alias, ...list } },
    };
  }
  if (range.catalogname !== undefined && !isTableSchema(range.catalogname))
    throw new DriverError(
      'CATALOG_UNKNOWN_TABLE',
      `schema "${range.catalogname}" does not exist (tables are in "public")`,
      {
        position: binder.position(range.location),
        remedy: `Omit the schema, or put a table name that contains a dot in double quotes: "${schema}.${written}".`,
      },
    );

  const system = findSystemTable(schema, written, () => binder.position(range.location));
  if (system !== undefined) {
    refuseHint(range, binder);
    return bindStub(range, binder.system(system), scope, binder);
  }

  // A qualifier that is not a schema is the first part of a DynamoDB table name with a dot.
  const isHome = range.catalogname === undefined || range.catalogname === CATALOG_NAME;
  const isPart = schema !== undefined && !(isHome && isTableSchema(schema));
  const known = binder.table(isPart ? `${schema}.${written}` : written, range.location);
  if (known !== undefined && (known.kind !== 'table' || hasChild(known.table))) refuseHint(range, binder);
  switch (known?.kind) {
    case undefined:
      scope.sources.push({ alias, columns: undefined, tableName: written });
      return { RangeVar: range };
    case 'table': {
      const { table } = known;
      return hasChild(table)
        ? bindChildTable(range, table, scope, binder)
        : bindOwnTable(range, table, scope, binder);
    }
    case 'view':
      return bindView(range, known, scope, binder);
    case 'entity':
      return bindEntity(range, known, scope, binder);
  }
}

/** Only DynamoDB tables have indexes. */
function refuseHint(range: RangeVar, binder: Binder): void {
  if (getIndexHint(range) !== undefined)
    throw createNotSupportedError(
      binder,
      `an index hint on "${range.relname}", which is not a table,`,
      range.location,
    );
}

/** Binds a DynamoDB table, or one of its indexes used as a relation. */
function bindOwnTable(range: RangeVar, table: TableDef, scope: Scope, binder: Binder): Node {
  const relation = binder.relation(table);
  const bound = bindStub(range, relation, scope, binder);
  const source = scope.sources.pop();
  if (source !== undefined) scope.sources.push({ ...source, relation });
  const written = getIndexHint(range);
  if (written !== undefined) binder.hint(relation, resolveHint(written, table));
  return bound;
}

/** Binds a table whose rows are loaded into a stub. */
function bindStub(range: RangeVar, relation: Relation | SystemRelation, scope: Scope, binder: Binder): Node {
  const alias = range.alias?.aliasname ?? range.relname ?? '';
  const columnNames = getStringValues(range.alias?.colnames);
  if (columnNames.length > relation.columns.length)
    throw new DriverError(
      'SQL_SYNTAX',
      `table "${alias}" has ${relation.columns.length} columns available but ${columnNames.length} columns specified`,
      {
        position: binder.position(range.location),
      },
    );
  const { columns, list } = renameColumns(offeredColumns(relation), columnNames);
  scope.sources.push({ alias, columns });
  return {
    RangeVar: {
      schemaname: STUB_SCHEMA,
      relname: relation.alias,
      inh: true,
      alias: { aliasname: alias, ...list },
    },
  };
}

function bindJoin(join: JoinExpr, scope: Scope, tables: CommonTables, binder: Binder): Node {
  // DuckDB has no alias for a join, so the join becomes a subquery.
  if (join.alias !== undefined) {
    const { alias, ...bare } = join;
    const star: Node = { ResTarget: { val: { ColumnRef: { fields: [{ A_Star: {} }] } } } };
    return bindSubquery(
      {
        subquery: { SelectStmt: { targetList: [star], fromClause: [{ JoinExpr: bare }] } },
        alias,
        lateral: true,
      },
      scope,
      tables,
      binder,
    );
  }
  if (join.join_using_alias !== undefined) throw createNotSupportedError(binder, 'USING (…) AS alias');
  const first = scope.sources.length;
  const larg = join.larg === undefined ? undefined : bindFromItem(join.larg, scope, tables, binder);
  const second = scope.sources.length;
  const rarg = join.rarg === undefined ? undefined : bindFromItem(join.rarg, scope, tables, binder);
  if (join.isNatural === true) {
    const hidden = scope.sources
      .slice(first)
      .flatMap((source) => (source.columns ?? []).filter((column) => column.hidden === true));
    // DuckDB would also join on a hidden column that both sides have.
    if (hidden[0] !== undefined)
      throw createNotSupportedError(
        binder,
        `NATURAL JOIN with a reference to the hidden column "${hidden[0].name}"`,
        undefined,
        'Use JOIN … USING (columns).',
      );
    refuseMixedNames(scope.sources.slice(first, second), scope.sources.slice(second), binder);
    scope.merged = undefined;
  }
  const merged = mergeColumns(getStringValues(join.usingClause), scope.sources, first, second, binder);
  if (scope.merged !== undefined) scope.merged = new Set([...scope.merged, ...merged.map(foldCase)]);
  return {
    JoinExpr: {
      ...join,
      ...(merged.length === 0 ? {} : { usingClause: merged.map(name) }),
      ...(larg === undefined ? {} : { larg }),
      ...(rarg === undefined ? {} : { rarg }),
      ...(join.quals === undefined ? {} : { quals: binder.expression(join.quals, scope, tables) }),
    },
  };
}

/** NATURAL JOIN in DuckDB would join columns whose names differ in case, or miss one that has another name there. */
function refuseMixedNames(left: readonly FromItem[], right: readonly FromItem[], binder: Binder): void {
  for (const one of listColumns(left))
    for (const other of listColumns(right))
      if ((one.name === other.name) !== (foldCase(one.engineName) === foldCase(other.engineName)))
        throw createNotSupportedError(
          binder,
          `NATURAL JOIN of columns whose names differ only in case ("${one.name}", "${other.name}")`,
          undefined,
          'Use JOIN … USING (columns).',
        );
}

function listColumns(side: readonly FromItem[]): readonly OfferedColumn[] {
  return side.flatMap((source) => source.columns ?? []);
}

/** The names of USING in DuckDB, which are to be the same on both sides. */
function mergeColumns(
  names: readonly string[],
  sources: readonly FromItem[],
  first: number,
  second: number,
  binder: Binder,
): readonly string[] {
  const find = (side: readonly FromItem[], each: string): string | undefined =>
    side.some(({ columns }) => columns === undefined)
      ? undefined
      : side
          .map(({ columns = [] }) => findColumn(columns, each, () => binder.position(undefined))?.engineName)
          .find((engineName) => engineName !== undefined);
  return names.map((each) => {
    const left = find(sources.slice(first, second), each);
    const right = find(sources.slice(second), each);
    if (left === undefined || right === undefined) return each;
    if (foldCase(left) === foldCase(right)) return left;
    throw createNotSupportedError(
      binder,
      `USING ("${each}") where the name differs only in case from another column`,
      undefined,
      'Write the condition with ON.',
    );
  });
}

/** The alias of a subquery without one, as PostgreSQL names it. */
const UNNAMED = 'unnamed_subquery';

function bindSubquery(range: RangeSubselect, scope: Scope, tables: CommonTables, binder: Binder): Node {
  const bound = binder.query(
    unwrapSelect(range.subquery),
    tables,
    range.lateral === true ? scope : scope.outer,
  );
  const { columns, list } = renameColumns(bound.columns, getStringValues(range.alias?.colnames));
  scope.sources.push({ alias: range.alias?.aliasname, columns });
  return {
    RangeSubselect: {
      ...range,
      subquery: { SelectStmt: bound.select },
      ...(list.colnames === undefined ? {} : { alias: { aliasname: UNNAMED, ...range.alias, ...list } }),
    },
  };
}

/** Binds a function and names its columns by PostgreSQL's rules, so that rewriting it needs no names. */
function bindFunction(range: RangeFunction, scope: Scope, tables: CommonTables, binder: Binder): Node {
  const [first, second] = range.functions ?? [];
  const items = first !== undefined && 'List' in first ? (first.List.items ?? []) : [];
  const fn = items[0];
  if (second !== undefined) throw createNotSupportedError(binder, 'ROWS FROM with several functions');
  const called = fn !== undefined && 'FuncCall' in fn ? fn.FuncCall : undefined;
  const functionName = getStringValues(called?.funcname).at(-1) ?? 'this function';
  const known = SET_RETURNING.get(functionName);
  if (called !== undefined && functionName === SEGMENT_FUNCTION) {
    if (range.ordinality === true) throw createNotSupportedError(binder, 'WITH ORDINALITY for this function');
    const { name: tableName, table } = bindSegment(called, binder);
    const alias = range.alias ?? { aliasname: SEGMENT_FUNCTION };
    if (table !== undefined) return bindOwnTable({ relname: tableName, alias }, table, scope, binder);
    scope.sources.push({ alias: alias.aliasname, columns: undefined, tableName });
    return { RangeFunction: range };
  }
  if (called !== undefined && RECORD_FUNCTIONS.has(functionName) && range.coldeflist !== undefined) {
    const columns = recordColumns(range.coldeflist);
    const [document = { A_Const: { isnull: true } }] = binder.expression(called.args ?? [], scope, tables);
    const query = recordQuery(document, columns, functionName.endsWith('set'));
    return offerSubquery(
      range,
      columns.map((column) => column.name),
      query,
      scope,
      binder,
    );
  }
  if (called !== undefined && POPULATE_FUNCTIONS.has(functionName)) {
    const [row, document = { A_Const: { isnull: true } }] = called.args ?? [];
    const type = getRowType(row);
    if (type === undefined)
      throw createNotSupportedError(
        binder,
        `${functionName} of a row that is not NULL`,
        called.location,
        'Pass NULL, cast to the type of a table.',
      );
    const table = binder.table(type, called.location);
    const columns = table?.kind === 'table' ? tableRecordColumns(table.table) : [];
    if (table === undefined) {
      scope.sources.push({
        alias: range.alias?.aliasname ?? functionName,
        columns: undefined,
        tableName: type,
      });
      return { RangeFunction: range };
    }
    const [bound] = binder.expression([document], scope, tables);
    const names = columns.map((column) => column.name);
    return offerSubquery(
      range,
      names,
      recordQuery(bound, columns, functionName.endsWith('set')),
      scope,
      binder,
    );
  }
  if (called !== undefined && known === undefined && !isPostgresFunction(functionName))
    throw new DriverError('SQL_UNKNOWN_FUNCTION', `function ${functionName} does not exist`, {
      position: binder.position(called.location),
      remedy: `In FROM use one of these functions: ${[...SET_RETURNING.keys()].join(', ')}.`,
    });
  if (
    called === undefined ||
    known === undefined ||
    range.coldeflist !== undefined ||
    Object.keys(items[1] ?? {}).length > 0
  )
    throw createNotSupportedError(
      binder,
      `${functionName} in FROM`,
      called?.location,
      `Use one of these functions: ${[...SET_RETURNING.keys()].join(', ')}.`,
    );
  const context: PathContext = {
    scope,
    binder,
    bind: (node) => binder.expression([node], scope, tables)[0] ?? node,
  };
  const isUnnested = functionName === 'unnest';
  const args = (called.args ?? []).map((arg) => (isUnnested ? bindArray(arg, context) : context.bind(arg)));
  if (isUnnested && args.length > 1) {
    const aliases = getStringValues(range.alias?.colnames);
    const distinct = createNameMarker();
    const own = [...args.map(() => 'unnest'), ...(range.ordinality === true ? ['ordinality'] : [])];
    const names = own.map((each, i) => aliases[i] ?? each);
    return offerSubquery(
      { ...range, ordinality: false },
      names,
      { targetList: unnestTargets(args, names.map(distinct)) },
      scope,
      binder,
    );
  }

  const alias = range.alias?.aliasname ?? functionName;
  const own = [...(known.columns ?? [alias]), ...(range.ordinality === true ? ['ordinality'] : [])];
  const aliases = getStringValues(range.alias?.colnames);
  const names = own.map((each, i) => aliases[i] ?? each);
  const [element] = called.args ?? [];
  const isList = isUnnested && element !== undefined && isDocumentPath(element, context);
  scope.sources.push({
    alias,
    columns: names.map((each, i) => ({
      name: each,
      engineName: each,
      ...(isList && i === 0 && { adapts: 'json' as const }),
    })),
    ...((known.columns ?? [alias]).length === 1 ? { scalar: true as const } : {}),
  });
  return {
    RangeFunction: {
      ...range,
      functions: [{ List: { items: [{ FuncCall: { ...called, args } }] } }],
      alias: { aliasname: alias, colnames: names.map(name) },
    },
  };
}

/** Returns a function rewritten as a subquery with these columns, and adds them to the scope. */
function offerSubquery(
  range: RangeFunction,
  names: readonly string[],
  select: SelectStmt,
  scope: Scope,
  binder: Binder,
): Node {
  if (range.ordinality === true) throw createNotSupportedError(binder, 'WITH ORDINALITY for this function');
  const alias = range.alias?.aliasname ?? names[0] ?? '';
  const offered = names.map((each) => ({ name: each, engineName: each }));
  const { columns, list } = renameColumns(offered, names);
  scope.sources.push({ alias, columns });
  return {
    RangeSubselect: {
      lateral: true,
      subquery: { SelectStmt: select },
      alias: { aliasname: alias, ...list },
    },
  };
}
