import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resolveStateDirectory } from '../../src/core/state-directory.ts';

const nothing = (): undefined => undefined;

describe('the state directory', () => {
  it('is below the home directory', () => {
    expect(resolveStateDirectory('linux', '/home/ana', nothing)).toBe('/home/ana/.local/state/dynadbc');
    expect(resolveStateDirectory('win32', 'home', nothing)).toBe(join('home', 'AppData', 'Local', 'dynadbc'));
  });

  it('follows the variables of the platform', () => {
    const places = new Map([
      ['XDG_STATE_HOME', '/state'],
      ['LOCALAPPDATA', '/local'],
    ]);
    const env = (name: string): string | undefined => places.get(name);
    expect(resolveStateDirectory('linux', '/home/ana', env)).toBe(join('/state', 'dynadbc'));
    expect(resolveStateDirectory('win32', '/home/ana', env)).toBe(join('/local', 'dynadbc'));
  });
});
