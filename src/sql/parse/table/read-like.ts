import { readTableName, type TokenReader } from './token-reader.ts';
import type { LikeOption, Located } from './table-statement.ts';

/** LIKE and what it copies besides columns and key. */
export interface LikeClause {
  readonly source: Located<string>;
  readonly includes: ReadonlySet<LikeOption>;
}

const OPTIONS: readonly LikeOption[] = ['indexes', 'storage'];

/** PostgreSQL's other options: what they copy does not exist in DynamoDB. */
const WITHOUT_MEANING = [
  'comments',
  'compression',
  'constraints',
  'defaults',
  'generated',
  'identity',
  'statistics',
];

/** `LIKE source [INCLUDING option | EXCLUDING option …]` */
export function readLike(reader: TokenReader): LikeClause {
  reader.expect('like');
  const source = readTableName(reader);
  const includes = new Set<LikeOption>();
  for (;;) {
    const adds = reader.accept('including');
    if (!adds && !reader.accept('excluding')) return { source, includes };
    for (const option of readOption(reader))
      if (adds) includes.add(option);
      else includes.delete(option);
  }
}

function readOption(reader: TokenReader): readonly LikeOption[] {
  if (reader.accept('all')) return OPTIONS;
  const option = OPTIONS.find((each) => reader.accept(each));
  if (option !== undefined) return [option];
  if (WITHOUT_MEANING.some((each) => reader.accept(each))) return [];
  throw reader.unexpected('ALL, INDEXES or STORAGE');
}
