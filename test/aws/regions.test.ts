import { describe, expect, it } from '@jest/globals';
import { REGION_NAMES, dnsSuffix, toRegionCode } from '../../src/aws/regions.ts';

describe('toRegionCode', () => {
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
  ])('accepts %s', (text, code) => {
    expect(toRegionCode(text)).toBe(code);
  });

  it.each(['', 'Irland', 'eu-west', 'eu_west_1', '-', 'constructor', 'eu-west-1.evil.example'])(
    'does not know %j',
    (text) => {
      expect(toRegionCode(text)).toBeUndefined();
    },
  );

  it('has upper-case names without spaces, each with a different code', () => {
    const names = [...REGION_NAMES.keys()];
    expect(names.filter((name) => !/^[A-Z]+$/.test(name))).toEqual([]);
    expect(new Set(REGION_NAMES.values()).size).toBe(names.length);
    expect([...REGION_NAMES.values()].filter((code) => toRegionCode(code) !== code)).toEqual([]);
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
