import { type Listening, type Told, listen } from './json-server.ts';

export interface ImdsWorld {
  /** What the request for a token is answered with: `yes`, a status, or nothing at all. */
  readonly token?: () => 'yes' | 'silence' | number;
  /** What requests without a token are answered with; absent: 401, as where version 2 is required. */
  readonly v1?: 'yes' | 'silence';
  readonly role?: () => string | undefined;
  /** What there is for a role: credentials, or an answer of another kind; undefined: it never answers. */
  readonly document?: (role: string) => Readonly<Record<string, unknown>> | undefined;
}

/** The metadata service of an EC2 instance on loopback. */
export interface ImdsDouble extends Listening {
  /** Method and path of what was asked, in order. */
  asked(): readonly string[];
  /** From here on, the tokens it gave count no more. */
  withdrawTokens(): void;
}

const USUAL_END = new Date('2026-01-01T06:00:00Z');
const ROLES = '/latest/meta-data/iam/security-credentials/';

/** Credentials as an instance is given them. */
export function instanceDocument(
  expiration: Date,
  id = 'ASIAINSTANCE0000000',
): Readonly<Record<string, unknown>> {
  return {
    Code: 'Success',
    LastUpdated: '2026-01-01T00:00:00Z',
    Type: 'AWS-HMAC',
    AccessKeyId: id,
    SecretAccessKey: 'CANARY-secret',
    Token: 'CANARY-token',
    Expiration: expiration.toISOString(),
  };
}

export async function startImds(world: ImdsWorld = {}): Promise<ImdsDouble> {
  const tokens = new Set<string>();
  let given = 0;
  const double = await listen(({ method, path, headers }): Told => {
    if (path === '/latest/api/token') {
      if (method !== 'PUT' || headers['x-aws-ec2-metadata-token-ttl-seconds'] !== '21600')
        return { status: 400 };
      const answer = world.token?.() ?? 'yes';
      if (answer === 'silence') return undefined;
      if (answer !== 'yes') return { status: answer };
      const token = `CANARY-imds-${++given}==`;
      tokens.add(token);
      return { headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }, body: token };
    }
    const token = headers['x-aws-ec2-metadata-token'];
    if (token === undefined) {
      if (world.v1 === 'silence') return undefined;
      if (world.v1 !== 'yes') return { status: 401 };
    } else if (!tokens.has(String(token))) return { status: 401 };
    const role = world.role === undefined ? 'web-server' : world.role();
    if (path === ROLES) return role === undefined ? { status: 404 } : { body: role };
    if (!path.startsWith(ROLES)) return { status: 404 };
    if (world.document === undefined) return { body: JSON.stringify(instanceDocument(USUAL_END)) };
    const document = world.document(path.slice(ROLES.length));
    if (document === undefined) return undefined;
    const isAnswer = 'status' in document || 'body' in document;
    return isAnswer ? document : { body: JSON.stringify(document) };
  });
  return Object.assign(double, {
    asked: () => double.heard.map(({ method, path }) => `${method} ${path}`),
    withdrawTokens: () => tokens.clear(),
  });
}
