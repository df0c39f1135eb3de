/** Region names, as other DynamoDB drivers spell them, and their codes. */
export const REGION_NAMES: ReadonlyMap<string, string> = new Map([
  ['OHIO', 'us-east-2'],
  ['NORTHERNVIRGINIA', 'us-east-1'],
  ['NORTHERNCALIFORNIA', 'us-west-1'],
  ['OREGON', 'us-west-2'],
  ['CAPETOWN', 'af-south-1'],
  ['HONGKONG', 'ap-east-1'],
  ['TAIPEI', 'ap-east-2'],
  ['MUMBAI', 'ap-south-1'],
  ['HYDERABAD', 'ap-south-2'],
  ['SINGAPORE', 'ap-southeast-1'],
  ['SYDNEY', 'ap-southeast-2'],
  ['JAKARTA', 'ap-southeast-3'],
  ['MELBOURNE', 'ap-southeast-4'],
  ['MALAYSIA', 'ap-southeast-5'],
  ['THAILAND', 'ap-southeast-7'],
  ['TOKYO', 'ap-northeast-1'],
  ['SEOUL', 'ap-northeast-2'],
  ['OSAKA', 'ap-northeast-3'],
  ['CENTRAL', 'ca-central-1'],
  ['CALGARY', 'ca-west-1'],
  ['BEIJING', 'cn-north-1'],
  ['NINGXIA', 'cn-northwest-1'],
  ['FRANKFURT', 'eu-central-1'],
  ['ZURICH', 'eu-central-2'],
  ['IRELAND', 'eu-west-1'],
  ['LONDON', 'eu-west-2'],
  ['PARIS', 'eu-west-3'],
  ['MILAN', 'eu-south-1'],
  ['SPAIN', 'eu-south-2'],
  ['STOCKHOLM', 'eu-north-1'],
  ['TELAVIV', 'il-central-1'],
  ['BAHRAIN', 'me-south-1'],
  ['UAE', 'me-central-1'],
  ['MEXICO', 'mx-central-1'],
  ['SAOPAULO', 'sa-east-1'],
  ['GOVCLOUDEAST', 'us-gov-east-1'],
  ['GOVCLOUDWEST', 'us-gov-west-1'],
]);

/** Any code of this form is accepted, since new Regions open faster than drivers are released. */
const CODE = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

/** The code of a Region for its code or name, ignoring case, spaces, `-` and `_` in names; undefined for anything else. */
export function toRegionCode(input: string): string | undefined {
  const code = input.trim().toLowerCase();
  if (CODE.test(code)) return code;
  return REGION_NAMES.get(code.replaceAll(/[\s_-]/g, '').toUpperCase());
}

/** The partitions other than `aws`, by the prefix of their Region codes. */
const PARTITIONS: readonly {
  readonly prefix: string;
  readonly partition: string;
  readonly dnsSuffix: string;
}[] = [
  { prefix: 'cn-', partition: 'aws-cn', dnsSuffix: 'amazonaws.com.cn' },
  { prefix: 'us-gov-', partition: 'aws-us-gov', dnsSuffix: 'amazonaws.com' },
  { prefix: 'us-isob-', partition: 'aws-iso-b', dnsSuffix: 'sc2s.sgov.gov' },
  { prefix: 'us-isof-', partition: 'aws-iso-f', dnsSuffix: 'csp.hci.ic.gov' },
  { prefix: 'us-iso-', partition: 'aws-iso', dnsSuffix: 'c2s.ic.gov' },
  { prefix: 'eu-isoe-', partition: 'aws-iso-e', dnsSuffix: 'cloud.adc-e.uk' },
  { prefix: 'eusc-', partition: 'aws-eusc', dnsSuffix: 'amazonaws.eu' },
];

/** The endpoint domain of the `aws` partition. */
export const DEFAULT_DOMAIN = 'amazonaws.com';

/** The endpoint domain of a Region's partition. */
export function dnsSuffix(region: string): string {
  return PARTITIONS.find(({ prefix }) => region.startsWith(prefix))?.dnsSuffix ?? DEFAULT_DOMAIN;
}

/** The partition of a Region, as in its ARNs. */
export function findPartition(region: string): string {
  return PARTITIONS.find(({ prefix }) => region.startsWith(prefix))?.partition ?? 'aws';
}
