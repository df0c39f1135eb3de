import type {
  A_Indirection,
  A_Const,
  A_Expr,
  FuncCall,
  Node,
  SelectStmt,
  SubLink,
  TypeName,
} from 'libpg-query';
import { matchCall } from '../dialect/build.ts';
import { isStar, mapInside, getStringValues } from '../parse/tree.ts';
import { TRY_CAST } from '../parse/try-casts.ts';
import { STUB_SCHEMA } from '../print/print.ts';
import { postgresColumnType } from '../types/column-types.ts';
import { findInternalType, TYPES } from '../types/types.ts';
import type { ColumnDef, SqlType } from '../../catalog/table-def.ts';
import { getCarriedParameter } from './carried-parameter.ts';
import type { Relation } from './relation.ts';
import {
  commonType,
  concreteType,
  type InternalType,
  polymorphicType,
  resolveFunction,
  resolveOperator,
} from './resolve-signature.ts';

/** A column of an item of FROM or of a query's result. */
export interface TypedColumn {
  readonly name: string;
  readonly type: InternalType;
  /** The type of the table's column that it is, without a computation. */
  readonly stored?: SqlType | undefined;
  /** What its sampled values are, if it is a table's column. */
  readonly seen?: ColumnDef['seen'] | undefined;
  /** The expressions of a query that define it, one for each part of a UNION. */
  readonly definitions?: readonly Node[] | undefined;
  /** The parameter that the column is, whose type may be decided by the other side of a UNION. */
  readonly parameter?: Node;
}

interface TypedSource {
  readonly alias: string | undefined;
  readonly columns: readonly TypedColumn[];
}

/** What names may refer to at a place of a statement. */
interface TypedScope {
  readonly sources: TypedSource[];
  /** The names of WITH. */
  readonly tables: ReadonlyMap<string, readonly TypedColumn[]>;
  readonly outer: TypedScope | undefined;
}

/** The type of a table's column. */
export function columnInternalType({ type }: Pick<ColumnDef, 'type'>): InternalType {
  return TYPES[postgresColumnType(type)].typname;
}

function toTypedColumns(columns: Relation['columns']): readonly TypedColumn[] {
  return columns.map(({ engineName, column }) => ({
    name: engineName,
    type: columnInternalType(column),
    stored: column.type,
    seen: column.seen,
  }));
}

/** What is found out about a query's parameters and expressions. */
export interface Findings {
  /** The types of parameters that are known so far, by their numbers. */
  readonly parameters: Map<number, string>;
  /** The types of the expressions. */
  readonly types?: Map<Node, string>;
  /** The types of the tables' columns that expressions are, through subqueries too. */
  readonly stored?: Map<Node, SqlType>;
  /** What the sampled values of these columns are. */
  readonly seen?: Map<Node, ColumnDef['seen']>;
  /** The expressions that define the columns of subqueries to which names refer. */
  readonly definitions?: Map<Node, readonly Node[]>;
  /** The types that literals and parameters are converted to. */
  readonly converted?: Map<Node, string>;
  /** The columns of queries. */
  readonly outputs?: Map<SelectStmt, readonly TypedColumn[]>;
}

/** The types of functions of the driver's that only bound queries call, by the type of their first argument. */
const INTERNAL_FUNCTIONS: ReadonlyMap<string, (first: InternalType) => InternalType> = new Map<
  string,
  (first: InternalType) => InternalType
>([
  ['pg_extract', () => 'json'],
  ['pg_typed_document', () => 'json'],
  ['pg_extract_text', () => 'text'],
  ['pg_mixed_number', () => 'text'],
  ['pg_plain', (first) => first],
  [TRY_CAST, (first) => first],
  ['pg_type_free', (first) => first],
  ['num', () => 'numeric'],
  ['pg_hugeint', () => 'numeric'],
]);

/** PostgreSQL has no order of json. Here it is that of jsonb. */
const DOCUMENT_EXTREMES: ReadonlySet<string> = new Set(['min', 'max']);

/** Types the expressions of a bound query as PostgreSQL does. */
export class TypeInference {
  readonly #stubs: ReadonlyMap<string, readonly TypedColumn[]>;
  readonly #findings: Findings;

