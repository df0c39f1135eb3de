import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { request } from 'undici';
import { listen } from '../../doubles/json-server.ts';
import { openPlace, type Place } from './place.ts';

const PASSWORD = 'CANARY-pä$$&w=rd+ "1;<>';
const ASSERTION = 'UEhOaGJXdz4=';

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const answer = await request(url, { method: 'POST', body, headers });
  await answer.body.dump();
}

it('a place sees what goes where it should not', async () => {
  await using elsewhere = await listen(() => ({ body: '' }));
  const provider = { origin: 'https://127.0.0.1:1', requests: [] };
  place.forget();
  const exchange = new URLSearchParams({ Action: 'AssumeRoleWithSAML', SAMLAssertion: ASSERTION });
  await post(place.sts, exchange.toString());
  await post(place.dynamodb, '{}');
  expect(place.strays(provider, [PASSWORD])).toEqual([]);

  await post(elsewhere.endpoint, '');
  await post(place.sts, new URLSearchParams({ PASSWORD }).toString());
  await post(place.dynamodb, '', { authorization: `Basic ${Buffer.from(PASSWORD).toString('base64')}` });
  await post(place.dynamodb, ASSERTION);
  expect(place.strays(provider, [PASSWORD])).toEqual([
    `something went to ${new URL(elsewhere.endpoint).host}`,
    `${PASSWORD} went to STS`,
    `${PASSWORD} went to DynamoDB`,
    `${ASSERTION} went to DynamoDB`,
  ]);
});
