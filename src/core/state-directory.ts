import { join } from 'node:path';

/** The directory for state kept between runs, by the convention of the platform (XDG or LOCALAPPDATA). */
export function resolveStateDirectory(
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
