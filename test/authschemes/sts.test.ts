import { describe, expect, it } from '@jest/globals';
import { type StsCall, getCallerIdentity } from '../../src/authschemes/sts.ts';
import { type StsAnswer, type StsDouble, callerIdentity, startSts, stsError } from '../doubles/sts.ts';
import { printsOf } from '../support/prints.ts';
import { thrownBy } from '../support/thrown.ts';

const ARN = 'arn:aws:iam::123456789012:user/ana';
const credentials = {
  accessKeyId: 'AKIAABCDEFGHIJKLMNOP',
  secretAccessKey: 'CANARY',
  sessionToken: 'CANARY-TOKEN',
};
const callTo = (sts: StsDouble): StsCall => ({ credentials, region: 'eu-west-1', endpoint: sts.endpoint });

describe('getCallerIdentity', () => {
  it('tells account and ARN, asked with a signature for the Region', async () => {
    await using sts = await startSts(() => callerIdentity(ARN));
    expect(await getCallerIdentity(callTo(sts))).toEqual({
      account: '123456789012',
      arn: ARN,
      userId: 'AIDA',
    });
    expect(sts.requests[0]?.body).toContain('Action=GetCallerIdentity');
    expect(sts.requests[0]?.authorization).toContain('/eu-west-1/sts/aws4_request');
  });

  it.each([
    ['InvalidClientTokenId', 403, 'AUTH_REFUSED', 'AWS does not know the access key AKIA…MNOP'],
    ['SignatureDoesNotMatch', 403, 'AUTH_REFUSED', 'The secret key does not match the access key AKIA…MNOP'],
    ['ExpiredToken', 400, 'AUTH_EXPIRED', 'The session token has expired'],
    ['AccessDenied', 403, 'AUTH_DENIED', 'A policy forbids the access key AKIA…MNOP'],
    ['SomethingNew', 400, 'AUTH_REFUSED', 'STS refused GetCallerIdentity: SomethingNew'],
  ])('tells what %s means, without what STS quotes', async (name, status, code, message) => {
    await using sts = await startSts(() => stsError(status, name, 'x-amz-security-token:CANARY-TOKEN'));
    const error = await thrownBy(() => getCallerIdentity(callTo(sts)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it('asks again when STS fails for the moment', async () => {
    const answers: StsAnswer[] = [stsError(500, 'InternalFailure', 'oops'), callerIdentity(ARN)];
    await using sts = await startSts(() => answers.shift());
    expect((await getCallerIdentity(callTo(sts))).arn).toBe(ARN);
    expect(sts.requests).toHaveLength(2);
  });

  it('gives up after its time', async () => {
    await using sts = await startSts(() => undefined);
    const error = await thrownBy(() => getCallerIdentity({ ...callTo(sts), timeoutMs: 50 }));
    expect(error.code).toBe('CONN_NETWORK');
    expect(error.message).toContain(sts.endpoint);
  });

  it('ends when its caller gives up', async () => {
    await using sts = await startSts(() => undefined);
    const signal = AbortSignal.timeout(50);
    expect((await thrownBy(() => getCallerIdentity({ ...callTo(sts), signal }))).code).toBe('EXEC_CANCELLED');
  });

  it('tells where nobody answers', async () => {
    const sts = await startSts(() => undefined);
    await sts[Symbol.asyncDispose]();
    const error = await thrownBy(() => getCallerIdentity(callTo(sts)));
    expect(error.code).toBe('CONN_NETWORK');
    expect(error.message).toContain(sts.endpoint);
    expect(printsOf(error)).not.toContain('CANARY');
  });
});
