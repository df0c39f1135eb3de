import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseRole, parseRolePairs } from '../../src/saml/roles.ts';
import { thrownBy } from '../support/thrown.ts';

const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const provider = (name: string): string => `arn:aws:iam::123456789012:saml-provider/${name}`;
const analyst = { roleArn: role('Analyst'), principalArn: provider('Corp') };
const admin = { roleArn: role('Admin'), principalArn: provider('Corp') };
const ANALYST = `${analyst.roleArn},${analyst.principalArn}`;
const ADMIN = `${admin.principalArn},${admin.roleArn}`;

describe('the pairs of an assertion', () => {
  it.each([
    ['role first', `${role('A')},${provider('P')}`],
    ['provider first', `${provider('P')},${role('A')}`],
    ['blanks', ` ${provider('P')} ,\n ${role('A')} `],
    ['a path that looks like a provider', `${role('saml-provider/A')},${provider('P')}`],
    [
      'another partition',
      `arn:aws-us-gov:iam::123456789012:role/A,arn:aws-us-gov:iam::123456789012:saml-provider/P`,
    ],
  ])('are recognized in any order: %s', (_, value) => {
    const [pair] = parseRolePairs([value]).pairs;
    expect(pair?.roleArn).toContain(':role/');
    expect(pair?.principalArn).toMatch(/^arn:[a-z-]+:iam::\d+:saml-provider\/P$/);
  });

  it.each([
    '',
    ',',
    role('A'),
    `${role('A')},${role('B')}`,
    `${ANALYST},x`,
    'arn:aws:iam::1:role/A,arn:aws:iam::1:saml-provider/P',
  ])('skip %j and keep the others', (value) => {
    expect(parseRolePairs([value, ANALYST])).toEqual({ pairs: [analyst], malformed: 1 });
  });

  it('are unique, and parsed from any text', () => {
    expect(parseRolePairs([ANALYST, ANALYST]).pairs).toHaveLength(1);
    fc.assert(
      fc.property(fc.array(fc.string()), (values) => {
        const { pairs, malformed } = parseRolePairs(values);
        expect(pairs.length + malformed).toBeLessThanOrEqual(values.length);
      }),
    );
  });
});

describe('the role', () => {
  it.each([
    ['the only one', [ANALYST], {}, analyst],
    ['the one that was named', [ANALYST, ADMIN], { roleArn: admin.roleArn }, admin],
    [
      'the only one of the provider',
      [ANALYST, `${role('X')},${provider('Y')}`],
      { principalArn: provider('Corp') },
      analyst,
    ],
    [
      'both ARNs, listed or not',
      [ANALYST],
      { roleArn: role('X'), principalArn: provider('Y') },
      { roleArn: role('X'), principalArn: provider('Y') },
    ],
    ['both ARNs of an encrypted assertion', undefined, analyst, analyst],
  ])('is %s', (_, values, preference, chosen) => {
    expect(chooseRole(values, preference)).toEqual(chosen);
  });

  it('is never guessed: the error lists the roles', async () => {
    const error = await thrownBy(() => chooseRole([ANALYST, ADMIN], {}));
    expect(error.code).toBe('AUTH_ROLE');
    expect(error.message).toContain(`set AWSRoleARN to one of ${analyst.roleArn}, ${admin.roleArn}`);
    expect(error.candidates).toEqual([analyst.roleArn, admin.roleArn]);
  });

  it('with several providers is ambiguous', async () => {
    const values = [ANALYST, `${analyst.roleArn},${provider('Other')}`];
    const error = await thrownBy(() => chooseRole(values, { roleArn: analyst.roleArn }));
    expect(error.candidates).toEqual([provider('Corp'), provider('Other')]);
    expect(error.message).toContain('set AWSPrincipalARN');
  });

  it.each([
    ['another role', [ANALYST], { roleArn: role('analyst') }, 'AUTH_ROLE', analyst.roleArn],
    ['none', [], {}, 'AUTH_SAML', 'lacks the attribute'],
    ['none that can be read', ['x'], {}, 'AUTH_SAML', '1 of its values'],
    ['an encrypted assertion', undefined, { roleArn: role('A') }, 'AUTH_ROLE', 'encrypted'],
  ])('is an error with %s', async (_, values, preference, code, words) => {
    const error = await thrownBy(() => chooseRole(values, preference));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(words)]);
  });
});
