import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stateDirectory } from '../../src/core/state-directory.ts';

const nothing = (): undefined => undefined;

describe('the state directory', () => {
  it('is below the home directory', () => {
    expect(stateDirectory('linux', '/home/ana', nothing)).toBe('/home/ana/.local/state/dynadbc');
    expect(stateDirectory('win32', 'home', nothing)).toBe(join('home', 'AppData', 'Local', 'dynadbc'));
  });

  it('goes where the platform says state goes', () => {
    const places = new Map([
      ['XDG_STATE_HOME', '/state'],
      ['LOCALAPPDATA', '/local'],
    ]);
    const env = (name: string): string | undefined => places.get(name);
    expect(stateDirectory('linux', '/home/ana', env)).toBe(join('/state', 'dynadbc'));
    expect(stateDirectory('win32', '/home/ana', env)).toBe(join('/local', 'dynadbc'));
  });
});
