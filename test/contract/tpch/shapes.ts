/** A statement of a shape that the queries of TPC-H do not have. */
export interface ShapedStatement {
  readonly name: string;
  readonly sql: string;
}

/** Windows: ranks, neighbours, running and sliding frames, shares of a whole. */
export const WINDOWS: readonly ShapedStatement[] = [
  {
    name: 'row_number within each customer',
    sql: `SELECT o_custkey, o_orderkey, row_number() OVER (PARTITION BY o_custkey ORDER BY o_orderdate, o_orderkey) AS n
          FROM orders ORDER BY o_custkey, n`,
  },
  {
    name: 'rank and dense_rank with ties',
    sql: `SELECT p_partkey, p_size, rank() OVER (ORDER BY p_size), dense_rank() OVER (ORDER BY p_size)
          FROM part ORDER BY p_partkey`,
  },
  {
    name: 'percent_rank, cume_dist and ntile',
    sql: `SELECT s_suppkey, percent_rank() OVER w, cume_dist() OVER w, ntile(4) OVER w
          FROM supplier WINDOW w AS (ORDER BY s_acctbal, s_suppkey) ORDER BY s_suppkey`,
  },
  {
    name: 'lag and lead with a default',
    sql: `SELECT o_orderkey, lag(o_orderdate, 1, 'first') OVER w, lead(o_orderdate) OVER w
          FROM orders WHERE o_custkey = 3 WINDOW w AS (ORDER BY o_orderdate, o_orderkey) ORDER BY o_orderkey`,
  },
  {
    name: 'first_value, last_value and nth_value over a whole partition',
    sql: `SELECT l_orderkey, l_linenumber, first_value(l_partkey) OVER w, last_value(l_partkey) OVER w, nth_value(l_partkey, 2) OVER w
          FROM lineitem WHERE l_orderkey < 20
          WINDOW w AS (PARTITION BY l_orderkey ORDER BY l_linenumber ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
          ORDER BY l_orderkey, l_linenumber`,
  },
  {
    name: 'a running total',
    sql: `SELECT o_orderkey, sum(o_totalprice) OVER (ORDER BY o_orderdate, o_orderkey) FROM orders ORDER BY o_orderkey`,
  },
  {
    name: 'a sliding frame of rows',
    sql: `SELECT l_orderkey, l_linenumber,
                 sum(l_quantity) OVER (PARTITION BY l_orderkey ORDER BY l_linenumber ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
          FROM lineitem WHERE l_orderkey BETWEEN 5 AND 9 ORDER BY l_orderkey, l_linenumber`,
  },
  {
    name: 'a frame by value',
    sql: `SELECT p_partkey, count(*) OVER (ORDER BY p_size RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) FROM part ORDER BY p_partkey`,
  },
  {
    name: 'a frame that excludes the current row',
    sql: `SELECT s_suppkey, max(s_acctbal) OVER (PARTITION BY s_nationkey ORDER BY s_suppkey
                 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)
          FROM supplier ORDER BY s_suppkey`,
  },
  {
    name: 'a frame of groups of peers',
    sql: `SELECT p_partkey, sum(p_size) OVER (ORDER BY p_size GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM part ORDER BY p_partkey`,
  },
  {
    name: 'an aggregate of some rows as a window',
    sql: `SELECT o_orderkey, count(*) FILTER (WHERE o_orderstatus = 'F') OVER (PARTITION BY o_custkey) FROM orders ORDER BY o_orderkey`,
  },
  {
    name: 'a window over groups: the share of each nation in its region',
    sql: `SELECT n_regionkey, n_name, count(*) AS suppliers, sum(count(*)) OVER (PARTITION BY n_regionkey) AS of_region
          FROM supplier JOIN nation ON n_nationkey = s_nationkey GROUP BY n_regionkey, n_name ORDER BY n_regionkey, n_name`,
  },
  {
    name: 'the newest order of each customer, by a condition on a window',
    sql: `SELECT o_custkey, o_orderkey FROM
            (SELECT o_custkey, o_orderkey, row_number() OVER (PARTITION BY o_custkey ORDER BY o_orderdate DESC, o_orderkey) AS n FROM orders) ranked
          WHERE n = 1 ORDER BY o_custkey`,
  },
];

