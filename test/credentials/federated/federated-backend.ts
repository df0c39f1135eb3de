import { type Connection, connect } from '../../../src/index.ts';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import { toPage, serveTable, type ServedTable } from '../../doubles/served-table.ts';
import { toFields, startSts, stsCredentials, type StsDouble } from '../../doubles/sts.ts';

/** STS and a table of one row, for connections that sign in at an identity provider of the test. */
export interface FederatedBackend extends AsyncDisposable {
  readonly sts: StsDouble;
  readonly table: ServedTable;
  /** The form fields of all STS requests. */
  stsRequests(): readonly Record<string, string>[];
  /** Opens a connection to the doubles of STS and DynamoDB. */
  open(properties: ConnectionObject): Promise<Connection>;
}

export async function startFederatedBackend(): Promise<FederatedBackend> {
  const sts = await startSts(() => stsCredentials('AssumeRoleWithSAML', 'ASIACORP'));
  const table = await serveTable(() => toPage(['one']));
  return {
    sts,
    table,
    stsRequests: () => sts.requests.map(toFields),
    open: (properties) =>
      connect(
        {
          AWSRegion: 'eu-west-1',
          STSEndpoint: sts.endpoint,
          Endpoint: table.endpoint,
          TypeDetectionScheme: 'None',
          ...properties,
        },
        { trusted: true },
      ),
    async [Symbol.asyncDispose]() {
      await sts[Symbol.asyncDispose]();
      await table[Symbol.asyncDispose]();
    },
  };
}
