import { describe, expect, it } from '@jest/globals';
import { diagnose } from '../../src/doctor/diagnose.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { type Reply, startHttpDouble } from '../doubles/dynamodb-http.ts';
import { fakePorts } from '../doubles/ports.ts';
import { type StsAnswer, callerIdentity, startSts, stsCredentials, stsError } from '../doubles/sts.ts';
import { collectOutput } from '../support/collect-output.ts';

const CREDENTIALS = '/home/ana/.aws/credentials';
const CONFIG = '/home/ana/.aws/config';
const ARN = 'arn:aws:iam::123456789012:user/ana';
const ROLE = 'arn:aws:iam::123456789012:role/Reader';
const KEYS = 'AuthScheme=AwsRootKeys;AWSAccessKey=AKIAABCDEFGHIJKLMNOP;AWSSecretKey=CANARY';
const PAIR = 'aws_access_key_id = AKIAABCDEFGHIJKLMNOP\naws_secret_access_key = CANARY\n';

/** A world with its faults; what is not said is well. `STS` and `DYNAMODB` in the text stand for the doubles. */
interface Fault {
  readonly text?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly table?: string;
  readonly clockMs?: number;
  readonly run?: { readonly status: number; readonly stdout: string; readonly stderr: string };
  sts?(body: string): StsAnswer;
  dynamodb?(operation: string): Reply;
}

const refusal = (type: string): Reply => ({
  status: 400,
  body: JSON.stringify({ __type: `x#${type}`, message: 'no' }),
});

async function findings(fault: Fault): Promise<readonly Finding[]> {
  await using sts = await startSts((body) => {
    // The look at the network asks for nothing.
    if (body === '') return { status: 302, body: '' };
    return fault.sts?.(body) ?? callerIdentity(ARN);
  });
  const dynamodb = await startHttpDouble(({ operation }) => {
    if (operation === 'undefined') return { body: 'healthy' };
    const told = fault.dynamodb?.(operation);
    if (told !== undefined) return told;
    if (operation === 'ListTables') return { body: '{"TableNames":["orders"]}' };
    return { body: '{"Table":{"TableName":"orders","KeySchema":[],"AttributeDefinitions":[]}}' };
  });
  const world = fakePorts({
    env: { AWS_EC2_METADATA_DISABLED: 'true', ...fault.env },
    files: fault.files ?? {},
    ...(fault.run === undefined
      ? {}
      : { run: async () => fault.run ?? { status: 0, stdout: '', stderr: '' } }),
  });
  const ports = { ...world, now: () => Date.now() + (fault.clockMs ?? 0) };
  const text = (fault.text ?? KEYS)
    .replace('=DYNAMODB', `=${dynamodb.endpoint}`)
    .replace('=STS', `=${sts.endpoint}`);
  const found: Finding[] = [];
  try {
    for await (const finding of diagnose(text, { ports, table: fault.table })) found.push(finding);
  } finally {
    await dynamodb.close();
  }
  return found;
}

const WELL = ';AWSRegion=eu-west-1;Endpoint=DYNAMODB;STSEndpoint=STS';

describe('diagnose', () => {
  it('says of a sign-in that works that each step is well', async () => {
    const found = await findings({ text: KEYS + WELL, files: { [CREDENTIALS]: `[default]\n${PAIR}` } });
    expect(found.filter(({ verdict }) => verdict === 'problem')).toEqual([]);
    expect(found.map(({ step, verdict }) => `${step}: ${verdict}`)).toEqual([
      'connection string: ok',
      'properties: warning',
      'properties: ok',
      'AWS files: ok',
      'network: ok',
      'network: ok',
      'credentials: ok',
      'identity: ok',
      'DynamoDB: ok',
      'DynamoDB: ok',
    ]);
    expect(found.find(({ step }) => step === 'identity')?.message).toBe(`${ARN} in account 123456789012`);
    expect(collectOutput(found)).not.toContain('CANARY');
  });

  it('doubts no key that the AWS tools know, nor one of other tools', async () => {
    const keys = [
      'aws_security_token',
      'ca_bundle',
      'mfa_process',
      'granted_sso_region',
      'cli_pager',
      's3',
      'max_attempts',
    ];
    const text = `[default]\n${PAIR}${keys.map((key) => `${key} = x\n`).join('')}`;
    const found = await findings({ text: KEYS + WELL, files: { [CREDENTIALS]: text } });
    expect(found.filter(({ step, verdict }) => step === 'AWS files' && verdict !== 'ok')).toEqual([]);
  });

  it('does not ask for a caller where an emulator answers', async () => {
    const found = await findings({ text: `${KEYS};Endpoint=DYNAMODB` });
    expect(found.find(({ step }) => step === 'identity')?.verdict).toBe('skipped');
    expect(found.at(-1)).toEqual({
      step: 'DynamoDB',
      verdict: 'ok',
      message: 'DescribeTable of "orders" is allowed',
    });
  });

  it('ends when it is no longer wanted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const work = async (): Promise<void> => {
      for await (const { step } of diagnose(`${KEYS};Endpoint=http://127.0.0.1:1`, {
        ports: fakePorts(),
        signal,
      }))
        void step;
    };
    await expect(work()).rejects.toThrow('enough');
  });
});

