import { plainKey } from './find-property.ts';

/** A key that other drivers of this family know and that has no meaning here: accepted, its value never looked at. */
interface IgnoredKey {
  readonly key: string;
  /** What to write here for the same purpose. */
  readonly instead?: string;
  /** Written by driver managers into every string: no word about it. */
  readonly silent?: true;
}

export const IGNORED_KEYS: readonly IgnoredKey[] = [
  { key: 'Driver', silent: true },
  { key: 'Description', silent: true },
  { key: 'Trace', silent: true },
  { key: 'AutoCache' },
  { key: 'BatchSize' },
  { key: 'CacheConnection' },
  { key: 'CacheDriver' },
  { key: 'CacheLocation' },
  { key: 'CacheMetadata' },
  { key: 'CacheQueryResult' },
  { key: 'CacheTolerance' },
  { key: 'ConnectionLifeTime' },
  { key: 'FirewallPassword' },
  { key: 'FirewallPort' },
  { key: 'FirewallServer', instead: 'ProxyServer' },
  { key: 'FirewallType' },
  { key: 'FirewallUser' },
  { key: 'FlexibleSchema' },
  { key: 'InsertMode' },
  { key: 'NumberColumnMode', instead: 'NumberMode' },
  { key: 'Offline' },
  { key: 'PoolIdleTimeout' },
  { key: 'PoolMaxSize' },
  { key: 'PoolMinSize' },
  { key: 'PoolWaitTime' },
  { key: 'ProxyAuthScheme' },
  { key: 'ProxySSLType' },
  { key: 'PseudoColumns' },
  { key: 'RTK' },
  { key: 'S3StagingDirectory' },
  { key: 'SupportEnhancedSQL' },
  { key: 'UseConnectionPooling' },
  { key: 'UseEC2Roles', instead: 'AuthScheme=AwsEC2Roles' },
  { key: 'UseLakeFormation' },
  { key: 'UseSimpleNames' },
  { key: 'Views' },
];

const BY_KEY: ReadonlyMap<string, IgnoredKey> = new Map(IGNORED_KEYS.map((row) => [plainKey(row.key), row]));

/** The documented spelling of a key that is accepted and ignored, else undefined. */
export function ignoredKey(spelled: string): string | undefined {
  return BY_KEY.get(plainKey(spelled))?.key;
}

/** One line about ignored keys; undefined where there is nothing to say. */
export function ignoredWarning(keys: readonly string[]): string | undefined {
  const told = keys.flatMap((key) => {
    const row = BY_KEY.get(plainKey(key));
    if (row === undefined || row.silent) return [];
    return [row.instead === undefined ? row.key : `${row.key} (use ${row.instead})`];
  });
  return told.length === 0 ? undefined : `Ignored, having no meaning for this driver: ${told.join(', ')}`;
}
