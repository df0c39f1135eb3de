import type { A_Expr, A_Indirection, FuncCall, Node, SelectStmt, SubLink, TypeCast } from 'libpg-query';
import { binary, call, constant, matchCall } from '../dialect/build.ts';
import { carryParameter } from './carried-parameter.ts';
import { inferStaticType } from '../dialect/static-types.ts';
import type { ExpressionTypes } from '../dialect/types.ts';
import { getStringValue, getStringValues, mapInside, mapNodes, visitNodes } from '../parse/tree.ts';

/**
 * Prepares a bound query over tables whose documents keep the DynamoDB type of each value. Expressions that pass documents on
 * to the result do so with their types; all others see documents without types, as in any other query.
 */
export function keepDocumentTypes(select: SelectStmt, types: ExpressionTypes): SelectStmt {
  return new TypeKeeper(select, types).query(select, true);
}

/** Functions whose result has the documents of these arguments, by position. */
const CARRIERS: ReadonlyMap<string, (position: number) => boolean> = new Map([
  ...listCarriers(
    () => true,
    'json_build_array jsonb_build_array json_agg jsonb_agg array_agg to_json to_jsonb row_to_json array_to_json unnest json_array_elements ' +
      'jsonb_array_elements isnull ifnull nvl any_value array_append array_prepend array_cat from_json jsonb_concat',
  ),
  ...listCarriers(
    (position) => position === 0,
    'pg_document_text pg_extract json_extract_path jsonb_extract_path json_strip_nulls jsonb_strip_nulls jsonb_path_query_first ' +
      'jsonb_path_query_array jsonb_path_query first_value last_value nth_value min max json_each jsonb_each',
  ),
  ...listCarriers(
    (position) => position === 0 || position === 2,
    'jsonb_set jsonb_insert jsonb_set_lax lag lead',
  ),
  ...listCarriers(
    (position) => position % 2 === 1,
    'json_build_object jsonb_build_object json_object_agg jsonb_object_agg',
  ),
]);

function listCarriers(
  carries: (position: number) => boolean,
  names: string,
): (readonly [string, (position: number) => boolean])[] {
  return names.split(' ').map((name) => [name, carries]);
}

/** Functions that make a document of a whole row. */
const OF_ROWS: ReadonlySet<string> = new Set(['row_to_json', 'to_json', 'to_jsonb']);

class TypeKeeper {
  readonly #types: ExpressionTypes;
  /** What defines the columns of subqueries that become documents again. */
  readonly #parsed: ReadonlySet<Node>;

  constructor(select: SelectStmt, types: ExpressionTypes) {
    this.#types = types;
    this.#parsed = findParsed(select, types);
  }

