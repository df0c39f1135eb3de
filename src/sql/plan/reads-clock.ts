const CLOCKS = [
  'now',
  'today',
  'age',
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'current_localtime',
  'current_localtimestamp',
  'get_current_time',
  'get_current_timestamp',
  'transaction_timestamp',
  'statement_timestamp',
  'clock_timestamp',
  'timeofday',
];
const CLOCK = new RegExp(`\\b(?:${CLOCKS.join('|')})\\b`, 'i');

/**
 * Whether SQL for DuckDB may read the clock. Its optimiser replaces the current time by a constant, so that a plan holds only
 * for now. A column of such a name makes a plan that is not cached, and nothing worse.
 */
export function readsClock(sql: string): boolean {
  return CLOCK.test(sql);
}
