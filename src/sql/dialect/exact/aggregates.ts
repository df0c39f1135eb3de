import type { FuncCall, Node } from 'libpg-query';
import { call, name, number } from '../build.ts';
import { isInteger, getNumberKey, toNumber } from './convert.ts';
import { type ExactLane, isStoredNumber } from './lane.ts';
import { trimmed } from './comparisons.ts';

/** The decimal places of a stored number: 38 digits of which the first is at 10^-130. */
const STORED_PLACES = 168;
/** The decimal places that a sum of other values may have. */
const COMPUTED_PLACES = 500;

/** An aggregate of numbers of any digits; undefined for other calls. */
export function aggregateNumbers(
  fn: string,
  call: FuncCall,
  isNumber: boolean,
  lane: ExactLane,
): Node | undefined {
  const [value] = call.args ?? [];
  if (value === undefined) return undefined;
  const type = lane.typeOf(value);
  switch (fn) {
    case 'sum':
      return isNumber ? sumOf(call, value, lane) : undefined;
    case 'avg': {
      const sum = isNumber ? sumOf(call, value, lane) : undefined;
      if (sum === undefined) return undefined;
      // The rewrites of other statements do not know this spelling.
      const count = aggregate(
        call,
        'COUNT',
        [type === 'numeric' ? getNumberKey(toNumber(value, lane)) : lane.rewrite(value)],
        lane,
      );
      return callOf('num_divide', [sum, callOf('num_of', [count])]);
    }
    case 'count':
      return type === 'numeric' && call.agg_distinct === true
        ? aggregate(call, fn, [getNumberKey(toNumber(value, lane))], lane)
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
      return spreadOf(call, value, 'num_deviation', '1', isNumber, lane);
    case 'stddev_pop':
      return spreadOf(call, value, 'num_deviation', '0', isNumber, lane);
    case 'variance':
    case 'var_samp':
      return spreadOf(call, value, 'num_variance', '1', isNumber, lane);
    case 'var_pop':
      return spreadOf(call, value, 'num_variance', '0', isNumber, lane);
    default:
      return undefined;
  }
}

const callOf = call;

function sumOf(fn: FuncCall, value: Node, lane: ExactLane): Node | undefined {
  const type = lane.typeOf(value);
  if (isInteger(type)) return callOf('num_of', [aggregate(fn, 'SUM', [lane.rewrite(value)], lane)]);
  if (type !== 'numeric') return undefined;
  const places = isStoredNumber(value, lane) ? STORED_PLACES : COMPUTED_PLACES;
  return totalOf(fn, toNumber(value, lane), places, lane);
}

/** A variance or a standard deviation, from the sums of the values and of their squares. */
function spreadOf(
  fn: FuncCall,
  value: Node,
  function_: string,
  isSample: '0' | '1',
  isNumber: boolean,
  lane: ExactLane,
): Node | undefined {
  if (!isNumber) return undefined;
  const summand = toNumber(value, lane);
  const square = callOf('num_multiply', [summand, summand]);
  return callOf(function_, [
    totalOf(fn, summand, COMPUTED_PLACES, lane),
    totalOf(fn, square, COMPUTED_PLACES, lane),
    callOf('num_count', [aggregate(fn, 'COUNT', [getNumberKey(summand)], lane)]),
    number(isSample),
  ]);
}

function totalOf(fn: FuncCall, summand: Node, maxPlaces: number, lane: ExactLane): Node {
  const places = number(String(maxPlaces));
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
