/** The regular expression that matches what a SIMILAR TO pattern matches. */
export function similarToRegex(pattern: string, escape: string): string {
  let regex = '';
  let inBrackets = false;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (character === escape && escape !== '') {
      i++;
      regex += literally(pattern.charAt(i));
    } else if (inBrackets) {
      if (character === ']') inBrackets = false;
      regex += character === '\\' ? '\\\\' : character;
    } else if (character === '[') {
      inBrackets = true;
      regex += character;
    } else if (character === '%') regex += '.*';
    else if (character === '_') regex += '.';
    else if (character === '(') regex += '(?:';
    // These mean the same in both.
    else if ('|*+?{}),0123456789'.includes(character)) regex += character;
    else regex += literally(character);
  }
  return regex;
}

function literally(character: string): string {
  return /[\\^$.|?*+()[\]{}]/.test(character) ? `\\${character}` : character;
}