  /** `tables` are the statement's occurrences of tables. */
  constructor(tables: readonly Pick<Relation, 'alias' | 'columns'>[], findings: Findings) {
    this.#stubs = new Map(tables.map(({ alias, columns }) => [alias, toTypedColumns(columns)]));
    this.#findings = findings;
  }

  /** The columns of a query. */
  query(
    select: SelectStmt,
    outer: TypedScope | undefined,
    tables: TypedScope['tables'],
    expected: readonly InternalType[] = [],
  ): readonly TypedColumn[] {
    const visible = this.#commonTables(select, outer, tables);
    const scope: TypedScope = { sources: [], tables: visible, outer };
    const columns = this.#rows(select, scope, expected);
    this.#findings.outputs?.set(select, columns);
    this.#convert(select.limitCount, 'int8', scope);
    this.#convert(select.limitOffset, 'int8', scope);
    for (const item of select.sortClause ?? []) this.#sort(item, columns, scope);
    return columns;
  }

  #commonTables(
    { withClause }: SelectStmt,
    outer: TypedScope | undefined,
    tables: TypedScope['tables'],
  ): TypedScope['tables'] {
    const visible = new Map(tables);
    for (const node of withClause?.ctes ?? []) {
      if (!('CommonTableExpr' in node)) continue;
      const { ctename = '', ctequery, aliascolnames } = node.CommonTableExpr;
      const names = getStringValues(aliascolnames);
      const query = ctequery !== undefined && 'SelectStmt' in ctequery ? ctequery.SelectStmt : {};
      // What a recursive query says of itself before its union is known by the first part.
      if (withClause?.recursive === true && query.larg !== undefined)
        visible.set(ctename, rename(this.query(query.larg, outer, visible), names));
      visible.set(ctename, rename(this.query(query, outer, visible), names));
    }
    return visible;
  }

  #rows(select: SelectStmt, scope: TypedScope, expected: readonly InternalType[]): readonly TypedColumn[] {
    const { larg, rarg, valuesLists } = select;
    if (larg !== undefined && rarg !== undefined) {
      const [left, right] = [larg, rarg].map((each) => this.query(each, scope.outer, scope.tables, expected));
      return (left ?? []).map(({ name, type, parameter, definitions }, i) => {
        const other = right?.[i];
        const common = commonType([type, other?.type]);
        this.#decide(parameter, common);
        this.#decide(other?.parameter, common);
        return { name, type: common, definitions: joinDefinitions(definitions, other?.definitions) };
      });
    }
    if (valuesLists !== undefined) return this.#values(valuesLists, scope, expected);
    for (const item of select.fromClause ?? []) this.#from(item, scope);
    const targets = (select.targetList ?? []).flatMap((node) => ('ResTarget' in node ? node.ResTarget : []));
    const columns = targets.flatMap(({ name, val }): TypedColumn[] => {
      const fields = val !== undefined && 'ColumnRef' in val ? getStringValues(val.ColumnRef.fields) : [];
      if (val !== undefined && 'ColumnRef' in val && isStar(val))
        return this.#star(fields.slice(0, -1), scope);
      if (val !== undefined && 'ColumnRef' in val) {
        const column = this.#column(val, scope);
        return [
          {
            name: name ?? fields.at(-1) ?? '',
            type: column?.type,
            stored: column?.stored,
            seen: column?.seen,
            definitions: [val],
          },
        ];
      }
      const type = this.#type(val, scope);
      const isParameter = val !== undefined && 'ParamRef' in val;
      const definitions = val && [val];
      return [{ name: name ?? '', type, definitions, ...(isParameter && { parameter: val }) }];
    });
    if (targets.length === columns.length)
      for (const [i, { val }] of targets.entries()) this.#decide(val, expected[i]);
    this.#convert(select.whereClause, 'bool', scope);
    for (const item of [...(select.groupClause ?? []), ...(select.distinctClause ?? [])])
      this.#visit(item, scope);
    this.#convert(select.havingClause, 'bool', scope);
    for (const item of select.windowClause ?? []) this.#visit(item, scope);
    return columns.map((column, i) => ({ ...column, type: expected[i] ?? column.type }));
  }

  #values(
    rows: readonly Node[],
    scope: TypedScope,
    expected: readonly InternalType[],
  ): readonly TypedColumn[] {
    const lists = rows.map((row) => ('List' in row ? (row.List.items ?? []) : []));
    const width = Math.max(0, ...lists.map((list) => list.length));
    return Array.from({ length: width }, (_, i) => {
      const nodes = lists.flatMap((list) => list[i] ?? []);
      const types = nodes.map((node) => this.#type(node, scope));
      const type = expected[i] ?? commonType(types);
      for (const node of nodes) this.#decide(node, type);
      return { name: `column${i + 1}`, type, definitions: nodes };
    });
  }

  #star(qualifier: readonly string[], { sources }: TypedScope): TypedColumn[] {
    const alias = qualifier.at(-1);
    return sources
      .filter((source) => alias === undefined || source.alias === alias)
      .flatMap(({ columns }) => columns);
  }

  #from(node: Node, scope: TypedScope): void {
    if ('RangeVar' in node) {
      const { schemaname, relname = '', alias } = node.RangeVar;
      const columns = schemaname === STUB_SCHEMA ? this.#stubs.get(relname) : scope.tables.get(relname);
      scope.sources.push({
        alias: alias?.aliasname ?? relname,
        columns: rename(columns ?? [], getStringValues(alias?.colnames)),
      });
    } else if ('JoinExpr' in node) {
      const { larg, rarg, quals } = node.JoinExpr;
      if (larg !== undefined) this.#from(larg, scope);
      if (rarg !== undefined) this.#from(rarg, scope);
      this.#convert(quals, 'bool', scope);
    } else if ('RangeSubselect' in node) {
      const { subquery, alias, lateral } = node.RangeSubselect;
      const query = subquery !== undefined && 'SelectStmt' in subquery ? subquery.SelectStmt : {};
      const columns = this.query(query, lateral === true ? scope : scope.outer, scope.tables);
      scope.sources.push({
        alias: alias?.aliasname,
        columns: rename(columns, getStringValues(alias?.colnames)),
      });
    } else if ('RangeFunction' in node) {
      const { functions, alias } = node.RangeFunction;
      const types = (functions ?? []).flatMap((each) =>
        'List' in each ? (each.List.items ?? []).slice(0, 1).map((fn) => this.#type(fn, scope)) : [],
      );
      const [fn] = (functions ?? []).flatMap((each) => ('List' in each ? (each.List.items ?? []) : []));
      const members = MEMBER_TYPES.get(matchCall(fn)?.name ?? '') ?? types;
      const columns = getStringValues(alias?.colnames).map((name, i) => ({ name, type: members[i] }));
      scope.sources.push({ alias: alias?.aliasname, columns });
    } else if ('RangeTableSample' in node) {
      const { relation, args } = node.RangeTableSample;
      if (relation !== undefined) this.#from(relation, scope);
      for (const arg of args ?? []) this.#convert(arg, 'float4', scope);
    }
  }

  /** An unqualified name in ORDER BY is that of a result column, if there is one. */
  #sort(item: Node, columns: readonly TypedColumn[], scope: TypedScope): void {
    const key = 'SortBy' in item ? item.SortBy.node : undefined;
    const [name, ...more] =
      key !== undefined && 'ColumnRef' in key ? getStringValues(key.ColumnRef.fields) : [];
    const column = more.length === 0 ? columns.find((each) => each.name === name) : undefined;
    if (key === undefined || column === undefined) this.#visit(item, scope);
    else this.#note(key, column);
  }

  /** The expressions of a clause. */
  #visit(node: Node, scope: TypedScope): void {
    if ('SortBy' in node) this.#type(node.SortBy.node, scope);
    else if ('WindowDef' in node) {
      const { partitionClause, orderClause } = node.WindowDef;
      for (const item of [...(partitionClause ?? []), ...(orderClause ?? [])]) this.#visit(item, scope);
    } else this.#type(node, scope);
  }

  /** Looks at a value that is converted to a type. */
  #convert(node: Node | undefined, type: InternalType, scope: TypedScope): void {
    this.#type(node, scope);
    this.#decide(node, type);
  }

  /** The first type that a parameter is converted to is its own. */
  #decide(node: Node | undefined, type: InternalType): void {
    if (node === undefined || type === undefined || type === 'unknown') return;
    const carried = getCarriedParameter(node);
    if (carried !== undefined) this.#decide(carried, type);
    if ('A_Const' in node || 'ParamRef' in node) this.#findings.converted?.set(node, type);
    if (!('ParamRef' in node)) return;
    const { number = 0 } = node.ParamRef;
    const { parameters } = this.#findings;
    if (!parameters.has(number)) parameters.set(number, type);
  }

  #convertAll(nodes: readonly (Node | undefined)[], type: InternalType, scope: TypedScope): InternalType {
    for (const node of nodes) this.#convert(node, type, scope);
    return type;
  }

  #common(nodes: readonly (Node | undefined)[], scope: TypedScope): InternalType {
    const present = nodes.filter((node) => node !== undefined);
    const type = commonType(present.map((node) => this.#type(node, scope)));
    for (const node of present) this.#decide(node, type);
    return type;
  }

  #type(node: Node | undefined, scope: TypedScope): InternalType {
    if (node === undefined) return undefined;
    if ('ColumnRef' in node) return this.#column(node, scope)?.type;
    const type = this.#computed(node, scope);
    if (type !== undefined) this.#findings.types?.set(node, type);
    return type;
  }

  #column(node: ColumnNode, scope: TypedScope): TypedColumn | undefined {
    const column = findColumn(scope, getStringValues(node.ColumnRef.fields));
    if (column !== undefined) this.#note(node, column);
    return column;
  }

  #note(node: Node, { type, stored, seen, definitions }: TypedColumn): void {
    if (definitions !== undefined) this.#findings.definitions?.set(node, definitions);
    if (type !== undefined) this.#findings.types?.set(node, type);
    if (stored !== undefined) this.#findings.stored?.set(node, stored);
    if (seen !== undefined) this.#findings.seen?.set(node, seen);
  }

  #computed(node: Exclude<Node, ColumnNode>, scope: TypedScope): InternalType {
    if ('ParamRef' in node) return this.#findings.parameters.get(node.ParamRef.number ?? 0) ?? 'unknown';
    if ('A_Const' in node) return constantType(node.A_Const);
    if ('TypeCast' in node) {
      const type = internalType(node.TypeCast.typeName);
      this.#convert(node.TypeCast.arg, type, scope);
      return type;
    }
    if ('A_Expr' in node) return this.#expression(node.A_Expr, scope);
    const carried = getCarriedParameter(node);
    if (carried !== undefined) return this.#type(carried, scope);
    if ('FuncCall' in node) return this.#call(node.FuncCall, scope);
    if ('BoolExpr' in node) return this.#convertAll(node.BoolExpr.args ?? [], 'bool', scope);
    if ('BooleanTest' in node) return this.#convertAll([node.BooleanTest.arg], 'bool', scope);
    if ('NullTest' in node) {
      this.#type(node.NullTest.arg, scope);
      return 'bool';
    }
    if ('CoalesceExpr' in node) return this.#common(node.CoalesceExpr.args ?? [], scope);
    if ('MinMaxExpr' in node) return this.#common(node.MinMaxExpr.args ?? [], scope);
    if ('CaseExpr' in node) {
      const { arg, args, defresult } = node.CaseExpr;
      const whens = (args ?? []).flatMap((each) => ('CaseWhen' in each ? each.CaseWhen : []));
      const compared = this.#type(arg, scope);
      for (const { expr } of whens) {
        const type = this.#type(expr, scope);
        const found = arg === undefined ? undefined : resolveOperator('=', compared, type);
        this.#decide(expr, arg === undefined ? 'bool' : found?.args[1]);
        this.#decide(arg, found?.args[0]);
      }
      return this.#common([defresult, ...whens.map(({ result }) => result)], scope);
    }
    if ('SubLink' in node) return this.#subquery(node, scope);
    if ('A_ArrayExpr' in node) {
      const element = this.#common(node.A_ArrayExpr.elements ?? [], scope);
      return element === undefined || element.startsWith('_') ? element : `_${element}`;
    }
    if ('SQLValueFunction' in node) return VALUE_FUNCTIONS.get(node.SQLValueFunction.op ?? '');
    if ('CollateClause' in node) return this.#type(node.CollateClause.arg, scope);
    if ('NamedArgExpr' in node) return this.#type(node.NamedArgExpr.arg, scope);
    if ('A_Indirection' in node) return this.#subscript(node.A_Indirection, scope);
    this.#inside(node, scope);
    return undefined;
  }

  /** A part of a document is one, too; elements of an array have its type without the brackets. */
  #subscript({ arg, indirection = [] }: A_Indirection, scope: TypedScope): InternalType {
    const type = this.#type(arg, scope);
    for (const step of indirection) this.#inside(step, scope);
    if (type === 'json' || type === 'jsonb') return type;
    const isPart = indirection.some((step) => !('A_Indices' in step) || step.A_Indices.is_slice === true);
    return type?.startsWith('_') === true ? (isPart ? type : type.slice(1)) : undefined;
  }

  /** The values inside an expression whose own type is not known. */
  #inside(node: Node, scope: TypedScope): void {
    mapInside(node, (inner) => {
      this.#type(inner, scope);
      return inner;
    });
  }

  #expression({ kind, name, lexpr, rexpr }: A_Expr, scope: TypedScope): InternalType {
    const operator = getStringValues(name).at(-1) ?? '';
    switch (kind) {
      case 'AEXPR_IN': {
        const items = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
        if (items.length === 1 || (lexpr !== undefined && 'RowExpr' in lexpr))
          for (const item of items) this.#operator('=', lexpr, item, scope);
        else this.#common([lexpr, ...items], scope);
        return 'bool';
      }
      case 'AEXPR_BETWEEN':
      case 'AEXPR_NOT_BETWEEN':
      case 'AEXPR_BETWEEN_SYM':
      case 'AEXPR_NOT_BETWEEN_SYM': {
        const bounds = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
        const compared = this.#type(lexpr, scope);
        for (const bound of bounds) {
          const found = resolveOperator('>=', compared, this.#type(bound, scope));
          this.#decide(lexpr, found?.args[0]);
          this.#decide(bound, found?.args[1]);
        }
        return 'bool';
      }
      case 'AEXPR_LIKE':
      case 'AEXPR_ILIKE':
      case 'AEXPR_SIMILAR':
        this.#convertAll([lexpr, rexpr], 'text', scope);
        return 'bool';
      case 'AEXPR_OP_ANY':
      case 'AEXPR_OP_ALL': {
        const element = this.#type(lexpr, scope);
        const array = this.#type(rexpr, scope);
        if (element !== undefined && element !== 'unknown') this.#decide(rexpr, `_${element}`);
        else if (array?.startsWith('_') === true) this.#decide(lexpr, array.slice(1));
        return 'bool';
      }
      case 'AEXPR_DISTINCT':
      case 'AEXPR_NOT_DISTINCT':
        this.#operator('=', lexpr, rexpr, scope);
        return 'bool';
      case 'AEXPR_NULLIF':
        return this.#nullIf(lexpr, rexpr, scope);
      case 'AEXPR_OP':
      case undefined:
        return this.#operator(operator, lexpr, rexpr, scope);
    }
  }

  /** NULLIF has the type to which its first argument is converted to compare it with the second. */
  #nullIf(left: Node | undefined, right: Node | undefined, scope: TypedScope): InternalType {
    const [first, second] = [this.#type(left, scope), this.#type(right, scope)];
    const found = resolveOperator('=', first, second);
    this.#decide(left, found?.args[0]);
    this.#decide(right, found?.args[1]);
    return found?.args[0] ?? first;
  }

  #operator(
    operator: string,
    left: Node | undefined,
    right: Node | undefined,
    scope: TypedScope,
  ): InternalType {
    if (left !== undefined && right !== undefined && 'RowExpr' in left && 'RowExpr' in right) {
      const others = right.RowExpr.args ?? [];
      for (const [i, arg] of (left.RowExpr.args ?? []).entries())
        this.#operator(operator, arg, others[i], scope);
      return 'bool';
    }
    const types = [left === undefined ? '-' : this.#type(left, scope), this.#type(right, scope)] as const;
    const found = resolveOperator(operator, ...types);
    if (found === undefined) return undefined;
    const element = polymorphicType(found, types);
    for (const [i, node] of [left, right].entries())
      this.#decide(node, concreteType(found.args[i] ?? '', element));
    return concreteType(found.result, element);
  }

  #call(
    { funcname, args = [], agg_filter: filter, agg_order: order, over }: FuncCall,
    scope: TypedScope,
  ): InternalType {
    const types = args.map((arg) => this.#type(arg, scope));
    const name = getStringValues(funcname).at(-1) ?? '';
    const own = INTERNAL_FUNCTIONS.get(name);
    if (own !== undefined) return own(types[0]);
    const found = resolveFunction(name, types);
    const element = found && polymorphicType(found, types);
    for (const [i, arg] of args.entries())
      this.#decide(arg, found && concreteType(found.args[i] ?? '', element));
    this.#convert(filter, 'bool', scope);
    for (const item of order ?? []) this.#visit(item, scope);
    if (over !== undefined) this.#visit({ WindowDef: over }, scope);
    if (types[0] === 'json' && DOCUMENT_EXTREMES.has(name)) return 'json';
    return found && concreteType(found.result, element);
  }

  #subquery(node: { readonly SubLink: SubLink } & Node, scope: TypedScope): InternalType {
    const { subLinkType, testexpr, operName, subselect } = node.SubLink;
    const query = subselect !== undefined && 'SelectStmt' in subselect ? subselect.SelectStmt : {};
    const [first] = this.query(query, scope, scope.tables);
    switch (subLinkType) {
      case 'EXPR_SUBLINK':
        if (first?.definitions !== undefined) this.#findings.definitions?.set(node, first.definitions);
        return first?.type;
      case 'ARRAY_SUBLINK':
        return first?.type === undefined ? undefined : `_${first.type}`;
      case 'ANY_SUBLINK':
      case 'ALL_SUBLINK': {
        const operator = getStringValues(operName).at(-1) ?? '=';
        const found = resolveOperator(operator, this.#type(testexpr, scope), first?.type);
        this.#decide(testexpr, found?.args[0]);
        return 'bool';
      }
      case 'EXISTS_SUBLINK':
        return 'bool';
      // PostgreSQL's parser makes the others of nothing that can be written here.
      case 'ROWCOMPARE_SUBLINK':
      case 'MULTIEXPR_SUBLINK':
      case 'CTE_SUBLINK':
      case undefined:
        return undefined;
    }
  }
}

