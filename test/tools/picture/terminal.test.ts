import { describe, expect, it } from '@jest/globals';
import { Terminal } from '../../../tools/picture/terminal.ts';

/** The lines of the screen after this output, as plain text. */
function screen(...output: readonly string[]): readonly string[] {
  const terminal = new Terminal();
  for (const part of output) terminal.write(part);
  return terminal
    .lines()
    .map((runs) => runs.reduce((line, { column, text }) => line.padEnd(column) + text, '').trimEnd());
}

describe('Terminal', () => {
  it('starts a new line at the first column', () => {
    expect(screen('one\ntwo\r\nthree')).toEqual(['one', 'two', 'three']);
  });

  it('overwrites a line after a carriage return', () => {
    expect(screen('reading…', '\r\u001b[K', 'done')).toEqual(['done']);
  });

  it('moves the cursor as readline does', () => {
    expect(screen('abc', '\u001b[1G', '\u001b[0J', 'xy', '\u001b[5G', 'z')).toEqual(['xy  z']);
  });

  it('keeps runs of one style together', () => {
    const terminal = new Terminal();
    terminal.write('\u001b[1m\u001b[31merror:\u001b[39m\u001b[22m no');
    expect(terminal.lines()[0]).toEqual([
      { column: 0, width: 6, text: 'error:', style: { bold: true, dim: false, color: 'red' } },
      { column: 6, width: 3, text: ' no', style: { bold: false, dim: false, color: undefined } },
    ]);
  });

  it('gives wide characters two columns', () => {
    const terminal = new Terminal();
    terminal.write('翔|');
    expect(terminal.lines()[0]?.map(({ column, width, text }) => ({ column, width, text }))).toEqual([
      { column: 0, width: 2, text: '翔' },
      { column: 2, width: 1, text: '|' },
    ]);
  });

  it('knows the line with the cursor', () => {
    const terminal = new Terminal();
    terminal.write('first\ndynadbc=> ');
    expect(terminal.lastLine).toBe('dynadbc=>');
  });
});
