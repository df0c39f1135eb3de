import type { A_Expr, Node, SelectStmt } from 'libpg-query';
import type { ErrorCode } from '../../core/errors.ts';
import { call, matchCall, cast, constant, getConstantText, number } from '../dialect/build.ts';
import { parseTree } from '../parse/parser.ts';
import { mapInside, mapNodes, getStringValues } from '../parse/tree.ts';
import { computeRelationOid } from '../system/pg-oids.ts';
import { findSystemTable } from '../system/registry.ts';
import type { Binder } from './binder.ts';
import { foldCase } from './suggestions.ts';

/** Sums the bytes that DynamoDB last reported for the table, its indexes, or both. */
const sizeQuery = (which: string): string =>
  `SELECT CAST(coalesce(sum(pg__i.sizebytes), 0) AS bigint) FROM pg_catalog.pg_stat_user_tables pg__t
   JOIN sys.sys_indexes pg__i ON pg__i.tablename = pg__t.relname WHERE pg__t.relid = $1 AND pg__i.ordinalposition = 1${which}`;

// The aliases must not occur in statements: they would capture columns of the argument.
const LOOKUPS: ReadonlyMap<string, string> = new Map([
  ['name of a relation', 'SELECT pg__c.relname FROM pg_catalog.pg_class pg__c WHERE pg__c.oid = $1'],
  ['name of a schema', 'SELECT pg__n.nspname FROM pg_catalog.pg_namespace pg__n WHERE pg__n.oid = $1'],
  [
    'relation',
    "SELECT pg__c.oid FROM pg_catalog.pg_class pg__c WHERE pg__c.oid = $1 AND pg__c.relkind IN ('r', 'v')",
  ],
  ['relation by name', 'SELECT min(pg__c.oid) FROM pg_catalog.pg_class pg__c WHERE pg__c.relname = $1'],
  [
    'pg_get_indexdef',
    `SELECT pg__d.indexdef FROM pg_catalog.pg_index pg__i
     JOIN pg_catalog.pg_class pg__c ON pg__c.oid = pg__i.indexrelid JOIN pg_catalog.pg_class pg__t ON pg__t.oid = pg__i.indrelid
     JOIN pg_catalog.pg_indexes pg__d ON pg__d.tablename = pg__t.relname AND pg__d.indexname = pg__c.relname
     WHERE pg__i.indexrelid = $1`,
  ],
  [
    'pg_get_constraintdef',
    `SELECT 'PRIMARY KEY (' || string_agg(quote_ident(pg__k.column_name), ', ' ORDER BY pg__k.ordinal_position) || ')'
     FROM pg_catalog.pg_constraint pg__p JOIN pg_catalog.pg_class pg__t ON pg__t.oid = pg__p.conrelid
     JOIN information_schema.key_column_usage pg__k ON pg__k.table_name = pg__t.relname WHERE pg__p.oid = $1`,
  ],
  [
    'pg_get_viewdef',
    `SELECT pg__v.definition FROM pg_catalog.pg_views pg__v JOIN pg_catalog.pg_class pg__c ON pg__c.relname = pg__v.viewname
     WHERE pg__c.oid = $1`,
  ],
  ['pg_total_relation_size', sizeQuery('')],
  ['pg_table_size', sizeQuery(' AND pg__i.isprimary')],
  ['pg_relation_size', sizeQuery(' AND pg__i.isprimary')],
  ['pg_indexes_size', sizeQuery(' AND NOT pg__i.isprimary')],
]);

/** Rewrites a call or cast that reads PostgreSQL's catalog; undefined for all other nodes. */
export function rewriteCatalogCall(node: Node, names: Pick<Binder, 'relationName'>): Node | undefined {
  if ('A_Expr' in node) return compareByOid(node.A_Expr);
  if ('TypeCast' in node) return rewriteObjectCast(node.TypeCast.arg, findCastType(node), names);
  const { name, args } = matchCall(node) ?? { name: '', args: [] };
  if (/^pg_\w+_size$/.test(name) && LOOKUPS.has(name) && args.length === 1)
    return buildLookup(name, toRegclass(args[0]));
  const [first, part] = args;
  if (first === undefined) return undefined;
  if (name === 'to_regclass') {
    const text = getConstantText(first);
    return text === undefined ? findRelationByText(first) : buildLookup('relation', number(toOid(text)));
  }
  // With a column number, pg_get_indexdef returns just the column's name.
  const isWhole = name !== 'pg_get_indexdef' || part === undefined || isZero(part);
  return name.startsWith('pg_get_') && LOOKUPS.has(name) && isWhole ? buildLookup(name, first) : undefined;
}

/** Makes a result show relation names where PostgreSQL prints a regclass. */
export function printRelationNames(select: SelectStmt): SelectStmt {
  if (select.targetList === undefined) return select;
  const targetList = select.targetList.map((node): Node => {
    const value = 'ResTarget' in node ? node.ResTarget.val : undefined;
    const { name } = (value && matchCall(value)) ?? {};
    const isRelation = findRelationText(value) !== undefined || name === 'to_regclass';
    if (!('ResTarget' in node) || value === undefined || !isRelation) return node;
    const val = name === undefined ? cast(value, 'text') : buildLookup('name of a relation', value);
    return { ResTarget: { name: name ?? 'regclass', ...node.ResTarget, val } };
  });
  return { ...select, targetList };
}