/** Common table expressions, recursive ones among them. */
export const CTES: readonly ShapedStatement[] = [
  {
    name: 'used twice',
    sql: `WITH spent AS (SELECT o_custkey, sum(o_totalprice) AS total FROM orders GROUP BY o_custkey)
          SELECT o_custkey, total FROM spent WHERE total > (SELECT avg(total) FROM spent) ORDER BY o_custkey`,
  },
  {
    name: 'one on top of another',
    sql: `WITH eu AS (SELECT r_regionkey FROM region WHERE r_name = 'EUROPE'),
               nations AS (SELECT n_nationkey, n_name FROM nation JOIN eu ON n_regionkey = r_regionkey),
               local AS (SELECT s_suppkey, n_name FROM supplier JOIN nations ON s_nationkey = n_nationkey)
          SELECT n_name, count(*) FROM local GROUP BY n_name ORDER BY n_name`,
  },
  {
    name: 'materialized and not',
    sql: `WITH a AS MATERIALIZED (SELECT * FROM part WHERE p_size < 20), b AS NOT MATERIALIZED (SELECT * FROM part WHERE p_size > 10)
          SELECT a.p_partkey FROM a JOIN b USING (p_partkey) ORDER BY 1`,
  },
  {
    name: 'with names for its columns',
    sql: `WITH sizes (size, parts) AS (SELECT p_size, count(*) FROM part GROUP BY p_size)
          SELECT size, parts FROM sizes WHERE parts > 1 ORDER BY size`,
  },
  {
    name: 'that hides a table of the same name',
    sql: `WITH region AS (SELECT n_name AS r_name FROM nation WHERE n_regionkey = 1) SELECT r_name FROM region ORDER BY r_name`,
  },
  {
    name: 'recursive: a calendar of years, with and without orders',
    sql: `WITH RECURSIVE years (y) AS (SELECT 1990 UNION ALL SELECT y + 1 FROM years WHERE y < 2000)
          SELECT y, count(o_orderkey) FROM years LEFT JOIN orders ON substr(o_orderdate, 1, 4) = y::text GROUP BY y ORDER BY y`,
  },
  {
    name: 'recursive: from order to order of one customer',
    sql: `WITH RECURSIVE chain (o_orderkey, placed, depth) AS (
            SELECT o_orderkey, o_orderdate, 1 FROM orders WHERE o_custkey = 3
              AND o_orderdate = (SELECT min(o_orderdate) FROM orders WHERE o_custkey = 3)
            UNION ALL
            SELECT o.o_orderkey, o.o_orderdate, depth + 1 FROM chain JOIN orders o ON o.o_custkey = 3
              AND o.o_orderdate = (SELECT min(n.o_orderdate) FROM orders n WHERE n.o_custkey = 3 AND n.o_orderdate > chain.placed))
          SELECT * FROM chain ORDER BY depth, o_orderkey`,
  },
  {
    name: 'recursive: suppliers that parts connect, each once',
    sql: `WITH RECURSIVE reached (suppkey) AS (
            SELECT 0::bigint
            UNION
            SELECT b.ps_suppkey FROM reached JOIN partsupp a ON a.ps_suppkey = suppkey JOIN partsupp b ON b.ps_partkey = a.ps_partkey)
          SELECT suppkey FROM reached ORDER BY suppkey`,
  },
  {
    name: 'within a subquery',
    sql: `SELECT n_name FROM nation WHERE n_nationkey IN (WITH few AS (SELECT s_nationkey FROM supplier GROUP BY s_nationkey HAVING count(*) = 1)
          SELECT s_nationkey FROM few) ORDER BY n_name`,
  },
];

