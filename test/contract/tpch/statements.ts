/** A statement, and the columns of each table whose conditions must be part of its scan. */
export interface PlannedStatement {
  readonly name: string;
  readonly sql: string;
  readonly filtered: Readonly<Record<string, readonly string[]>>;
}

/**
 * The queries of TPC-H (https://www.tpc.org/tpch/) for tables without a date type: dates are strings in ISO 8601,
 * and parameters suit a few hundred orders.
 */
export const TPCH: readonly PlannedStatement[] = [
  {
    name: 'Q1, a summary of prices',
    filtered: { lineitem: ['l_shipdate'] },
    sql: `SELECT l_returnflag, l_linestatus, sum(l_quantity) AS sum_qty, sum(l_extendedprice) AS sum_base_price,
                 sum(l_extendedprice * (1 - l_discount)) AS sum_disc_price,
                 sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS sum_charge,
                 avg(l_quantity) AS avg_qty, avg(l_discount) AS avg_disc, count(*) AS count_order
          FROM lineitem WHERE l_shipdate <= '1998-09-02'
          GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`,
  },
  {
    name: 'Q2, the supplier with the lowest cost',
    filtered: { part: ['p_size'], region: ['r_name'] },
    sql: `SELECT s_acctbal, s_name, n_name, p_partkey, p_mfgr
          FROM part, supplier, partsupp, nation, region
          WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey AND p_size < 25 AND p_type LIKE '%BRASS'
            AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey AND r_name = 'EUROPE'
            AND ps_supplycost = (SELECT min(ps_supplycost) FROM partsupp, supplier, nation, region
                                 WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey AND s_nationkey = n_nationkey
                                   AND n_regionkey = r_regionkey AND r_name = 'EUROPE')
          ORDER BY s_acctbal DESC, n_name, s_name, p_partkey LIMIT 100`,
  },
  {
    name: 'Q3, unshipped orders of the highest value',
    filtered: { customer: ['c_mktsegment'], orders: ['o_orderdate'], lineitem: ['l_shipdate'] },
    sql: `SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate, o_shippriority
          FROM customer, orders, lineitem
          WHERE c_mktsegment = 'BUILDING' AND c_custkey = o_custkey AND l_orderkey = o_orderkey
            AND o_orderdate < '1995-12-15' AND l_shipdate > '1995-03-15'
          GROUP BY l_orderkey, o_orderdate, o_shippriority ORDER BY revenue DESC, o_orderdate, l_orderkey LIMIT 10`,
  },
  {
    name: 'Q4, priorities of late orders',
    filtered: { orders: ['o_orderdate'] },
    sql: `SELECT o_orderpriority, count(*) AS order_count FROM orders
          WHERE o_orderdate >= '1993-07-01' AND o_orderdate < '1994-07-01'
            AND EXISTS (SELECT * FROM lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
          GROUP BY o_orderpriority ORDER BY o_orderpriority`,
  },
  {
    name: 'Q5, revenue of local suppliers',
    filtered: { region: ['r_name'], orders: ['o_orderdate'] },
    sql: `SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
          FROM customer, orders, lineitem, supplier, nation, region
          WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey AND c_nationkey = s_nationkey
            AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey AND r_name = 'ASIA'
            AND o_orderdate >= '1994-01-01' AND o_orderdate < '1997-01-01'
          GROUP BY n_name ORDER BY revenue DESC, n_name`,
  },
  {
    name: 'Q6, what small discounts cost',
    filtered: { lineitem: ['l_shipdate', 'l_discount', 'l_quantity'] },
    sql: `SELECT sum(l_extendedprice * l_discount) AS revenue FROM lineitem
          WHERE l_shipdate >= '1994-01-01' AND l_shipdate < '1995-01-01' AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24`,
  },
  {
    name: 'Q7, trade between two nations',
    filtered: { lineitem: ['l_shipdate'] },
    sql: `SELECT supp_nation, cust_nation, l_year, sum(volume) AS revenue
          FROM (SELECT n1.n_name AS supp_nation, n2.n_name AS cust_nation, extract(year FROM l_shipdate::date) AS l_year,
                       l_extendedprice * (1 - l_discount) AS volume
                FROM supplier, lineitem, orders, customer, nation n1, nation n2
                WHERE s_suppkey = l_suppkey AND o_orderkey = l_orderkey AND c_custkey = o_custkey
                  AND s_nationkey = n1.n_nationkey AND c_nationkey = n2.n_nationkey
                  AND ((n1.n_name = 'FRANCE' AND n2.n_name = 'GERMANY') OR (n1.n_name = 'GERMANY' AND n2.n_name = 'FRANCE'))
                  AND l_shipdate BETWEEN '1995-01-01' AND '1996-12-31') AS shipping
          GROUP BY supp_nation, cust_nation, l_year ORDER BY supp_nation, cust_nation, l_year`,
  },
  {
    name: "Q8, a nation's share of the market",
    filtered: { region: ['r_name'], orders: ['o_orderdate'] },
    sql: `SELECT o_year, sum(CASE WHEN nation = 'BRAZIL' THEN volume ELSE 0 END) AS brazil, sum(volume) AS everybody
          FROM (SELECT extract(year FROM o_orderdate::date) AS o_year, l_extendedprice * (1 - l_discount) AS volume, n2.n_name AS nation
                FROM part, supplier, lineitem, orders, customer, nation n1, nation n2, region
                WHERE p_partkey = l_partkey AND s_suppkey = l_suppkey AND l_orderkey = o_orderkey AND o_custkey = c_custkey
                  AND c_nationkey = n1.n_nationkey AND n1.n_regionkey = r_regionkey AND r_name = 'AMERICA'
                  AND s_nationkey = n2.n_nationkey AND o_orderdate BETWEEN '1995-01-01' AND '1996-12-31'
                  AND p_type LIKE '%STEEL') AS all_nations
          GROUP BY o_year ORDER BY o_year`,
  },
  {
    name: 'Q9, profit by nation and year',
    filtered: {},
    sql: `SELECT nation, o_year, sum(amount) AS sum_profit
          FROM (SELECT n_name AS nation, extract(year FROM o_orderdate::date) AS o_year,
                       l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity AS amount
                FROM part, supplier, lineitem, partsupp, orders, nation
                WHERE s_suppkey = l_suppkey AND ps_suppkey = l_suppkey AND ps_partkey = l_partkey AND p_partkey = l_partkey
                  AND o_orderkey = l_orderkey AND s_nationkey = n_nationkey AND p_name LIKE '%green%') AS profit
          GROUP BY nation, o_year ORDER BY nation, o_year DESC`,
  },
  {
    name: 'Q10, customers who sent things back',
    filtered: { orders: ['o_orderdate'], lineitem: ['l_returnflag'] },
    sql: `SELECT c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal, n_name, c_phone
          FROM customer, orders, lineitem, nation
          WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND o_orderdate >= '1993-10-01' AND o_orderdate < '1995-01-01'
            AND l_returnflag = 'R' AND c_nationkey = n_nationkey
          GROUP BY c_custkey, c_name, c_acctbal, c_phone, n_name ORDER BY revenue DESC, c_custkey LIMIT 20`,
  },
  {
    name: 'Q11, stock that matters',
    filtered: { nation: ['n_name'] },
    sql: `SELECT ps_partkey, sum(ps_supplycost * ps_availqty) AS value FROM partsupp, supplier, nation
          WHERE ps_suppkey = s_suppkey AND s_nationkey = n_nationkey AND n_name = 'GERMANY'
          GROUP BY ps_partkey
          HAVING sum(ps_supplycost * ps_availqty) > (SELECT sum(ps_supplycost * ps_availqty) * 0.001 FROM partsupp, supplier, nation
                 WHERE ps_suppkey = s_suppkey AND s_nationkey = n_nationkey AND n_name = 'GERMANY')
          ORDER BY value DESC, ps_partkey`,
  },
  {
    name: 'Q12, ways of shipping and late orders',
    filtered: { lineitem: ['l_receiptdate'] },
    sql: `SELECT l_shipmode, sum(CASE WHEN o_orderpriority = '1-URGENT' OR o_orderpriority = '2-HIGH' THEN 1 ELSE 0 END) AS high,
                 sum(CASE WHEN o_orderpriority <> '1-URGENT' AND o_orderpriority <> '2-HIGH' THEN 1 ELSE 0 END) AS low
          FROM orders, lineitem
          WHERE o_orderkey = l_orderkey AND l_shipmode IN ('MAIL', 'SHIP') AND l_commitdate < l_receiptdate
            AND l_shipdate < l_commitdate AND l_receiptdate >= '1994-01-01' AND l_receiptdate < '1996-01-01'
          GROUP BY l_shipmode ORDER BY l_shipmode`,
  },
  {
    name: 'Q13, how many orders customers have',
    filtered: {},
    sql: `SELECT c_count, count(*) AS custdist
          FROM (SELECT c_custkey, count(o_orderkey)
                FROM customer LEFT OUTER JOIN orders ON c_custkey = o_custkey AND o_comment NOT LIKE '%special%requests%'
                GROUP BY c_custkey) AS c_orders (c_custkey, c_count)
          GROUP BY c_count ORDER BY custdist DESC, c_count DESC`,
  },
  {
    name: 'Q14, what promotion brings',
    filtered: { lineitem: ['l_shipdate'] },
    sql: `SELECT sum(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END) AS promo,
                 sum(l_extendedprice * (1 - l_discount)) AS everything
          FROM lineitem, part WHERE l_partkey = p_partkey AND l_shipdate >= '1995-01-01' AND l_shipdate < '1996-01-01'`,
  },
  {
    name: 'Q15, the best supplier',
    filtered: { lineitem: ['l_shipdate'] },
    sql: `WITH revenue (supplier_no, total_revenue) AS (
            SELECT l_suppkey, sum(l_extendedprice * (1 - l_discount)) FROM lineitem
            WHERE l_shipdate >= '1996-01-01' AND l_shipdate < '1997-01-01' GROUP BY l_suppkey)
          SELECT s_suppkey, s_name, s_phone, total_revenue FROM supplier, revenue
          WHERE s_suppkey = supplier_no AND total_revenue = (SELECT max(total_revenue) FROM revenue) ORDER BY s_suppkey`,
  },
  {
    name: 'Q16, suppliers of certain parts',
    filtered: { part: ['p_brand'] },
    sql: `SELECT p_brand, p_type, p_size, count(DISTINCT ps_suppkey) AS supplier_cnt FROM partsupp, part
          WHERE p_partkey = ps_partkey AND p_brand <> 'Brand#45' AND p_type NOT LIKE 'MEDIUM POLISHED%'
            AND p_size IN (49, 14, 23, 45, 19, 3, 36, 9)
            AND ps_suppkey NOT IN (SELECT s_suppkey FROM supplier WHERE s_comment LIKE '%Customer%Complaints%')
          GROUP BY p_brand, p_type, p_size ORDER BY supplier_cnt DESC, p_brand, p_type, p_size`,
  },
  {
    name: 'Q17, what small orders bring',
    filtered: { part: ['p_brand'] },
    sql: `SELECT sum(l_extendedprice) / 7.0 AS avg_yearly FROM lineitem, part
          WHERE p_partkey = l_partkey AND p_brand = 'Brand#23'
            AND l_quantity < (SELECT 0.9 * avg(l_quantity) FROM lineitem WHERE l_partkey = p_partkey)`,
  },
  {
    name: 'Q18, customers with large orders',
    filtered: {},
    sql: `SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) AS quantity
          FROM customer, orders, lineitem
          WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 150)
            AND c_custkey = o_custkey AND o_orderkey = l_orderkey
          GROUP BY c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice
          ORDER BY o_totalprice DESC, o_orderdate, o_orderkey LIMIT 100`,
  },
  {
    name: 'Q19, revenue under three sets of conditions',
    filtered: { lineitem: ['l_shipinstruct'] },
    sql: `SELECT sum(l_extendedprice * (1 - l_discount)) AS revenue FROM lineitem, part
          WHERE (p_partkey = l_partkey AND p_brand = 'Brand#12' AND p_container IN ('SM CASE', 'SM BOX') AND l_quantity BETWEEN 1 AND 31
                 AND p_size BETWEEN 1 AND 50 AND l_shipmode IN ('AIR', 'REG AIR') AND l_shipinstruct = 'DELIVER IN PERSON')
             OR (p_partkey = l_partkey AND p_brand = 'Brand#23' AND p_container IN ('MED BAG', 'MED BOX') AND l_quantity BETWEEN 10 AND 40
                 AND p_size BETWEEN 1 AND 50 AND l_shipmode IN ('AIR', 'REG AIR') AND l_shipinstruct = 'DELIVER IN PERSON')
             OR (p_partkey = l_partkey AND p_brand = 'Brand#45' AND p_container IN ('LG CASE', 'LG BOX') AND l_quantity BETWEEN 20 AND 50
                 AND p_size BETWEEN 1 AND 50 AND l_shipmode IN ('AIR', 'REG AIR') AND l_shipinstruct = 'DELIVER IN PERSON')`,
  },
  {
    name: 'Q20, suppliers with too much of a part',
    filtered: { nation: ['n_name'], part: ['p_name'], lineitem: ['l_shipdate'] },
    sql: `SELECT s_name FROM supplier, nation
          WHERE s_suppkey IN (SELECT ps_suppkey FROM partsupp
                              WHERE ps_partkey IN (SELECT p_partkey FROM part WHERE p_name LIKE 'green%')
                                AND ps_availqty > (SELECT 0.5 * sum(l_quantity) FROM lineitem
                                                   WHERE l_partkey = ps_partkey AND l_suppkey = ps_suppkey
                                                     AND l_shipdate >= '1993-01-01' AND l_shipdate < '1997-01-01'))
            AND s_nationkey = n_nationkey AND n_name <> 'CANADA' ORDER BY s_name`,
  },
  {
    name: 'Q21, suppliers who kept orders waiting',
    filtered: { orders: ['o_orderstatus'], nation: ['n_name'] },
    sql: `SELECT s_name, count(*) AS numwait FROM supplier, lineitem l1, orders, nation
          WHERE s_suppkey = l1.l_suppkey AND o_orderkey = l1.l_orderkey AND o_orderstatus = 'F' AND l1.l_receiptdate > l1.l_commitdate
            AND EXISTS (SELECT * FROM lineitem l2 WHERE l2.l_orderkey = l1.l_orderkey AND l2.l_suppkey <> l1.l_suppkey)
            AND NOT EXISTS (SELECT * FROM lineitem l3 WHERE l3.l_orderkey = l1.l_orderkey AND l3.l_suppkey <> l1.l_suppkey
                              AND l3.l_receiptdate > l3.l_commitdate)
            AND s_nationkey = n_nationkey AND n_name = 'GERMANY'
          GROUP BY s_name ORDER BY numwait DESC, s_name LIMIT 100`,
  },
  {
    name: 'Q22, customers worth a call',
    filtered: {},
    sql: `SELECT cntrycode, count(*) AS numcust, sum(c_acctbal) AS totacctbal
          FROM (SELECT substring(c_phone FROM 1 FOR 2) AS cntrycode, c_acctbal FROM customer
                WHERE substring(c_phone FROM 1 FOR 2) IN ('13', '31', '23', '29', '30', '18', '17')
                  AND c_acctbal > (SELECT avg(c_acctbal) FROM customer WHERE c_acctbal > 0.00
                                     AND substring(c_phone FROM 1 FOR 2) IN ('13', '31', '23', '29', '30', '18', '17'))
                  AND NOT EXISTS (SELECT * FROM orders WHERE o_custkey = c_custkey)) AS custsale
          GROUP BY cntrycode ORDER BY cntrycode`,
  },
];
