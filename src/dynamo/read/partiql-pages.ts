import type { AttributeValue } from '../attribute-value.ts';
import type { DynamoClient } from '../transport/client.ts';
import { checkRequest } from '../lint/linter.ts';
import { readEnvelope, type Page } from '../lane/page.ts';
import { countPage, type ReadOptions } from './reader.ts';

/** A PartiQL statement for ExecuteStatement. */
export interface PartiqlRequest {
  readonly text: string;
  /** The values of its `?` parameters. */
  readonly parameters: readonly AttributeValue[];
  /** Whether it may change items, so that it must not be applied twice. */
  readonly writes: boolean;
  readonly consistent: boolean;
  /** Maximum number of items that a page evaluates; only for SELECT. */
  readonly pageSize?: number;
}

type Options = Pick<ReadOptions, 'stats' | 'gate' | 'signal'>;

/** Executes a statement and reads all its pages; pages may be empty. */
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
      const request = token === undefined ? input : { ...input, NextToken: token };
      const onThrottle = permit && (() => permit.throttled());
      const body = await client.execute(request, stats, { once: writes, onThrottle }, signal);
      page = readEnvelope('ExecuteStatement', body);
      countPage(page, stats);
    } finally {
      permit?.release(page);
    }
    yield page;
    token = page.nextToken;
  } while (token !== undefined);
}
