// Requires DuckDB instead of importing it: of a CommonJS package that it imports, Node reads every file twice, which
// takes 100 ms here.
module.exports = require('@duckdb/node-api');
