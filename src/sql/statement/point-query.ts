import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { openDirectly } from '../exec/direct.ts';
import type { ParsedQuery } from '../parse/parse.ts';
import { describeAccess } from '../plan/describe-access.ts';
import { matchPointQuery } from '../plan/point-query.ts';
import type { StatementBody } from './statement.ts';

/**
 * A SELECT that compares columns of one table with constants, which needs no planner. Where the table or a value does
 * not allow that, it runs as the planned query.
 */
export function pointQuery(parsed: ParsedQuery, planned: StatementBody): StatementBody {
  return {
    ...planned,
    kind: 'point-query',
    async columns(context, signal) {
      const query = await matchPointQuery(parsed, context.catalog, signal);
      return query === undefined ? planned.columns(context, signal) : query.columns;
    },
    async run(parameters, context, signal) {
      const query = await matchPointQuery(parsed, context.catalog, signal);
      const plan = query?.plan(parameters, context.settings, context.session.database.planner.rules);
      if (plan === undefined) return planned.run(parameters, context, signal);
      const result = openDirectly(plan, [plan.read], context, newReadStats(), signal);
      return Object.assign(result, { plan: [describeAccess(plan.read)] });
    },
  };
}