/** What is done wrong, the step that must tell it, its words, and the words of the remedy. */
const FAULTS: readonly (readonly [
  what: string,
  fault: Fault,
  step: string,
  message: string,
  remedy?: string,
])[] = [
  ['a misspelled property', { text: 'AWSRegoin=Ireland' }, 'connection string', 'AWSRegoin', 'AWSRegion'],
  [
    'a quotation that does not end',
    { text: `AWSRegion=Ireland;User='ana` },
    'connection string',
    'unterminated quoted value',
  ],
  ['a Region that there is not', { text: 'AWSRegion=Irland' }, 'connection string', 'AWSRegion'],
  ['a value of the wrong kind', { text: 'ThreadCount=many' }, 'connection string', 'ThreadCount'],
  ['an AuthScheme that there is not', { text: 'AuthScheme=Kerberos' }, 'connection string', 'AuthScheme'],
  ['a key without its secret', { text: `AWSAccessKey=A${WELL}` }, 'properties', 'requires AWSSecretKey'],
  [
    'root keys with a role',
    { text: `${KEYS};AWSRoleARN=${ROLE}${WELL}` },
    'properties',
    'cannot assume roles',
  ],
  ['no Region anywhere', { text: KEYS }, 'properties', 'You must specify a Region', 'Set AWSRegion'],
  [
    'a role that is no ARN',
    { text: `AuthScheme=AwsIAMRoles;${KEYS.slice(23)};AWSRoleARN=Reader${WELL}` },
    'properties',
    'AWSRoleARN is "Reader"',
  ],
  [
    'a services section that there is not',
    { text: `Profile=p${WELL}`, files: { [CONFIG]: `[profile p]\nservices = s\n${PAIR}` } },
    'properties',
    `${CONFIG}:2: section [services s] referenced in profile`,
  ],
  [
    'a profile that there is not',
    { text: `Profile=prd${WELL}`, files: { [CREDENTIALS]: `[prod]\n${PAIR}` } },
    'credentials',
    'The config profile (prd) could not be found in',
  ],
  [
    'a config section without the word profile',
    { text: `Profile=work${WELL}`, files: { [CONFIG]: `[work]\n${PAIR}` } },
    'AWS files',
    `${CONFIG}:1: [work] is not a profile in this file: write [profile work]`,
  ],
  [
    'a misspelled key of a profile',
    { text: `${KEYS}${WELL}`, files: { [CREDENTIALS]: '[a]\naws_acces_key_id = A\n' } },
    'AWS files',
    `${CREDENTIALS}:2: unknown setting aws_acces_key_id; did you mean aws_access_key_id?`,
  ],
  [
    'a key that stands twice',
    { text: `${KEYS}${WELL}`, files: { [CONFIG]: '[default]\nregion = eu-west-1\nregion = eu-west-2\n' } },
    'AWS files',
    `${CONFIG}:3: region is set twice; the last value is used`,
  ],
  [
    'a comment behind a value',
    { text: `${KEYS}${WELL}`, files: { [CONFIG]: '[default]\nregion = eu-west-1 # mine\n' } },
    'AWS files',
    `${CONFIG}:2: the AWS CLI includes the comment after region in its value`,
  ],
  [
    'keys beside a role',
    {
      text: `${KEYS}${WELL}`,
      files: { [CONFIG]: `[profile p]\nrole_arn = ${ROLE}\ncredential_source = Environment\n${PAIR}` },
    },
    'AWS files',
    `${CONFIG}:2: profile "p" also has access keys, which are ignored: it signs in with its role`,
  ],
  [
    'roles in a circle',
    {
      text: `Profile=a${WELL}`,
      files: {
        [CONFIG]: `[profile a]\nrole_arn = ${ROLE}\nsource_profile = b\n[profile b]\nrole_arn = ${ROLE}\nsource_profile = a\n`,
      },
    },
    'credentials',
    `${CONFIG}:6: infinite loop in source_profile: a -> b -> a`,
  ],
  [
    'a source profile that there is not',
    {
      text: `Profile=a${WELL}`,
      files: { [CONFIG]: `[profile a]\nrole_arn = ${ROLE}\nsource_profile = ghost\n` },
    },
    'credentials',
    `${CONFIG}:3: source_profile "ghost" referenced in profile`,
  ],
  [
    'half a key pair in a profile',
    { text: `Profile=a${WELL}`, files: { [CREDENTIALS]: '[a]\naws_secret_access_key = CANARY\n' } },
    'credentials',
    `${CREDENTIALS}:2: profile "a" has aws_secret_access_key, but aws_access_key_id is missing`,
  ],
  [
    'a process that fails',
    {
      text: `Profile=a${WELL}`,
      files: { [CONFIG]: '[profile a]\ncredential_process = helper\n' },
      run: { status: 2, stdout: '', stderr: 'not logged in' },
    },
    'credentials',
    `${CONFIG}:2: credential_process of profile "a" exited with status 2: not logged in`,
  ],
  [
    'a process that prints something else',
    {
      text: `Profile=a${WELL}`,
      files: { [CONFIG]: '[profile a]\ncredential_process = helper\n' },
      run: { status: 0, stdout: 'CANARY', stderr: '' },
    },
    'credentials',
    'returned invalid output: expected a JSON object',
  ],
  [
    'a sign-in at IAM Identity Center that has ended',
    {
      text: `Profile=a${WELL}`,
      files: {
        [CONFIG]:
          '[profile a]\nsso_account_id = 1\nsso_role_name = r\nsso_region = us-east-1\nsso_start_url = https://x\n',
      },
    },
    'credentials',
    'the SSO token does not exist',
    'aws sso login --profile a',
  ],
  [
    'half a pair in the environment',
    { text: WELL, env: { AWS_ACCESS_KEY_ID: 'A' } },
    'credentials',
    'AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is missing',
  ],
  ['no credentials anywhere', { text: WELL }, 'credentials', 'Unable to locate credentials', 'AWSAccessKey'],
  [
    'a role that may not be assumed',
    {
      text: `AuthScheme=AwsIAMRoles;${KEYS.slice(23)};AWSRoleARN=${ROLE}${WELL}`,
      sts: () => stsError(403, 'AccessDenied', 'User is not authorized to perform: sts:AssumeRole'),
    },
    'credentials',
    `Not authorized to assume ${ROLE}`,
    'trust policy',
  ],
  [
    'credentials that had ended when they came',
    {
      text: `AuthScheme=AwsIAMRoles;${KEYS.slice(23)};AWSRoleARN=${ROLE}${WELL}`,
      sts: () => stsCredentials('AssumeRole', 'ASIA1', new Date(0)),
    },
    'credentials',
    'expired at 1970-01-01',
  ],
  [
    'a key that was deleted',
    { text: KEYS + WELL, sts: () => stsError(403, 'InvalidClientTokenId', 'x') },
    'identity',
    'AWS does not recognize the access key AKIA…MNOP',
  ],
  [
    'a wrong secret key',
    { text: KEYS + WELL, sts: () => stsError(403, 'SignatureDoesNotMatch', 'x') },
    'identity',
    'The secret key does not match the access key AKIA…MNOP',
  ],
  [
    'a session that has ended',
    {
      text: `AuthScheme=TemporaryCredentials;${KEYS.slice(23)};AWSSessionToken=CANARY${WELL}`,
      sts: () => stsError(403, 'ExpiredToken', 'x'),
    },
    'identity',
    'The session token has expired',
  ],
  [
    'a clock that is wrong',
    { text: KEYS + WELL, clockMs: 3_600_000 },
    'network',
    'the clock of this machine is 60 minutes ahead of',
    'Correct the system clock',
  ],
  [
    'an endpoint where nobody listens',
    { text: `${KEYS};AWSRegion=eu-west-1;Endpoint=http://127.0.0.1:1` },
    'network',
    'could not connect to http://127.0.0.1:1',
    'start the emulator',
  ],
  [
    'an endpoint that speaks no TLS',
    { text: `${KEYS}${WELL.replace('=DYNAMODB', '=https://LOCAL')}` },
    'network',
    'could not connect to',
  ],
  [
    'a policy that forbids ListTables',
    {
      text: KEYS + WELL,
      dynamodb: (operation) =>
        operation === 'ListTables' ? refusal('AccessDeniedException') : { body: '{}' },
    },
    'DynamoDB',
    'ListTables',
    'permission',
  ],
  [
    'a policy that forbids DescribeTable',
    {
      text: KEYS + WELL,
      table: 'secret',
      dynamodb: (operation) =>
        operation === 'DescribeTable' ? refusal('AccessDeniedException') : { body: '{"TableNames":[]}' },
    },
    'DynamoDB',
    'DescribeTable',
  ],
  [
    'a table that there is not',
    {
      text: KEYS + WELL,
      table: 'ghost',
      dynamodb: (operation) =>
        operation === 'DescribeTable' ? refusal('ResourceNotFoundException') : { body: '{"TableNames":[]}' },
    },
    'DynamoDB',
    'relation "ghost" does not exist in eu-west-1',
  ],
  [
    'an endpoint that is not DynamoDB',
    { text: KEYS + WELL, dynamodb: () => ({ status: 200, body: '<html>' }) },
    'DynamoDB',
    'ListTables',
  ],
];

describe('diagnose explains', () => {
  it.each(FAULTS)('%s', async (...row) => {
    const [, fault, step, message, remedy = message] = row;
    const text = fault.text?.replace('https://LOCAL', 'https://127.0.0.1:1');
    const found = await findings(text === undefined ? fault : { ...fault, text });
    const told = found.filter(
      (finding) => finding.step === step && (finding.verdict === 'problem' || finding.verdict === 'warning'),
    );
    expect(told.map((finding) => finding.message).join('\n')).toContain(message);
    const [explaining] = told.filter((finding) => finding.message.includes(message));
    expect(`${explaining?.message} ${explaining?.remedy}`).toContain(remedy);
    expect(collectOutput(found)).not.toContain('CANARY');
  });
});
