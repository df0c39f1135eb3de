/** Settings that make DuckDB mean what PostgreSQL means, and keep it from files and the network. Order matters: the last locks the rest. */
export const POSTGRES_SETTINGS: readonly string[] = [
  'SET GLOBAL integer_division = true',
  "SET GLOBAL default_null_order = 'NULLS_LAST_ON_ASC_FIRST_ON_DESC'",
  "SET GLOBAL TimeZone = 'UTC'",
];

export const SANDBOX_SETTINGS: readonly string[] = [
  'SET GLOBAL autoinstall_known_extensions = false',
  'SET GLOBAL autoload_known_extensions = false',
  'SET GLOBAL enable_external_access = false',
  // The memory limit changes as other instances come and go, and connections have time zones.
  "SET GLOBAL allowed_configs = ['memory_limit', 'TimeZone']",
  'SET GLOBAL lock_configuration = true',
];

/**
 * The optimisers that the planning instance keeps. With the others the plan does not serialise ("Failed to bind column
 * reference") or, since stubs are empty, statistics fold it to nothing.
 */
export const PLANNING_OPTIMIZERS: ReadonlySet<string> = new Set([
  'expression_rewriter',
  'filter_pullup',
  'filter_pushdown',
  'empty_result_pullup',
  'cte_filter_pusher',
  'regex_range',
  'deliminator',
  'unnest_rewriter',
  'cte_inlining',
  'limit_pushdown',
  'join_order',
]);
