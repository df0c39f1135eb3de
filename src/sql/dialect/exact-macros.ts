/** DuckDB's name of the type of numbers of any digits: the key that they are ordered by, and the digits after the point. */
export const NUM_TYPE = 'CREATE TYPE NUM AS STRUCT(n VARCHAR, d SMALLINT)';

/** What the exact lane writes in SQL. DuckDB chooses a form by the types of the arguments when it binds the call. */
export const EXACT_MACRO_STATEMENTS: readonly string[] = [
  "CREATE MACRO num_any(x NUM) AS x, (x) AS CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN num_of_double(CAST(CAST(x AS VARCHAR) AS DOUBLE)) ELSE num(CAST(x AS VARCHAR)) END",
  'CREATE MACRO num_of(x) AS num(CAST(x AS VARCHAR))',
  'CREATE MACRO num_double(x) AS CAST(num_text(x) AS DOUBLE)',
  'CREATE MACRO num_int2(x) AS CAST(num_integer(x, 16) AS SMALLINT)',
  'CREATE MACRO num_int4(x) AS CAST(num_integer(x, 32) AS INTEGER)',
  'CREATE MACRO num_int8(x) AS CAST(num_integer(x, 64) AS BIGINT)',
  'CREATE MACRO num_nullif(a, b) AS CASE WHEN a.n = b.n THEN NULL ELSE a END',
  'CREATE MACRO num_places(x) AS CAST(x.d AS INTEGER)',
  // The summands of one sum as integers, and the sum of them with the most decimal places of a summand.
  'CREATE MACRO num_part(x, s) AS CAST(num_scaled(x, s) AS BIGNUM)',
  'CREATE MACRO num_total(total, s, d) AS num_unscaled(CAST(total AS VARCHAR), s, CAST(d AS INTEGER))',
  'CREATE MACRO num_count(n) AS CAST(n AS VARCHAR)',
  'CREATE MACRO num_list(l) AS list_transform(l, lambda e: num_any(e))',
  'CREATE MACRO num_keys(l) AS list_transform(l, lambda e: num_any(e).n)',
  'CREATE MACRO num_texts(l) AS list_transform(l, lambda e: num_text(e))',
  'CREATE MACRO num_documents(l NUM[]) AS to_json(list_transform(l, lambda e: CAST(pg_number_json(num_text(e)) AS JSON))), (l NUM[][]) AS to_json(list_transform(l, lambda each: list_transform(each, lambda e: CAST(pg_number_json(num_text(e)) AS JSON))))',
  'CREATE MACRO num_doubles(l) AS list_transform(l, lambda e: num_double(e))',
];
