import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { call, matchCall, constant, getConstantText } from './build.ts';
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
      if (fn.args.length > at + 1) throw refuse('with a start or a count');
      const flagsArgument = fn.args[at];
      const flags = flagsArgument === undefined ? '' : getConstantText(flagsArgument);
      if (flags === undefined || !/^[gi]*$/.test(flags)) throw refuse('with flags other than g and i');
      const options = constant(`s${flags}`);
      switch (fn.name) {
        case 'regexp_replace': {
          const known = getConstantText(replacement);
          return call(fn.name, [
            text,
            pattern,
            known === undefined || replacement === undefined
              ? (replacement ?? text)
              : constant(known.replaceAll('\\&', '\\0')),
            options,
          ]);
        }
        case 'regexp_like':
          return call('regexp_matches', [text, pattern, options]);
        case 'regexp_match':
          return extractFirstMatch(text, pattern, options, refuse);
        case 'regexp_matches':
          return call('unnest', [
            flags.includes('g')
              ? extractAllMatches(text, pattern, constant(`s${flags.replaceAll('g', '')}`), refuse)
              : call('pg_present', [
                  { A_ArrayExpr: { elements: [extractFirstMatch(text, pattern, options, refuse)] } },
                ]),
          ]);
        default:
          return call('regexp_split_to_array', [text, pattern, options]);
      }
    },
  },
];

/** A row for each match with its group, or the whole match if the pattern has no groups. */
function extractAllMatches(
  text: Node,
  pattern: Node,
  options: Node,
  refuse: (what: string) => DriverError,
): Node {
  const groups = listGroups(pattern, refuse);
  if (groups.length > 1) throw refuse('with the flag g and several groups');
  return call('pg_each_in_array', [call('regexp_extract_all', [text, pattern, ...groups, options])]);
}

/** The groups of the first match, or the whole match if the pattern has no groups. */
function extractFirstMatch(
  text: Node,
  pattern: Node,
  options: Node,
  refuse: (what: string) => DriverError,
): Node {
  const elements = listGroups(pattern, refuse).map((group) =>
    call('regexp_extract', [text, pattern, group, options]),
  );
  return {
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
function listGroups(pattern: Node, refuse: (what: string) => DriverError): readonly Node[] {
  const known = getConstantText(pattern);
  if (known === undefined) throw refuse('with a pattern that is not constant');
  const groups = known.match(/(?<!\\)(?:\\\\)*\((?!\?)/g)?.length ?? 0;
  // RE2 returns '' instead of NULL for a group that did not participate in the match.
  if (groups > 0 && /\||\)[?*{]/.test(known))
    throw refuse('with groups that might not participate in a match');
  const numbers = groups === 0 ? [0] : Array.from({ length: groups }, (_, i) => i + 1);
  return numbers.map((group) => ({ A_Const: { ival: { ival: group } } }));
}