type ColumnNode = Extract<Node, { ColumnRef: unknown }>;

/** The types of the columns of functions in FROM that have several, or whose signature is not in the table. */
const MEMBER_TYPES: ReadonlyMap<string, readonly InternalType[]> = new Map([
  ['json_each', ['text', 'json']],
  ['jsonb_each', ['text', 'jsonb']],
  ['json_each_text', ['text', 'text']],
  ['jsonb_path_query', ['jsonb']],
  ['jsonb_each_text', ['text', 'text']],
]);

const VALUE_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['SVFOP_CURRENT_DATE', 'date'],
  ['SVFOP_CURRENT_TIME', 'timetz'],
  ['SVFOP_CURRENT_TIMESTAMP', 'timestamptz'],
  ['SVFOP_LOCALTIME', 'time'],
  ['SVFOP_LOCALTIMESTAMP', 'timestamp'],
]);

function constantType({ ival, fval, boolval, bsval }: A_Const): InternalType {
  if (ival !== undefined) return 'int4';
  if (boolval !== undefined) return 'bool';
  if (bsval !== undefined) return 'bit';
  if (fval === undefined) return 'unknown';
  const digits = fval.fval ?? '';
  return /^\d+$/.test(digits) && BigInt(digits) < 2n ** 63n ? 'int8' : 'numeric';
}

function internalType(typeName: TypeName | undefined): InternalType {
  const name = getStringValues(typeName?.names).at(-1) ?? '';
  if (findInternalType(name) === undefined) return undefined;
  return typeName?.arrayBounds === undefined ? name : `_${name}`;
}

function findColumn(scope: TypedScope, fields: readonly string[]): TypedColumn | undefined {
  const name = fields.at(-1);
  const alias = fields.at(-2);
  for (let level: TypedScope | undefined = scope; level !== undefined; level = level.outer)
    for (const source of level.sources) {
      if (alias !== undefined && source.alias !== alias) continue;
      const column = source.columns.find((each) => each.name === name);
      if (column !== undefined) return column;
    }
  return undefined;
}

/** Undefined where one of the parts is a column of a table. */
function joinDefinitions(
  left: readonly Node[] | undefined,
  right: readonly Node[] | undefined,
): readonly Node[] | undefined {
  return left && right && [...left, ...right];
}

function rename(columns: readonly TypedColumn[], names: readonly string[]): readonly TypedColumn[] {
  return columns.map(({ name, type, stored, seen, definitions }, i) => ({
    name: names[i] ?? name,
    type,
    stored,
    seen,
    definitions,
  }));
}
