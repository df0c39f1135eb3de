import type { Node } from 'libpg-query';
import { binary, call, cast, constant, getConstantText, matchCall, number } from './build.ts';
import { type PatternPiece, readPattern } from './functions/pattern.ts';
import type { Rewrite } from './types.ts';

type Field = Extract<PatternPiece, { kind: 'field' }>;

/** Fields of to_char and the specifiers of strftime, without and with FM. */
const SPECIFIERS: ReadonlyMap<string, readonly [filled: string, unfilled: string]> = new Map([
  ['YYYY', ['%Y', '%Y']],
  ['YY', ['%y', '%-y']],
  ['MM', ['%m', '%-m']],
  ['DD', ['%d', '%-d']],
  ['DDD', ['%j', '%-j']],
  ['HH24', ['%H', '%-H']],
  ['HH12', ['%I', '%-I']],
  ['HH', ['%I', '%-I']],
  ['MI', ['%M', '%-M']],
  ['SS', ['%S', '%-S']],
  ['US', ['%f', '%f']],
  ['FF6', ['%f', '%f']],
  ['MS', ['%g', '%g']],
  ['FF3', ['%g', '%g']],
  ['IYYY', ['%G', '%G']],
  ['IW', ['%V', '%V']],
  ['ID', ['%u', '%u']],
]);

/** Names, and how wide they are without FM. */
const NAMES: ReadonlyMap<string, readonly [specifier: string, width: number]> = new Map([
  ['MONTH', ['%B', 9]],
  ['MON', ['%b', 3]],
  ['DAY', ['%A', 9]],
  ['DY', ['%a', 3]],
  ['AM', ['%p', 2]],
  ['PM', ['%p', 2]],
]);

/** strftime prints these only with leading zeros. */
const ALWAYS_FILLED: ReadonlySet<string> = new Set(['YYYY', 'IYYY', 'IW']);

const TIMES: ReadonlySet<string | undefined> = new Set(['date', 'timestamp', 'timestamptz']);

export const timePatternRewrites: readonly Rewrite[] = [
  {
    name: 'to_char of times',
    why: "DuckDB's strftime has other patterns. Those that it can print run in DuckDB, the others in JavaScript.",
    apply: (node, context, original) => {
      const [fn, before] = [matchCall(node), matchCall(original)];
      const [time, pattern, ...more] = fn?.args ?? [];
      const text = getConstantText(pattern);
      if (fn?.name !== 'to_char' || time === undefined || text === undefined || more.length > 0)
        return undefined;
      const type = before?.args[0] && context.typeOf(before.args[0]);
      const parts = TIMES.has(type) ? toFormats(readPattern(text)) : undefined;
      if (parts === undefined || parts.length === 0) return undefined;
      const timestamp = cast(time, 'timestamp');
      const printed = parts
        .map(({ format, wrap }) => wrap(call('strftime', [timestamp, constant(format)])))
        .reduce((left, right) => binary('||', left, right));
      const isPlain = call('pg_has_plain_year', [timestamp]);
      const args: Node[] = [{ CaseWhen: { expr: isPlain, result: printed } }];
      return { CaseExpr: { args, defresult: call('pg_to_char', [time, constant(text)]) } };
    },
  },
];

interface Part {
  readonly format: string;
  readonly wrap: (text: Node) => Node;
}

const AS_IT_IS = (text: Node): Node => text;

/** The pattern as formats of strftime; undefined if it has a field that strftime does not print so. */
function toFormats(pieces: readonly PatternPiece[]): readonly Part[] | undefined {
  const parts: Part[] = [];
  for (const piece of pieces) {
    const part = toPart(piece);
    if (part === undefined) return undefined;
    const last = parts.at(-1);
    if (last?.wrap === AS_IT_IS && part.wrap === AS_IT_IS)
      parts.splice(-1, 1, { ...last, format: last.format + part.format });
    else parts.push(part);
  }
  return parts;
}

function toPart(piece: PatternPiece): Part | undefined {
  if (piece.kind === 'text') return { format: piece.text.replaceAll('%', '%%'), wrap: AS_IT_IS };
  if (piece.ordinal !== undefined) return undefined;
  const specifier = SPECIFIERS.get(piece.field);
  if (specifier !== undefined)
    return piece.fill || !ALWAYS_FILLED.has(piece.field)
      ? { format: specifier[piece.fill ? 0 : 1], wrap: AS_IT_IS }
      : undefined;
  const [name, width] = NAMES.get(piece.field) ?? [];
  if (name === undefined || width === undefined) return undefined;
  const toCase = chooseCase(piece);
  const pads = piece.fill && width === 9;
  if (toCase === undefined && !pads) return { format: name, wrap: AS_IT_IS };
  return {
    format: name,
    wrap: (text) => {
      const cased = toCase === undefined ? text : call(toCase, [text]);
      return pads ? call('rpad', [cased, number(String(width)), constant(' ')]) : cased;
    },
  };
}

/** strftime prints Tuesday and AM. */
function chooseCase({ field, spelling }: Field): 'upper' | 'lower' | undefined {
  if (spelling === spelling.toLowerCase()) return 'lower';
  const isUpper = spelling === spelling.toUpperCase() || field === 'AM' || field === 'PM';
  return isUpper && field !== 'AM' && field !== 'PM' ? 'upper' : undefined;
}
