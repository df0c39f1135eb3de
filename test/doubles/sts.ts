import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The response of the double to a request. */
export interface StsAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A recorded request. */
export interface StsRequest {
  readonly body: string;
  readonly authorization: string;
  readonly headers: IncomingHttpHeaders;
  /** The session token of the signature; absent for long-term keys. */
  readonly token: string | undefined;
}

/** A Security Token Service on loopback that responds as configured and records its requests. */
export interface StsDouble extends AsyncDisposable {
  readonly endpoint: string;
  readonly requests: StsRequest[];
}

export async function startSts(answer: (body: string) => StsAnswer | undefined): Promise<StsDouble> {
  const requests: StsRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const token = request.headers['x-amz-security-token'];
      const { headers } = request;
      requests.push({
        body,
        authorization: headers.authorization ?? '',
        headers,
        token: token?.toString(),
      });
      const reply = answer(body);
      // Undefined: it never responds.
      if (reply !== undefined) {
        response.writeHead(reply.status, { 'content-type': 'text/xml', ...reply.headers }).end(reply.body);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** The response to GetCallerIdentity. */
export function callerIdentity(arn: string): StsAnswer {
  const account = arn.split(':')[4] ?? '';
  return {
    status: 200,
    body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AIDA</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  };
}

/** An error response of STS. */
export function stsError(status: number, code: string, message: string): StsAnswer {
  return {
    status,
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  };
}

/** The response to an operation that returns credentials, valid for an hour by default. */
export function stsCredentials(
  operation: string,
  id: string,
  expiration: Date = new Date(Date.now() + 3_600_000),
): StsAnswer {
  return {
    status: 200,
    body: `<${operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${operation}Result><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>CANARY-SECRET-OF-${id}</SecretAccessKey><SessionToken>CANARY-TOKEN-OF-${id}</SessionToken><Expiration>${expiration.toISOString()}</Expiration></Credentials></${operation}Result></${operation}Response>`,
  };
}

/** The fields of a request by name. */
export function toFields(request: { readonly body: string } | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request?.body ?? ''));
}
