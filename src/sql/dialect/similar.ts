/** Converts a SIMILAR TO pattern into an equivalent regular expression. With `lazy` it matches as little as it can. */
export function similarToRegex(pattern: string, escape: string, lazy = false): string {
  let regex = '';
  let inBrackets = false;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (character === escape && escape !== '') {
      i++;
      regex += escapeLiteral(pattern.charAt(i));
    } else if (inBrackets) {
      if (character === ']') inBrackets = false;
      regex += character === '\\' ? '\\\\' : character;
    } else if (character === '[') {
      inBrackets = true;
      regex += character;
    } else if (character === '%') regex += lazy ? '.*?' : '.*';
    else if (character === '_') regex += '.';
    else if (character === '(') regex += '(?:';
    else if (lazy && '*+?}'.includes(character)) regex += `${character}?`;
    // These mean the same in both languages.
    else if ('|*+?{}),0123456789'.includes(character)) regex += character;
    else regex += escapeLiteral(character);
  }
  return regex;
}

/**
 * The regular expression of `substring(text SIMILAR pattern ESCAPE escape)`, whose first group is the result: the part between
 * two escaped quotes, or the whole text. Undefined for another number of separators.
 */
export function similarPartToRegex(pattern: string, escape: string): string | undefined {
  const [before = '', part, after, ...more] = escape === '' ? [pattern] : splitUnescaped(pattern, escape);
  if (more.length > 0 || (part !== undefined && after === undefined)) return undefined;
  if (part === undefined || after === undefined) return `^(${similarToRegex(before, escape)})$`;
  return `^(?:${similarToRegex(before, escape, true)})(${similarToRegex(part, escape)})(?:${similarToRegex(after, escape)})$`;
}

/** Splits at the escape character followed by a quote. */
function splitUnescaped(pattern: string, escape: string): string[] {
  const parts = [''];
  for (let i = 0; i < pattern.length; i++) {
    const isEscaped = pattern.charAt(i) === escape;
    if (isEscaped && pattern.charAt(i + 1) === '"') parts.push('');
    else parts.push(`${parts.pop() ?? ''}${pattern.slice(i, isEscaped ? i + 2 : i + 1)}`);
    if (isEscaped) i++;
  }
  return parts;
}

function escapeLiteral(character: string): string {
  return /[\\^$.|?*+()[\]{}]/.test(character) ? `\\${character}` : character;
}
