import { normalizeKey } from './property-spec.ts';

/** A key of similar drivers that is accepted and ignored, so that their connection strings keep working. */
interface IgnoredKey {
  readonly key: string;
  /** The property that serves the same purpose. */
  readonly instead?: string;
  /** Added to every string by driver managers, so not worth a warning. */
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

const BY_KEY: ReadonlyMap<string, IgnoredKey> = new Map(
  IGNORED_KEYS.map((row) => [normalizeKey(row.key), row]),
);

/** The documented spelling of an ignored key; undefined for any other. */
export function findIgnoredKey(spelled: string): string | undefined {
  return BY_KEY.get(normalizeKey(spelled))?.key;
}

/** A warning that lists ignored keys; undefined if none deserves it. */
export function formatIgnoredWarning(keys: readonly string[]): string | undefined {
  const names = keys.flatMap((key) => {
    const row = BY_KEY.get(normalizeKey(key));
    if (row === undefined || row.silent) return [];
    return [row.instead === undefined ? row.key : `${row.key} (use ${row.instead})`];
  });
  return names.length === 0
    ? undefined
    : `Ignoring properties that DynaDBC does not use: ${names.join(', ')}`;
}
