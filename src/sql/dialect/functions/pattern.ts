/** A piece of a to_char or to_timestamp pattern: literal text, or a field with its modifiers. */
export type PatternPiece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'field';
      readonly field: string;
      readonly spelling: string;
      readonly fill: boolean;
      readonly ordinal: 'th' | 'TH' | undefined;
    };

// Longer ones first.
const FIELDS =
  'SSSSS SSSS Y,YYY YYYY IYYY HH24 HH12 MONTH A.D. B.C. A.M. P.M. IDDD YYY IYY DDD DAY MON TZH TZM FF1 FF2 FF3 FF4 FF5 FF6 HH MI SS MS US YY IY MM DD DY ID IW WW CC RM AD BC AM PM TZ OF Y I D W Q J'.split(
    ' ',
  );

const cache = new Map<string, readonly PatternPiece[]>();

/** Parses a pattern for dates and times. Recent patterns are cached. */
export function readPattern(pattern: string): readonly PatternPiece[] {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  if (cache.size > 100) cache.clear();
  const pieces = split(pattern);
  cache.set(pattern, pieces);
  return pieces;
}

function split(pattern: string): PatternPiece[] {
  const pieces: PatternPiece[] = [];
  let at = 0;
  while (at < pattern.length) {
    const quoted = /^"((?:[^"\\]|\\.)*)"?/s.exec(pattern.slice(at));
    if (quoted !== null) {
      pieces.push({ kind: 'text', text: (quoted[1] ?? '').replace(/\\(.)/gs, '$1') });
      at += quoted[0].length;
      continue;
    }
    const prefix = /^(?:FM|TM|FX)+/i.exec(pattern.slice(at))?.[0] ?? '';
    const rest = pattern.slice(at + prefix.length);
    const field = FIELDS.find((each) => rest.slice(0, each.length).toUpperCase() === each);
    if (field === undefined) {
      const text = prefix === '' ? pattern.charAt(at) : '';
      if (text !== '') pieces.push({ kind: 'text', text: text === '\\' ? pattern.charAt(++at) : text });
      at += prefix.length + text.length;
      continue;
    }
    const spelling = rest.slice(0, field.length);
    at += prefix.length + field.length;
    const suffix = /^th/i.exec(pattern.slice(at))?.[0];
    if (suffix !== undefined) at += 2;
    pieces.push({
      kind: 'field',
      field,
      spelling,
      fill: !/FM/i.test(prefix) && !/TM/i.test(prefix),
      ordinal: suffix === undefined ? undefined : suffix.startsWith('T') ? 'TH' : 'th',
    });
  }
  return pieces;
}

export const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
