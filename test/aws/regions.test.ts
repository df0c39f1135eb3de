import { describe, expect, it } from '@jest/globals';
import { REGION_NAMES, dnsSuffix, regionCode } from '../../src/aws/regions.ts';

describe('regionCode', () => {
  it.each([
    ['eu-west-1', 'eu-west-1'],
    ['EU-WEST-1', 'eu-west-1'],
    ['Ireland', 'eu-west-1'],
    ['northern virginia', 'us-east-1'],
    ['Gov-Cloud_West', 'us-gov-west-1'],
    ['NINGXIA', 'cn-northwest-1'],
    ['xx-newest-12', 'xx-newest-12'],
    ['us-isob-east-1', 'us-isob-east-1'],
    ['eusc-de-east-1', 'eusc-de-east-1'],
  ])('knows %s', (text, code) => {
    expect(regionCode(text)).toBe(code);
  });

  it.each(['', 'Irland', 'eu-west', 'eu_west_1', '-', 'constructor', 'eu-west-1.evil.example'])(
    'does not know %j',
    (text) => {
      expect(regionCode(text)).toBeUndefined();
    },
  );

  it('has names in capitals without blanks, each for a code of its own', () => {
    const names = [...REGION_NAMES.keys()];
    expect(names.filter((name) => !/^[A-Z]+$/.test(name))).toEqual([]);
    expect(new Set(REGION_NAMES.values()).size).toBe(names.length);
    expect([...REGION_NAMES.values()].filter((code) => regionCode(code) !== code)).toEqual([]);
  });
});

describe('dnsSuffix', () => {
  it.each([
    ['eu-west-1', 'amazonaws.com'],
    ['us-gov-west-1', 'amazonaws.com'],
    ['cn-north-1', 'amazonaws.com.cn'],
    ['us-iso-east-1', 'c2s.ic.gov'],
    ['us-isob-east-1', 'sc2s.sgov.gov'],
  ])('of %s is %s', (region, suffix) => {
    expect(dnsSuffix(region)).toBe(suffix);
  });
});
