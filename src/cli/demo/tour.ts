/** One statement of the demo. */
export interface TourStop {
  readonly title: string;
  readonly sql: string;
}

/** The statements of the demo, from one item to a whole table. */
export const TOUR: readonly TourStop[] = [
  {
    title: 'One customer by key: a single GetItem',
    sql: `SELECT id, name, country, credit, tier FROM customers WHERE id = 'c0042'`,
  },
  {
    title: 'Three customers by key: one BatchGetItem',
    sql: `SELECT id, name, address->>'city' AS city
FROM customers
WHERE id IN ('c0001', 'c0007', 'c0300')
ORDER BY id`,
  },
  {
    title: "A customer's latest orders: a Query that reads backwards and stops",
    sql: `SELECT order_id, status, total
FROM orders
WHERE customer_id = 'c0042'
ORDER BY order_id DESC
LIMIT 5`,
  },
  {
    title: 'A week of a time series: a Query over a range of the sort key',
    sql: `SELECT left(taken_at, 10) AS day, min(celsius) AS coldest, max(celsius) AS warmest, count(*) AS readings
FROM readings
WHERE sensor_id = 's07' AND taken_at >= '2026-01-10' AND taken_at < '2026-01-17'
GROUP BY day
ORDER BY day`,
  },
  {
    title: 'Returned orders: the index by_status is chosen automatically',
    sql: `SELECT return_reason, count(*) AS orders, sum(total) AS refunded
FROM orders
WHERE status = 'returned'
GROUP BY return_reason
ORDER BY refunded DESC`,
  },
  {
    title: 'No key: a Scan, filtered by DynamoDB before rows are returned',
    sql: `SELECT id, name, credit
FROM customers
WHERE tier = 'gold' AND country = 'JP' AND credit > 150
ORDER BY credit DESC`,
  },
  {
    title: 'Nested documents: the best sellers among shipped orders',
    sql: `SELECT line->>'name' AS product,
       sum(CAST(line->>'quantity' AS integer)) AS pieces,
       sum(CAST(line->>'quantity' AS integer) * CAST(line->>'price' AS numeric(10, 2))) AS revenue
FROM orders AS o, json_array_elements(o.lines) AS line
WHERE o.status = 'shipped'
GROUP BY product
ORDER BY revenue DESC
LIMIT 5`,
  },
  {
    title: 'A join: customers with large orders that are paid but not shipped',
    sql: `SELECT c.name, c.country, o.order_id, o.total
FROM orders AS o
JOIN customers AS c ON c.id = o.customer_id
WHERE o.status = 'paid' AND o.total > 400
ORDER BY o.total DESC
LIMIT 5`,
  },
  {
    title: 'A window function over a join: the two best customers of each country',
    sql: `WITH spent AS (
  SELECT c.country, c.name, sum(o.total) AS total
  FROM customers AS c
  JOIN orders AS o ON o.customer_id = c.id
  WHERE o.status <> 'cancelled'
  GROUP BY c.country, c.id, c.name
), ranked AS (
  SELECT *, rank() OVER (PARTITION BY country ORDER BY total DESC) AS place
  FROM spent
)
SELECT country, place, name, total
FROM ranked
WHERE place <= 2
ORDER BY country, place`,
  },
  {
    title: 'A sensor compared with the day before',
    sql: `WITH days AS (
  SELECT left(taken_at, 10) AS day, CAST(avg(celsius) AS numeric(6, 2)) AS mean
  FROM readings
  WHERE sensor_id = 's03' AND taken_at < '2026-01-12'
  GROUP BY day
)
SELECT day, mean, mean - lag(mean) OVER (ORDER BY day) AS change
FROM days
ORDER BY day`,
  },
];
