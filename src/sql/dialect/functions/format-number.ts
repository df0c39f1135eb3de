import { expandExponent } from '../../types/number-value.ts';
import { raise } from './raise.ts';

type Sign = 'S' | 'MI' | 'PL' | 'SG' | 'PR';
type Piece =
  | { readonly kind: 'digit'; readonly zero: boolean; readonly fraction: boolean }
  | { readonly kind: 'point' | 'group' }
  | { readonly kind: 'sign'; readonly sign: Sign }
  | { readonly kind: 'ordinal' | 'text'; readonly text: string };

interface Pattern {
  readonly pieces: readonly Piece[];
  readonly fill: boolean;
}

const TOKEN = /"((?:[^"\\]|\\.)*)"|FM|MI|PL|SG|PR|TH|EEEE|RN|[90.,DGSLV]|\\.|./gis;
const UNSUPPORTED: ReadonlySet<string> = new Set(['EEEE', 'RN', 'L', 'V']);
const SIGNS: ReadonlyMap<string, Sign> = new Map([
  ['S', 'S'],
  ['MI', 'MI'],
  ['PL', 'PL'],
  ['SG', 'SG'],
  ['PR', 'PR'],
]);

function readPattern(pattern: string): Pattern {
  const pieces: Piece[] = [];
  let fill = true;
  let fraction = false;
  for (const [token, quoted] of pattern.matchAll(TOKEN)) {
    const upper = token.toUpperCase();
    const sign = SIGNS.get(upper);
    if (quoted !== undefined) pieces.push({ kind: 'text', text: quoted.replace(/\\(.)/gs, '$1') });
    else if (upper === 'FM') fill = false;
    else if (UNSUPPORTED.has(upper))
      raise('SQL_NOT_SUPPORTED', `"${token}" is not supported in a number format`);
    else if (sign !== undefined) pieces.push({ kind: 'sign', sign });
    else if (upper === 'TH') pieces.push({ kind: 'ordinal', text: token });
    else if (token === '9' || token === '0') pieces.push({ kind: 'digit', zero: token === '0', fraction });
    else if (token === '.' || upper === 'D') {
      if (fraction) raise('SQL_BAD_VALUE', 'multiple decimal points');
      fraction = true;
      pieces.push({ kind: 'point' });
    } else if (token === ',' || upper === 'G') pieces.push({ kind: 'group' });
    else
      pieces.push({
        kind: 'text',
        text: token.startsWith('\\') && token.length > 1 ? token.slice(1) : token,
      });
  }
  return { pieces, fill };
}

/** How a number is rounded whose digits end halfway: numerics away from zero, doubles to an even digit. */
export type Halves = 'away' | 'even';

/** to_char of a number, which is passed as its digits. */
export function formatNumberByPattern(digits: string, pattern: string, halves: Halves = 'away'): string {
  const { pieces, fill } = readPattern(pattern);
  const places = pieces.filter((piece) => piece.kind === 'digit');
  const wholes = places.filter((piece) => !piece.fraction);
  const fractions = places.filter((piece) => piece.fraction);
  const rounded = roundDigits(expandExponent(digits), fractions.length, halves);
  const negative = rounded.startsWith('-');
  const [whole = '', fraction = ''] = rounded.replace('-', '').split('.');

  const lastZero = fractions.findLastIndex((piece) => piece.zero);
  const needed = fill ? fractions.length : Math.max(lastZero + 1, fraction.replace(/0+$/, '').length);
  // A lone zero is printed only if there are no other digits.
  const significant = whole.replace(/^0+/, '') || (needed === 0 ? '0' : '');
  const overflows = wholes.length === 0 || significant.length > wholes.length;
  const kept = overflows ? fractions.length : needed;
  const zero = wholes.findIndex((piece) => piece.zero);
  // The number of leading positions that stay empty.
  const empty = overflows ? 0 : Math.min(wholes.length - significant.length, zero < 0 ? wholes.length : zero);
  const shown = significant.padStart(wholes.length, '0');

  const open = formatOpeningSign(pieces, negative, fill);
  let at = 0;
  let after = 0;
  let begun = false;
  let out = '';
  const begin = (): void => {
    if (!begun) out += open;
    begun = true;
  };
  for (const piece of pieces) {
    switch (piece.kind) {
      case 'text':
        out += piece.text;
        break;
      case 'point':
        begin();
        if (fractions.length > 0 || overflows) out += '.';
        break;
      case 'group':
        if (begun) out += ',';
        else if (fill) out += ' ';
        break;
      case 'digit':
        if (piece.fraction) {
          begin();
          if (after < kept) out += overflows ? '#' : (fraction[after] ?? '0');
          after++;
        } else {
          if (at >= empty) begin();
          if (begun) out += overflows ? '#' : (shown[at] ?? '0');
          else if (fill) out += ' ';
          at++;
        }
        break;
      case 'sign':
        out += formatSign(piece.sign, negative, fill, begun);
        break;
      case 'ordinal':
        if (!negative && !overflows && fractions.length === 0) out += formatOrdinal(significant, piece.text);
        break;
    }
  }
  return out;
}

