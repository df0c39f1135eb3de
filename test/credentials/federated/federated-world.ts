import { type Connection, connect } from '../../../src/index.ts';
import type { ConnectionObject } from '../../../src/connstring/entries.ts';
import { pageOf, serveTable, type ServedTable } from '../../doubles/served-table.ts';
import { fieldsOf, startSts, stsCredentials, type StsDouble } from '../../doubles/sts.ts';

/** STS and a table of one row, for connections that sign in at a provider of the test's own. */
export interface FederatedWorld extends AsyncDisposable {
  readonly sts: StsDouble;
  readonly table: ServedTable;
  /** What STS was asked for, each time. */
  asked(): readonly Record<string, string>[];
  /** Opens a connection; STS and DynamoDB are the doubles. */
  open(properties: ConnectionObject): Promise<Connection>;
}

export async function federatedWorld(): Promise<FederatedWorld> {
  const sts = await startSts(() => stsCredentials('AssumeRoleWithSAML', 'ASIACORP'));
  const table = await serveTable(() => pageOf(['one']));
  return {
    sts,
    table,
    asked: () => sts.requests.map(fieldsOf),
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
