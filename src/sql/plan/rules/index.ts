import type { PushdownRule } from '../table-read.ts';
import { alternatives } from './alternatives.ts';
import { filterExpressionRule } from './filter-expression.ts';
import { fullKey } from './full-key.ts';
import { indexScan } from './index-scan.ts';
import { keyCondition } from './key-condition.ts';
import { never } from './never.ts';
import { parallelScan } from './parallel-scan.ts';
import { sortOrder } from './sort-order.ts';

/** Access rules are listed in order of preference at equal cost, finishing rules in the order in which they run. */
export const PUSHDOWN_RULES: readonly PushdownRule[] = [
  never,
  indexScan,
  fullKey,
  alternatives,
  keyCondition,
  filterExpressionRule,
  sortOrder,
  parallelScan,
];
