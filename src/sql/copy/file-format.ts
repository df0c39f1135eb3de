export const COPY_FORMATS = ['text', 'csv', 'json', 'ndjson', 'dynamodb_json', 'ion', 'parquet'] as const;
export type CopyFormat = (typeof COPY_FORMATS)[number];

const EXTENSIONS: ReadonlyMap<string, CopyFormat> = new Map([
  ['csv', 'csv'],
  ['json', 'json'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
  ['ion', 'ion'],
  ['10n', 'ion'],
  ['parquet', 'parquet'],
]);

/** The format that a file's extension implies, and the compression. */
export function detectFormat(file: string): {
  readonly format: CopyFormat | undefined;
  readonly compression: 'gzip' | 'zstd' | undefined;
} {
  const [compressed, suffix] = /\.(gz|zst)$/i.exec(file) ?? [];
  const extension = /\.(\w+)$/.exec(file.slice(0, file.length - (compressed?.length ?? 0)))?.[1];
  return {
    format: EXTENSIONS.get(extension?.toLowerCase() ?? ''),
    compression: suffix === undefined ? undefined : suffix.toLowerCase() === 'gz' ? 'gzip' : 'zstd',
  };
}