/** The sign that is printed directly before the first digit. */
function formatOpeningSign(pieces: readonly Piece[], negative: boolean, fill: boolean): string {
  const first = pieces.findIndex((piece) => piece.kind === 'digit' || piece.kind === 'point');
  const signs = pieces.flatMap((piece, i) =>
    piece.kind === 'sign' ? [{ sign: piece.sign, leads: i < first }] : [],
  );
  if (signs.some(({ sign }) => sign === 'PR')) return negative ? '<' : fill ? ' ' : '';
  if (signs.some(({ sign, leads }) => sign === 'S' && leads)) return negative ? '-' : '+';
  // PL only adds a plus; a minus stays before the first digit.
  if (signs.some(({ sign }) => sign !== 'PL')) return '';
  return negative ? '-' : fill ? ' ' : '';
}

function formatSign(sign: Sign, negative: boolean, fill: boolean, begun: boolean): string {
  switch (sign) {
    case 'S':
      return begun ? (negative ? '-' : '+') : '';
    case 'SG':
      return negative ? '-' : '+';
    case 'MI':
      return negative ? '-' : fill ? ' ' : '';
    case 'PL':
      return negative ? (fill ? ' ' : '') : '+';
    case 'PR':
      return negative ? '>' : fill ? ' ' : '';
  }
}

function formatOrdinal(digits: string, text: string): string {
  const last = Number(digits.slice(-2));
  const word = last > 10 && last < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][last % 10] ?? 'th');
  return text === 'TH' ? word.toUpperCase() : word;
}

/** Rounds to this number of decimal places. */
function roundDigits(digits: string, places: number, halves: Halves): string {
  const negative = digits.startsWith('-');
  const [whole = '0', fraction = ''] = digits.replace('-', '').split('.');
  const floor = BigInt(whole + fraction.slice(0, places).padEnd(places, '0'));
  const rest = fraction.slice(places);
  const isHalf = /^50*$/.test(rest);
  const goesUp = isHalf && halves === 'even' ? floor % 2n === 1n : rest >= '5';
  const kept = goesUp ? floor + 1n : floor;
  const text = String(kept).padStart(places + 1, '0');
  const result = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
  return negative && kept !== 0n ? `-${result}` : result;
}

/** to_number: the digits of a formatted number. */
export function parseNumberByPattern(text: string, pattern: string): string {
  readPattern(pattern);
  const negative = /-|<.*>/.test(text);
  const digits = text.replace(/[^\d.]/g, '');
  if (!/^\d*\.?\d*$/.test(digits) || !/\d/.test(digits))
    raise('SQL_BAD_VALUE', `invalid input syntax for type numeric: "${text}"`);
  return `${negative ? '-' : ''}${digits}`;
}
