import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { binary, call, matchCall, constant, getConstantInteger, getConstantText, number } from './build.ts';
import type { Rewrite } from './types.ts';

/** The number of arguments before the flags. */
const FLAGS_AT: ReadonlyMap<string, number> = new Map([
  ['regexp_replace', 3],
  ['regexp_match', 2],
  ['regexp_matches', 2],
  ['regexp_like', 2],
  ['regexp_split_to_array', 2],
]);

/** Functions with regular expressions. */
export const regexFunctionRewrites: readonly Rewrite[] = [
  {
    name: 'regular expression functions',
    why: 'In DuckDB a dot matches a line break only with an option, regexp_match does not exist, and \\& is spelled \\0.',
    apply: (node, context) => {
      const fn = matchCall(node);
      const at = FLAGS_AT.get(fn?.name ?? '');
      const [text, pattern, replacement] = fn?.args ?? [];
      if (
        fn === undefined ||
        at === undefined ||
        text === undefined ||
        pattern === undefined ||
        fn.args.length < at
      )
        return undefined;
      const refuse = (what: string): DriverError =>
        new DriverError('SQL_NOT_SUPPORTED', `${fn.name} is not supported ${what}`, {
          position: context.position(fn.call.location ?? 0),
        });
      const [start, count] = getStart(fn.name, fn.args);
      if (fn.name === 'regexp_replace' && start !== undefined) {
        const global = count === '0' ? 'g' : count === '1' || count === undefined ? '' : undefined;
        const more = getConstantText(fn.args[5]) ?? '';
        if (global === undefined || !/^[gi]*$/.test(more)) throw refuse('with that count');
        const options = constant(`s${global}${more.replaceAll('g', '')}`);
        const rest = call('substring', [text, start]);
        const before = call('left', [text, binary('-', start, number('1'))]);
        return binary(
          '||',
          before,
          call(fn.name, [rest, pattern, toReplacement(replacement ?? text), options]),
        );
      }
      if (fn.args.length > at + 1) throw refuse('with a start or a count');
      const flagsArgument = fn.args[at];
      const flags = flagsArgument === undefined ? '' : getConstantText(flagsArgument);
      if (flags === undefined || !/^[gi]*$/.test(flags)) throw refuse('with flags other than g and i');
      const options = constant(`s${flags}`);
      switch (fn.name) {
        case 'regexp_replace':
          return call(fn.name, [text, pattern, toReplacement(replacement ?? text), options]);
        case 'regexp_like':
          return call('regexp_matches', [text, pattern, options]);
        case 'regexp_match':
          return (
            extractFirstMatch(text, pattern, options) ??
            call('pg_first_match', [text, pattern, constant(flags)])
          );
        case 'regexp_matches': {
          const first = flags.includes('g') ? undefined : extractFirstMatch(text, pattern, options);
          const all = flags.includes('g')
            ? extractAllMatches(text, pattern, constant(`s${flags.replaceAll('g', '')}`))
            : first && call('pg_present', [{ A_ArrayExpr: { elements: [first] } }]);
          return call('unnest', [all ?? call('pg_all_matches', [text, pattern, constant(flags)])]);
        }
        default:
          return call('regexp_split_to_array', [text, pattern, options]);
      }
    },
  },
];

/** In DuckDB the whole match is `\0`. */
function toReplacement(replacement: Node): Node {
  const known = getConstantText(replacement);
  return known === undefined ? replacement : constant(known.replaceAll('\\&', '\\0'));
}

/** The start and the count of regexp_replace, whose fourth argument is a string in its other form. */
function getStart(
  name: string,
  args: readonly Node[],
): readonly [start: Node | undefined, count: string | undefined] {
  const start = args[3];
  if (name !== 'regexp_replace' || getConstantInteger(start) === undefined) return [undefined, undefined];
  return [start, args[4] === undefined ? undefined : String(getConstantInteger(args[4]) ?? '')];
}

/** A row for each match with its group, or the whole match if the pattern has no groups. Undefined if DuckDB cannot tell the groups. */
function extractAllMatches(text: Node, pattern: Node, options: Node): Node | undefined {
  const groups = listGroups(pattern);
  return groups?.length === 1
    ? call('pg_each_in_array', [call('regexp_extract_all', [text, pattern, ...groups, options])])
    : undefined;
}

/** The groups of the first match, or the whole match if the pattern has no groups. Undefined if DuckDB cannot tell the groups. */
function extractFirstMatch(text: Node, pattern: Node, options: Node): Node | undefined {
  const elements = listGroups(pattern)?.map((group) =>
    call('regexp_extract', [text, pattern, group, options]),
  );
  return elements === undefined
    ? undefined
    : {
        CaseExpr: {
          args: [
            {
              CaseWhen: {
                expr: call('regexp_matches', [text, pattern, options]),
                result: { A_ArrayExpr: { elements } },
              },
            },
          ],
        },
      };
}

/** The numbers of a pattern's groups; 0, which is the whole match, if it has none. */
function listGroups(pattern: Node): readonly Node[] | undefined {
  const known = getConstantText(pattern);
  if (known === undefined) return undefined;
  const groups = known.match(/(?<!\\)(?:\\\\)*\((?!\?)/g)?.length ?? 0;
  // RE2 returns '' instead of NULL for a group that did not participate in the match.
  if (groups > 0 && /\||\)[?*{]/.test(known)) return undefined;
  const numbers = groups === 0 ? [0] : Array.from({ length: groups }, (_, i) => i + 1);
  return numbers.map((group) => ({ A_Const: { ival: { ival: group } } }));
}
