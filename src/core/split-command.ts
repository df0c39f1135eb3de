/**
 * Splits a command into its arguments without a shell, so nothing is expanded. Follows Python's shlex on POSIX and the
 * C runtime's rules on Windows. Undefined if a quote or an escape is not terminated.
 */
export function splitCommand(command: string, platform: string | undefined): readonly string[] | undefined {
  return platform === 'win32' ? splitWindows(command) : splitPosix(command);
}

function splitPosix(command: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < command.length; i += 1) {
    const c = command.charAt(i);
    if (quote === "'") {
      if (c === quote) quote = '';
      else word += c;
    } else if (c === '\\') {
      i += 1;
      if (i === command.length) return undefined;
      const next = command.charAt(i);
      // Inside double quotes a backslash escapes only itself and the quote.
      word = (word ?? '') + (quote === '"' && next !== '"' && next !== '\\' ? c + next : next);
    } else if (c === quote) {
      quote = '';
    } else if (quote === '' && (c === '"' || c === "'")) {
      quote = c;
      word ??= '';
    } else if (quote === '' && /[ \t\r\n]/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + c;
    }
  }
  if (quote !== '') return undefined;
  return word === undefined ? words : [...words, word];
}

function splitWindows(command: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  // Backslashes are literal unless a double quote follows; then each pair is one backslash, and an odd one escapes the quote.
  for (const [part, backslashes = '', quote] of command.matchAll(/(\\*)(")|\\+|[^]/g)) {
    if (quote !== undefined) {
      word = (word ?? '') + '\\'.repeat(Math.floor(backslashes.length / 2));
      if (backslashes.length % 2 === 1) word += '"';
      else quoted = !quoted;
    } else if (!quoted && /[ \t]/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + part;
    }
  }
  if (quoted) return undefined;
  return word === undefined ? words : [...words, word];
}
