import type { Node } from 'libpg-query';
import { mapInside, mapNodes } from './tree.ts';
import { scan } from './scan.ts';

/** A statement that PostgreSQL's parser accepts, and the indexes of its calls of TRY_CAST. */
export interface TryCasts {
  readonly text: string;
  readonly indexes: ReadonlySet<number>;
}

/** As long as TRY_CAST, so that positions do not change. */
const REPLACEMENT = 'CAST    ';

/** The function that a `TRY_CAST(value AS type)` becomes; its argument is the cast. */
export const TRY_CAST = 'try_cast';

/** Replaces `TRY_CAST(value AS type)`, which is not in PostgreSQL's grammar, by `CAST(value AS type)`. */
export function replaceTryCasts(sql: string): TryCasts {
  const indexes = new Set<number>();
  if (!/\btry_cast\b/i.test(sql)) return { text: sql, indexes };
  const tokens = scan(sql) ?? [];
  let text = '';
  let copied = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.text.toLowerCase() !== TRY_CAST || tokens[i + 1]?.text !== '(') continue;
    indexes.add(token.start);
    text += sql.slice(copied, token.start) + REPLACEMENT;
    copied = token.end;
  }
  return { text: text + sql.slice(copied), indexes };
}

/** Turns the casts at these places into the calls that they stand for. */
export function restoreTryCasts<T>(tree: T, isTryCast: (location: number) => boolean): T {
  const restore = (node: Node): Node => {
    const inner = mapInside(node, restore);
    if (!('TypeCast' in inner) || !isTryCast(inner.TypeCast.location ?? 0)) return inner;
    const { location = 0 } = inner.TypeCast;
    return { FuncCall: { funcname: [{ String: { sval: TRY_CAST } }], args: [inner], location } };
  };
  return mapNodes(tree, restore);
}
