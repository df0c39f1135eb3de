import { getErrorMessage } from '../../core/errors.ts';

/**
 * The parts of DuckDB's serialised logical plan that the planner uses. DuckDB does not guarantee this format:
 * everything is optional, and conditions that are not understood stay residual. test/contract/plans.test.ts pins what
 * is relied on.
 */
export interface PlanNode {
  readonly type: string;
  readonly children?: readonly PlanNode[];
  readonly expressions?: readonly PlanExpression[];
  readonly function_data?: { readonly schema?: string; readonly table?: string };
  readonly table_filters?: {
    readonly filters?: readonly { readonly key: number; readonly value: PlanFilter }[];
  };
  readonly column_indexes?: readonly { readonly index: number | string }[];
  readonly projection_ids?: readonly number[];
  readonly projection_map?: readonly number[];
  readonly groups?: readonly PlanExpression[];
  readonly grouping_sets?: readonly (readonly number[])[];
  readonly join_type?: string;
  readonly conditions?: readonly {
    readonly left?: PlanExpression;
    readonly right?: PlanExpression;
    readonly comparison?: string;
  }[];
  readonly left_projection_map?: readonly number[];
  readonly right_projection_map?: readonly number[];
  /** The output columns of the LOGICAL_DELIM_GETs of a LOGICAL_DELIM_JOIN. */
  readonly duplicate_eliminated_columns?: readonly PlanExpression[];
  readonly limit_val?: PlanLimit;
  readonly offset_val?: PlanLimit;
  readonly orders?: readonly {
    readonly type: string;
    readonly null_order?: string;
    readonly expression: PlanExpression;
  }[];
}

export interface PlanLimit {
  readonly type: string;
  readonly constant_integer?: number | string;
}

export interface PlanFilter {
  readonly filter_type: string;
  readonly comparison_type?: string;
  readonly constant?: PlanValue;
  readonly child_filters?: readonly PlanFilter[];
  readonly child_filter?: PlanFilter;
  readonly expr?: PlanExpression;
}

export interface PlanExpression {
  readonly expression_class: string;
  readonly type: string;
  readonly alias?: string;
  readonly name?: string;
  readonly index?: number;
  readonly value?: PlanValue;
  readonly left?: PlanExpression;
  readonly right?: PlanExpression;
  readonly child?: PlanExpression;
  readonly children?: readonly PlanExpression[];
  readonly input?: PlanExpression;
  readonly lower?: PlanExpression;
  readonly upper?: PlanExpression;
  readonly lower_inclusive?: boolean;
  readonly upper_inclusive?: boolean;
  readonly try_cast?: boolean;
  readonly case_checks?: readonly {
    readonly when_expr?: PlanExpression;
    readonly then_expr?: PlanExpression;
  }[];
  readonly else_expr?: PlanExpression;
  /** The FILTER clause of an aggregate. */
  readonly filter?: PlanExpression;
  readonly aggregate_type?: string;
  readonly return_type?: PlanType;
  /** It may depend on the session's time zone, which is not UTC. Not of DuckDB's plan. */
  readonly zoned?: true;
}

export interface PlanType {
  readonly id: string;
  readonly alias?: string;
  readonly type_info?: { readonly width?: number; readonly scale?: number; readonly alias?: string };
}

export interface PlanValue {
  readonly type: PlanType;
  readonly is_null?: boolean;
  readonly value?:
    | string
    | number
    | boolean
    | { readonly upper: number | string; readonly lower: number | string }
    /** An interval. */
    | { readonly months: number; readonly days: number; readonly micros: number | string };
}

/** JSON.parse rounds numbers of 16 digits and more and rejects infinity, so they are quoted first. */
const STRING_OR_LONG_NUMBER =
  /"(?:[^"\\]|\\.)*"|-?\d{16,}(?!\d*[.eE])|-?\d+\.\d{15,}(?:[eE][+-]?\d+)?|-?\bInfinity\b|\bNaN\b/g;

/** Parses the result of `json_serialize_plan`: the plans, or the reason of a failure. `zoned`: in a time zone other than UTC. */
export function parsePlan(
  text: string,
  zoned = false,
): { readonly plans: readonly PlanNode[] } | { readonly failure: string } {
  const safe = text.replace(STRING_OR_LONG_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`));
  const parsed: {
    readonly error?: boolean;
    readonly error_message?: string;
    readonly plans?: readonly PlanNode[];
  } = readJson(safe, zoned ? markZoned : undefined);
  if (parsed.error === true || parsed.plans === undefined) {
    return { failure: parsed.error_message ?? 'DuckDB returned no plan' };
  }
  return { plans: parsed.plans };
}

/** Casts and functions of times compute in the time zone of the connection. */
function markZoned(_name: string, value: unknown): unknown {
  const isComputed =
    typeof value === 'object' &&
    value !== null &&
    'expression_class' in value &&
    (value.expression_class === 'BOUND_CAST' || value.expression_class === 'BOUND_FUNCTION');
  return isComputed ? { ...value, zoned: true } : value;
}

/** DuckDB leaves some characters unescaped that JSON requires to be escaped, such as the bytes of a bit string. */
function readJson(
  text: string,
  change: ((name: string, value: unknown) => unknown) | undefined,
): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(text, change);
  } catch (error) {
    return { error: true, error_message: getErrorMessage(error) };
  }
}

/** Formats a constant as decimal digits. DuckDB serialises 128-bit integers and decimals as two halves. */
export function formatDigits(constant: PlanValue): string | undefined {
  const { value, type } = constant;
  if (value === undefined || typeof value === 'boolean') return undefined;
  const scale = type.id === 'DECIMAL' ? (type.type_info?.scale ?? 0) : 0;
  if (typeof value === 'object') {
    if (!('upper' in value)) return undefined;
    return formatScaled((BigInt(value.upper) << 64n) + BigInt(value.lower), scale);
  }
  if (scale > 0) return formatScaled(BigInt(value), scale);
  return String(value);
}

/** Formats an integer with `scale` digits after the decimal point, without trailing zeros. */
export function formatScaled(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = digits.slice(0, -scale);
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return `${unscaled < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
