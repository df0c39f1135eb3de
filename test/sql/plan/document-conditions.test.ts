import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseQuery } from '../../../src/sql/parse/parse.ts';
import { bindStatement } from '../../../src/sql/bind/bind.ts';
import { describePredicate } from '../../../src/sql/plan/describe-predicate.ts';
import { createPlanner, type Planner } from '../../../src/sql/plan/planner.ts';
import { blob, boolean, catalogOf, json, tableDef, text } from '../engine-fixture.ts';

const TABLE = tableDef('t', { pk: text, doc: json, s: text, b: boolean, x: blob, $item: json });

let planner: Planner;

beforeAll(() => {
  planner = createPlanner([]);
});
afterAll(() => planner.close());

/** The pushdown of a condition, prefixed with `=` if it is exact. */
async function pushed(where: string): Promise<readonly string[]> {
  const parsed = await parseQuery(`SELECT pk FROM t WHERE ${where}`);
  const bound = await bindStatement(parsed, [], catalogOf([TABLE]));
  const plan = await planner.plan(
    bound,
    { autoDetectIndex: true, consistentReads: false, threads: 1 },
    { locate: () => undefined, lists: [] },
  );
  return (plan.reads[0]?.conditions ?? []).map(({ predicate, exact }) =>
    predicate === undefined ? '?' : `${exact ? '= ' : ''}${describePredicate(predicate)}`,
  );
}

const SETS_OF_DOC = 'doc has type SS OR doc has type NS OR doc has type BS';

describe('conditions on documents', () => {
  it.each<[string, string]>([
    ["doc->>'city' = 'Rome!'", "= doc.city = 'Rome!'"],
    ["doc->>'city' = 'Rome'", "= (doc.city = 'Rome' OR doc.city = base64 'Rome')"],
    ["doc->'a'->>'b' = 'x'", "= doc.a.b = 'x'"],
    ["doc #>> '{a,b}' = 'x'", "= doc.a.b = 'x'"],
    ["(doc::jsonb)->>'a' = 'x'", "= doc.a = 'x'"],
    ["(doc::jsonb)->'a'->>'b' = 'x'", "= doc.a.b = 'x'"],
    ["doc->>'n' = '5'", "= (doc.n = '5' OR doc.n = 5)"],
    ["doc->>'n' = '5.0'", "(doc.n = '5.0' OR doc.n = 5.0)"],
    ["doc->>'n' = 'true'", "= (doc.n = 'true' OR doc.n = TRUE OR doc.n = base64 'true')"],
    [
      "doc->>'n' = '[1]'",
      "(doc.n = '[1]' OR doc.n has type L OR doc.n has type SS OR doc.n has type NS OR doc.n has type BS)",
    ],
    ["doc->>'n' <> 'x'", "= doc.n <> 'x'"],
    ["doc->>'n' <> '5'", "doc.n <> '5'"],
    ["doc->>'n' > 'x'", "(doc.n > 'x' OR doc.n has a type other than S)"],
    ["doc->>'n' IN ('x', 'y')", "= doc.n IN ('x', 'y')"],
    ["doc->>'n' IS NULL", '= doc.n IS NULL'],
    ["doc->>'n' IS NOT NULL", '= doc.n IS NOT NULL'],
    ["doc->'n' IS NULL", 'doc.n IS NULL'],
    ["doc->'n' IS NOT NULL", '= (doc.n IS NOT NULL OR doc.n has type NULL)'],
    ["NOT (doc->>'n' = 'x' OR doc->>'m' = 'y')", "= doc.n <> 'x' = doc.m <> 'y'"],
    ["doc->>'n' LIKE 'x%'", "(doc.n LIKE 'x%' OR doc.n has a type other than S)"],
    ["doc->>'n' NOT LIKE '%x%'", "(doc.n NOT LIKE '%x%' OR doc.n has a type other than S)"],
    ["(doc->>'n')::int > 5", '(doc.n > 5 OR doc.n has a type other than N)'],
    ["(doc->>'n')::int = 5", '((doc.n > 4 AND doc.n < 6) OR doc.n has a type other than N)'],
    ["(doc->>'n')::numeric <= 1.5", '(doc.n < 1.5000000001 OR doc.n has a type other than N)'],
    ["(doc->>'n')::float8 >= 0.1", '(doc.n > 0.09999999999999999 OR doc.n has a type other than N)'],
    ["(doc->>'n')::boolean", '(doc.n = TRUE OR doc.n has a type other than BOOL)'],
    ["NOT (doc->>'n')::boolean", '(doc.n = FALSE OR doc.n has a type other than BOOL)'],
    ["(doc->>'d')::date > '2024-01-01'", 'doc.d IS NOT NULL'],
    ["doc->>0 = 'x'", "(doc[0] = 'x' OR 'x' = ANY (doc))"],
    ['doc->>0 IS NOT NULL', `(doc[0] IS NOT NULL OR ${SETS_OF_DOC})`],
    ["doc->0->>'k' = 'x'", "= doc[0].k = 'x'"],
    ["doc #>> '{a,0}' = 'x'", "(doc.a.0 = 'x' OR doc.a[0] = 'x' OR 'x' = ANY (doc.a))"],
    ["doc->-1->>'k' = 'x'", '?'],
    [`"$item"->>'rare' = 'x'`, "= rare = 'x'"],
    [`"$item"->'a'->>'b' = 'x'`, "= a.b = 'x'"],
    [`"$item"->>0 = 'x'`, '?'],
    ["json_extract_path_text(doc, 'a', 'b') = 'x'", "= doc.a.b = 'x'"],
    ["doc->>'a' = 'x' OR upper(s) = 'X'", '?'],
    ["(doc->>'a' = 'x' AND upper(s) = 'X') OR s = 'y'", "? (doc.a = 'x' OR s = 'y')"],
    ["coalesce(doc->>'a', 'x') = 'x'", '?'],
    ['json_array_length(doc) > 2', 'size(doc) > 2'],
    ['json_array_length(doc) < 2', '(size(doc) < 2 OR doc has a type other than L)'],
    ["doc ? 'k'", "(doc.k IS NOT NULL OR doc.k has type NULL OR 'k' = ANY (doc) OR doc = 'k')"],
    ['octet_length(x) = 2', '= size(x) = 2'],
    ['length(s) > 5', 'size(s) >= 5'],
    ['length(s) = 5', '(size(s) >= 5 AND size(s) <= 20)'],
    ['octet_length(s) = 8', '(size(s) >= 2 AND size(s) <= 8)'],
  ])('%s', async (where, asked) => {
    expect((await pushed(where)).join(' ')).toBe(asked);
  });
});
