import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DriverError } from '../../../src/core/errors.ts';
import { redactNothing } from '../../../src/net/redactor.ts';
import { readAuthnResponse } from '../../../src/saml/okta/authn-response.ts';
import { getOktaErrorCode, toOktaError } from '../../../src/saml/okta/errors.ts';

const ORIGIN = 'https://corp.okta.test';
const NAMES = [
  'status',
  'stateToken',
  'sessionToken',
  '_embedded',
  '_links',
  'factors',
  'factor',
  'next',
  'href',
  'verify',
];

/** Documents that look like Okta's, with anything anywhere. */
const documents = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom('SUCCESS', '__proto__', `${ORIGIN}/x`, 'https://evil.test/', 'E0000004', null, 1, true),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(...NAMES, '__proto__', 'errorCode', 'errorCauses', 'errorSummary'),
      tie('node'),
    ),
  ),
})).node;

describe('a response of Okta', () => {
  it('is parsed or rejected, and never leads to another origin', () => {
    fc.assert(
      fc.property(documents, (json) => {
        try {
          const answer = readAuthnResponse(json, ORIGIN);
          const links = [answer.link('next'), ...answer.factors.map(({ verifyUrl }) => verifyUrl)];
          return links.every((link) => link === undefined || new URL(link).origin === ORIGIN);
        } catch (error) {
          return error instanceof DriverError;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('has own members only, nothing inherited', () => {
    const answer = readAuthnResponse(Object.create({ status: 'SUCCESS', sessionToken: 'x' }), ORIGIN);
    expect(answer.sessionToken).toBeUndefined();
  });

  it('with any error becomes a DriverError', () => {
    const steps = fc.constantFrom(
      'password' as const,
      'send' as const,
      'code' as const,
      'poll' as const,
      'state' as const,
    );
    fc.assert(
      fc.property(
        documents,
        fc.integer({ min: 100, max: 599 }),
        steps,
        fc.boolean(),
        (json, status, step, hasToken) => {
          const refusal = { status, json, limitedUntil: undefined, redact: redactNothing };
          const error = toOktaError(refusal, step, hasToken, ORIGIN);
          const name = getOktaErrorCode(refusal);
          return (
            error.message !== '' &&
            error.message.length < 600 &&
            (name === undefined || /^E\d{7}$/.test(name))
          );
        },
      ),
    );
  });
});
