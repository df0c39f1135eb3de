// One cold start in a fresh process: imports a client and, depending on the arguments, looks up an item and runs an aggregate.
// Prints a `ColdStart` as a line of JSON. Started as `cold-start.mjs sdk|driver import|look-up|aggregate options`, in plain
// JavaScript over the built package, so that only the client is loaded.
const [client, last, json] = process.argv.slice(2);
const { connection, table, key } = JSON.parse(json);
const start = performance.now();
const report = client === 'sdk' ? await sdk() : await driver();
process.stdout.write(`${JSON.stringify({ ...report, rssMb: process.memoryUsage.rss() / 2 ** 20 })}\n`);
process.exit();

async function sdk() {
  const [{ DynamoDBClient }, { DynamoDBDocumentClient, GetCommand }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/lib-dynamodb'),
  ]);
  const importMs = elapsed();
  if (last === 'import') return { importMs };
  const { AWSAccessKey, AWSSecretKey, AWSRegion: region, Endpoint: endpoint } = connection;
  const credentials = { accessKeyId: AWSAccessKey, secretAccessKey: AWSSecretKey };
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ region, endpoint, credentials }));
  const { Item } = await documents.send(new GetCommand({ TableName: table, Key: key }));
  return { importMs, lookUpMs: elapsed(), result: String(Item.n) };
}

async function driver() {
  const { connect } = await import('../dist/index.js');
  const importMs = elapsed();
  if (last === 'import') return { importMs };
  const db = await connect(connection);
  const { rows } = await db.query(`SELECT * FROM ${table} WHERE pk = ? AND sk = ?`, [key.pk, key.sk]);
  const lookUpMs = elapsed();
  const result = JSON.stringify(rows[0].n);
  if (last === 'look-up') return { importMs, lookUpMs, result };
  await db.query(`SELECT count(*), sum(n), max(s) FROM ${table}`);
  return { importMs, lookUpMs, aggregateMs: elapsed() - lookUpMs, result };
}

function elapsed() {
  return performance.now() - start;
}
