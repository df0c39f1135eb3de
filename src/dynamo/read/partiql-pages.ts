import type { AttributeValue } from '../attribute-value.ts';
import type { DynamoClient } from '../transport/client.ts';
import { checkRequest } from '../lint/linter.ts';
import { readEnvelope, type Page } from '../lane/page.ts';
import { countPage, type ReadOptions } from './reader.ts';

/** A PartiQL statement as ExecuteStatement takes it. */
export interface PartiqlRequest {
  readonly text: string;
  /** For its question marks. */
  readonly parameters: readonly AttributeValue[];
  /** It may change items, so that it must not take place twice. */
  readonly writes: boolean;
  readonly consistent: boolean;
  /** Items that one page evaluates at most; for SELECT only. */
  readonly pageSize?: number;
}

type Options = Pick<ReadOptions, 'stats' | 'gate' | 'signal'>;

/** Sends a statement and follows its pages to the end; pages may be empty. */
export async function* readPartiqlPages(
  client: Pick<DynamoClient, 'execute'>,
  { text, parameters, writes, consistent, pageSize }: PartiqlRequest,
  { stats, gate, signal }: Options,
): AsyncGenerator<Page, void, undefined> {
  const input = {
    Statement: text,
    ...(parameters.length > 0 && { Parameters: parameters }),
    ...(consistent && { ConsistentRead: true }),
    ...(pageSize !== undefined && { Limit: pageSize }),
    ReturnConsumedCapacity: 'INDEXES',
  };
  checkRequest({ operation: 'ExecuteStatement', input });
  let token: string | undefined;
  do {
    const permit = await gate?.acquire(signal);
    let page: Page | undefined;
    try {
      const asked = token === undefined ? input : { ...input, NextToken: token };
      const onThrottle = permit && (() => permit.throttled());
      const answer = await client.execute(asked, stats, { once: writes, onThrottle }, signal);
      page = readEnvelope('ExecuteStatement', answer);
      countPage(page, stats);
    } finally {
      permit?.release(page);
    }
    yield page;
    token = page.nextToken;
  } while (token !== undefined);
}
