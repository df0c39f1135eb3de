import { execFileSync, spawnSync } from 'node:child_process';
import { env } from 'node:process';

/**
 * Returns why these Debian packages cannot be used, or undefined if they are installed. With `DYNADBC_INTEROP=install`, missing
 * packages are installed first.
 */
export function findMissingPackages(names: readonly string[]): string | undefined {
  const absent = listMissing(names);
  if (absent.length === 0) return undefined;
  const reason = `not installed: ${absent.join(', ')}`;
  if (env['DYNADBC_INTEROP'] !== 'install') return `${reason} (DYNADBC_INTEROP=install installs them)`;
  const options = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  try {
    execFileSync('apt-get', ['install', ...options, ...absent], {
      stdio: 'pipe',
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    return `${reason}, and apt-get could not install them: ${String(error).slice(0, 200)}`;
  }
  return undefined;
}

function listMissing(names: readonly string[]): readonly string[] {
  const { stdout, error } = spawnSync(
    'dpkg-query',
    ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names],
    {
      encoding: 'utf8',
    },
  );
  if (error !== undefined) return names;
  const installed = new Set(stdout.split('\n').filter((line) => line.endsWith(' installed')));
  return names.filter((name) => !installed.has(`${name} installed`));
}
