import type { Node } from 'libpg-query';
import { mapInside, mapNodes } from './tree.ts';
import { scan, type Token } from './scan.ts';

/** A statement that PostgreSQL's parser accepts, and the indexes of the IS of its `IS [NOT] MISSING` tests. */
export interface MissingTests {
  readonly text: string;
  readonly indexes: ReadonlySet<number>;
}

/** As long as MISSING, so that positions do not change. */
const REPLACEMENT = 'NULL   ';

/**
 * Replaces PartiQL's `IS [NOT] MISSING`, which is not in PostgreSQL's grammar, by `IS [NOT] NULL`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-operators.html
 */
export function replaceMissingTests(sql: string): MissingTests {
  const indexes = new Set<number>();
  if (!/\bmissing\b/i.test(sql)) return { text: sql, indexes };
  const tokens = scan(sql) ?? [];
  let text = '';
  let copied = 0;
  for (const [i, token] of tokens.entries()) {
    if (!isKeyword(token, 'missing')) continue;
    const before = isKeyword(tokens[i - 1], 'not') ? tokens[i - 2] : tokens[i - 1];
    if (before === undefined || !isKeyword(before, 'is')) continue;
    indexes.add(before.start);
    text += sql.slice(copied, token.start) + REPLACEMENT;
    copied = token.end;
  }
  return { text: text + sql.slice(copied), indexes };
}

function isKeyword(token: Token | undefined, keyword: string): boolean {
  return token?.text.toLowerCase() === keyword;
}

/** Turns the tests for NULL at these places into the calls that `IS [NOT] MISSING` stands for. */
export function restoreMissingTests<T>(tree: T, isMissingTest: (location: number) => boolean): T {
  const restore = (node: Node): Node => {
    const inner = mapInside(node, restore);
    if (!('NullTest' in inner)) return inner;
    const { arg, nulltesttype, location = 0 } = inner.NullTest;
    if (arg === undefined || !isMissingTest(location)) return inner;
    const name = nulltesttype === 'IS_NULL' ? 'attribute_not_exists' : 'attribute_exists';
    return { FuncCall: { funcname: [{ String: { sval: name } }], args: [arg], location } };
  };
  return mapNodes(tree, restore);
}
