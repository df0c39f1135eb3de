import type { PlanExpression } from './plan-json.ts';

/** Replaces each reference of an expression; undefined if one of them has no replacement. */
export function substitute(
  expression: PlanExpression,
  instead: (index: number) => PlanExpression | undefined,
): PlanExpression | undefined {
  if (expression.type === 'BOUND_REF') return instead(expression.index ?? -1);
  let whole = true;
  const within = <T extends PlanExpression | undefined>(part: T): T | PlanExpression => {
    const found = part === undefined ? part : substitute(part, instead);
    whole &&= found !== undefined || part === undefined;
    return found ?? part;
  };
  const { left, right, child, input, lower, upper, else_expr, children, case_checks } = expression;
  const result: PlanExpression = {
    ...expression,
    ...(left && { left: within(left) }),
    ...(right && { right: within(right) }),
    ...(child && { child: within(child) }),
    ...(input && { input: within(input) }),
    ...(lower && { lower: within(lower) }),
    ...(upper && { upper: within(upper) }),
    ...(else_expr && { else_expr: within(else_expr) }),
    ...(children && { children: children.map((each) => within(each)) }),
    ...(case_checks && {
      case_checks: case_checks.map(({ when_expr, then_expr }) => ({
        ...(when_expr && { when_expr: within(when_expr) }),
        ...(then_expr && { then_expr: within(then_expr) }),
      })),
    }),
  };
  return whole ? result : undefined;
}
