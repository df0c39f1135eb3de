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
  original: FuncCall,
  isNumber: boolean,
  lane: ExactLane,
): Node | undefined {
  const [value] = original.args ?? [];
  if (value === undefined) return undefined;
  const type = lane.typeOf(value);
  switch (fn) {
    case 'sum':
      return isNumber ? sumValues(original, value, lane) : undefined;
    case 'avg': {
      const sum = isNumber ? sumValues(original, value, lane) : undefined;
      if (sum === undefined) return undefined;
      // The rewrites of other statements do not know this spelling.
      const count = aggregate(
        original,
        'COUNT',
        [type === 'numeric' ? getNumberKey(toNumber(value, lane)) : lane.rewrite(value)],
        lane,
      );
      return call('num_divide', [sum, call('num_of', [count])]);
    }
    case 'count':
      return type === 'numeric' && original.agg_distinct === true
        ? aggregate(original, fn, [getNumberKey(toNumber(value, lane))], lane)
        : undefined;
    case 'array_agg':
      return type === 'numeric'
        ? aggregate(
            original,
            fn,
            [
              original.agg_distinct === true
                ? trimmed(toNumber(value, lane), value, lane)
                : toNumber(value, lane),
            ],
            lane,
          )
        : undefined;
    case 'stddev':
    case 'stddev_samp':
      return computeSpread(original, value, 'num_deviation', '1', isNumber, lane);
    case 'stddev_pop':
      return computeSpread(original, value, 'num_deviation', '0', isNumber, lane);
    case 'variance':
    case 'var_samp':
      return computeSpread(original, value, 'num_variance', '1', isNumber, lane);
    case 'var_pop':
      return computeSpread(original, value, 'num_variance', '0', isNumber, lane);
    default:
      return undefined;
  }
}

function sumValues(fn: FuncCall, value: Node, lane: ExactLane): Node | undefined {
  const type = lane.typeOf(value);
  if (isInteger(type)) return call('num_of', [aggregate(fn, 'SUM', [lane.rewrite(value)], lane)]);
  if (type !== 'numeric') return undefined;
  const places = isStoredNumber(value, lane) ? STORED_PLACES : COMPUTED_PLACES;
  return sumExactly(fn, toNumber(value, lane), places, lane);
}

/** A variance or a standard deviation, from the sums of the values and of their squares. */
function computeSpread(
  fn: FuncCall,
  value: Node,
  function_: string,
  isSample: '0' | '1',
  isNumber: boolean,
  lane: ExactLane,
): Node | undefined {
  if (!isNumber) return undefined;
  const summand = toNumber(value, lane);
  const square = call('num_multiply', [summand, summand]);
  return call(function_, [
    sumExactly(fn, summand, COMPUTED_PLACES, lane),
    sumExactly(fn, square, COMPUTED_PLACES, lane),
    call('num_count', [aggregate(fn, 'COUNT', [getNumberKey(summand)], lane)]),
    number(isSample),
  ]);
}

function sumExactly(fn: FuncCall, summand: Node, maxPlaces: number, lane: ExactLane): Node {
  const places = number(String(maxPlaces));
  return call('num_total', [
    aggregate(fn, 'SUM', [call('num_part', [summand, places])], lane),
    places,
    aggregate(fn, 'max', [call('num_places', [summand])], lane),
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
