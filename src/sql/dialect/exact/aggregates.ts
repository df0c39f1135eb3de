import type { FuncCall, Node } from 'libpg-query';
import { call, name, number } from '../build.ts';
import { isFloat, isInteger, keyOf, toDouble, toNumber } from './convert.ts';
import { type ExactLane, isStoredNumber } from './lane.ts';
import { trimmed } from './comparisons.ts';

/** The decimal places of a stored number: 38 digits of which the first is at 10^-130. */
const STORED_PLACES = 168;
/** The decimal places that a sum of other values may have. */
const COMPUTED_PLACES = 500;

/** An aggregate of numbers of any digits; undefined for other calls. */
export function aggregateNumbers(fn: string, call: FuncCall, lane: ExactLane): Node | undefined {
  const [value] = call.args ?? [];
  if (value === undefined) return undefined;
  const type = lane.typeOf(value);
  switch (fn) {
    case 'sum':
      return sumOf(call, value, lane);
    case 'avg': {
      const sum = sumOf(call, value, lane);
      if (sum === undefined) return undefined;
      // The rewrites of other statements do not know this spelling.
      const count = aggregate(
        call,
        'COUNT',
        [type === 'numeric' ? keyOf(toNumber(value, lane)) : lane.rewrite(value)],
        lane,
      );
      return callOf('num_divide', [sum, callOf('num_of', [count])]);
    }
    case 'count':
      return type === 'numeric' && call.agg_distinct === true
        ? aggregate(call, fn, [keyOf(toNumber(value, lane))], lane)
        : undefined;
    case 'array_agg':
      return type === 'numeric'
        ? aggregate(
            call,
            fn,
            [
              call.agg_distinct === true
                ? trimmed(toNumber(value, lane), value, lane)
                : toNumber(value, lane),
            ],
            lane,
          )
        : undefined;
    case 'stddev':
    case 'stddev_samp':
    case 'stddev_pop':
    case 'variance':
    case 'var_samp':
    case 'var_pop':
      return isFloat(type)
        ? undefined
        : callOf('num_of_double', [aggregate(call, fn, [toDouble(value, lane)], lane)]);
    default:
      return undefined;
  }
}

const callOf = call;

function sumOf(fn: FuncCall, value: Node, lane: ExactLane): Node | undefined {
  const type = lane.typeOf(value);
  if (isInteger(type)) return callOf('num_of', [aggregate(fn, 'SUM', [lane.rewrite(value)], lane)]);
  if (type !== 'numeric') return undefined;
  const summand = toNumber(value, lane);
  const places = number(String(isStoredNumber(value, lane) ? STORED_PLACES : COMPUTED_PLACES));
  return callOf('num_total', [
    aggregate(fn, 'SUM', [callOf('num_part', [summand, places])], lane),
    places,
    aggregate(fn, 'max', [callOf('num_places', [summand])], lane),
  ]);
}

/** The aggregate with another function, over the same rows and in the same window. */
function aggregate(fn: FuncCall, function_: string, args: Node[], lane: ExactLane): Node {
  const { agg_filter: filter, agg_order: order, over } = fn;
  return {
    FuncCall: {
      ...fn,
      funcname: [name(function_)],
      args,
      ...(filter === undefined ? {} : { agg_filter: lane.rewrite(filter) }),
      ...(order === undefined ? {} : { agg_order: order.map(lane.rewrite) }),
      ...(over === undefined ? {} : { over: lane.window(over) }),
    },
  };
}