/** UNION, INTERSECT and EXCEPT, of all rows and of distinct ones. */
export const SET_OPERATIONS: readonly ShapedStatement[] = [
  {
    name: 'UNION of customers and suppliers by nation',
    sql: `SELECT c_nationkey AS nation FROM customer UNION SELECT s_nationkey FROM supplier ORDER BY nation`,
  },
  {
    name: 'UNION ALL keeps each row',
    sql: `SELECT c_nationkey AS nation, 'customer' AS what FROM customer WHERE c_custkey < 9
          UNION ALL SELECT s_nationkey, 'supplier' FROM supplier WHERE s_suppkey < 9 ORDER BY what, nation`,
  },
  {
    name: 'INTERSECT',
    sql: `SELECT l_partkey FROM lineitem WHERE l_shipmode = 'AIR' INTERSECT SELECT p_partkey FROM part WHERE p_size > 25 ORDER BY 1`,
  },
  {
    name: 'INTERSECT ALL',
    sql: `SELECT c_nationkey FROM customer INTERSECT ALL SELECT s_nationkey FROM supplier ORDER BY 1`,
  },
  {
    name: 'EXCEPT: customers that never ordered',
    sql: `SELECT c_custkey FROM customer EXCEPT SELECT o_custkey FROM orders ORDER BY 1`,
  },
  {
    name: 'EXCEPT ALL',
    sql: `SELECT c_nationkey FROM customer EXCEPT ALL SELECT s_nationkey FROM supplier ORDER BY 1`,
  },
  {
    name: 'INTERSECT before UNION, and parentheses',
    sql: `(SELECT 1::bigint AS k UNION SELECT n_nationkey FROM nation WHERE n_regionkey = 1 INTERSECT SELECT s_nationkey FROM supplier)
          EXCEPT (SELECT n_nationkey FROM nation WHERE n_name = 'CANADA') ORDER BY k`,
  },
  {
    name: 'a union that is grouped, filtered and limited',
    sql: `SELECT phone, count(*) AS n FROM
            (SELECT substr(c_phone, 1, 2) AS phone FROM customer UNION ALL SELECT substr(s_phone, 1, 2) FROM supplier) both_kinds
          WHERE phone <> '99' GROUP BY phone ORDER BY n DESC, phone LIMIT 4`,
  },
];

/** LATERAL and correlated subqueries. */
export const LATERALS: readonly ShapedStatement[] = [
  {
    name: 'the two largest orders of each customer',
    sql: `SELECT c_custkey, o.o_orderkey FROM customer,
            LATERAL (SELECT o_orderkey, o_totalprice FROM orders WHERE o_custkey = c_custkey ORDER BY o_totalprice DESC LIMIT 2) o
          ORDER BY c_custkey, o.o_totalprice DESC`,
  },
  {
    name: 'LEFT JOIN LATERAL keeps customers without orders',
    sql: `SELECT c_custkey, o.n FROM customer
          LEFT JOIN LATERAL (SELECT count(*) AS n FROM orders WHERE o_custkey = c_custkey HAVING count(*) > 2) o ON true ORDER BY c_custkey`,
  },
  {
    name: 'a computation with a name',
    sql: `SELECT l_orderkey, l_linenumber, p.net FROM lineitem, LATERAL (SELECT l_extendedprice * (1 - l_discount) AS net) p
          WHERE p.net > 40000 ORDER BY 1, 2`,
  },
  {
    name: 'one lateral on another',
    sql: `SELECT n_name, s.s_suppkey, p.cheapest FROM nation,
            LATERAL (SELECT s_suppkey FROM supplier WHERE s_nationkey = n_nationkey) s,
            LATERAL (SELECT min(ps_supplycost) AS cheapest FROM partsupp WHERE ps_suppkey = s.s_suppkey) p
          ORDER BY n_name, s.s_suppkey`,
  },
  {
    name: 'scalar subqueries of the row',
    sql: `SELECT s_suppkey, (SELECT count(*) FROM partsupp WHERE ps_suppkey = s_suppkey AND ps_availqty > 50),
                 (SELECT n_name FROM nation WHERE n_nationkey = s_nationkey)
          FROM supplier ORDER BY s_suppkey`,
  },
  {
    name: 'NOT EXISTS with an inequality',
    sql: `SELECT l_orderkey, l_linenumber FROM lineitem a WHERE l_orderkey < 40 AND NOT EXISTS
            (SELECT 1 FROM lineitem b WHERE b.l_orderkey = a.l_orderkey AND b.l_quantity > a.l_quantity) ORDER BY 1, 2`,
  },
  {
    name: 'comparisons with ALL and ANY',
    sql: `SELECT p_partkey FROM part WHERE p_size >= ALL (SELECT p_size FROM part WHERE p_brand = 'Brand#12')
             OR p_partkey = ANY (SELECT l_partkey FROM lineitem WHERE l_quantity = 50) ORDER BY p_partkey`,
  },
];

