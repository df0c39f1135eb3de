/** Converts a SIMILAR TO pattern into an equivalent regular expression. */
export function similarToRegex(pattern: string, escape: string): string {
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
    } else if (character === '%') regex += '.*';
    else if (character === '_') regex += '.';
    else if (character === '(') regex += '(?:';
    // These mean the same in both languages.
    else if ('|*+?{}),0123456789'.includes(character)) regex += character;
    else regex += escapeLiteral(character);
  }
  return regex;
}

function escapeLiteral(character: string): string {
  return /[\\^$.|?*+()[\]{}]/.test(character) ? `\\${character}` : character;
}
