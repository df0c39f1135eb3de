import { DriverError } from '../core/errors.ts';
import { requestText } from '../net/http-text.ts';
import type { Ports } from '../core/ports.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** An address that the connection needs. */
export interface Address {
  readonly service: 'DynamoDB' | 'STS';
  readonly url: string;
}

const TIMEOUT_MS = 5000;
/** AWS refuses signatures whose time is off by five minutes. */
const SKEW_MS = 4 * 60_000;

/** Whether the services answer at all, and whether this machine's clock agrees with theirs. Sends nothing of the user's. */
export async function checkNetwork(
  addresses: readonly Address[],
  ports: Pick<Ports, 'now' | 'network'>,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const found = await Promise.all(addresses.map((address) => reach(address, ports, signal)));
  return found.flat();
}

async function reach(
  { service, url }: Address,
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
    const explained = explain(error);
    // Keys of a user need no STS.
    return [failed('network', explained, service === 'STS' ? 'warning' : 'problem')];
  }
  const answered = ok('network', `${service} answers at ${new URL(url).origin}`);
  const skewMs = date === undefined ? NaN : now() - Date.parse(date);
  if (!(Math.abs(skewMs) > SKEW_MS)) return [answered];
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const clock = `the clock of this machine is ${minutes} minutes ${skewMs > 0 ? 'ahead of' : 'behind'} that of ${service}`;
  return [
    answered,
    warning('network', clock, 'Set the clock of this machine right: AWS refuses requests with another time.'),
  ];
}

/** What a failure to connect usually means. */
const MEANINGS: readonly (readonly [sign: RegExp, remedy: string])[] = [
  [
    /ENOTFOUND|EAI_AGAIN/,
    'The name is not known here: check AWSRegion, Domain and Endpoint, and the name service of this machine.',
  ],
  [/ECONNREFUSED/, 'Nothing listens there: check the address and the port, or start the emulator.'],
  [
    /certificate|self.signed|CERT_|issuer/i,
    'The certificate is not trusted here: name your own authority with SSLServerCert or NODE_EXTRA_CA_CERTS.',
  ],
  [
    /wrong version number|packet length|EPROTO/,
    'The port does not speak TLS: write http:// where it speaks plain HTTP.',
  ],
  [
    /no answer within|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/,
    'A firewall, a missing proxy or a missing VPC endpoint may be in the way.',
  ],
];

function explain(error: unknown): unknown {
  if (!(error instanceof DriverError)) return error;
  const remedy = MEANINGS.find(([sign]) => sign.test(error.message))?.[1] ?? error.remedy;
  return new DriverError(error.code, error.message, { cause: error.cause, remedy });
}