/** Compares relations by OID, also if one side is a column; undefined for all other comparisons. */
function compareByOid(expression: A_Expr): Node | undefined {
  const { lexpr, rexpr } = expression;
  const sides = [lexpr, rexpr].flatMap((side) =>
    side !== undefined && 'List' in side ? (side.List.items ?? []) : (side ?? []),
  );
  if (lexpr === undefined || rexpr === undefined || !sides.some(isColumnOfRelations)) return undefined;
  const numbered = (side: Node): Node => {
    if ('List' in side) return mapInside(side, numbered);
    if ('TypeCast' in side && isColumnOfRelations(side) && side.TypeCast.arg !== undefined)
      return cast(side.TypeCast.arg, 'int8');
    return 'A_Const' in side && side.A_Const.sval !== undefined ? cast(side, 'regclass') : side;
  };
  return { A_Expr: { ...expression, lexpr: numbered(lexpr), rexpr: numbered(rexpr) } };
}

/** An argument of type regclass; string constants are cast to it. */
function toRegclass(argument: Node | undefined): Node {
  const value = argument ?? { A_Const: { isnull: true } };
  return getConstantText(value) === undefined ? value : cast(value, 'regclass');
}

/** `c.oid::regclass` */
function isColumnOfRelations(node: Node): boolean {
  const arg = 'TypeCast' in node && findCastType(node) === 'regclass' ? node.TypeCast.arg : undefined;
  return arg !== undefined && ('ColumnRef' in arg || findCastType(arg) === 'oid');
}

/** Returns `orders` for `'orders'::regclass`. */
function findRelationText(node: Node | undefined): string | undefined {
  return node !== undefined && 'TypeCast' in node && findCastType(node) === 'regclass'
    ? getConstantText(node.TypeCast.arg)
    : undefined;
}

const TEXTS: ReadonlySet<string | undefined> = new Set(['text', 'varchar', 'name']);

/**
 * Casts of string constants, as in `'orders'::regclass`, return an OID; casts of OIDs, as in `c.oid::regclass`, return
 * a name.
 */
function rewriteObjectCast(
  arg: Node | undefined,
  type: string | undefined,
  names: Pick<Binder, 'relationName'>,
): Node | undefined {
  if (arg === undefined) return undefined;
  const printed = TEXTS.has(type) ? findRelationText(arg) : undefined;
  if (printed !== undefined) {
    const known = resolveRelationName(printed, names);
    return known === null
      ? buildLookup('name of a relation', toRelationOid(printed, names))
      : constant(known ?? '');
  }
  if (type === 'oid') return cast(arg, 'int8');
  if (type === 'regnamespace') return buildLookup('name of a schema', arg);
  if (type === 'regtype') return call('format_type', [arg, number('-1')]);
  if (type !== 'regclass') return undefined;
  const text = getConstantText(arg);
  if (text !== undefined) return toRelationOid(text, names);
  if ('A_Const' in arg) return undefined;
  return 'ColumnRef' in arg || findCastType(arg) === 'oid'
    ? buildLookup('name of a relation', arg)
    : findRelationByText(arg);
}

function findCastType(node: Node): string | undefined {
  return 'TypeCast' in node ? getStringValues(node.TypeCast.typeName?.names).at(-1) : undefined;
}

function isZero(node: Node): boolean {
  return 'A_Const' in node && node.A_Const.ival !== undefined && (node.A_Const.ival.ival ?? 0) === 0;
}

/** Looks up the relation named by an expression in the form that `format('%I.%I', …)` returns. */
function findRelationByText(text: Node): Node {
  const last = call('regexp_extract', [cast(text, 'text'), constant('("([^"]|"")*"|[^."]+)$')]);
  const bare = call('btrim', [last, constant('"')]);
  return buildLookup('relation by name', call('replace', [bare, constant('""'), constant('"')]));
}

/** Returns the OID of a table at once; index names are looked up when the statement runs. */
function toRelationOid(text: string, names: Pick<Binder, 'relationName'>): Node {
  if (/^\s*\d+\s*$/.test(text)) return cast(number(text.trim()), 'int8');
  const known = resolveRelationName(text, names);
  if (known !== null) return cast(number(String(computeRelationOid(known ?? ''))), 'int8');
  const code: ErrorCode = 'CATALOG_UNKNOWN_TABLE';
  const unknown = call('error', [
    constant(`[${code}] relation "${text.replaceAll('"', '')}" does not exist`),
  ]);
  return {
    CoalesceExpr: {
      args: [buildLookup('relation by name', constant(parseLastName(text))), cast(unknown, 'int8')],
    },
  };
}

/** The name of the table, view or system table; null if there is none, undefined if the catalog was not asked yet. */
function resolveRelationName(text: string, names: Pick<Binder, 'relationName'>): string | null | undefined {
  const name = parseLastName(text);
  const [, schema] = /^\s*"?(\w+)"?\./.exec(text) ?? [];
  return findSystemTable(schema, name)?.name ?? names.relationName(name);
}

/** The OID of a relation by its name as written in SQL. */
function toOid(text: string): string {
  return String(computeRelationOid(parseLastName(text)));
}

/** Returns the last part of a name as written in SQL, unquoted or folded to lower case. */
function parseLastName(text: string): string {
  const [, quoted, plain = text] = /(?:"((?:[^"]|"")*)"|([^."]+))$/.exec(text.trim()) ?? [];
  return quoted?.replaceAll('""', '"') ?? foldCase(plain);
}

function buildLookup(name: string, argument: Node): Node {
  const statement = parseTree(LOOKUPS.get(name) ?? '').stmts?.[0]?.stmt;
  const subselect = mapNodes(statement, function put(node: Node): Node {
    return 'ParamRef' in node ? argument : mapInside(node, put);
  });
  return { SubLink: { subLinkType: 'EXPR_SUBLINK', ...(subselect === undefined ? {} : { subselect }) } };
}
