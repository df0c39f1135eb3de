import { type JsonServer, type JsonResponse, startJsonServer } from './json-server.ts';

export interface ImdsSetup {
  /** The response to a token request: `yes`, a status, or none. */
  readonly token?: () => 'yes' | 'silence' | number;
  /** The response to requests without a token; by default 401, as if IMDSv2 is required. */
  readonly v1?: 'yes' | 'silence';
  readonly role?: () => string | undefined;
  /** The response for a role: credentials or another response; undefined if it never responds. */
  readonly document?: (role: string) => Readonly<Record<string, unknown>> | undefined;
}

/** The metadata service of an EC2 instance on loopback. */
export interface ImdsDouble extends JsonServer {
  /** The method and path of the requests, in order. */
  listRequests(): readonly string[];
  /** Revokes the tokens issued so far. */
  withdrawTokens(): void;
}

const USUAL_END = new Date('2026-01-01T06:00:00Z');
const ROLES = '/latest/meta-data/iam/security-credentials/';

/** The credentials document of an instance. */
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

export async function startImds(setup: ImdsSetup = {}): Promise<ImdsDouble> {
  const tokens = new Set<string>();
  let issued = 0;
  const double = await startJsonServer(({ method, path, headers }): JsonResponse => {
    if (path === '/latest/api/token') {
      if (method !== 'PUT' || headers['x-aws-ec2-metadata-token-ttl-seconds'] !== '21600')
        return { status: 400 };
      const answer = setup.token?.() ?? 'yes';
      if (answer === 'silence') return undefined;
      if (answer !== 'yes') return { status: answer };
      const token = `CANARY-imds-${++issued}==`;
      tokens.add(token);
      return { headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }, body: token };
    }
    const token = headers['x-aws-ec2-metadata-token'];
    if (token === undefined) {
      if (setup.v1 === 'silence') return undefined;
      if (setup.v1 !== 'yes') return { status: 401 };
    } else if (!tokens.has(String(token))) return { status: 401 };
    const role = setup.role === undefined ? 'web-server' : setup.role();
    if (path === ROLES) return role === undefined ? { status: 404 } : { body: role };
    if (!path.startsWith(ROLES)) return { status: 404 };
    if (setup.document === undefined) return { body: JSON.stringify(instanceDocument(USUAL_END)) };
    const document = setup.document(path.slice(ROLES.length));
    if (document === undefined) return undefined;
    const isAnswer = 'status' in document || 'body' in document;
    return isAnswer ? document : { body: JSON.stringify(document) };
  });
  return Object.assign(double, {
    listRequests: () => double.requests.map(({ method, path }) => `${method} ${path}`),
    withdrawTokens: () => tokens.clear(),
  });
}
