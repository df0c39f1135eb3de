import type { Node } from 'libpg-query';

/** The names by which a statement refers to the items of FROM or USING. */
export function listFromAliases(items: readonly Node[]): readonly string[] {
  return items.flatMap((item) => {
    if (!('JoinExpr' in item)) return getAlias(item) ?? [];
    const { alias, larg, rarg } = item.JoinExpr;
    return [
      alias?.aliasname ?? [],
      listFromAliases([larg, rarg].filter((side) => side !== undefined)),
    ].flat();
  });
}

/** The items whose columns `*` lists one after another; a join that merges columns stays whole. */
export function splitFromItems(items: readonly Node[]): readonly Node[] {
  return items.flatMap((item) => {
    if (!('JoinExpr' in item)) return [item];
    const { alias, larg, rarg, usingClause, isNatural } = item.JoinExpr;
    if (alias !== undefined || usingClause !== undefined || isNatural === true) return [item];
    return splitFromItems([larg, rarg].filter((side) => side !== undefined));
  });
}

/** The name of one item; undefined for a join without an alias. */
export function getAlias(item: Node): string | undefined {
  if ('RangeVar' in item) return item.RangeVar.alias?.aliasname ?? item.RangeVar.relname;
  if ('JoinExpr' in item) return item.JoinExpr.alias?.aliasname;
  if ('RangeSubselect' in item) return item.RangeSubselect.alias?.aliasname;
  if ('RangeFunction' in item) return item.RangeFunction.alias?.aliasname;
  if ('RangeTableSample' in item)
    return item.RangeTableSample.relation && getAlias(item.RangeTableSample.relation);
  return undefined;
}
