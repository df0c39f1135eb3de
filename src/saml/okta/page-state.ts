const NAME = 'stateToken';
const MAX_TOKEN = 4096;
const CODE = /^\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))$/i;

/**
 * The state token that an Okta page passes to its script, as `stateToken = '…'` or `"stateToken":"…"`, if it requires a
 * further sign-in step. Reads each character once.
 */
export function findStateToken(scripts: readonly string[]): string | undefined {
  for (const script of scripts) {
    for (let from = script.indexOf(NAME); from !== -1; from = script.indexOf(NAME, from + NAME.length)) {
      const token = parseAssignedString(script, from + NAME.length);
      if (token !== undefined && token !== '') return token;
    }
  }
  return undefined;
}

/** The quoted string after `=` or `:`, unescaped. */
function parseAssignedString(script: string, from: number): string | undefined {
  let at = from;
  if (script[at] === '"' || script[at] === "'") at += 1;
  at = skipWhitespace(script, at);
  if (script[at] !== '=' && script[at] !== ':') return undefined;
  at = skipWhitespace(script, at + 1);
  const quote = script[at];
  if (quote !== '"' && quote !== "'") return undefined;
  let text = '';
  for (at += 1; at < script.length && text.length <= MAX_TOKEN; at += 1) {
    const character = script.charAt(at);
    if (character === quote) return text;
    if (character !== '\\') {
      text += character;
      continue;
    }
    const length = script[at + 1] === 'x' ? 4 : script[at + 1] === 'u' ? 6 : 2;
    const [, hex, unicode, other] = CODE.exec(script.slice(at, at + length)) ?? [];
    const code = hex ?? unicode;
    text += code === undefined ? (other ?? '') : String.fromCharCode(Number.parseInt(code, 16));
    at += length - 1;
  }
  return undefined;
}

function skipWhitespace(script: string, from: number): number {
  let at = from;
  while (at < script.length && at - from < 64 && /\s/.test(script.charAt(at))) at += 1;
  return at;
}