/** Grouping sets and the options of aggregates. */
export const GROUPINGS: readonly ShapedStatement[] = [
  {
    name: 'ROLLUP with GROUPING',
    sql: `SELECT r_name, n_name, grouping(r_name, n_name) AS level, count(*)
          FROM customer JOIN nation ON n_nationkey = c_nationkey JOIN region ON r_regionkey = n_regionkey
          GROUP BY ROLLUP (r_name, n_name) ORDER BY level, r_name, n_name`,
  },
  {
    name: 'CUBE',
    sql: `SELECT l_returnflag, l_linestatus, sum(l_quantity) FROM lineitem GROUP BY CUBE (l_returnflag, l_linestatus)
          ORDER BY l_returnflag NULLS LAST, l_linestatus NULLS LAST`,
  },
  {
    name: 'GROUPING SETS of different columns and of none',
    sql: `SELECT p_brand, p_container, max(p_size) FROM part GROUP BY GROUPING SETS ((p_brand), (p_container), ())
          ORDER BY p_brand NULLS LAST, p_container NULLS LAST`,
  },
  {
    name: 'a plain column with grouping sets',
    sql: `SELECT o_orderstatus, o_orderpriority, count(*) FROM orders GROUP BY o_orderstatus, ROLLUP (o_orderpriority)
          ORDER BY o_orderstatus, o_orderpriority NULLS LAST`,
  },
  {
    name: 'HAVING over grouping sets',
    sql: `SELECT s_nationkey, count(*) FROM supplier GROUP BY ROLLUP (s_nationkey) HAVING count(*) > 2 ORDER BY s_nationkey NULLS LAST`,
  },
  {
    name: 'aggregates of distinct values and of some rows',
    sql: `SELECT o_orderstatus, count(DISTINCT o_custkey), count(*) FILTER (WHERE o_totalprice > 50000),
                 sum(o_totalprice) FILTER (WHERE o_comment LIKE '%special%')
          FROM orders GROUP BY o_orderstatus ORDER BY o_orderstatus`,
  },
  {
    name: 'ordered aggregates',
    sql: `SELECT n_regionkey, string_agg(n_name, ', ' ORDER BY n_name DESC), array_agg(n_nationkey ORDER BY n_nationkey)
          FROM nation GROUP BY n_regionkey ORDER BY n_regionkey`,
  },
  {
    name: 'percentiles within a group',
    sql: `SELECT l_shipmode, percentile_cont(0.5) WITHIN GROUP (ORDER BY l_linenumber), percentile_disc(0.9) WITHIN GROUP (ORDER BY l_quantity),
                 mode() WITHIN GROUP (ORDER BY l_linestatus)
          FROM lineitem WHERE l_quantity > 5 GROUP BY l_shipmode ORDER BY l_shipmode`,
  },
  {
    name: 'bool_and, bool_or and every',
    sql: `SELECT l_orderkey, bool_and(l_quantity > 10), bool_or(l_tax = 0) FROM lineitem WHERE l_orderkey < 30 GROUP BY l_orderkey ORDER BY 1`,
  },
  {
    name: 'groups by a position and by an expression',
    sql: `SELECT substr(o_orderdate, 1, 4) AS y, o_orderkey % 2, count(*) FROM orders GROUP BY 1, o_orderkey % 2 ORDER BY 1, 2`,
  },
  {
    name: 'DISTINCT ON',
    sql: `SELECT DISTINCT ON (p_brand) p_brand, p_partkey, p_size FROM part ORDER BY p_brand, p_size DESC, p_partkey`,
  },
  {
    name: 'a full join of two groupings',
    sql: `SELECT coalesce(a.nation, b.nation) AS nation, customers, suppliers
          FROM (SELECT c_nationkey AS nation, count(*) AS customers FROM customer WHERE c_acctbal > 5000 GROUP BY 1) a
          FULL JOIN (SELECT s_nationkey AS nation, count(*) AS suppliers FROM supplier WHERE s_acctbal > 5000 GROUP BY 1) b USING (nation)
          ORDER BY 1`,
  },
];
