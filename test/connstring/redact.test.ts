import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redact } from '../../src/connstring/redact.ts';
import { Secret } from '../../src/core/secret.ts';

describe('redact', () => {
  it('shows public values and masks secrets', () => {
    expect(redact('awsregion=Ireland; AccessKey=AKIA; SecretKey=CANARY;')).toBe(
      'AWSRegion=Ireland;AWSAccessKey=AKIA;AWSSecretKey=***',
    );
  });

  it('masks secrets in nested strings', () => {
    expect(redact("SSOProperties='ApiToken=CANARY;MFAType=SMS'")).toBe(
      "SSOProperties='APIToken=***;MFAType=SMS'",
    );
    expect(redact("Other='Password=CANARY;User=ana'")).toBe("Other='Password=***;User=ana'");
  });

  it('masks objects in the same format', () => {
    expect(
      redact({
        User: 'ana',
        Password: 'CANARY',
        ThreadCount: 4,
        Nonsense: 'CANARY',
        AWSSessionToken: undefined,
      }),
    ).toBe('User=ana;Password=***;ThreadCount=4;***=***');
    expect(redact({ SSOProperties: { APIToken: new Secret('CANARY') } })).toBe('SSOProperties=APIToken=***');
  });

  it.each([
    'Password=a;CANARY',
    "Password='CANARY",
    'CANARY',
    'Password=a;CANARY=b',
    'User=ana Password=CANARY',
    'Endpoint=http://user:CANARY@host',
    'RTK=CANARY',
    'dynamodb://x?Password=%CANARY',
    'dynamodb://x:CANARY@y',
    "SSOProperties='MFAType=SMS;CANARY'",
    "SSOProperties='Foo=CANARY'",
    'Password=CANARY;Password=b',
  ])('does not let the canary out of %j', (text) => {
    expect(redact(text)).not.toContain('CANARY');
  });

  it('never throws, and never shows the value of a secret key', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(redact(`${before};Password='CANARY';${after}`)).not.toContain('CANARY');
      }),
    );
  });
});
