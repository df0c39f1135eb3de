import { planStatement, runStatement } from '../exec/run.ts';
import { unknownParameters } from '../parse/parameter-list.ts';
import type { ParsedQuery } from '../parse/parse.ts';
import { describeAccess } from '../plan/describe-access.ts';
import { explainPlan } from '../plan/explain.ts';
import type { StatementBody } from './statement.ts';

/** A SELECT that the planner finds reads for. */
export function plannedQuery(parsed: ParsedQuery): StatementBody {
  return {
    kind: 'query',
    transactionRole: { kind: 'query' },
    async columns(context, signal) {
      return (await planStatement(parsed, unknownParameters(parsed), context, signal)).columns;
    },
    async run(parameters, context, signal) {
      const { plan, reads, ...running } = await runStatement(parsed, parameters, context, signal, undefined, {
        addColumns: true,
      });
      return { ...running, columns: plan.columns, plan: reads.map(describeAccess) };
    },
    async explain(parameters, context, signal) {
      return explainPlan(await planStatement(parsed, parameters, context, signal), context.settings);
    },
  };
}
