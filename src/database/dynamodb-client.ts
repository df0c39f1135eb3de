import { resolveDynamodbEndpoint } from '../aws/endpoints.ts';
import type { Options } from '../connstring/properties.ts';
import { anySignal } from '../core/async/abort.ts';
import type { Log } from '../core/log.ts';
import { createClient, type DynamoClient } from '../dynamo/transport/client.ts';
import type { Exchange } from '../dynamo/transport/observed-transport.ts';
import type { SignIn } from './sign-in.ts';

const neverAborts = anySignal();

/** The DynamoDB client for these options, signing with the credentials of the sign-in. */
export function createDatabaseClient(
  properties: Options,
  identity: SignIn,
  region: string,
  log?: Log,
): DynamoClient {
  const endpoint = resolveDynamodbEndpoint(properties, region) ?? identity.endpointUrl;
  return createClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: (signal) => identity.source(signal ?? neverAborts),
    renew: (expired, signal) => identity.renew(expired, signal ?? neverAborts),
    maxRetries: properties.maximumRequestRetries,
    ...(properties.retryWaitTime === undefined ? {} : { retryBaseMs: properties.retryWaitTime }),
    retryJitter: properties.retryJitter,
    recoveryMs: properties.maxRecoverySeconds * 1000,
    timeoutMs: properties.timeout * 1000,
    dispatcher: identity.network.dispatcher,
    ...(log?.wants(3, 'dynamo') && { observe: (exchange: Exchange) => logExchange(log, exchange) }),
  });
}

function logExchange(log: Log, exchange: Exchange): void {
  const { operation, outcome, succeeded, bytes, elapsedMs, body } = exchange;
  log.write(3, 'dynamo', `${operation}: ${outcome}, ${bytes} bytes, ${elapsedMs.toFixed(1)} ms`);
  log.write(succeeded ? 5 : 4, 'dynamo', `${operation} ${body}`);
}