  /** A query whose result keeps the types of documents, or has none. */
  query(select: SelectStmt, keeps: boolean): SelectStmt {
    const carry = (node: Node): Node => this.#carry(node);
    const look = (node: Node): Node => this.#look(node);
    const { withClause, larg, rarg, valuesLists, targetList, fromClause, groupClause, distinctClause } =
      select;
    const rest = [
      'whereClause',
      'havingClause',
      'windowClause',
      'sortClause',
      'limitCount',
      'limitOffset',
    ] as const;
    const looked = Object.fromEntries(
      rest.flatMap((key) => (select[key] === undefined ? [] : [[key, mapNodes(select[key], look)]])),
    );
    return {
      ...select,
      ...looked,
      ...(withClause && { withClause: mapNodes(withClause, (cte) => this.#nested(cte)) }),
      ...(larg && { larg: this.query(larg, keeps) }),
      ...(rarg && { rarg: this.query(rarg, keeps) }),
      ...(valuesLists && {
        valuesLists: mapNodes(valuesLists, (list) => mapInside(list, keeps ? carry : look)),
      }),
      ...(targetList && {
        targetList: mapNodes(targetList, (target) => mapInside(target, keeps ? carry : look)),
      }),
      ...(fromClause && { fromClause: mapNodes(fromClause, (item) => this.#from(item)) }),
      ...(groupClause && { groupClause: mapNodes(groupClause, keeps ? carry : look) }),
      ...(distinctClause && { distinctClause: mapNodes(distinctClause, keeps ? carry : look) }),
    };
  }

  /** The queries within a part of a statement. */
  #nested(node: Node): Node {
    if ('SelectStmt' in node) return { SelectStmt: this.query(node.SelectStmt, true) };
    return mapInside(node, (inner) => this.#nested(inner));
  }

  #from(node: Node): Node {
    if ('RangeSubselect' in node) return this.#nested(node);
    if ('JoinExpr' in node) {
      const { larg, rarg, quals } = node.JoinExpr;
      return {
        JoinExpr: {
          ...node.JoinExpr,
          ...(larg && { larg: this.#from(larg) }),
          ...(rarg && { rarg: this.#from(rarg) }),
          ...(quals && { quals: this.#look(quals) }),
        },
      };
    }
    if ('RangeFunction' in node)
      return mapInside(node, (item) => mapInside(item, (called) => this.#carry(called)));
    return mapInside(node, (inner) => this.#look(inner));
  }

  /** An expression that passes its documents on with their types. */
  #carry(node: Node): Node {
    const carry = (inner: Node): Node => this.#carry(inner);
    if (this.#parsed.has(node)) return this.#parsedText(node);
    if ('ColumnRef' in node) return node;
    if ('ParamRef' in node) return carryParameter(node);
    if ('SubLink' in node) return this.#subquery(node.SubLink, true);
    if (
      'CoalesceExpr' in node ||
      'MinMaxExpr' in node ||
      'A_ArrayExpr' in node ||
      'RowExpr' in node ||
      'NamedArgExpr' in node
    )
      return mapInside(node, carry);
    if ('CaseExpr' in node) return this.#case(node.CaseExpr);
    if ('A_Indirection' in node) return this.#subscript(node.A_Indirection);
    if ('TypeCast' in node && this.#isDocument(node)) return this.#cast(node.TypeCast);
    if ('TypeCast' in node && node.TypeCast.arg !== undefined && 'ParamRef' in node.TypeCast.arg)
      return mapInside(node, carry);
    if ('A_Expr' in node && this.#isDocument(node)) return this.#operator(node.A_Expr);
    if ('FuncCall' in node) {
      const carries = CARRIERS.get(matchCall(node)?.name ?? '');
      if (carries !== undefined) return this.#call(node.FuncCall, carries);
    }
    return this.#makesDocument(node) ? this.#strictly(node) : this.#look(node);
  }

  #case(expression: Extract<Node, { CaseExpr: unknown }>['CaseExpr']): Node {
    const { arg, args = [], defresult } = expression;
    return {
      CaseExpr: {
        ...expression,
        ...(arg && { arg: this.#look(arg) }),
        args: args.map((when) => {
          if (!('CaseWhen' in when)) return when;
          const { expr, result } = when.CaseWhen;
          return {
            CaseWhen: {
              ...when.CaseWhen,
              ...(expr && { expr: this.#look(expr) }),
              ...(result && { result: this.#carry(result) }),
            },
          };
        }),
        ...(defresult && { defresult: this.#carry(defresult) }),
      },
    };
  }

  #subscript(expression: A_Indirection): Node {
    const { arg, indirection = [] } = expression;
    return {
      A_Indirection: {
        ...expression,
        ...(arg && { arg: this.#carry(arg) }),
        indirection: indirection.map((step) => this.#look(step)),
      },
    };
  }

  #cast(expression: TypeCast): Node {
    const { arg } = expression;
    if (arg === undefined) return { TypeCast: expression };
    const isText = this.#typeOf(arg) === 'text';
    return { TypeCast: { ...expression, arg: isText ? this.#parsedText(arg) : this.#carry(arg) } };
  }

  /** A text that becomes a document again, so that the types of what it was made of must not be lost. */
  #parsedText(node: Node): Node {
    if (this.#isDocument(node)) return call('pg_type_free', [this.#carry(node)]);
    if ('A_Const' in node || 'ParamRef' in node || 'SubLink' in node) return this.#look(node);
    const member = this.#textMember(node);
    return member === undefined
      ? mapInside(node, (inner) => this.#parsedText(inner))
      : binary('#>>', call('pg_type_free', [this.#carry(member)]), constant('{}'));
  }

  /** The member that `->>` or `#>>` returns as text. */
  #textMember(node: Node): Node | undefined {
    if (!('A_Expr' in node)) return undefined;
    const { name, lexpr, rexpr } = node.A_Expr;
    const operator = getStringValue(name?.at(-1));
    if (operator !== '->>' && operator !== '#>>') return undefined;
    if (lexpr === undefined || rexpr === undefined || !this.#isDocument(lexpr)) return undefined;
    return binary(operator.slice(0, -1), lexpr, rexpr);
  }

  #operator(expression: A_Expr): Node {
    const { kind, name, lexpr, rexpr } = expression;
    if (kind === 'AEXPR_NULLIF' && lexpr !== undefined && rexpr !== undefined) {
      // The comparison must not see the types that the result keeps.
      const equal: Node = { A_Expr: { ...expression, kind: 'AEXPR_OP' } };
      const when: Node = { CaseWhen: { expr: this.#look(equal), result: { A_Const: { isnull: true } } } };
      return { CaseExpr: { args: [when], defresult: this.#carry(lexpr) } };
    }
    const keepsBoth = getStringValue(name?.at(-1)) === '||';
    return {
      A_Expr: {
        ...expression,
        ...(lexpr && { lexpr: this.#carry(lexpr) }),
        ...(rexpr && { rexpr: keepsBoth ? this.#carry(rexpr) : this.#look(rexpr) }),
      },
    };
  }

  #call(called: FuncCall, carries: (position: number) => boolean): Node {
    const { args = [], ...rest } = called;
    const others = mapInside({ FuncCall: rest }, (inner) => this.#look(inner));
    const kept = args.map((arg, i) => (carries(i) ? this.#carry(arg) : this.#look(arg)));
    return 'FuncCall' in others ? { FuncCall: { ...others.FuncCall, args: kept } } : others;
  }

  #subquery(link: SubLink, keeps: boolean): Node {
    const { subLinkType, subselect, testexpr } = link;
    const isCompared = subLinkType === 'ANY_SUBLINK' || subLinkType === 'ALL_SUBLINK';
    const query = subselect !== undefined && 'SelectStmt' in subselect ? subselect.SelectStmt : {};
    return {
      SubLink: {
        ...link,
        ...(testexpr && { testexpr: this.#look(testexpr) }),
        subselect: { SelectStmt: this.query(query, keeps && !isCompared) },
      },
    };
  }

  /** An expression that sees documents without types. */
  #look(node: Node): Node {
    if (this.#parsed.has(node)) return this.#parsedText(node);
    if ('ColumnRef' in node) return this.#isDocument(node) ? call('pg_plain', [node]) : node;
    if ('SubLink' in node) return this.#subquery(node.SubLink, false);
    if ('SelectStmt' in node) return { SelectStmt: this.query(node.SelectStmt, false) };
    const { name, args: [only] = [] } = matchCall(node) ?? {};
    // Only DuckDB knows the columns of a row.
    if (
      name !== undefined &&
      OF_ROWS.has(name) &&
      only !== undefined &&
      'ColumnRef' in only &&
      !this.#isDocument(only)
    )
      return call('pg_plain', [node]);
    return mapInside(node, (inner) => this.#look(inner));
  }

  /** A function that makes a document of others must not lose their types. */
  #strictly(node: Node): Node {
    return mapInside(node, (inner) =>
      this.#isDocument(inner) ? call('pg_type_free', [this.#carry(inner)]) : this.#look(inner),
    );
  }

  #makesDocument(node: Node): boolean {
    if (!('FuncCall' in node)) return false;
    return (
      this.#isDocument(node) ||
      (/json/.test(getStringValues(node.FuncCall.funcname).at(-1) ?? '') && this.#typeOf(node) === undefined)
    );
  }

  #isDocument(node: Node): boolean {
    const type = this.#typeOf(node);
    return type === 'json' || type === 'jsonb';
  }

  #typeOf(node: Node): string | undefined {
    return inferStaticType(node, this.#types);
  }
}

/** The definitions of the columns of text that the query converts to documents. */
function findParsed(select: SelectStmt, types: ExpressionTypes): ReadonlySet<Node> {
  const found = new Set<Node>();
  const follow = (part: unknown): void =>
    visitNodes([part], (node) => {
      if (!('ColumnRef' in node) || types.typeOf(node) !== 'text') return;
      for (const definition of types.definitionsOf(node) ?? []) {
        if (found.has(definition)) continue;
        found.add(definition);
        follow(definition);
      }
    });
  visitNodes([select], (node) => {
    const type = 'TypeCast' in node ? types.typeOf(node) : undefined;
    if ((type === 'json' || type === 'jsonb') && 'TypeCast' in node) follow(node.TypeCast.arg);
  });
  return found;
}
