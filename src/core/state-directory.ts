import { join } from 'node:path';

/** Where a program keeps what it remembers between runs, by the custom of the platform. */
export function stateDirectory(
  platform: string,
  home: string,
  env: (name: string) => string | undefined,
): string {
  const base =
    platform === 'win32'
      ? (env('LOCALAPPDATA') ?? join(home, 'AppData', 'Local'))
      : (env('XDG_STATE_HOME') ?? join(home, '.local', 'state'));
  return join(base, 'dynadbc');
}
