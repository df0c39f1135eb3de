import { DriverError } from '../core/errors.ts';
import { requestText } from '../net/http-text.ts';
import type { Ports } from '../core/ports.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** A service endpoint the connection depends on. */
export interface ServiceAddress {
  readonly service: 'DynamoDB' | 'STS';
  readonly url: string;
}

const TIMEOUT_MS = 5000;
/** AWS rejects signatures that are more than five minutes off. */
const SKEW_MS = 4 * 60_000;

/** Checks that the services respond and that this machine's clock agrees with theirs. Sends no credentials and no data. */
export async function checkNetwork(
  addresses: readonly ServiceAddress[],
  ports: Pick<Ports, 'now' | 'network'>,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const found = await Promise.all(addresses.map((address) => checkAddress(address, ports, signal)));
  return found.flat();
}

async function checkAddress(
  { service, url }: ServiceAddress,
  { now, network }: Pick<Ports, 'now' | 'network'>,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  let date: string | undefined;
  try {
    date = (
      await requestText({ url, timeoutMs: TIMEOUT_MS, signal, dispatcher: network?.dispatcher })
    ).header('date');
  } catch (error) {
    signal?.throwIfAborted();
    const explained = withNetworkRemedy(error);
    // Long-term access keys work without STS.
    return [failed('network', explained, service === 'STS' ? 'warning' : 'problem')];
  }
  const answered = ok('network', `${service} responds at ${new URL(url).origin}`);
  const skewMs = date === undefined ? NaN : now() - Date.parse(date);
  if (!(Math.abs(skewMs) > SKEW_MS)) return [answered];
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const clock = `the clock of this machine is ${minutes} minutes ${skewMs > 0 ? 'ahead of' : 'behind'} ${service}`;
  return [
    answered,
    warning(
      'network',
      clock,
      'Correct the system clock: AWS rejects requests that are more than five minutes off.',
    ),
  ];
}

/** The usual fix for each kind of connection failure. */
const NETWORK_REMEDIES: readonly (readonly [sign: RegExp, remedy: string])[] = [
  [
    /ENOTFOUND|EAI_AGAIN/,
    'The host name could not be resolved. Check AWSRegion, Domain and Endpoint, and the DNS settings of this machine.',
  ],
  [/ECONNREFUSED/, 'The connection was refused. Check the address and port, or start the emulator.'],
  [
    /certificate|self.signed|CERT_|issuer/i,
    'The server certificate is not trusted. Add your certificate authority with SSLServerCert or NODE_EXTRA_CA_CERTS.',
  ],
  [
    /wrong version number|packet length|EPROTO/,
    'The port does not speak TLS. Use http:// for a plain HTTP endpoint.',
  ],
  [
    /no (?:answer|response) within|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/,
    'Check firewalls, the proxy settings and VPC endpoints.',
  ],
];

function withNetworkRemedy(error: unknown): unknown {
  if (!(error instanceof DriverError)) return error;
  const remedy = NETWORK_REMEDIES.find(([sign]) => sign.test(error.message))?.[1] ?? error.remedy;
  return new DriverError(error.code, error.message, { cause: error.cause, remedy });
}
