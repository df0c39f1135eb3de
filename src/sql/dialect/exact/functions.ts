import type { FuncCall, Node } from 'libpg-query';
import { mapInside } from '../../parse/tree.ts';
import { call, cast, constant, number } from '../build.ts';
import { aggregateNumbers } from './aggregates.ts';
import { getElements } from './comparisons.ts';
import { toDouble, toJson, toNumber, toText } from './convert.ts';
import type { ExactLane } from './lane.ts';

/** Functions of numbers, by the number of their arguments; the others round, and take the number of digits as second argument. */
const NUMBER_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['abs/1', 'num_abs'],
  ['ceil/1', 'num_ceil'],
  ['ceiling/1', 'num_ceil'],
  ['floor/1', 'num_floor'],
  ['sign/1', 'num_sign'],
  ['sqrt/1', 'num_sqrt'],
  ['exp/1', 'num_exp'],
  ['ln/1', 'num_ln'],
  ['log/2', 'num_log'],
  ['trim_scale/1', 'num_trim'],
  ['mod/2', 'num_modulo'],
  ['div/2', 'num_div'],
  ['power/2', 'num_power'],
  ['pow/2', 'num_power'],
]);
const ROUNDING: ReadonlyMap<string, string> = new Map([
  ['round', 'num_round'],
  ['trunc', 'num_trunc'],
]);

const DECIMAL_LOGARITHMS: ReadonlySet<string> = new Set(['log', 'log10']);

const toSet = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Functions that take values of any type, and return some of them. */
const CARRYING = toSet(
  'any_value array_agg array_append array_cat array_length array_lower array_ndims array_position array_positions array_prepend array_remove ' +
    'array_replace array_upper cardinality count first_value generate_subscripts grouping lag last_value lead max min mode nth_value num_nonnulls ' +
    'num_nulls percentile_disc pg_typeof unnest array_dims',
);
/** The arguments of such functions that become elements or results beside the others. */
const JOINING: ReadonlyMap<string, readonly number[]> = new Map([
  ['array_append', [1]],
  ['array_position', [1]],
  ['array_positions', [1]],
  ['array_prepend', [0]],
  ['array_remove', [1]],
  ['array_replace', [1, 2]],
  ['lag', [0, 2]],
  ['lead', [0, 2]],
]);
/** Functions that print values of any type. */
const PRINTING = toSet('concat concat_ws format quote_literal quote_nullable string_agg');
const TO_JSON = toSet(
  'array_to_json json_agg json_build_array json_build_object json_object_agg jsonb_agg jsonb_build_array jsonb_build_object jsonb_object_agg to_json to_jsonb',
);

/** A call in which a number of any digits takes part. */
export function callWithNumbers(fn: FuncCall, node: Node, fnName: string, lane: ExactLane): Node {
  const { args = [] } = fn;
  const isNumber = lane.typeOf(node) === 'numeric';
  const [first, second] = args;
  // A number of a child table is one already.
  if (fnName === 'num') return mapInside(node, lane.rewrite);
  if (fnName === 'pg_hugeint') return call('num', args.map(lane.rewrite));
  const aggregated = aggregateNumbers(fnName, fn, isNumber, lane);
  if (aggregated !== undefined) return aggregated;
  if (isNumber && first !== undefined) {
    if (args.length === 1 && DECIMAL_LOGARITHMS.has(fnName))
      return call('num_log', [call('num', [constant('10')]), toNumber(first, lane)]);
    const known = NUMBER_FUNCTIONS.get(`${fnName}/${args.length}`);
    if (known !== undefined)
      return call(
        known,
        args.map((arg) => toNumber(arg, lane)),
      );
    const rounding = ROUNDING.get(fnName);
    if (rounding !== undefined)
      return call(rounding, [
        toNumber(first, lane),
        second === undefined ? number('0') : cast(lane.rewrite(second), 'int4'),
      ]);
  }
  if (first !== undefined && fnName === 'scale') return call('num_places', [toNumber(first, lane)]);
  if (first !== undefined && fnName === 'min_scale')
    return call('num_places', [call('num_trim', [toNumber(first, lane)])]);
  if (first !== undefined && lane.typeOf(first) === 'numeric') {
    if (fnName === 'to_char' && second !== undefined)
      return call('pg_formatted', [
        call('num_text', [toNumber(first, lane)]),
        constant('DECIMAL'),
        lane.rewrite(second),
      ]);
  }
  const called = callConverted(fn, fnName, lane);
  // What DuckDB computes in a type of its own becomes a number of any digits afterwards.
  return isNumber && !CARRYING.has(fnName) ? call('num_any', [called]) : called;
}

function isArray(node: Node, lane: ExactLane): boolean {
  return lane.typeOf(node)?.startsWith('_') === true;
}

/** An array of numbers of any digits. */
function toNumbers(array: Node, lane: ExactLane): Node {
  if (lane.typeOf(array) === '_numeric') return lane.rewrite(array);
  const elements = getElements(array);
  return elements === undefined
    ? call('num_list', [lane.rewrite(array)])
    : { A_ArrayExpr: { elements: elements.map((each) => toNumber(each, lane)) } };
}

function callConverted(fn: FuncCall, fnName: string, lane: ExactLane): Node {
  const { args = [], agg_filter: filter, agg_order: order, over } = fn;
  const joining = JOINING.get(fnName) ?? [];
  const isJoined = args.some((arg) => /^_?numeric$/.test(lane.typeOf(arg) ?? ''));
  const convert = (arg: Node, i: number): Node => {
    if (isJoined && joining.length > 0 && (joining.includes(i) || isArray(arg, lane)))
      return joining.includes(i) ? toNumber(arg, lane) : toNumbers(arg, lane);
    // The fractions of an ordered-set aggregate stay what they are.
    if (fn.agg_within_group === true) return arg;
    if (TO_JSON.has(fnName)) return toJson(arg, lane);
    if (lane.typeOf(arg) !== 'numeric') return lane.rewrite(arg);
    if (CARRYING.has(fnName)) return toNumber(arg, lane);
    return PRINTING.has(fnName) ? toText(arg, lane) : toDouble(arg, lane);
  };
  const sort = (item: Node): Node =>
    fnName === 'percentile_cont' && 'SortBy' in item && item.SortBy.node !== undefined
      ? { SortBy: { ...item.SortBy, node: toDouble(item.SortBy.node, lane) } }
      : mapInside(item, lane.rewrite);
  return {
    FuncCall: {
      ...fn,
      ...(fn.args === undefined ? {} : { args: args.map(convert) }),
      ...(filter === undefined ? {} : { agg_filter: lane.rewrite(filter) }),
      ...(order === undefined ? {} : { agg_order: order.map(sort) }),
      ...(over === undefined ? {} : { over: lane.window(over) }),
    },
  };
}
