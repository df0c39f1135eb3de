import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { request } from 'undici';
import { startJsonServer } from '../../doubles/json-server.ts';
import { startSignInBackend, type SignInBackend } from './backend.ts';

const PASSWORD = 'CANARY-pä$$&w=rd+ "1;<>';
const ASSERTION = 'UEhOaGJXdz4=';

let backend: SignInBackend;
beforeAll(async () => {
  backend = await startSignInBackend();
});
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
});

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const answer = await request(url, { method: 'POST', body, headers });
  await answer.body.dump();
}

it('the backend finds connections and secrets that must not be sent', async () => {
  await using other = await startJsonServer(() => ({ body: '' }));
  const provider = { origin: 'https://127.0.0.1:1', requests: [] };
  backend.reset();
  const exchange = new URLSearchParams({ Action: 'AssumeRoleWithSAML', SAMLAssertion: ASSERTION });
  await post(backend.sts, exchange.toString());
  await post(backend.dynamodb, '{}');
  expect(backend.findLeaks(provider, [PASSWORD])).toEqual([]);

  await post(other.endpoint, '');
  await post(backend.sts, new URLSearchParams({ PASSWORD }).toString());
  await post(backend.dynamodb, '', { authorization: `Basic ${Buffer.from(PASSWORD).toString('base64')}` });
  await post(backend.dynamodb, ASSERTION);
  expect(backend.findLeaks(provider, [PASSWORD])).toEqual([
    `a connection to ${new URL(other.endpoint).host}`,
    `${PASSWORD} was sent to STS`,
    `${PASSWORD} was sent to DynamoDB`,
    `${ASSERTION} was sent to DynamoDB`,
  ]);
});
